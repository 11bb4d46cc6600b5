"""A Person Account is a member by its contact and written through its account (rule 2.9)."""

from typing import Any

import pytest

from connector.models import SyncRun
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.run import Request
from connector.pipeline.put_back.selection import Selection
from tests.acceptance.people import someone
from tests.world import World, untouched

pytestmark = pytest.mark.both
ADA = {"FirstName": "Ada", "LastName": "Lovelace", "PersonEmail": "ada.lovelace@example.org", "PersonTitle": "CEO"}


@pytest.fixture
def people(world: World) -> World:
    """Have Ada as a Person Account, and a link that updates whoever is there."""
    world.switch(person_accounts=True)
    world.add("Account", {**ADA, "IsPersonAccount": True})
    world.configure(update_existing=True)
    world.map("contact", "Track__c", "fields.track")
    return world


def ada(world: World) -> dict[str, Any]:
    """Return Ada's contact."""
    [found] = world.people("ada.lovelace@example.org")
    return found


def test_membership_and_fields_are_written(people: World) -> None:
    people.send(someone("p1", fields={"track": "Other"}))

    assert people.holds() == untouched("Contact Ada Lovelace <ada.lovelace@example.org>: Registered")
    assert (ada(people)["Title"], ada(people)["Track__c"]) == ("CTO", "Other")
    [attempt] = people.attempts("p1")
    assert attempt.changes["Contact.Title"] == ["CEO", "CTO"]
    assert people.entry("p1").notes == []


def test_a_typo_corrected_later_arrives_and_a_colleagues_word_stays(people: World) -> None:
    people.send(someone("p1"))
    people.send(someone("p1", position="CIO"))
    assert ada(people)["Title"] == "CIO"

    [account] = [row for row in people.rows("Account") if row.get("IsPersonAccount")]
    people.change("Account", account["Id"], PersonTitle="PDG")
    people.send(someone("p1", position="CIO", registered=True, came=True))

    assert (ada(people)["Title"], people.members()["ada.lovelace@example.org"]) == ("PDG", "Attended")


def test_it_costs_no_call_more(people: World) -> None:
    people.send(someone("p0", "Grace", "Hopper"))
    people.reset_calls()

    people.send(someone("p1"))

    assert people.api_calls() == 3  # read, people, members


def test_contacts_leads_and_person_accounts_share_the_updates(people: World) -> None:
    camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")
    louis = someone("l1", "Louis", "Bernard", email="louis.bernard@example.com")

    people.send(someone("p1"), camille, louis)

    assert set(people.ends().values()) == {("synced", "")}
    titles = {row["Email"]: row["Title"] for kind in ("Contact", "Lead") for row in people.rows(kind)}
    assert set(titles.values()) == {"CTO"}


def test_without_the_right_to_accounts_the_membership_alone_is_written(people: World) -> None:
    people.switch(object_access={"Account": {"updateable": False}})

    people.send(someone("p1"))

    assert (ada(people)["Title"], people.ends()) == ("CEO", {"p1": ("synced", "")})
    assert [note["code"] for note in people.entry("p1").notes] == ["person_account"]


def test_a_new_lead_without_a_company_has_none(people: World) -> None:
    people.send(someone("p2", "Grace", "Hopper", company=None))

    [lead] = people.people("grace.hopper@example.org")
    assert (lead["type"], lead.get("Company")) == ("Lead", None)


def test_a_key_is_given_through_the_account(people: World) -> None:
    people.configure(match_key={"source": "inwink.id", "contact": "Inwink_Id__c"}, update_existing=False)

    people.send(someone("p1"))

    assert (ada(people)["Inwink_Id__c"], ada(people)["Title"], people.ends()) == ("p1", "CEO", {"p1": ("synced", "")})


@pytest.mark.parametrize(("is_allowed", "title"), [(True, "CEO"), (False, "CTO")])
def test_what_was_written_is_put_back_through_the_account(people: World, is_allowed: bool, title: str) -> None:
    people.send(someone("p1"))
    people.switch(object_access={"Account": {"updateable": is_allowed}})
    people.forget_describes()

    tally = put_back(Selection(run_id=SyncRun.objects.get().pk), Request(by="olga", reason="wrong", wait_seconds=0))

    assert (tally.restored, tally.failed, ada(people)["Title"]) == (int(is_allowed), 0, title)
