"""Follow one person through a run: what was planned, what Salesforce has done of it, what was refused."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connector.core.errors import RowError
from connector.core.outcomes import Note, Operation
from connector.core.participant import Json
from connector.core.planning.plan import PersonPlan, Write
from connector.core.rows import PersonRef
from connector.core.schema import SObject
from connector.pipeline.outbox.storage import STORAGE_FULL
from connector.salesforce.composite import RowResult, SubResponse


@dataclass(slots=True, eq=False)
class Progress:
    """What has been done for one person in this run; kept even when a later call is lost."""

    plan: PersonPlan
    ref: PersonRef | None = None
    member_id: str = ""
    is_person_written: bool = False
    is_member_written: bool = False
    is_label_proved: bool = False
    """The label written stood in the campaign after the write; else Salesforce may have stored its default."""
    was_read: bool = True
    """The person was read in this run; a check-in alone is written without."""
    errors: list[RowError] = field(default_factory=list)
    person_operation: Operation = Operation.NONE
    """What was done in this run, earlier passes included; so are the next three."""
    member_operation: Operation = Operation.NONE
    changes: dict[str, tuple[Json, Json]] = field(default_factory=dict)
    """{"Object.Field": (before, after)}."""
    label: str = ""
    notes: list[Note] = field(default_factory=list)
    """What Salesforce had to say that an admin should know, beside the plan's notes."""

    @property
    def creates_person(self) -> bool:
        """Whether the person is still to be created."""
        return self.plan.record.operation is Operation.CREATE and not self.created_person

    @property
    def created_person(self) -> bool:
        """Whether the person came into being in this run."""
        return self.person_operation is Operation.CREATE

    @property
    def is_adopted(self) -> bool:
        """Whether the person was found again after a creation without an answer."""
        return any(row.is_adopted for row in self.plan.person.rows)

    @property
    def has_created(self) -> bool:
        """Whether the person or the membership came into being in this run."""
        return Operation.CREATE in (self.person_operation, self.member_operation)

    @property
    def wrote(self) -> bool:
        """Whether anything reached Salesforce in this run."""
        return {self.person_operation, self.member_operation} != {Operation.NONE}

    @property
    def is_complete(self) -> bool:
        """Whether everything that was planned is done, and proved."""
        plan = self.plan
        has_person = self.is_person_written or plan.record.operation is Operation.NONE
        has_member = self.is_member_written or plan.member.operation is Operation.NONE
        is_proved = self.is_label_proved or not plan.label
        return has_person and has_member and is_proved and not self.errors

    def go_on_from(self, earlier: "Progress") -> None:
        """Take over what an earlier pass of this run did."""
        self.person_operation, self.member_operation = earlier.person_operation, earlier.member_operation
        self.changes, self.label, self.notes = dict(earlier.changes), earlier.label, list(earlier.notes)
        self.member_id = self.member_id or earlier.member_id

    def note_person(self, ref: PersonRef) -> None:
        """Note that the person's record was written."""
        self.ref, self.is_person_written = ref, True
        if self.person_operation is not Operation.CREATE:
            self.person_operation = self.plan.record.operation
        self._note_changes(ref.type.value, self.plan.record)

    def note_member(self, member_id: str) -> None:
        """Note that the membership was written."""
        self.member_id, self.is_member_written = member_id, True
        if self.member_operation is not Operation.CREATE:
            self.member_operation = self.plan.member.operation
        self.label = self.plan.label or self.label
        self._note_changes(SObject.CAMPAIGN_MEMBER.value, self.plan.member)

    def _note_changes(self, sobject: str, write: Write) -> None:
        for name, value in write.values.items():
            path = f"{sobject}.{name}"
            before, _after = self.changes.get(path, (write.before.get(name), None))
            self.changes[path] = (before, value)


Settle = Callable[[Progress, RowResult], None]


def settle_collection(work: Sequence[Progress], answer: SubResponse, *, settle: Settle) -> None:
    """Hand each row its result."""
    for progress, result in zip(work, results_of(answer, len(work)), strict=True):
        settle(progress, result)


def results_of(answer: SubResponse, rows: int) -> Sequence[RowResult]:
    """Return the result of each row; a collection that failed as a whole failed for each of its rows."""
    if answer.error is None:
        return answer.rows
    return [RowResult(id=None, success=False, errors=(answer.error,))] * rows


def settle_person(progress: Progress, result: RowResult) -> None:
    """Note what became of a Contact or Lead."""
    if not result.success:
        progress.errors += result.errors
        return
    ref = progress.ref
    if ref is None:
        assert progress.plan.creates is not None and result.id  # noqa: S101, PT018 - a created record has an id
        ref = PersonRef(progress.plan.creates, result.id)
    progress.note_person(ref)


def settle_member(progress: Progress, result: RowResult) -> None:
    """Note what became of a membership."""
    if not result.success:
        progress.errors += result.errors
        return
    progress.note_member(progress.plan.member_id or result.id or "")


def find_without_room(work: Iterable[Progress]) -> dict[Progress, str]:
    """Return {person for whom something could not be created for want of storage: what Salesforce said}."""
    return {one: error.message for one in work for error in one.errors if error.code == STORAGE_FULL}
