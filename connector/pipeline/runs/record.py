"""Record how a run ended: entries, attempts and the run itself, in one transaction under the claim's token."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from connector.core.outcomes import SUCCESSES, EntryState, Note, Outcome, Reason
from connector.core.participant import Json
from connector.core.retry import MAX_ATTEMPTS, backoff
from connector.core.schema import SObject
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.bulk import update_rows
from connector.pipeline.outbox.claim import Claim, ClaimLostError, db_now
from connector.pipeline.outbox.lasting import lasting_notes
from connector.pipeline.outbox.storage import wait_for_room
from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.logged import Asked, attempt_of, close_run, failed_alone, log_attempts
from connector.pipeline.runs.memberships import keep_beside, keep_membership
from connector.pipeline.runs.result import Result, Stop
from connector.pipeline.watching.delay import delay_ms

MAX_TIMEOUTS = 10
"""Timeouts of an entry that was sent alone, after which it fails as exhausted."""


ENTRY_COLUMNS = [
    "state", "reason", "last_outcome", "error_code", "error_message", "notes", "candidates", "available_at",
    "dirty_since", "attempt_count", "expired_count", "timeout_count", "claim_token", "claimed_generation",
    "lease_expires_at", "create_sent_at", "create_sent_email",
    "person_type", "person_id", "member_id", "created_by_us", "matched_email",
    "matched_last_name", "same_person_of", "sent_hash", "sent_person_hash",
    "sent_values", "sent_label", "member_label", "synced_state", "last_read_at",
    "last_synced_at", "is_forced", "is_correction", "requested_by", "request_reason",
    "synced_generation",
]  # fmt: skip


def record_run(run: SyncRun, claim: Claim, result: Result) -> Counter[str]:
    """Store the ends of a run; returns {outcome: entries}.

    Every end compares generations: an entry that changed while it was being sent is due again at once, whatever the
    outcome. Entries without an end are released as they were before the claim. Raises ClaimLostError, having written
    nothing, when another worker has the entries.
    """
    with transaction.atomic():
        entries = list(_held(claim))
        if not entries and len(claim.entry_ids) > result.released_early:
            raise ClaimLostError
        _record(run, claim, result, entries=entries)
        outcomes = SyncAttempt.objects.filter(run=run).order_by().values_list("outcome").annotate(Count("pk"))
        counts = Counter(dict(outcomes))
        close_run(run, counts, result=result, now=db_now(), entry_count=len(entries) + result.released_early)
    return counts


def record_some(run: SyncRun, claim: Claim, result: Result, *, entry_ids: Collection[int]) -> set[int]:
    """Store the ends of some entries while the run goes on with the others; those without an end are released.

    Returns the entries that the claim had and has no more.
    """
    with transaction.atomic():
        entries = list(_held(claim).filter(pk__in=entry_ids))
        _record(run, claim, result, entries=entries)
    return {entry.pk for entry in entries}


def _held(claim: Claim) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.select_for_update(no_key=True).filter(claim_token=claim.token).order_by("pk")


def _record(run: SyncRun, claim: Claim, result: Result, *, entries: Sequence[OutboxEntry]) -> None:
    now, batch_size = db_now(), len(claim.entry_ids)
    attempts = [_record_entry(entry, result, now=now, batch_size=batch_size) for entry in entries]
    update_rows(entries, columns=ENTRY_COLUMNS)
    keep_beside(result.beside)
    link = CampaignLink.objects.get(pk=claim.link_id)
    logged = [attempt for attempt in attempts if attempt is not None]
    log_attempts(logged, run=run, link=link, result=result, started_at=claim.claimed_at)


def _record_entry(entry: OutboxEntry, result: Result, *, now: datetime, batch_size: int) -> SyncAttempt | None:
    end = result.ends.get(entry.pk)
    generation = entry.claimed_generation or 0
    asked = Asked(entry.requested_by, entry.request_reason)
    if end is None:
        _release(entry, result, now=now, batch_size=batch_size)
        end = result.stopped.get(entry.pk)
        if entry.state == EntryState.FAILED:
            return failed_alone(entry, generation, asked)
        return attempt_of(entry, end, generation=generation, asked=asked) if end is not None else None
    delay = delay_ms(entry, now=now) if end.outcome in SUCCESSES else None
    _keep_what_was_done(entry, end, now=now)
    if end.outcome in SUCCESSES or entry.pk in result.looked_up:  # who was left out or held may exist all the same
        entry.create_sent_at, entry.create_sent_email = None, ""
    _enter_state(entry, end, generation=generation, now=now)
    _drop_claim(entry)
    attempt = attempt_of(entry, end, generation=generation, asked=asked)
    attempt.delay_ms = delay
    return attempt


def _keep_what_was_done(entry: OutboxEntry, end: EntryEnd, *, now: datetime) -> None:
    entry.last_outcome = end.outcome.value
    entry.error_code, entry.error_message = end.code[:80], end.message[:500]
    entry.notes, entry.candidates = _notes(entry, end), list(end.candidates)
    _keep_record(entry, end)
    if end.was_read:
        entry.last_read_at = now


def _notes(entry: OutboxEntry, end: EntryEnd) -> list[Mapping[str, Json]]:
    """Return what an admin should know; where the record was not looked at, what was noted last still holds."""
    lasting = lasting_notes(entry)
    if end.was_read or end.outcome not in SUCCESSES:
        return [*lasting, *end.notes]
    is_untouched = end.outcome is Outcome.UNCHANGED
    kept = [note for note in entry.notes if is_untouched or note in lasting or note["code"] == Note.FIELD_DROPPED.value]
    return kept + [note for note in end.notes if note not in kept]


def _keep_record(entry: OutboxEntry, end: EntryEnd) -> None:
    """Remember whose record this is and what it holds from us, also where the run stopped before its end."""
    former_id = entry.member_id
    if end.ref is not None:
        is_same_record = entry.person_id == end.ref.id
        entry.created_by_us = end.created_by_us or (entry.created_by_us and is_same_record)
        entry.sent_values = {**_still_sent(entry, end, is_same_record=is_same_record), **end.sent_values}
        entry.person_type, entry.person_id = end.ref.type.value, end.ref.id
        entry.matched_email, entry.matched_last_name = end.matched_email, end.matched_last_name[:255]
        entry.member_id = end.member_id or (entry.member_id if is_same_record else "")
        entry.same_person_of_id = end.same_person_of
    if end.label:
        entry.sent_label = end.label
    keep_membership(entry, end, former_id=former_id)


def _still_sent(entry: OutboxEntry, end: EntryEnd, *, is_same_record: bool) -> dict[str, Json]:
    """Return what an entry's record and member hold from earlier runs; a member stays when its record is merged."""
    if is_same_record:
        return dict(entry.sent_values)
    is_same_member = bool(end.member_id) and entry.member_id == end.member_id
    prefix = f"{SObject.CAMPAIGN_MEMBER.value}."
    return {path: value for path, value in entry.sent_values.items() if is_same_member and path.startswith(prefix)}


def _enter_state(entry: OutboxEntry, end: EntryEnd, *, generation: int, now: datetime) -> None:
    entry.reason = ""
    if end.outcome in SUCCESSES:
        _enter_synced(entry, end, generation=generation, now=now)
    elif end.outcome is Outcome.RETRYING:
        _enter_retrying(entry, now=now)
    else:
        entry.state = EntryState(end.outcome.value).value
        entry.reason = end.reason
        entry.sent_hash = ""
    entry.expired_count = entry.timeout_count = 0
    if entry.generation <= generation and end.outcome is not Outcome.RETRYING:
        _forget_request(entry)
    _compare_generations(entry, generation=generation, now=now)


def _enter_synced(entry: OutboxEntry, end: EntryEnd, *, generation: int, now: datetime) -> None:
    entry.state = EntryState.SYNCED.value
    entry.synced_generation = generation
    entry.sent_hash, entry.sent_person_hash = end.sent_hash, end.sent_person_hash
    entry.last_synced_at = now
    entry.attempt_count = 0
    entry.dirty_since = None
    if end.target is not None:
        entry.synced_state = end.target.value


def _forget_request(entry: OutboxEntry) -> None:
    """Drop what a person asked for, once it was carried out; what was asked for during the run is still to be done."""
    entry.is_forced = entry.is_correction = False
    entry.requested_by = entry.request_reason = ""


def _enter_retrying(entry: OutboxEntry, *, now: datetime) -> None:
    entry.sent_hash = ""
    if entry.attempt_count >= MAX_ATTEMPTS:
        entry.state, entry.reason = EntryState.FAILED.value, Reason.EXHAUSTED.value
        entry.last_outcome = Outcome.FAILED.value
        return
    entry.state = EntryState.RETRYING.value
    entry.available_at = now + backoff(entry.attempt_count, spread=random.uniform(0.8, 1.2))  # noqa: S311 - jitter


def _compare_generations(entry: OutboxEntry, *, generation: int, now: datetime) -> None:
    if entry.generation <= generation:
        return
    entry.state, entry.reason = EntryState.PENDING.value, ""
    entry.available_at, entry.attempt_count = now, 0
    entry.dirty_since = entry.dirty_since or now


def _drop_claim(entry: OutboxEntry) -> None:
    entry.claim_token = entry.claimed_generation = entry.lease_expires_at = None


def _release(entry: OutboxEntry, result: Result, *, now: datetime, batch_size: int) -> None:
    """Give an entry back as it was; what was created for it in this run is kept."""
    stop = result.stop or Stop()
    generation = entry.claimed_generation or 0
    if entry.pk in result.stopped:
        _keep_record(entry, result.stopped[entry.pk])
        entry.sent_hash = ""
    if entry.pk in result.looked_up - result.unclear:
        entry.create_sent_at, entry.create_sent_email = None, ""
    entry.attempt_count = max(0, entry.attempt_count - 1)
    entry.state = EntryState.RETRYING.value if entry.attempt_count else EntryState.PENDING.value
    entry.expired_count = 0
    entry.timeout_count = entry.timeout_count + 1 if stop.is_timeout else 0
    if batch_size == 1 and (stop.is_bug or entry.timeout_count >= MAX_TIMEOUTS):
        entry.state = EntryState.FAILED.value
        entry.reason = (Reason.INTERNAL if stop.is_bug else Reason.EXHAUSTED).value
        entry.error_code, entry.error_message = stop.code[:80], stop.message[:500]
        entry.last_outcome = Outcome.FAILED.value
    elif entry.pk in result.without_room:
        wait_for_room(entry, message=result.without_room[entry.pk], now=now)
    _compare_generations(entry, generation=generation, now=now)
    _drop_claim(entry)
