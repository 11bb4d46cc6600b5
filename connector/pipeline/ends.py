"""Say how each claimed entry of a run ended, as values that are recorded afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.errors import ErrorKind, RowError
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.participant import Json, text_of
from connector.core.plan import PersonPlan, Write
from connector.core.rows import PersonRecord, PersonRef
from connector.core.schema import SObject
from connector.core.screen import Person, Verdict
from connector.core.state import State
from connector.pipeline.writing import Progress


@dataclass(frozen=True, slots=True)
class Hashes:
    """What recognises later that nothing changed: of everything, and of the person alone."""

    everything: str
    person: str


@dataclass(frozen=True, slots=True)
class EntryEnd:
    """How one entry ended in one run."""

    outcome: Outcome
    reason: str = ""
    code: str = ""
    message: str = ""
    ref: PersonRef | None = None
    member_id: str = ""
    created_by_us: bool = False
    matched_email: str = ""
    matched_last_name: str = ""
    person_operation: Operation = Operation.NONE
    member_operation: Operation = Operation.NONE
    changes: Mapping[str, list[Json]] = field(default_factory=dict)
    """{"Object.Field": [before, after]}."""
    sent_values: Mapping[str, Json] = field(default_factory=dict)
    """{"Object.Field": value} written in this run."""
    label: str = ""
    target: State | None = None
    notes: Sequence[Mapping[str, Json]] = ()
    candidates: Sequence[Mapping[str, Json]] = ()
    same_person_of: int | None = None
    sent_hash: str = ""
    sent_person_hash: str = ""
    was_read: bool = False
    keeps_unclear: bool = False
    """What was sent may still come into effect."""


def end_by_verdict(verdict: Verdict, candidates: Sequence[PersonRecord] = ()) -> EntryEnd:
    """End an entry for which nothing is written."""
    return EntryEnd(
        outcome=verdict.outcome,
        reason=verdict.reason.value,
        code=verdict.code,
        message=verdict.detail,
        candidates=[_candidate(record) for record in candidates],
    )


def _candidate(record: PersonRecord) -> dict[str, Json]:
    return {
        "type": record.ref.type.value,
        "id": record.ref.id,
        "name": f"{record.first_name} {record.last_name}".strip(),
        "company": record.company,
        "last_activity_at": record.last_activity_at,
        "is_member": record.member is not None,
    }


RETRIED_KINDS = frozenset(
    {
        ErrorKind.RETRYABLE,
        ErrorKind.SIBLING,
        ErrorKind.REMOTE_UNAVAILABLE,
        ErrorKind.LIMIT,
        ErrorKind.RECORD_GONE,
        ErrorKind.CONVERTED_LEAD,
        ErrorKind.ALREADY_MEMBER,
        ErrorKind.FIELD_GONE,
        ErrorKind.TOO_MUCH_AT_ONCE,
    }
)
"""Errors of a row that a second pass with a fresh read may not meet again."""


def lasting_error(errors: Sequence[RowError]) -> RowError | None:
    """Return the error that no second try will cure, None where there is none."""
    return next((error for error in errors if error.kind not in RETRIED_KINDS), None)


def end_by_progress(progress: Progress, *, hashes: Hashes, target: State | None) -> EntryEnd:
    """End an entry whose person was planned and, where anything differed, written."""
    plan, errors = progress.plan, progress.errors
    error = lasting_error(errors) or (errors[0] if errors else None)
    outcome = _outcome(progress, error)
    sent = _written(progress)
    return EntryEnd(
        outcome=outcome,
        reason=Reason.REFUSED_BY_SALESFORCE.value if outcome is Outcome.FAILED else "",
        code=error.code if error else "",
        message=error.message if error else "",
        ref=progress.ref,
        member_id=progress.member_id,
        created_by_us=progress.created_person,
        matched_email=plan.person.email,
        matched_last_name=text_of(plan.person.values(), "last_name"),
        person_operation=plan.record.operation if progress.is_person_written else Operation.NONE,
        member_operation=plan.member.operation if progress.is_member_written else Operation.NONE,
        changes={path: [before, after] for path, (before, after) in sent.items()},
        sent_values={path: after for path, (_before, after) in sent.items()},
        label=plan.label if progress.is_member_written else "",
        target=target,
        notes=[_note(note, plan) for note in plan.notes],
        sent_hash="" if error else hashes.everything,
        sent_person_hash=hashes.person,
        was_read=progress.was_read,
    )


def _outcome(progress: Progress, error: RowError | None) -> Outcome:
    if error is not None:
        return Outcome.RETRYING if error.kind in RETRIED_KINDS else Outcome.FAILED
    if progress.created_person or progress.created_member:
        return Outcome.CREATED
    return Outcome.UPDATED if progress.wrote else Outcome.UNCHANGED


def _written(progress: Progress) -> dict[str, tuple[Json, Json]]:
    written: dict[str, tuple[Json, Json]] = {}
    if progress.is_person_written and progress.ref is not None:
        written |= _paths(progress.ref.type.value, progress.plan.record)
    if progress.is_member_written:
        written |= _paths(SObject.CAMPAIGN_MEMBER.value, progress.plan.member)
    return written


def _paths(sobject: str, write: Write) -> dict[str, tuple[Json, Json]]:
    return {f"{sobject}.{name}": (write.before.get(name), value) for name, value in write.values.items()}


def _note(note: Note, plan: PersonPlan) -> dict[str, Any]:
    if note in (Note.KEPT_MANUAL, Note.STATUS_NOT_LOWERED):
        target = plan.person.lead_row.known.state
        return {"code": note.value, "kept": plan.held_label, "state": target.value if target else ""}
    return {"code": note.value}


def spread(person: Person, end: EntryEnd) -> dict[int, EntryEnd]:
    """Give every claimed row of a person its end; only the first carries what was changed."""
    ends: dict[int, EntryEnd] = {}
    for row in person.claimed:
        other = person.lead_row.id
        is_leader = row.id == other
        ends[row.id] = end if is_leader else _as_same_person(end, leader_id=other, is_first=not ends)
    return ends


def _as_same_person(end: EntryEnd, *, leader_id: int, is_first: bool) -> EntryEnd:
    note = {"code": Note.SAME_PERSON.value}
    if is_first:
        return replace(end, same_person_of=leader_id, notes=[*end.notes, note])
    return replace(
        end,
        outcome=Outcome.UNCHANGED if end.outcome in (Outcome.CREATED, Outcome.UPDATED) else end.outcome,
        same_person_of=leader_id,
        notes=[*end.notes, note],
        changes={},
        person_operation=Operation.NONE,
        member_operation=Operation.NONE,
    )
