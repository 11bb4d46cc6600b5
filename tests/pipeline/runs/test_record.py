"""How a run's ends are stored: states, generations, backoff and the log (architecture, section 2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState, Operation, Outcome, Reason
from connector.core.retry import MAX_ATTEMPTS
from connector.core.rows import PersonRef
from connector.core.schema import PersonType
from connector.core.state import State
from connector.models import OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.outbox.claim import Claim, ClaimLostError, ClaimTerms, claim_batch
from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.record import MAX_TIMEOUTS, record_run
from connector.pipeline.runs.result import Result, Stop
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SyncRunFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LEAD = PersonRef(PersonType.LEAD, "00Q000000000001AAA")
CREATED = EntryEnd(
    Outcome.CREATED,
    ref=LEAD,
    member_id="00v000000000001AAA",
    created_by_us=True,
    matched_email="ada@example.org",
    matched_last_name="Lovelace",
    person_operation=Operation.CREATE,
    member_operation=Operation.CREATE,
    changes={"Lead.LastName": [None, "Lovelace"]},
    sent_values={"Lead.LastName": "Lovelace"},
    label="Registered",
    target=State.REGISTERED,
    sent_hash="h",
    sent_person_hash="p",
    was_read=True,
)


def claimed(count: int = 1, **columns: Any) -> tuple[list[OutboxEntry], Claim, SyncRun]:
    link = CampaignLinkFactory.create()
    entries = OutboxEntryFactory.create_batch(count, link=link, available_at=LONG_AGO, **columns)
    claim = claim_batch(link.pk)
    assert isinstance(claim, Claim)
    return entries, claim, SyncRunFactory.create(link=link, ended_at=None)


def recorded(end: EntryEnd | None = None, *, stop: Stop | None = None, **columns: Any) -> OutboxEntry:
    [entry], claim, run = claimed(**columns)
    record_run(run, claim, Result(ends={entry.pk: end} if end else {}, stop=stop))
    return OutboxEntry.objects.get()


def test_success_stores_everything_that_the_next_run_needs() -> None:
    entry = recorded(CREATED)

    assert (entry.state, entry.reason, entry.synced_generation, entry.attempt_count) == ("synced", "", 1, 0)
    assert (entry.person_type, entry.person_id, entry.member_id) == ("Lead", LEAD.id, "00v000000000001AAA")
    assert (entry.created_by_us, entry.matched_email, entry.matched_last_name) == (True, "ada@example.org", "Lovelace")
    assert (entry.sent_hash, entry.sent_person_hash, entry.sent_values) == ("h", "p", {"Lead.LastName": "Lovelace"})
    assert (entry.sent_label, entry.synced_state) == ("Registered", "registered")
    assert (entry.claim_token, entry.claimed_generation, entry.lease_expires_at) == (None, None, None)
    assert entry.last_read_at is not None
    assert (entry.dirty_since, entry.create_sent_at) == (None, None)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_any_end_of_a_row_that_changed_meanwhile_makes_it_due_at_once(outcome: Outcome) -> None:
    [entry], claim, run = claimed()
    OutboxEntry.objects.update(generation=2)
    reason = Reason.NO_EMAIL.value if outcome in (Outcome.LEFT_OUT, Outcome.NEEDS_ANSWER, Outcome.FAILED) else ""

    record_run(run, claim, Result(ends={entry.pk: EntryEnd(outcome, reason=reason, sent_hash="h")}))

    entry.refresh_from_db()
    assert (entry.state, entry.reason, entry.attempt_count) == ("pending", "", 0)
    assert entry.available_at <= timezone.now()
    assert entry.dirty_since is not None
    assert (entry.synced_generation == 1) is (outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED))
    [attempt] = SyncAttempt.objects.all()
    assert (attempt.outcome, attempt.generation) == (outcome.value, 1), "the attempt is logged as it ended"


@pytest.mark.parametrize(("outcome", "reason"), [("left_out", Reason.NO_MATCH), ("needs_answer", Reason.AMBIGUOUS)])
def test_whoever_is_not_sent_forgets_the_hash_and_keeps_the_reason(outcome: str, reason: Reason) -> None:
    entry = recorded(EntryEnd(Outcome(outcome), reason=reason.value), sent_hash="old", is_forced=True)

    assert (entry.state, entry.reason, entry.sent_hash, entry.is_forced) == (outcome, reason.value, "", False)


def test_a_retry_waits_with_backoff_and_the_last_one_fails() -> None:
    first = recorded(EntryEnd(Outcome.RETRYING, code="UNABLE_TO_LOCK_ROW"))
    assert (first.state, first.attempt_count) == ("retrying", 1)
    assert timedelta(seconds=40) < first.available_at - timezone.now() < timedelta(seconds=73)
    OutboxEntry.objects.all().delete()

    last = recorded(EntryEnd(Outcome.RETRYING, code="UNABLE_TO_LOCK_ROW"), attempt_count=MAX_ATTEMPTS - 1)

    assert (last.state, last.reason, last.error_code) == ("failed", "exhausted", "UNABLE_TO_LOCK_ROW")
    assert SyncAttempt.objects.latest("pk").outcome == "failed"


def test_a_row_without_an_end_is_given_back_as_it_was() -> None:
    entry = recorded(stop=Stop("SERVER_UNAVAILABLE"), attempt_count=3, is_forced=True, requested_by="alice")

    assert (entry.state, entry.attempt_count, entry.is_forced, entry.requested_by) == ("retrying", 3, True, "alice")
    assert SyncAttempt.objects.count() == 0
    assert SyncRun.objects.get().error_code == "SERVER_UNAVAILABLE"


def test_what_may_still_be_carried_out_stays_unclear() -> None:
    entries, claim, run = claimed(3)
    OutboxEntry.objects.update(create_sent_at=timezone.now())
    lost, found, unread = (entry.pk for entry in entries)

    stop = Stop("timeout", is_timeout=True)
    record_run(run, claim, Result(looked_up=frozenset({lost, found}), unclear=frozenset({lost}), stop=stop))

    still = set(OutboxEntry.objects.filter(create_sent_at__isnull=False).values_list("pk", flat=True))
    assert still == {lost, unread}


def test_somebody_created_before_the_run_stopped_is_remembered_and_logged() -> None:
    [entry], claim, run = claimed()
    stopped = EntryEnd(Outcome.RETRYING, ref=LEAD, created_by_us=True, person_operation=Operation.CREATE,
                       matched_email="ada@example.org", sent_values={"Lead.LastName": "Lovelace"})  # fmt: skip

    record_run(run, claim, Result(stopped={entry.pk: stopped}, stop=Stop("SERVER_UNAVAILABLE")))

    entry.refresh_from_db()
    assert (entry.state, entry.person_id, entry.created_by_us, entry.sent_hash) == ("pending", LEAD.id, True, "")
    assert entry.sent_values == {"Lead.LastName": "Lovelace"}
    [attempt] = SyncAttempt.objects.all()
    assert (attempt.outcome, attempt.person_operation, attempt.person_id) == ("retrying", "create", LEAD.id)


def test_a_bug_is_blamed_on_no_neighbour() -> None:
    entries, claim, run = claimed(2)
    record_run(run, claim, Result(stop=Stop("internal", "KeyError", is_bug=True)))
    assert set(OutboxEntry.objects.values_list("state", "attempt_count")) == {("pending", 0)}

    alone = claim_batch(entries[0].link_id, ClaimTerms(size=1))
    assert isinstance(alone, Claim)
    record_run(run, alone, Result(stop=Stop("internal", "KeyError", is_bug=True)))

    ends = OutboxEntry.objects.order_by("-state").values_list("state", "reason", "error_code")
    assert set(ends) == {("pending", "", ""), ("failed", "internal", "internal")}


def test_alone_and_timed_out_too_often_is_exhausted() -> None:
    timed_out = Stop("timeout", "no answer", is_timeout=True)
    assert recorded(stop=timed_out, timeout_count=MAX_TIMEOUTS - 2).state == EntryState.PENDING
    OutboxEntry.objects.all().delete()

    entry = recorded(stop=timed_out, timeout_count=MAX_TIMEOUTS - 1)

    assert (entry.state, entry.reason, entry.error_code) == ("failed", "exhausted", "timeout")


def test_a_lost_claim_writes_nothing() -> None:
    [entry], claim, run = claimed()
    OutboxEntry.objects.update(state="pending", claim_token=None, claimed_generation=None, lease_expires_at=None)

    with pytest.raises(ClaimLostError):
        record_run(run, claim, Result(ends={entry.pk: CREATED}))

    entry.refresh_from_db()
    assert (entry.state, entry.person_id) == ("pending", "")
    assert SyncAttempt.objects.count() == 0


def test_another_record_starts_with_clean_memories() -> None:
    entry = recorded(
        CREATED, person_type="Contact", person_id="003000000000009AAA", sent_values={"Contact.Title": "CTO"}
    )

    assert entry.sent_values == {"Lead.LastName": "Lovelace"}


def test_the_run_counts_its_outcomes() -> None:
    entries, claim, run = claimed(3)
    ends = dict(zip([entry.pk for entry in entries], [CREATED, CREATED, EntryEnd(Outcome.UNCHANGED)], strict=True))

    assert record_run(run, claim, Result(ends=ends, api_calls=6)) == {"created": 2, "unchanged": 1}

    run.refresh_from_db()
    assert (run.created_count, run.unchanged_count, run.failed_count, run.api_calls) == (2, 1, 0, 6)
    assert (run.entry_count, run.error_code) == (3, "")
    assert run.ended_at is not None


def test_what_was_noted_stays_where_nothing_was_looked_at() -> None:
    dropped = [{"code": "field_dropped"}]

    assert recorded(EntryEnd(Outcome.UNCHANGED), notes=dropped).notes == dropped
    OutboxEntry.objects.all().delete()
    assert recorded(EntryEnd(Outcome.UPDATED, was_read=True), notes=dropped).notes == []
