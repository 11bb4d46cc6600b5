"""Write values back in the collections of a run, and log each as an attempt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest

from connector.core.errors import ErrorKind, RowError
from connector.core.outcomes import Operation, Outcome, Reason
from connector.core.participant import Json
from connector.core.planning.person_account import account_values
from connector.core.planning.plan import PersonPlan, Write
from connector.core.put_back import Restore
from connector.core.rows import PersonRef, Schemas
from connector.core.schema import PersonType, SObject
from connector.core.screen import Person
from connector.models import CampaignLink, OutboxEntry, SyncAttempt
from connector.pipeline.put_back.values import Decision, restored_label, restored_values
from connector.pipeline.runs.batch import row_of
from connector.pipeline.runs.ends import lasting_error
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.sizes import keep_sizes, sizes_of
from connector.pipeline.runs.writing import Writer
from connector.salesforce.gateway import Gateway

PASSES = 2
"""A row that was refused for a passing reason, such as a lock, is written once more."""


@dataclass(frozen=True, slots=True)
class Restored:
    """One record on its way back."""

    entry: OutboxEntry
    progress: Progress

    @property
    def is_person(self) -> bool:
        """Whether this is a Contact or Lead, not a membership."""
        return self.progress.plan.record.operation is Operation.UPDATE

    @property
    def count(self) -> int:
        """Values of this record."""
        plan = self.progress.plan
        return len(plan.record.values) + len(plan.member.values)

    @property
    def error(self) -> RowError | None:
        """Why the record was refused, None where it was written and, for a status, proved."""
        progress = self.progress
        if progress.errors:
            return progress.errors[0]
        if progress.plan.label and not progress.is_label_proved:
            return RowError("label_gone", progress.plan.label, ErrorKind.CONFIGURATION)
        return None


def plan_records(
    decisions: Iterable[Decision], entries: Mapping[int, OutboxEntry], *, schemas: Schemas
) -> list[Restored]:
    """Return the records that get values back; each once, however many participants it stands for."""
    restored = [one for one in decisions if isinstance(one.verdict, Restore) and one.trace.entry_id in entries]
    restored.sort(key=lambda one: one.trace.record_id)
    planned = []
    for _record_id, same in groupby(restored, key=lambda one: one.trace.record_id):
        fields = list(same)
        entry = entries[max(one.trace.entry_id for one in fields)]
        values = restored_values(fields, schemas)
        before = {name: value for one in fields for name, value in [_before(one, schemas)]}
        write = _through_account(Write(Operation.UPDATE, values=values, before=before), fields[0], schemas)
        planned.append(Restored(entry, _progress(entry, fields[0], write=write)))
    return planned


def _through_account(write: Write, decision: Decision, schemas: Schemas) -> Write:
    """Address what a Person Account gets back to its Account: its contact cannot be written (rule 2.9)."""
    account = schemas.get(SObject.ACCOUNT)
    if not decision.account_id or account is None:
        return write
    return replace(write, account_id=decision.account_id, account_values=account_values(write.values, account))


def _before(one: Decision, schemas: Schemas) -> tuple[str, Json]:
    spec = schemas[one.trace.sobject].find_field(one.trace.field)
    return (spec.name if spec is not None else one.trace.field), one.current


def _progress(entry: OutboxEntry, decision: Decision, *, write: Write) -> Progress:
    row = row_of(entry, is_claimed=True)
    person = Person(rows=(row,), email=row.email)
    trace = decision.trace
    if trace.sobject is SObject.CAMPAIGN_MEMBER:
        label = restored_label(write.values)
        plan = PersonPlan(person, ref=row.person, member=write, member_id=trace.record_id, label=label)
        return Progress(plan, ref=row.person, member_id=trace.record_id)
    ref = PersonRef(PersonType(trace.sobject.value), trace.record_id)
    return Progress(PersonPlan(person, ref=ref, record=write), ref=ref)


def write_back(planned: Sequence[Restored], *, gateway: Gateway, link: CampaignLink) -> None:
    """Write people, then memberships; what became of each stands in its progress, also when a call is lost.

    Raises SalesforceError, ConfigurationProblemError, CallAgainError.
    """
    sizes = sizes_of(link.org)
    writer = Writer(
        gateway=gateway,
        link=link,
        sizes=sizes,
        before_call=_nothing,
        before_create=_nothing_of,
        after_answer=_nothing_of,
        is_set_aside=_never,
    )
    try:
        _write_twice(writer, [one.progress for one in planned])
    finally:
        keep_sizes(link.org, sizes)


def _write_twice(writer: Writer, waiting: list[Progress]) -> None:
    for _pass in range(PASSES):
        writer.write_people(waiting)
        writer.write_members(waiting)
        waiting = [progress for progress in waiting if progress.errors and lasting_error(progress.errors) is None]
        if not waiting or _pass == PASSES - 1:
            return
        for progress in waiting:
            progress.errors.clear()


def _nothing() -> None:
    """Let the call be made."""


def _nothing_of(progresses: Sequence[Progress]) -> None:
    """Take note of nothing: nobody is created."""


def _never(progress: Progress) -> bool:
    """Set nobody aside: the participants are held."""
    return False


def attempts_of(planned: Sequence[Restored], *, code: str = "") -> list[SyncAttempt]:
    """Return one unsaved attempt for each participant and record that was written or refused.

    `code` names what stopped the run: it is the error of what was sent and not answered.
    """
    by_entry: dict[int, list[Restored]] = {}
    for one in planned:
        by_entry.setdefault(one.entry.pk, []).append(one)
    attempts = []
    for same in by_entry.values():
        people = [one for one in same if one.is_person]
        members = [one for one in same if not one.is_person]
        for person, member in zip_longest(people, members):
            attempts.append(_attempt(same[0].entry, person, member=member, code=code))
    return attempts


def _attempt(entry: OutboxEntry, person: Restored | None, *, member: Restored | None, code: str) -> SyncAttempt:
    both = [one for one in (person, member) if one is not None]
    error = next((one.error for one in both if one.error is not None), None)
    changes = {path: list(pair) for one in both if one.error is None for path, pair in one.progress.changes.items()}
    is_failed = error is not None or not changes
    ref = person.progress.ref if person is not None else row_of(entry, is_claimed=True).person
    return SyncAttempt(
        entry=entry,
        participant_key=entry.participant_key,
        email_key=entry.email_key,
        generation=entry.generation,
        outcome=(Outcome.FAILED if is_failed else Outcome.UPDATED).value,
        person_operation=(person.progress.person_operation if person else Operation.NONE).value,
        member_operation=(member.progress.member_operation if member else Operation.NONE).value,
        person_type=ref.type.value if ref else "",
        person_id=ref.id if ref else "",
        member_id=member.progress.member_id if member else "",
        changes=changes,
        reason=Reason.REFUSED_BY_SALESFORCE.value if is_failed else "",
        error_code=(error.code if error else code if is_failed else "")[:80],
        error_message=(error.message if error else "")[:500],
    )
