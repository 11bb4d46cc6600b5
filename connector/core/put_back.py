"""Decide which logged values may be put back: only where Salesforce still holds what we wrote."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.core.convert import is_blank, same_value
from connector.core.mapping import unticks
from connector.core.outcomes import Operation
from connector.core.participant import Json
from connector.core.rows import PersonRef
from connector.core.schema import FieldSpec, SObject

STATUS = "Status"
"""The one member field whose value is a label of the campaign."""
_NEVER_CLEARED = frozenset({"Email", STATUS})
"""Without its email a person would be created a second time; a membership always has a status."""


class Kept(StrEnum):
    """Why a value stays as it is in Salesforce."""

    ALREADY_BACK = "already_back"
    """Salesforce holds the earlier value."""
    CHANGED_SINCE = "changed_since"
    """A colleague, or a later run, wrote another value."""
    CREATED = "created"
    """Written when the record came into being: there is no earlier value, and nothing is ever deleted."""
    RECORD_GONE = "record_gone"
    """Deleted, merged or converted, or not visible to the integration user."""
    NOT_WRITABLE = "not_writable"
    """The field is gone, or the integration user may not write it."""
    VALUE_REQUIRED = "value_required"
    """It was empty, and Salesforce demands a value."""
    LABEL_GONE = "label_gone"
    """The campaign has no such status any more."""
    OPT_OUT = "opt_out"
    """It would take back that a person opted out (rule 5.6)."""
    NOT_KNOWN = "not_known"
    """The log does not say what was there before, or of which record."""


@dataclass(frozen=True, slots=True)
class LoggedWrite:
    """What one attempt wrote, as the log has it."""

    entry_id: int
    changes: Mapping[str, list[Json]]
    """{"Object.Field": [before, after]}."""
    person: PersonRef | None = None
    member_id: str = ""
    person_operation: Operation = Operation.NONE
    member_operation: Operation = Operation.NONE


@dataclass(frozen=True, slots=True)
class Trace:
    """What the selected attempts did to one field of one record."""

    entry_id: int
    """The participant of the newest of them."""
    sobject: SObject
    record_id: str
    field: str
    before: Json
    """Before the first of them."""
    after: Json
    """After the newest of them."""
    was_created: bool = False
    """The first of them created the record."""

    @property
    def path(self) -> str:
        """The field as the log names it: "Object.Field"."""
        return f"{self.sobject.value}.{self.field}"


@dataclass(frozen=True, slots=True)
class Restore:
    """A value that is put back."""

    value: Json


def trace_fields(writes: Iterable[LoggedWrite], *, only: str = "") -> list[Trace]:
    """Follow each field of each record through attempts, the oldest first; `only` one "Object.Field" where named.

    Several attempts on one field are one way back: from what the newest wrote to what was there before the first.
    """
    traces: dict[tuple[str, str], Trace] = {}
    for write in writes:
        for path, (before, after) in write.changes.items():
            if only and path != only:
                continue
            trace = _trace(write, path, before=before, after=after)
            key = (path, trace.record_id)
            first = traces.get(key)
            if first is not None:
                trace = _join(first, trace)
            traces[key] = trace
    return list(traces.values())


def _trace(write: LoggedWrite, path: str, *, before: Json, after: Json) -> Trace:
    name, _dot, field = path.partition(".")
    sobject = SObject(name)
    is_member = sobject is SObject.CAMPAIGN_MEMBER
    person_id = write.person.id if write.person is not None and write.person.type.value == name else ""
    operation = write.member_operation if is_member else write.person_operation
    return Trace(
        entry_id=write.entry_id,
        sobject=sobject,
        record_id=write.member_id if is_member else person_id,
        field=field,
        before=before,
        after=after,
        was_created=operation is Operation.CREATE,
    )


def _join(first: Trace, newest: Trace) -> Trace:
    return Trace(
        entry_id=newest.entry_id,
        sobject=first.sobject,
        record_id=first.record_id,
        field=first.field,
        before=first.before,
        after=newest.after,
        was_created=first.was_created,
    )


def decide_restore(
    trace: Trace,
    current: Mapping[str, Json] | None,
    *,
    spec: FieldSpec | None,
    labels: Collection[str],
    clears_created: bool,
) -> Restore | Kept:
    """Say whether a field gets its earlier value; `current` is the record as it is now, None where it is gone.

    `labels` are the campaign's. With `clears_created` (one field was named: its mapping was wrong) a field of a record
    that we created is emptied where Salesforce can do without it.
    """
    if not trace.record_id:
        return Kept.NOT_KNOWN
    if current is None:
        return Kept.RECORD_GONE
    if spec is None or not spec.is_updateable:
        return Kept.NOT_WRITABLE
    if trace.was_created and not (clears_created and spec.is_nillable and spec.name not in _NEVER_CLEARED):
        return Kept.CREATED
    held, earlier = current.get(spec.name), None if trace.was_created else trace.before
    if same_value(held, earlier, spec=spec):
        return Kept.ALREADY_BACK
    if not same_value(held, trace.after, spec=spec):
        return Kept.CHANGED_SINCE
    return _refuse_value(earlier, spec=spec, trace=trace, labels=labels) or Restore(earlier)


def _refuse_value(earlier: Json, *, spec: FieldSpec, trace: Trace, labels: Collection[str]) -> Kept | None:
    if unticks(earlier, spec=spec):
        return Kept.OPT_OUT
    if trace.sobject is SObject.CAMPAIGN_MEMBER and spec.name == STATUS:
        if is_blank(earlier):
            return Kept.NOT_KNOWN
        return None if earlier in labels else Kept.LABEL_GONE
    return Kept.VALUE_REQUIRED if is_blank(earlier) and not spec.is_nillable else None
