"""Claims: who gets which entries, for how long, and what a worker may write that has lost them."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django_q.models import OrmQ

from connector.core.outcomes import EntryState, Outcome
from connector.core.retry import MAX_ATTEMPTS
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.outbox.claim import (
    BACKFILL,
    Claim,
    ClaimLostError,
    ClaimTerms,
    NothingClaimed,
    claim_batch,
    db_now,
    mark_create_sent,
    renew_lease,
)
from connector.pipeline.runs.batch import load_batch
from connector.pipeline.runs.drain import drain_link
from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.record import record_run, record_some
from connector.pipeline.runs.result import Result, Stop
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SyncRunFactory
from tests.races.threads import at_once, in_background
from tests.world import World

pytestmark = [pytest.mark.both, pytest.mark.django_db(transaction=True)]

CREATED = EntryEnd(Outcome.CREATED)


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create()


def entries(link: CampaignLink, count: int, **columns: Any) -> list[OutboxEntry]:
    return OutboxEntryFactory.create_batch(count, link=link, **columns)


def claimed(link: CampaignLink, **terms: Any) -> Claim:
    claim = claim_batch(link.pk, ClaimTerms(**terms))
    assert isinstance(claim, Claim)
    return claim


def let_lease_run_out(**which: Any) -> None:
    OutboxEntry.objects.filter(state=EntryState.CLAIMED, **which).update(
        lease_expires_at=timezone.now() - timedelta(seconds=1)
    )


def states(link: CampaignLink) -> list[str]:
    return list(OutboxEntry.objects.filter(link=link).order_by("pk").values_list("state", flat=True))


def record(claim: Claim, ends: dict[int, EntryEnd], **result: Any) -> Any:
    link = CampaignLink.objects.get(pk=claim.link_id)
    return record_run(SyncRunFactory.create(link=link), claim, Result(ends=ends, **result))


def test_two_claimers_of_one_link_never_share_an_entry(link: CampaignLink) -> None:
    entries(link, 20)

    outcomes = at_once(lambda: claim_batch(link.pk), lambda: claim_batch(link.pk))

    claims = [one for one in outcomes if isinstance(one, Claim)]
    assert len(claims) == 1
    assert len(claims[0].entry_ids) == 20
    assert NothingClaimed.BUSY in outcomes


def test_a_link_in_work_is_busy_even_for_entries_that_are_free(link: CampaignLink) -> None:
    entries(link, 3)
    claimed(link, size=1)

    assert claim_batch(link.pk) is NothingClaimed.BUSY


def test_links_of_different_emails_are_claimed_beside_each_other(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    entries(link, 2)
    entries(other, 2)

    outcomes = at_once(lambda: claim_batch(link.pk), lambda: claim_batch(other.pk))

    assert [len(one.entry_ids) for one in outcomes if isinstance(one, Claim)] == [2, 2]


def test_an_email_in_a_live_claim_of_another_link_is_left_out(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    entries(link, 1, email_key="shared@example.org")
    entries(other, 1, email_key="shared@example.org")
    [free] = entries(other, 1, email_key="free@example.org")
    claimed(link)

    assert claimed(other).entry_ids == (free.pk,)


def test_two_claimers_at_once_never_hold_one_email(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    for one in (link, other):
        for number in range(10):
            OutboxEntryFactory.create(link=one, email_key=f"shared{number}@example.org")

    at_once(lambda: claim_batch(link.pk), lambda: claim_batch(other.pk))

    held = OutboxEntry.objects.filter(state=EntryState.CLAIMED).values_list("email_key", flat=True)
    assert len(held) == len(set(held)) == 10


def test_an_email_that_changes_during_the_run_stays_with_its_worker(link: CampaignLink) -> None:
    """The run goes on under the old one: nobody else may create that person beside it."""
    other = CampaignLinkFactory.create(org=link.org)
    entries(link, 1, email_key="old@example.org")
    [waiting] = entries(other, 1, email_key="old@example.org")
    claim = claimed(link)
    OutboxEntry.objects.filter(link=link).update(email_key="new@example.org", generation=F("generation") + 1)

    meanwhile = claim_batch(other.pk)
    record(claim, dict.fromkeys(claim.entry_ids, CREATED))

    assert meanwhile is NothingClaimed.BUSY
    assert claimed(other).entry_ids == (waiting.pk,)


def test_an_email_that_changes_after_an_unclear_create_holds_others_off(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    [entry] = entries(link, 1, email_key="old@example.org")
    entries(other, 1, email_key="old@example.org")
    mark_create_sent(claimed(link), [entry.pk])
    let_lease_run_out()
    OutboxEntry.objects.filter(link=link).update(email_key="new@example.org", generation=F("generation") + 1)

    assert claim_batch(other.pk) is NothingClaimed.EMPTY


def test_an_email_that_changes_before_the_run_begins_is_left_to_the_next_run(link: CampaignLink) -> None:
    moved, stays = entries(link, 2)
    claim = claimed(link)
    OutboxEntry.objects.filter(pk=moved.pk).update(email_key="new@example.org", generation=F("generation") + 1)

    batch = load_batch(link.pk, claim.entry_ids)
    record(claim, {stays.pk: CREATED})

    assert list(batch.entries) == [stays.pk]
    assert states(link) == [EntryState.PENDING, EntryState.SYNCED]


def test_with_only_shared_emails_left_the_link_is_busy_not_empty(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    entries(link, 1, email_key="shared@example.org")
    entries(other, 1, email_key="shared@example.org")
    claimed(link)

    assert claim_batch(other.pk) is NothingClaimed.BUSY


def test_an_email_of_another_organisation_is_another_person(link: CampaignLink) -> None:
    elsewhere = CampaignLinkFactory.create()
    entries(link, 1, email_key="shared@example.org")
    entries(elsewhere, 1, email_key="shared@example.org")
    claimed(link)

    assert len(claimed(elsewhere).entry_ids) == 1


def test_entries_without_email_hold_nobody_up(link: CampaignLink) -> None:
    other = CampaignLinkFactory.create(org=link.org)
    entries(link, 1, email_key="")
    entries(other, 1, email_key="")
    claimed(link)

    assert len(claimed(other).entry_ids) == 1


def test_an_expired_lease_is_claimed_again_and_counted(link: CampaignLink) -> None:
    entries(link, 3)
    first = claimed(link)
    let_lease_run_out()

    second = claimed(link)

    assert second.entry_ids == first.entry_ids
    assert second.token != first.token
    assert list(OutboxEntry.objects.values_list("expired_count", "attempt_count")) == [(1, 2)] * 3


def test_entries_whose_lease_ran_out_twice_are_claimed_alone(link: CampaignLink) -> None:
    suspects = entries(link, 3)
    for _ in range(2):
        claimed(link)
        let_lease_run_out()

    alone = claimed(link)
    record(alone, {alone.entry_ids[0]: CREATED})
    next_one = claimed(link)

    assert [alone.entry_ids, next_one.entry_ids] == [(suspects[0].pk,), (suspects[1].pk,)]


def test_a_suspect_takes_no_neighbour_with_it(link: CampaignLink) -> None:
    healthy = entries(link, 2)
    entries(link, 1, expired_count=2)

    assert claimed(link).entry_ids == tuple(entry.pk for entry in healthy)


def test_a_late_completion_writes_nothing(link: CampaignLink) -> None:
    [entry] = entries(link, 1)
    late = claimed(link)
    let_lease_run_out()
    current = claimed(link)

    with pytest.raises(ClaimLostError):
        record(late, {entry.pk: CREATED})

    entry.refresh_from_db()
    assert (entry.state, entry.claim_token) == (EntryState.CLAIMED, current.token)
    assert not SyncAttempt.objects.exists()


def test_a_worker_that_lost_its_claim_may_not_call(link: CampaignLink) -> None:
    entries(link, 1)
    late = claimed(link)
    let_lease_run_out()
    claimed(link)

    with pytest.raises(ClaimLostError):
        renew_lease(late)


def test_a_lease_that_ran_out_is_not_revived(link: CampaignLink) -> None:
    """Another link's worker may hold the same emails since then."""
    entries(link, 1)
    late = claimed(link)
    let_lease_run_out()

    with pytest.raises(ClaimLostError):
        renew_lease(late)


def test_a_worker_that_lost_its_claim_notes_no_create(link: CampaignLink) -> None:
    [entry] = entries(link, 1)
    late = claimed(link)
    let_lease_run_out()
    claimed(link)

    mark_create_sent(late, [entry.pk])

    entry.refresh_from_db()
    assert entry.create_sent_at is None


@pytest.mark.parametrize(
    "end",
    [
        CREATED,
        EntryEnd(Outcome.LEFT_OUT, reason="no_email"),
        EntryEnd(Outcome.NEEDS_ANSWER, reason="ambiguous"),
        EntryEnd(Outcome.FAILED, reason="refused_by_salesforce"),
        EntryEnd(Outcome.RETRYING),
        None,
    ],
    ids=lambda end: end.outcome.value if end else "released",
)
def test_a_change_during_the_run_is_sent_again_whatever_the_outcome(link: CampaignLink, end: EntryEnd | None) -> None:
    [entry] = entries(link, 1, attempt_count=4)
    claim = claimed(link)
    OutboxEntry.objects.update(generation=F("generation") + 1)

    record(claim, {entry.pk: end} if end else {}, stop=None if end else Stop(code="timeout"))

    entry.refresh_from_db()
    assert (entry.state, entry.reason, entry.claim_token) == (EntryState.PENDING, "", None)
    assert entry.available_at <= timezone.now()
    assert entry.attempt_count == 0
    assert entry.synced_generation == (1 if end is CREATED else 0)


def test_a_change_between_choosing_and_claiming_is_part_of_the_claim(link: CampaignLink) -> None:
    [entry] = entries(link, 1, generation=7)
    claim = claimed(link)

    record(claim, {entry.pk: CREATED})

    entry.refresh_from_db()
    assert (entry.state, entry.synced_generation) == (EntryState.SYNCED, 7)


def test_an_unclear_create_waits_until_it_is_settled(link: CampaignLink, settings: Any) -> None:
    settings.SALESFORCE_SETTLE_SECONDS = 600
    [entry] = entries(link, 1, create_sent_at=timezone.now())

    waiting = claim_batch(link.pk)
    OutboxEntry.objects.update(create_sent_at=timezone.now() - timedelta(seconds=601))

    assert waiting is NothingClaimed.EMPTY
    assert claimed(link).entry_ids == (entry.pk,)


def test_an_operator_may_skip_the_settling(link: CampaignLink) -> None:
    entries(link, 1, create_sent_at=timezone.now(), available_at=timezone.now() + timedelta(hours=1))

    assert len(claimed(link, ignores_waits=True).entry_ids) == 1


def test_a_killed_create_waits_after_its_lease_too(link: CampaignLink) -> None:
    [entry] = entries(link, 1)
    mark_create_sent(claimed(link), [entry.pk])
    let_lease_run_out()

    assert claim_batch(link.pk) is NothingClaimed.EMPTY


def test_an_entry_that_ended_while_it_was_chosen_is_not_claimed(postgresql: None, link: CampaignLink) -> None:
    """The worker with the expired lease still records its end, in the moment in which another one claims."""
    [entry] = entries(link, 1)
    slow = claimed(link)
    let_lease_run_out()
    claims: list[Claim | NothingClaimed] = []

    def claim_meanwhile() -> None:
        claims.append(in_background(lambda: claim_batch(link.pk)))

    thread = threading.Thread(target=claim_meanwhile)
    with transaction.atomic():
        record(slow, {entry.pk: CREATED})
        thread.start()
        _wait_until_somebody_waits_for_us()
    thread.join(10)

    entry.refresh_from_db()
    assert entry.state == EntryState.SYNCED
    assert claims == [NothingClaimed.EMPTY]


def _wait_until_somebody_waits_for_us() -> None:
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits for a lock of this transaction")


def test_steady_webhooks_do_not_look_like_nothing_to_do(postgresql: None, world: World) -> None:
    """An insert holds a key-share lock on its link; a claim that skipped locked links would find nothing."""
    world.receive({"id": "p0", "email": "p0@example.org", "lastName": "Zero", "registered": True})
    with transaction.atomic():
        world.receive({"id": "p1", "email": "p1@example.org", "lastName": "One", "registered": True})
        claim = in_background(lambda: claim_batch(world.link.pk))

    assert isinstance(claim, Claim)
    assert len(claim.entry_ids) == 1


def test_every_webhook_beside_a_stream_of_claims_is_claimed_once(world: World) -> None:
    count = 40
    taken: list[int] = []
    is_over = threading.Event()

    def receive() -> None:
        try:
            for number in range(count):
                said = {"id": f"p{number}", "email": f"p{number}@example.org", "lastName": "N", "registered": True}
                world.receive(said)
        finally:
            is_over.set()

    def claim_all() -> None:
        while True:
            is_last = is_over.is_set()
            claim = claim_batch(world.link.pk)
            if isinstance(claim, Claim):
                taken.extend(claim.entry_ids)
                record(claim, dict.fromkeys(claim.entry_ids, CREATED))
            elif is_last and claim is NothingClaimed.EMPTY:
                return
            else:
                time.sleep(0.005)  # a drain that found nothing ends; SQLite lets who spins keep others from writing

    at_once(receive, claim_all, claim_all)

    assert sorted(taken) == sorted(OutboxEntry.objects.values_list("pk", flat=True))
    assert states(world.link) == [EntryState.SYNCED] * count


def test_paused_and_closed_links_are_not_sending(link: CampaignLink) -> None:
    entries(link, 1)
    CampaignLink.objects.update(paused_until=db_now() + timedelta(minutes=1), pause_kind="outage")
    paused = claim_batch(link.pk)
    CampaignLink.objects.update(paused_until=None, pause_kind="", state=CampaignLink.LinkState.CLOSED)

    assert [paused, claim_batch(link.pk)] == [NothingClaimed.NOT_SENDING] * 2


def test_a_drain_of_a_link_in_work_asks_for_no_other_drain(link: CampaignLink) -> None:
    """Whoever holds the link looks again itself; asking anew would go round and round until its run ends."""
    entries(link, 2)
    claimed(link, size=1)

    drain_link(link.pk)

    assert not OrmQ.objects.exists()


def test_a_drain_that_waits_for_a_create_to_settle_asks_for_no_other_drain(link: CampaignLink) -> None:
    entries(link, 1, create_sent_at=timezone.now())

    drain_link(link.pk)

    assert not OrmQ.objects.exists()
    assert not SyncRun.objects.exists()


def test_an_entry_that_loses_its_worker_over_and_over_is_given_up(link: CampaignLink) -> None:
    [entry] = entries(link, 1)
    for _ in range(MAX_ATTEMPTS):
        claimed(link)
        let_lease_run_out()
    [neighbour] = entries(link, 1)

    claim = claimed(link)

    entry.refresh_from_db()
    assert (entry.state, entry.reason, entry.error_code) == ("failed", "exhausted", "worker_lost")
    assert claim.entry_ids == (neighbour.pk,)


# a claim within a backfill claim, by the same worker


def test_live_entries_of_a_held_link_can_be_claimed_within_by_its_worker_alone(link: CampaignLink) -> None:
    entries(link, 3, priority=BACKFILL)
    outer = claimed(link)
    [live] = entries(link, 1)

    assert claim_batch(link.pk) is NothingClaimed.BUSY
    assert claimed(link, within=outer, takes_backfill=False).entry_ids == (live.pk,)


@pytest.mark.parametrize("column", ["claimed_email", "email_key"])
def test_emails_of_the_outer_claim_are_left_alone_within(link: CampaignLink, column: str) -> None:
    entries(link, 1, priority=BACKFILL, email_key="ada@example.org")
    outer = claimed(link)
    OutboxEntry.objects.filter(claim_token=outer.token).update(**{column: "grace@example.org"})
    entries(link, 1, email_key="grace@example.org")
    other = CampaignLinkFactory.create(org=link.org)
    entries(other, 1, email_key="ada@example.org" if column == "email_key" else "grace@example.org")

    for one in (link, other):
        assert claim_batch(one.pk, ClaimTerms(within=outer, takes_backfill=False)) is NothingClaimed.BUSY


def test_a_claim_within_keeps_the_outer_lease_alive_and_survives_its_loss(link: CampaignLink) -> None:
    entries(link, 1, priority=BACKFILL)
    outer = claimed(link)
    entries(link, 1)
    inner = claimed(link, within=outer, takes_backfill=False)
    OutboxEntry.objects.update(lease_expires_at=timezone.now() + timedelta(seconds=5))

    renew_lease(inner)
    later = OutboxEntry.objects.filter(lease_expires_at__gt=timezone.now() + timedelta(seconds=60))
    assert later.count() == 2

    let_lease_run_out(claim_token=outer.token)
    renew_lease(inner)
    with pytest.raises(ClaimLostError):
        renew_lease(outer)


def test_entries_handed_back_during_a_run_are_free_and_the_others_stay(link: CampaignLink) -> None:
    first, second = entries(link, 2, priority=BACKFILL)
    outer = claimed(link)
    run = SyncRunFactory.create(link=link)

    record_some(run, outer, Result(ends={first.pk: CREATED}), entry_ids={first.pk})

    assert states(link) == ["synced", "claimed"]
    assert record_run(run, outer, Result(ends={second.pk: CREATED}, released_early=1)) == {"created": 2}
    run.refresh_from_db()
    assert (run.entry_count, run.created_count) == (2, 2)


def test_a_backfill_run_is_larger_than_a_live_one_and_never_mixed(
    link: CampaignLink,
) -> None:
    entries(link, 4, priority=BACKFILL)
    live = entries(link, 3)

    first = claimed(link, size=2, backfill_size=3)
    record(first, dict.fromkeys(first.entry_ids, CREATED))
    second = claimed(link, size=2, backfill_size=3)
    record(second, dict.fromkeys(second.entry_ids, CREATED))

    assert (first.is_backfill, len(first.entry_ids)) == (False, 2)
    assert (second.entry_ids, second.is_backfill) == ((live[2].pk,), False)
    assert len(claimed(link, size=2, backfill_size=3).entry_ids) == 3
