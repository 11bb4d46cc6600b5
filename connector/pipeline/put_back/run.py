"""Carry out a put back: hold some participants, read, write back, log; then the next ones.

Concurrency. A chunk of participants is held like a worker's batch (one worker per campaign and per email), read anew
under that claim and written at once, so nothing that a worker of ours writes lies between. No HTTP runs in a
transaction. A put back that stops, however it stops, can be asked for again: what is back already stays.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.db import transaction
from django.db.models import F

from connector.core.outcomes import Note, Outcome
from connector.core.put_back import Kept, Trace
from connector.models import CampaignLink, OutboxEntry, SyncAttempt, SyncRun
from connector.pipeline.connection import connect
from connector.pipeline.outbox.claim import ClaimLostError, db_now, renew_lease
from connector.pipeline.put_back.hold import Held, held_entries, hold_when_free, release_entries
from connector.pipeline.put_back.selection import Selection, traces_by_participant
from connector.pipeline.put_back.values import Decision, values_of
from connector.pipeline.put_back.writing import Restored, attempts_of, plan_records, write_back
from connector.pipeline.runs.progress import Progress
from connector.pipeline.stops import STOPS, explain_stop

logger = logging.getLogger(__name__)

CHUNK = 500
"""Participants held at a time: about four calls, so that live work waits for seconds."""
WAIT_SECONDS = 30
"""How long a put back waits for a worker that has the campaign in hand."""
BUSY = "put_back_busy"
"""Error code: a worker had the campaign in hand all the time."""
_SAID = frozenset(Kept) - {Kept.ALREADY_BACK, Kept.CREATED}
"""Kept values that are worth a line in the log."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and why."""

    by: str
    reason: str
    wait_seconds: float = WAIT_SECONDS


@dataclass(slots=True)
class Tally:
    """What a put back came to, in values (a field of a record)."""

    restored: int = 0
    failed: int = 0
    kept: Counter[Kept] = field(default_factory=Counter)
    participants: int = 0
    api_calls: int = 0
    run_ids: list[int] = field(default_factory=list)
    stop_code: str = ""
    """What stopped it before its end; "" where nothing did."""
    stop_message: str = ""

    def add(self, other: "Tally") -> None:
        """Add another tally; what stopped is the other's."""
        self.restored += other.restored
        self.failed += other.failed
        self.kept += other.kept
        self.participants += other.participants
        self.api_calls += other.api_calls
        self.run_ids += [run_id for run_id in other.run_ids if run_id not in self.run_ids]
        self.stop_code, self.stop_message = other.stop_code, other.stop_message


Keep = Callable[[Tally, int], object]
"""Told what a chunk came to, and up to which participant everything is done, in the transaction that logs the chunk."""


@dataclass(frozen=True, slots=True)
class Job:
    """One link's part of a put back."""

    link: CampaignLink
    selection: Selection
    request: Request
    run: SyncRun | None = None
    """The run that is shown meanwhile; made with the first line of the log where none is given."""
    entry_count: int = 0
    """Participants concerned."""
    after: int = 0
    """Participants up to this id are done."""
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that is over: written, logged, released."""

    tally: Tally
    run: SyncRun | None


def open_run(job: Job) -> SyncRun:
    """Begin the run under which a put back is logged."""
    return SyncRun.objects.create(
        link=job.link,
        link_label=str(job.link)[:255],
        org_label=job.link.org.name,
        org_id_at_run=job.link.org_id,
        trigger=SyncRun.Trigger.PUT_BACK,
        requested_by=job.request.by[:150],
        started_at=db_now(),
        entry_count=job.entry_count,
    )


def run_job(job: Job, *, on_chunk: Callable[[int], object] | None = None) -> Tally:
    """Put back to the end, and end the run; call outside a transaction.

    `on_chunk` is told the number of participants done since it was called last.
    """
    total, run = Tally(), job.run
    for done in put_back_chunks(job):
        total.add(done.tally)
        run = done.run
        if on_chunk is not None:
            on_chunk(done.tally.participants)
    if run is not None:
        _close(run, total)
    return total


def put_back_chunks(job: Job) -> Iterator[Done]:
    """Put back chunk by chunk and yield what came of each; ends after one that something stopped.

    Call outside a transaction. The caller may leave between two chunks, and ends the run.
    """
    people = traces_by_participant(job.selection, job.link)
    job = replace(job, entry_count=job.entry_count or len(people))
    left = [traces for traces in people if traces[0].entry_id > job.after]
    for start in range(0, len(left), CHUNK):
        chunk = [trace for traces in left[start : start + CHUNK] for trace in traces]
        done = _put_back(job, chunk)
        yield done
        if done.tally.stop_code:
            return
        job = replace(job, run=done.run, after=chunk[-1].entry_id)


def _put_back(job: Job, traces: Sequence[Trace]) -> Done:
    entry_ids = sorted({trace.entry_id for trace in traces})
    held = hold_when_free(job.link.pk, entry_ids, wait_seconds=job.request.wait_seconds)
    if held is None:
        return Done(Tally(stop_code=BUSY), job.run)
    work = _Work(job, held, last_id=entry_ids[-1])
    work.tally.participants = len(entry_ids)
    work.tally.kept[Kept.NOT_KNOWN] += sum(trace.entry_id not in held.standing for trace in traces)
    try:
        work.send([trace for trace in traces if trace.entry_id in held.standing])
    except ClaimLostError:
        work.stop("claim_lost")
    except STOPS as exc:
        work.stop(*explain_stop(exc))
    finally:
        work.record()
    return Done(work.tally, work.run)


@dataclass(slots=True)
class _Work:
    """One chunk, and what is known of it when it stops."""

    job: Job
    held: Held
    last_id: int
    """The last participant of the chunk."""
    tally: Tally = field(default_factory=Tally)
    decisions: list[Decision] = field(default_factory=list)
    planned: list[Restored] = field(default_factory=list)
    instance_url: str = ""
    run: SyncRun | None = None

    def __post_init__(self) -> None:
        self.run = self.job.run

    def send(self, traces: Sequence[Trace]) -> None:
        """Read, decide and write; outside any transaction."""
        if not traces:
            return
        link = self.job.link
        entries = {entry.pk: entry for entry in held_entries(self.held)}
        with closing(connect.gateway_for(link.org, before_call=lambda: renew_lease(self.held.claim))) as gateway:
            self.instance_url = gateway.token.instance_url
            try:
                values = values_of(link, gateway, selection=self.job.selection)
                self.decisions = values.decide(traces)
                self.planned = plan_records(self.decisions, entries, schemas=values.schemas)
                write_back(self.planned, gateway=gateway, link=link)
            finally:
                self.tally.api_calls = gateway.calls
                connect.record_usage(link.org, gateway)

    def stop(self, code: str, message: str = "") -> None:
        """Note why this chunk, and with it the put back, went no further."""
        self.tally.stop_code, self.tally.stop_message = code, message

    def record(self) -> None:
        """Count, log, and let the participants stand where they stood; one transaction."""
        for decision in self.decisions:
            if isinstance(decision.verdict, Kept):
                self.tally.kept[decision.verdict] += 1
        for one in self.planned:
            written = 0 if one.error is not None else len(one.progress.changes)
            self.tally.restored += written
            self.tally.failed += one.count - written
        attempts = attempts_of(self.planned, code=self.tally.stop_code)
        attempts += _kept_attempts(self.decisions, self.held, attempts)
        with transaction.atomic():
            if self.job.keep is not None:  # first: whoever stops the errand locks it before its run, too
                self.job.keep(self.tally, self.job.after if self.tally.stop_code else self.last_id)
            self._log(attempts)
            self._demand_reading()
            release_entries(self.held)
        if self.run is not None:
            self.tally.run_ids = [self.run.pk]

    def _log(self, attempts: Sequence[SyncAttempt]) -> None:
        if not attempts and self.run is None:
            return
        self.run = self.run or open_run(self.job)
        now, job = db_now(), self.job
        for attempt in attempts:
            attempt.run, attempt.link, attempt.link_label = self.run, job.link, str(job.link)[:255]
            attempt.created_at, attempt.instance_url = now, self.instance_url
            attempt.duration_ms = max(0, int((now - self.held.claim.claimed_at).total_seconds() * 1000))
            attempt.requested_by, attempt.request_reason = job.request.by[:150], job.request.reason[:500]
        SyncAttempt.objects.bulk_create(attempts)
        _count(self.run, attempts, api_calls=self.tally.api_calls, seen=len(self.held.standing))

    def _demand_reading(self) -> None:
        """Let no check-in be written unread over a membership that got values back."""
        written = [one.progress for one in self.planned if not one.is_person and one.progress.wrote]
        entries = OutboxEntry.objects.filter(link=self.job.link)
        entries.filter(member_id__in=[one.member_id for one in written]).update(last_read_at=None)
        for label, same in groupby(sorted(written, key=_proved_label), key=_proved_label):
            if label:
                entries.filter(member_id__in=[one.member_id for one in same]).update(member_label=label)


def _proved_label(progress: Progress) -> str:
    """Return the status that a membership got back, "" where it got none, or where it is not certain that it has it."""
    return progress.label if progress.is_label_proved else ""


def _kept_attempts(decisions: Sequence[Decision], held: Held, written: Sequence[SyncAttempt]) -> list[SyncAttempt]:
    """Note what a colleague changed since: beside what was written, or as an attempt of its own."""
    notes: dict[int, list[dict[str, str]]] = {}
    for one in decisions:
        if one.verdict in _SAID:
            note = {"code": Note.NOT_PUT_BACK.value, "field": one.trace.path, "why": str(one.verdict)}
            notes.setdefault(one.trace.entry_id, []).append(note)
    for attempt in written:
        attempt.notes = notes.pop(attempt.entry_id or 0, [])
    entries = held_entries(held).filter(pk__in=notes)
    return [
        SyncAttempt(
            entry=entry,
            participant_key=entry.participant_key,
            email_key=entry.email_key,
            generation=entry.generation,
            outcome=Outcome.UNCHANGED.value,
            person_type=entry.person_type,
            person_id=entry.person_id,
            member_id=entry.member_id,
            notes=notes[entry.pk],
        )
        for entry in entries
    ]


def _count(run: SyncRun, attempts: Sequence[SyncAttempt], *, api_calls: int, seen: int) -> None:
    outcomes = Counter(attempt.outcome for attempt in attempts)
    SyncRun.objects.filter(pk=run.pk).update(
        api_calls=F("api_calls") + api_calls,
        updated_count=F("updated_count") + outcomes[Outcome.UPDATED.value],
        failed_count=F("failed_count") + outcomes[Outcome.FAILED.value],
        unchanged_count=F("unchanged_count") + max(0, seen - outcomes[Outcome.UPDATED] - outcomes[Outcome.FAILED]),
    )


def _close(run: SyncRun, total: Tally) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        ended_at=db_now(), error_code=total.stop_code[:80], error_message=total.stop_message[:500]
    )
    logger.info(
        "put back ended",
        extra={"run_id": run.pk, "link_id": run.link_id, "restored": total.restored, "failed": total.failed,
               "kept": sum(total.kept.values()), "stop": total.stop_code},
    )  # fmt: skip
