"""Whoever was created by a call without an answer is ours, and follows inwink like everybody else (rules 5.1, 6.1)."""

from typing import NoReturn

import pytest

from connector.models import OutboxEntry
from tests.acceptance.people import someone
from tests.factories import CampaignLinkFactory
from tests.interruptions import before_call
from tests.world import World, make_default_mappings, untouched

pytestmark = pytest.mark.both

EMAIL = "ada.lovelace@example.org"
ADA = f"Lead Ada Lovelace <{EMAIL}>"
TYPO = someone("p1", "Ada", "Lovelase", email=EMAIL)
"""Ada as she was typed first; the correction is `someone("p1")`."""


class KilledError(BaseException):
    """The process ends here."""


def die() -> NoReturn:
    raise KilledError


def lose_answer(world: World, sobject: str = "Lead", *, action: str = "close_after") -> None:
    """Send without getting an answer to what is created, and wait until nothing of it can still be under way."""
    world.fault({action: True}, sobject=sobject, kind="collections")
    world.drain()
    world.let_pass(seconds=700)


def test_a_typo_is_corrected_on_somebody_whose_creation_got_no_answer(world: World) -> None:
    world.receive(TYPO)
    lose_answer(world)
    world.drain()
    assert (world.entry("p1").created_by_us, world.entry("p1").sent_values["Lead.LastName"]) == (True, "Lovelase")

    world.send(someone("p1"))

    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_typo_is_corrected_on_somebody_created_by_a_worker_that_was_killed(world: World) -> None:
    world.receive(TYPO)
    with pytest.raises(KilledError), before_call(3, die):
        world.drain()
    assert world.entry("p1").person_id == ""
    world.let_pass(seconds=700)
    world.drain()

    world.send(someone("p1"))

    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_second_answer_that_never_came_changes_nothing_about_whose_record_it_is(world: World) -> None:
    world.receive(TYPO)
    lose_answer(world)
    lose_answer(world, "CampaignMember")
    assert (world.entry("p1").state, world.entry("p1").created_by_us) == ("pending", True)
    world.drain()

    world.send(someone("p1"))

    assert world.holds() == untouched(f"{ADA}: Registered")


@pytest.mark.parametrize("email", [EMAIL, "new@example.org"])
def test_an_outage_before_anybody_could_look_leaves_the_answer_unclear(world: World, email: str) -> None:
    world.receive(someone("p1"))
    lose_answer(world)
    world.receive(someone("p1", email=email))
    world.fault({"status": 503})
    world.drain()
    assert world.entry("p1").create_sent_email == EMAIL
    world.let_pass(seconds=700)

    world.drain()

    assert world.holds() == untouched(f"Lead Ada Lovelace <{email}>: Registered")
    assert world.entry("p1").created_by_us


def test_a_corrected_address_still_follows_where_the_run_that_found_the_record_stopped(world: World) -> None:
    world.receive(someone("p1", email="old@example.org"))
    lose_answer(world)
    world.receive(someone("p1", email="new@example.org"))
    world.fault({"status": 503}, sobject="Lead", kind="collections")
    world.drain()
    assert (world.entry("p1").created_by_us, world.entry("p1").matched_email) == (True, "old@example.org")
    world.let_pass(seconds=700)

    world.drain()

    assert world.holds() == untouched("Lead Ada Lovelace <new@example.org>: Registered")


def test_what_a_colleague_changed_before_anybody_could_look_stays(world: World) -> None:
    world.receive(TYPO)
    lose_answer(world)
    [lead] = world.people(EMAIL)
    world.change("Lead", lead["Id"], Title="Countess")
    world.drain()

    world.send(someone("p1", position="CIO"))

    [lead] = world.people(EMAIL)
    assert (lead["Title"], lead["LastName"], world.entry("p1").created_by_us) == ("Countess", "Lovelase", True)


def test_somebody_whom_a_colleague_added_meanwhile_is_not_ours(world: World) -> None:
    world.receive(TYPO)
    lose_answer(world, action="close_before")
    world.add("Lead", {"FirstName": "Ada", "LastName": "Lovelase", "Email": EMAIL, "Company": "Engines"})
    world.drain()
    assert not world.entry("p1").created_by_us

    world.send(someone("p1"))

    assert world.holds() == untouched(f"Lead Ada Lovelase <{EMAIL}>: Registered")


def test_somebody_who_was_there_is_not_ours_because_an_answer_about_the_membership_was_lost(world: World) -> None:
    world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "old@example.org"})
    world.receive(someone("p1", email="old@example.org"))
    lose_answer(world, "CampaignMember")
    world.receive(someone("p1", email="new@example.org"))

    world.drain()

    assert world.holds() == untouched("Contact Ada Lovelace <old@example.org>: Registered")
    assert not world.entry("p1").created_by_us


def test_somebody_whom_another_event_created_a_minute_before_is_that_events(world: World) -> None:
    world.send(someone("p1"))
    [campaign_id] = world.add("Campaign", {"Name": "Second", "IsActive": True})
    labels = [{"CampaignId": campaign_id, "Label": label, "HasResponded": True} for label in ("Registered", "Attended")]
    world.add("CampaignMemberStatus", *labels)
    second = CampaignLinkFactory.create(org=world.org, campaign_id=campaign_id, inwink_event_id="second")
    make_default_mappings([second])
    world.link, world.event_id = second, "second"
    world.receive(someone("p1", position="CIO"))
    lose_answer(world, "CampaignMember")

    world.drain()

    assert OutboxEntry.objects.filter(created_by_us=True).count() == 1
    assert (world.ends(), world.people(EMAIL)[0]["Title"]) == ({"p1": ("synced", "")}, "CTO")


def test_who_is_left_out_before_anybody_could_look_is_still_recognised_under_a_corrected_address(world: World) -> None:
    world.configure(exclude_email_domains=[])
    world.receive(someone("p1"))
    lose_answer(world)
    world.configure(exclude_email_domains=["example.org"])
    world.drain()
    assert world.ends()["p1"] == ("left_out", "filtered")
    assert world.entry("p1").create_sent_email == EMAIL
    world.configure(exclude_email_domains=[])

    world.send(someone("p1", email="ada@new.example"))

    assert world.holds() == untouched("Lead Ada Lovelace <ada@new.example>: Registered")
