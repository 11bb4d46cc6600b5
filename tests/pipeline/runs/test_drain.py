"""Draining by workers' tasks, by the sweep and in the foreground (architecture, section 3)."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from connector import conf
from connector.core.outcomes import EntryState, Priority
from connector.models import CampaignLink, DrainRequest, OutboxEntry, SalesforceOrg, SyncRun, WorkerHeartbeat
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.outbox import claim
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.runs import drain
from connector.pipeline.runs.drain import ForegroundTerms, drain_link, sweep, sync_due
from connector.pipeline.setup import link_setup
from tests.acceptance.people import someone
from tests.factories import (
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
)
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def queued() -> int:
    return int(OrmQ.objects.count())


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let drains linger for a moment only."""
    monkeypatch.setattr(drain, "LINGER_SECONDS", 0.2)


# the task


def test_a_drain_sends_what_is_due_and_leaves_a_sign_of_life(world: World, brisk: None) -> None:
    world.receive(someone("p1"))
    request_drain([world.link.pk])

    report = drain_link(world.link.pk)

    assert (report.runs, report.outcomes) == (1, {"created": 1})
    assert DrainRequest.objects.get().requested_at is None
    assert WorkerHeartbeat.objects.count() == 1
    assert SyncRun.objects.get().trigger == SyncRun.Trigger.DRAIN


def test_a_drain_lingers_for_what_arrives_just_after_its_batch(world: World) -> None:
    world.receive(someone("p1"))

    with before_call(3, lambda: world.receive(someone("p2", "Grace", "Hopper"))):
        report = drain_link(world.link.pk)

    assert (report.runs, report.entries) == (2, 2)


def test_a_drain_with_nothing_to_do_does_not_linger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.pipeline.runs.drain.time.sleep", lambda _seconds: pytest.fail("it waited"))

    assert drain_link(world.link.pk).runs == 0
    assert queued() == 0


def test_a_drain_claims_nothing_new_when_its_time_is_over_and_asks_for_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conf, "DRAIN_CLAIM_SECONDS", 0)
    world.receive(someone("p1"))

    assert drain_link(world.link.pk).runs == 0
    assert (queued(), DrainRequest.objects.get().requested_at is not None) == (1, True)


def test_a_drain_that_met_an_outage_asks_for_no_other_one(world: World, brisk: None) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503}, kind="composite")

    drain_link(world.link.pk)

    assert (world.ends(), queued()) == ({"p1": ("pending", "")}, 0)


def test_a_drain_does_not_turn_in_circles_for_people_whose_creation_is_unclear(world: World, brisk: None) -> None:
    world.receive(someone("p1"))
    world.fault({"close_after": True}, sobject="Lead", kind="collections")
    drain_link(world.link.pk)
    world.let_pass(seconds=20)

    assert drain_link(world.link.pk).runs == 0
    assert queued() == 0


def test_live_work_passes_a_backfill_run(world: World, brisk: None) -> None:
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)
    live = someone("live", "Mary", "Somerville")

    with before_call(2, lambda: world.receive(live)):
        report = drain_link(world.link.pk)

    assert (report.is_stopped, report.runs, report.entries) == (False, 2, 3)
    assert world.ends() == {"live": ("synced", ""), "p1": ("synced", ""), "p2": ("synced", "")}
    assert set(world.members().values()) == {"Registered"}


# the sweep


def test_the_sweep_asks_for_drains_of_all_links_with_due_rows(transactional_db: None) -> None:
    due = OutboxEntryFactory.create(available_at=LONG_AGO)
    lost = OutboxEntryFactory.create(state=EntryState.CLAIMED, lease_expires_at=LONG_AGO)
    OutboxEntryFactory.create(available_at=timezone.now() + timedelta(hours=1))
    OutboxEntryFactory.create(state=EntryState.SYNCED)
    OutboxEntryFactory.create(available_at=LONG_AGO, link__state=CampaignLink.LinkState.PAUSED)
    OutboxEntryFactory.create(available_at=LONG_AGO, link__org__state=SalesforceOrg.State.RECONNECT_NEEDED)

    assert sweep() == 2
    assert set(DrainRequest.objects.values_list("link_id", flat=True)) == {due.link_id, lost.link_id}


def test_the_sweep_tries_links_whose_pause_is_over(db: None) -> None:
    OutboxEntryFactory.create(available_at=LONG_AGO, link__pause_kind="configuration", link__paused_until=LONG_AGO)

    assert sweep() == 1


def test_the_sweep_moves_participants_of_events_that_are_linked(db: None) -> None:
    link = CampaignLinkFactory.create(inwink_event_id="later")
    UnlinkedEventFactory.create(event_id="later")
    UnlinkedParticipantFactory.create_batch(3, event_id="later")

    sweep()

    assert OutboxEntry.objects.filter(link=link).count() == 3
    assert move_unlinked(link) == 0


def ended_link(days_ago: int, **columns: Any) -> CampaignLink:
    link = CampaignLinkFactory.create(ends_at=timezone.now() - timedelta(days=days_ago), **columns)
    CampaignLink.history.filter(id=link.pk).update(history_date=LONG_AGO)
    return link


def test_the_sweep_closes_links_some_days_after_their_event(db: None) -> None:
    over, not_yet = ended_link(31), ended_link(29)
    longer = ended_link(31, closes_after_days=60)

    sweep()

    states = dict(CampaignLink.objects.values_list("pk", "state"))
    assert states == {over.pk: "closed", not_yet.pk: "active", longer.pk: "active"}


def test_a_link_that_a_person_reopened_stays_open(db: None) -> None:
    link = ended_link(31)
    sweep()
    link.refresh_from_db()
    link_setup.set_state(link, CampaignLink.LinkState.ACTIVE)

    sweep()

    link.refresh_from_db()
    assert link.state == CampaignLink.LinkState.ACTIVE


# the foreground


def test_sync_due_sends_one_batch_a_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim.ClaimTerms, "__init__", _small_terms(claim.ClaimTerms.__init__))
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert sync_due(ForegroundTerms()).entries == 1
    assert sync_due(ForegroundTerms(until_empty=True)).entries == 1


def _small_terms(init: Any) -> Any:
    def small(terms: Any, **given: Any) -> None:
        init(terms, **{**given, "size": 1})

    return small


def test_until_empty_does_not_stop_at_a_batch_that_must_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim.ClaimTerms, "__init__", _small_terms(claim.ClaimTerms.__init__))
    world.receive(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": "all"}, times=2, sobject="Lead")

    report = world.drain()

    assert report.outcomes == {"retrying": 1, "created": 1}


def test_until_empty_sends_live_work_and_backfill(world: World) -> None:
    world.receive(someone("p1"), priority=Priority.BACKFILL)

    with before_call(1, lambda: world.receive(someone("p2", "Grace", "Hopper"))):
        world.drain()

    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}


def test_a_deadline_stops_between_two_batches(world: World) -> None:
    world.receive(someone("p1"))

    assert world.drain(deadline_seconds=0).runs == 0
    assert world.ends() == {"p1": ("pending", "")}


def test_one_event_can_be_drained_alone(world: World) -> None:
    world.receive(someone("p1"))

    assert world.drain(event_id="another").runs == 0
    assert world.drain(event_id=world.event_id).runs == 1


def test_ignoring_waits_skips_every_kind_of_wait(world: World) -> None:
    world.receive(someone("p1"))
    later = timezone.now() + timedelta(hours=4)
    OutboxEntry.objects.update(state=EntryState.RETRYING, available_at=later, create_sent_at=timezone.now())
    CampaignLink.objects.update(pause_kind="outage", paused_until=later, pause_count=3)
    SalesforceOrg.objects.update(state=SalesforceOrg.State.PAUSED, paused_until=later)
    assert world.drain().runs == 0

    world.drain(ignores_waits=True)

    assert world.ends() == {"p1": ("synced", "")}


def test_ignoring_waits_never_touches_what_a_person_paused_or_closed(world: World) -> None:
    world.receive(someone("p1"))
    for state in (CampaignLink.LinkState.PAUSED, CampaignLink.LinkState.CLOSED):
        world.configure(state=state)
        assert world.drain(ignores_waits=True).runs == 0


def test_ignoring_waits_ends_after_three_passes_that_bring_nothing(world: World) -> None:
    world.receive(someone("p1"))
    world.fault({"status": 503}, times=100, kind="composite")

    report = world.drain(ignores_waits=True)

    assert (report.runs, world.ends()) == (drain.IDLE_PASSES, {"p1": ("pending", "")})


def test_links_come_by_best_priority_and_then_by_longest_wait(db: None) -> None:
    org = SalesforceOrgFactory.create()
    first, second, third = (CampaignLinkFactory.create(org=org) for _ in range(3))
    now = timezone.now()
    backfill = OutboxEntry.Priorities.BACKFILL
    OutboxEntryFactory.create(link=third, available_at=now - timedelta(hours=3), priority=backfill)
    OutboxEntryFactory.create(link=second, available_at=now - timedelta(hours=1))
    OutboxEntryFactory.create(link=first, available_at=now - timedelta(hours=2))
    OutboxEntryFactory.create(link=first, available_at=now - timedelta(hours=5), priority=backfill)

    assert drain._links(ForegroundTerms()) == [first.pk, second.pk, third.pk]


def test_two_drains_of_one_link_send_nothing_twice(world: World, brisk: None) -> None:
    world.receive(*(someone(f"p{n}", "Ada", f"Number{n}") for n in range(5)))

    def other() -> None:
        try:
            drain_link(world.link.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=other) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(world.rows("Lead")) == 6
    assert len(world.members()) == 5
