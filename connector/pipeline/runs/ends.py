"""Say how each claimed entry of a run ended, as values that are recorded afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.errors import ErrorKind, RowError
from connector.core.mapping import MappingRule
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.participant import Json, text_of
from connector.core.planning.plan import PersonPlan
from connector.core.planning.sent import sent_values
from connector.core.rows import PersonRecord, PersonRef
from connector.core.schema import SObject
from connector.core.screen import Person, Verdict
from connector.core.state import State
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.statuses import left_statuses, own_label, read_statuses


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
    """The status of the member where it is ours."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """{member id: the status that it has now, whoever set it, "" where it is gone} of the members that were seen."""
    target: State | None = None
    notes: Sequence[Mapping[str, Json]] = ()
    candidates: Sequence[Mapping[str, Json]] = ()
    same_person_of: int | None = None
    sent_hash: str = ""
    sent_person_hash: str = ""
    was_read: bool = False
    is_email_due: bool = False
    """The record was to get the row's email and did not: it still has the one that it was matched by."""


def end_by_plan(plan: PersonPlan, verdict: Verdict) -> EntryEnd:
    """End an entry for which nothing is written although Salesforce was asked."""
    end = end_by_verdict(verdict, plan.candidates)
    return replace(end, statuses=read_statuses(plan), was_read=plan.matched is not None)


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
        "title": str(record.values.get("Title") or ""),
        "company": record.company,
        "last_activity_at": record.last_activity_at,
        "created_at": record.created_at,
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


def end_by_progress(
    progress: Progress, *, hashes: Hashes, target: State | None, rules: Sequence[MappingRule]
) -> EntryEnd:
    """End an entry whose person was planned and, where anything differed, written."""
    plan, errors = progress.plan, progress.errors
    error = lasting_error(errors) or (errors[0] if errors else None)
    outcome = _outcome(progress, error)
    return EntryEnd(
        outcome=outcome,
        reason=Reason.REFUSED_BY_SALESFORCE.value if outcome is Outcome.FAILED else "",
        code=error.code if error else "",
        message=error.message if error else "",
        ref=progress.ref,
        member_id=progress.member_id,
        created_by_us=progress.created_person or _is_ours(progress),
        person_operation=progress.person_operation,
        member_operation=progress.member_operation,
        changes={path: [before, after] for path, (before, after) in progress.changes.items()},
        sent_values=_sent(progress, rules),
        label=own_label(progress),
        statuses=left_statuses(progress),
        target=target,
        notes=[_note(note, plan) for note in (*plan.notes, *progress.notes)],
        sent_hash="" if error else hashes.everything,
        sent_person_hash=hashes.person,
        was_read=progress.was_read,
        is_email_due="Email" in plan.record.values and not progress.is_person_written,
    )


def _is_ours(progress: Progress) -> bool:
    return any(row.created_by_us and row.person == progress.ref for row in progress.plan.person.rows)


def stop_progress(end: EntryEnd) -> EntryEnd:
    """Turn an end into that of an entry whose run stopped before everything was done."""
    return replace(end, outcome=Outcome.RETRYING, reason="", code="", message="", sent_hash="")


def _outcome(progress: Progress, error: RowError | None) -> Outcome:
    if error is not None:
        return Outcome.RETRYING if error.kind in RETRIED_KINDS else Outcome.FAILED
    if progress.has_created:
        return Outcome.CREATED
    return Outcome.UPDATED if progress.wrote else Outcome.UNCHANGED


def _sent(progress: Progress, rules: Sequence[MappingRule]) -> dict[str, Json]:
    """Return the values that are ours from now on (rule 5.1), also those that were in place already.

    Of a record that we created even the blank fields are ours, so that a value which inwink has only later arrives
    just as it would have if the worker had come later.
    """
    plan = progress.plan
    sent = sent_values([row for row in plan.person.rows if row.is_adopted and row.person == progress.ref])
    objects = [(SObject.CAMPAIGN_MEMBER.value, plan.member, progress.member_operation)]
    if progress.ref is not None:
        objects.append((progress.ref.type.value, plan.record, progress.person_operation))
    for sobject, write, operation in objects:
        if operation is Operation.CREATE:
            sent |= {rule.path: None for rule in rules if rule.sobject.value == sobject}
        sent |= {f"{sobject}.{name}": value for name, value in write.agreed.items()}
    return sent | {path: after for path, (_before, after) in progress.changes.items()}


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
        email = row.matched_email if end.is_email_due else row.email
        own = replace(end, matched_email=email, matched_last_name=text_of(row.known.values, "last_name"))
        ends[row.id] = own if row.id == other else _as_same_person(own, leader_id=other, is_first=not ends)
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
