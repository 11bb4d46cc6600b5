"""Which fields are written to whom, over several runs (rules 5.1 to 5.6)."""

from typing import Any

import pytest

from connector.pipeline.outbox import resync
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both

EMAIL = "ada.lovelace@example.org"


def person(world: World) -> dict[str, Any]:
    [row] = world.people(EMAIL)
    return row


def add_contact(world: World, **values: Any) -> str:
    [row_id] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": EMAIL, **values})
    return row_id


def test_a_typo_corrected_at_the_desk_arrives(world: World) -> None:
    world.send(someone("p1", lastName="Lovelase", position="CT"))

    world.send(someone("p1", position="CTO"))

    assert (person(world)["LastName"], person(world)["Title"]) == ("Lovelace", "CTO")


def test_a_value_that_inwink_learns_later_arrives_on_somebody_we_created(world: World) -> None:
    world.send(someone("p1", position=None))

    world.send(someone("p1", position="CTO"))

    assert person(world)["Title"] == "CTO"


def test_what_a_colleague_changed_on_our_record_stays(world: World) -> None:
    world.send(someone("p1"))
    world.change("Lead", person(world)["Id"], Title="Countess")

    world.send(someone("p1", position="CEO"))

    assert person(world)["Title"] == "Countess"


def test_with_updates_on_a_change_in_inwink_replaces_a_colleagues_and_silence_does_not(world: World) -> None:
    world.configure(update_existing=True)
    world.send(someone("p1"))
    world.change("Lead", person(world)["Id"], Title="Countess")
    world.send(someone("p1", company="Analytical Engines"))
    assert (person(world)["Title"], person(world)["Company"]) == ("Countess", "Analytical Engines")

    world.send(someone("p1", company="Analytical Engines", position="CEO"))

    assert person(world)["Title"] == "CEO"


def test_a_resync_replaces_a_colleagues_value_where_updates_are_on(world: World) -> None:
    world.configure(update_existing=True)
    world.send(someone("p1"))
    world.change("Lead", person(world)["Id"], Title="Countess")

    resync.resync_link(world.link, failed_only=False, requested_by="alice")
    world.drain()

    assert person(world)["Title"] == "CTO"


@pytest.mark.parametrize(("update_existing", "title", "first_name"), [(False, "Student", None), (True, "CTO", "Ada")])
def test_a_matched_person_is_changed_only_where_the_link_says_so(
    world: World, update_existing: bool, title: str, first_name: str | None
) -> None:
    world.configure(update_existing=update_existing)
    add_contact(world, Title="Student", FirstName=None)

    world.send(someone("p1", lastName="King"))

    row = person(world)
    assert (row["Title"], row.get("FirstName"), row["LastName"]) == (title, first_name, "Lovelace")


@pytest.mark.parametrize(("says", "held"), [(True, True), (False, True)])
def test_an_opt_out_is_ticked_and_never_unticked(world: World, says: bool, held: bool) -> None:
    world.configure(update_existing=True)
    world.map("contact", "HasOptedOutOfEmail", "fields.optout")
    add_contact(world, HasOptedOutOfEmail=not says)

    world.send(someone("p1", fields={"optout": says}))

    assert person(world)["HasOptedOutOfEmail"] is held
    assert ({"code": "opt_out_kept"} in world.entry("p1").notes) is (not says)


def test_member_fields_are_always_written(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    add_contact(world)
    world.send(someone("p1", fields={"dietary": "vegan"}))

    world.send(someone("p1", fields={"dietary": "none"}, came=True))

    [member] = world.rows("CampaignMember")
    assert (member["Dietary__c"], member["Status"]) == ("none", "Attended")


def test_only_what_differs_is_sent_and_logged(world: World) -> None:
    world.configure(update_existing=True)
    add_contact(world, Title="Student")

    world.send(someone("p1"))

    [attempt] = world.attempts("p1")
    assert attempt.changes == {"Contact.Title": ["Student", "CTO"], "CampaignMember.Status": [None, "Registered"]}
    world.send(someone("p1", company="Elsewhere"))
    assert world.attempts("p1")[-1].changes == {}


@pytest.mark.parametrize(
    ("unknown", "end", "track"),
    [("fail", ("failed", "invalid_value"), None), ("skip", ("synced", ""), None), ("default", ("synced", ""), "Other")],
)
def test_an_unknown_choice_follows_the_mapping(world: World, unknown: str, end: tuple[str, str], track: Any) -> None:
    world.map(
        "lead", "Track__c", "fields.track", unknown_choice=unknown, default="Other", values={"data": "Data track"}
    )

    world.send(someone("p0", "Grace", "Hopper", fields={"track": "data"}), someone("p1", fields={"track": "magic"}))

    assert world.ends() == {"p0": ("synced", ""), "p1": end}
    assert world.people("grace.hopper@example.org")[0]["Track__c"] == "Data track"
    if end == ("synced", ""):
        assert person(world).get("Track__c") == track
