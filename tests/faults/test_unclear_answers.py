"""Nothing is created twice after an answer that never came (rule 6.1)."""

from typing import Any

import pytest

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.runs import sizes, writing
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"
CAMILLE = "Contact Camille Martin <camille.martin@acme.example>"
camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")


@pytest.mark.parametrize("loss", ["close_after", "close_before"])
def test_who_may_have_been_created_waits_while_others_go_on(world: World, loss: str) -> None:
    world.receive(someone("p1"), camille)
    world.fault({loss: True}, sobject="Lead", kind="collections")

    world.drain()
    assert world.link_now().pause_kind == CampaignLink.PauseKind.OUTAGE
    assert {state for state, _reason in world.ends().values()} == {EntryState.PENDING}
    world.let_pass(seconds=20)
    world.drain()
    assert world.ends() == {"p1": ("pending", ""), "c1": ("synced", "")}
    assert f"{CAMILLE}: Registered" in world.holds()
    world.let_pass(seconds=600)
    world.drain()

    assert world.ends() == {"p1": ("synced", ""), "c1": ("synced", "")}
    assert world.holds() == untouched(f"{ADA}: Registered", f"{CAMILLE}: Registered")


def test_a_member_that_may_have_been_added_is_read_before_anything_is_added(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"close_after": True}, sobject="CampaignMember", kind="collections")

    world.drain()
    entry = world.entry("p1")
    assert (entry.state, entry.person_type, entry.created_by_us) == ("pending", "Lead", True)
    assert entry.create_sent_at is not None
    world.let_pass(seconds=600)
    report = world.drain()

    assert report.outcomes == {"unchanged": 1}
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_the_log_names_who_was_created_before_the_run_stopped(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503}, sobject="CampaignMember", kind="collections")

    world.drain()
    world.let_pass(seconds=700)
    world.drain()

    first, second = world.attempts("p1")
    assert (first.outcome, first.person_operation, first.member_operation) == ("retrying", "create", "none")
    assert first.changes["Lead.LastName"] == [None, "Lovelace"]
    assert (second.outcome, second.person_operation, second.member_operation) == ("created", "none", "create")


def test_a_typo_is_still_corrected_on_somebody_created_before_the_run_stopped(world: World) -> None:
    world.receive(someone("p1", "Ada", "Lovelase", email="ada.lovelace@example.org"))
    world.fault({"status": 503}, sobject="CampaignMember", kind="collections")
    world.drain()
    world.let_pass(seconds=700)
    world.drain()

    world.send(someone("p1"))

    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_call_that_is_carried_out_after_we_gave_up_creates_nobody_twice(world: World, settings: Any) -> None:
    settings.SALESFORCE_TIMEOUT_SECONDS = 1
    world.receive(someone("p1"))
    world.fault({"delay_ms": 1500}, sobject="Lead", kind="collections")

    world.drain()
    assert world.entry("p1").timeout_count == 1
    assert world.link_now().pause_code == "timeout"
    world.let_pass(seconds=700)
    settings.SALESFORCE_TIMEOUT_SECONDS = 60
    world.wait_for_late_call(ms=1500)
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered")


@pytest.mark.parametrize("is_same_name", [True, False])
def test_nobody_else_with_that_email_is_created_while_the_answer_is_unclear(world: World, is_same_name: bool) -> None:
    world.receive(someone("p1", email="desk@example.org"))
    world.fault({"close_before": True}, sobject="Lead", kind="collections")
    world.drain()
    world.let_pass(seconds=20)

    names = ("Ada", "Lovelace") if is_same_name else ("Grace", "Hopper")
    world.send(someone("p2", *names, email="desk@example.org"), someone("p3", "Mary", "Somerville"))

    ends = world.ends()
    assert (ends["p1"], ends["p2"], ends["p3"]) == (("pending", ""), ("pending", ""), ("synced", ""))
    assert world.people("desk@example.org") == []


def test_whoever_was_done_before_a_later_call_was_lost_is_done(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(sizes, "MAX_ROWS", 1)
    monkeypatch.setattr(writing, "MAX_HEAVY", 2)
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))

    with before_call(4, lambda: world.fault({"close_after": True}, sobject="CampaignMember", kind="collections")):
        world.drain()
    assert world.ends() == {"p1": ("synced", ""), "p2": ("pending", "")}
    world.let_pass(seconds=700)
    world.drain()

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}
    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")


def test_ignoring_waits_reads_first_all_the_same(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"close_after": True}, sobject="Lead", kind="collections")
    world.drain()

    world.drain(ignores_waits=True)

    assert world.holds() == untouched(f"{ADA}: Registered")
    assert OutboxEntry.objects.get().create_sent_at is None


def test_an_address_corrected_after_a_lost_answer_makes_no_second_person(world: World) -> None:
    world.receive(someone("p1", email="old@example.org"))
    world.fault({"close_after": True}, sobject="Lead", kind="collections")
    world.drain()
    world.receive(someone("p1", email="new@example.org"))
    world.let_pass(seconds=600)

    world.drain()

    assert world.holds() == untouched("Lead Ada Lovelace <new@example.org>: Registered")
    entry = world.entry("p1")
    assert (entry.state, entry.created_by_us, entry.create_sent_email) == ("synced", True, "")


def test_a_ticket_handed_over_after_a_lost_answer_is_another_person(world: World) -> None:
    world.receive(someone("p1", email="old@example.org"))
    world.fault({"close_after": True}, sobject="Lead", kind="collections")
    world.drain()
    world.receive(someone("p1", "Grace", "Hopper", email="new@example.org"))
    world.let_pass(seconds=600)

    world.drain()

    assert world.holds() == untouched(
        "Lead Ada Lovelace <old@example.org>: no member", "Lead Grace Hopper <new@example.org>: Registered"
    )
