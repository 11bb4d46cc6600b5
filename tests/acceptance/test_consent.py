"""What a person's consent lets through (rule 6.4)."""

from typing import Any

import pytest

from connector.core.outcomes import Priority
from connector.pipeline.previews.preview import preview_link
from tests.acceptance.people import someone
from tests.acceptance.test_filters import change_link
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
EMAIL = "ada.lovelace@example.org"


def asked(optin: Any, key: str = "p1", **said: Any) -> dict[str, Any]:
    return someone(key, fields={"optin": optin, "dietary": said.pop("dietary", "vegan")}, **said)


def fields(world: World) -> tuple[Any, Any]:
    """Return Title of the person and Dietary__c of the member: both are ticked marketing."""
    [person] = world.people(EMAIL)
    [member] = world.rows("CampaignMember")
    return person.get("Title"), member.get("Dietary__c")


@pytest.fixture
def asking(world: World) -> World:
    """A link that asks for consent; Title and Dietary are marketing."""
    world.configure(consent={"source": "fields.optin"})
    world.map("lead", "Title", "position", marketing=True)
    world.map("campaign_member", "Dietary__c", "fields.dietary", marketing=True)
    return world


@pytest.mark.parametrize("optin", ["non", None, "perhaps"])
def test_without_consent_the_person_is_a_member_and_nothing_marketing_is_sent(asking: World, optin: Any) -> None:
    asking.send(asked(optin))

    assert asking.holds() == untouched(f"{ADA}: Registered")
    assert fields(asking) == (None, None)


def test_with_consent_everything_is_sent(asking: World) -> None:
    asking.send(asked("Oui"))

    assert asking.holds() == untouched(f"{ADA}: Registered")
    assert fields(asking) == ("CTO", "vegan")


def test_consent_given_later_sends_what_was_held_back(asking: World) -> None:
    asking.send(asked("non"))

    asking.send(asked("oui"))

    assert fields(asking) == ("CTO", "vegan")


def test_consent_withdrawn_writes_nothing_more_and_clears_nothing(asking: World) -> None:
    asking.send(asked("oui"))

    asking.send(asked("non", position="CEO", dietary=""))
    asking.send(asked("non", position="CEO", dietary="kosher", came=True))

    assert asking.holds() == untouched(f"{ADA}: Attended")
    assert fields(asking) == ("CTO", "vegan")


def test_an_unread_check_in_of_somebody_who_withdrew_sends_no_marketing_field(asking: World) -> None:
    asking.send(asked("oui"), someone("p2", "Grace", "Hopper"))
    asking.send(someone("p2", "Grace", "Hopper", came=True))  # references are proved: check-ins travel unread now
    asking.send(asked("non"))
    asking.reset_calls()

    asking.send(asked("non", dietary="kosher", came=True))

    [member] = [row for row in asking.rows("CampaignMember") if row.get("Dietary__c")]
    assert (member["Dietary__c"], member["Status"]) == ("vegan", "Attended")
    assert asking.api_calls() == 1


@pytest.fixture
def proved(asking: World) -> World:
    """A link that asks for consent, whose check-ins travel unread."""
    asking.send(asked("oui"), someone("p2", "Grace", "Hopper"))
    asking.send(someone("p2", "Grace", "Hopper", came=True))
    asking.reset_calls()
    return asking


@pytest.mark.parametrize("optin", ["non", None])
def test_a_check_in_that_withdraws_consent_sends_no_marketing_field(proved: World, optin: Any) -> None:
    proved.send(asked(optin, dietary="kosher", position="CEO", came=True))

    assert proved.members()[EMAIL] == "Attended"
    [member] = [row for row in proved.rows("CampaignMember") if row.get("Dietary__c")]
    assert (member["Dietary__c"], proved.people(EMAIL)[0]["Title"]) == ("vegan", "CTO")


def test_a_check_in_of_somebody_of_whom_nothing_may_be_sent_costs_no_call_and_writes_nothing(proved: World) -> None:
    change_link(proved, consent={"source": "fields.optin", "when_no": "nothing"})
    proved.drain()
    before = proved.rows("CampaignMember"), proved.rows("Lead")
    proved.reset_calls()

    proved.send(asked("non", dietary="kosher", came=True))

    assert proved.ends()["p1"] == ("left_out", "no_consent")
    assert (proved.rows("CampaignMember"), proved.rows("Lead")) == before
    assert proved.api_calls() == 0


def test_a_no_of_the_persons_other_registration_stops_the_marketing_field_of_a_check_in(proved: World) -> None:
    proved.send(asked("oui"), asked("oui", key="p3"))
    proved.send(asked("non", key="p3"))

    proved.send(asked("oui", dietary="kosher", came=True))

    assert proved.members()[EMAIL] == "Attended"
    assert [row["Dietary__c"] for row in proved.rows("CampaignMember") if row.get("Dietary__c")] == ["vegan"]


def test_consent_withdrawn_while_a_check_in_travels_is_respected_from_the_next_call_on(proved: World) -> None:
    with before_call(1, lambda: proved.receive(asked("non", dietary="kosher", came=True))):
        proved.send(asked("oui", dietary="halal", came=True))

    assert proved.members()[EMAIL] == "Attended"
    assert [row["Dietary__c"] for row in proved.rows("CampaignMember") if row.get("Dietary__c")] == ["halal"]
    assert proved.ends()["p1"] == ("synced", "")


def test_where_no_is_nothing_the_person_is_left_out_until_they_agree(asking: World) -> None:
    asking.configure(consent={"source": "fields.optin", "when_no": "nothing", "when_unknown": "all"})
    asking.send(asked("non"), someone("p2", "Grace", "Hopper"))
    assert asking.ends() == {"p1": ("left_out", "no_consent"), "p2": ("synced", "")}
    assert asking.holds() == untouched("Lead Grace Hopper <grace.hopper@example.org>: Registered")

    asking.send(asked("oui"))
    assert asking.ends()["p1"] == ("synced", "")


def test_a_no_of_one_registration_counts_for_the_person(asking: World) -> None:
    asking.send(asked("oui"), asked("non", key="p2"))

    assert asking.holds() == untouched(f"{ADA}: Registered")
    assert fields(asking) == (None, None)


def test_asking_for_consent_from_now_on_holds_back_what_is_not_agreed_to(world: World) -> None:
    world.map("lead", "Title", "position", marketing=True)
    world.send(someone("p1"))
    change_link(world, consent={"source": "fields.optin"})

    world.send(someone("p1", position="CEO"))

    [person] = world.people(EMAIL)
    assert person["Title"] == "CTO"


def test_the_preview_shows_what_consent_lets_through(asking: World) -> None:
    asking.receive(asked("non"), priority=Priority.BACKFILL)

    [row] = preview_link(asking.link).people

    assert row.verdict == "create"
    assert not {"Lead.Title", "CampaignMember.Dietary__c"} & row.changes.keys()
