"""What is logged of a run: one attempt an entry, and the counts of the run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.core.outcomes import Outcome, Reason
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.outbox.claim import db_now
from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.result import Result


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for an attempt, and why; "" for both where nobody did."""

    by: str
    reason: str


def failed_alone(entry: OutboxEntry, generation: int, asked: Asked) -> SyncAttempt:
    """Return the attempt of an entry that fails though its run came to no end for it."""
    end = EntryEnd(Outcome.FAILED, reason=entry.reason, code=entry.error_code, message=entry.error_message)
    return attempt_of(entry, end, generation=generation, asked=asked)


def attempt_of(entry: OutboxEntry, end: EntryEnd, *, generation: int, asked: Asked) -> SyncAttempt:
    """Return what is logged of an entry; its run, link and times are added by `log_attempts`."""
    is_exhausted = entry.reason == Reason.EXHAUSTED.value
    return SyncAttempt(
        entry=entry,
        participant_key=entry.participant_key,
        email_key=entry.email_key,
        generation=generation,
        outcome=Outcome.FAILED.value if is_exhausted else end.outcome.value,
        person_operation=end.person_operation.value,
        member_operation=end.member_operation.value,
        person_type=end.ref.type.value if end.ref else "",
        person_id=end.ref.id if end.ref else "",
        member_id=end.member_id,
        changes=dict(end.changes),
        reason=end.reason or (entry.reason if is_exhausted else ""),
        notes=list(end.notes),
        error_code=end.code[:80],
        error_message=end.message[:500],
        requested_by=asked.by,
        request_reason=asked.reason,
    )


def log_attempts(
    attempts: Iterable[SyncAttempt], *, run: SyncRun, link: CampaignLink, result: Result, started_at: datetime
) -> None:
    """Store the attempts of a run; `started_at` is the moment of its claim."""
    now = db_now()
    duration_ms = max(0, int((now - started_at).total_seconds() * 1000))
    rows = list(attempts)
    for attempt in rows:
        attempt.run, attempt.link, attempt.link_label = run, link, str(link)[:255]
        attempt.created_at, attempt.duration_ms = now, duration_ms
        attempt.instance_url = result.instance_url
    SyncAttempt.objects.bulk_create(rows)


def close_run(run: SyncRun, counts: Counter[str], *, result: Result, now: datetime, entry_count: int) -> None:
    """Store how a run ended; `counts` is {outcome: entries}."""
    for outcome in Outcome:
        setattr(run, f"{outcome.value}_count", counts[outcome.value])
    run.entry_count = entry_count
    run.api_calls = result.api_calls
    run.ended_at = now
    if result.stop is not None:
        run.error_code, run.error_message = result.stop.code[:80], result.stop.message[:500]
    run.save()
