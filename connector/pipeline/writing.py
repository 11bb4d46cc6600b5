"""Write people and members in collections, and say what became of each (rule 7.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from connector.core.errors import RowError
from connector.core.outcomes import Operation
from connector.core.plan import PersonPlan
from connector.core.rows import PersonRef
from connector.core.schema import PersonType, SObject
from connector.models import CampaignLink
from connector.pipeline.reading import raise_for
from connector.salesforce.composite import (
    MAX_HEAVY,
    MAX_ROWS,
    CollectionCreate,
    CollectionUpdate,
    Query,
    RowResult,
    Subrequest,
    SubResponse,
    contains_reference,
)
from connector.salesforce.gateway import Gateway
from connector.salesforce.soql import labels_query

Method = Literal["POST", "PATCH"]
_LABELS = "labels"


@dataclass(slots=True)
class Progress:
    """What has been done for one person in this run; kept even when a later call is lost."""

    plan: PersonPlan
    ref: PersonRef | None = None
    member_id: str = ""
    created_person: bool = False
    created_member: bool = False
    is_person_written: bool = False
    is_member_written: bool = False
    was_read: bool = True
    """The person was read in this run; a check-in alone is written without."""
    errors: list[RowError] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether anything reached Salesforce."""
        return self.is_person_written or self.is_member_written


@dataclass(frozen=True, slots=True)
class _Item:
    """One record on its way, and whose it is."""

    progress: Progress
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one campaign; `before_call` may raise to stop between two calls."""

    gateway: Gateway
    link: CampaignLink
    before_call: Callable[[], None]
    before_create: Callable[[Sequence[Progress]], None]
    """Commits that these people are about to be created somewhere."""
    after_answer: Callable[[Sequence[Progress]], None]
    """Is told that the fate of these people is known again."""

    def write_people(self, work: Sequence[Progress]) -> None:
        """Update and create Contacts and Leads; updates of both objects share collections, sorted by type."""
        updates = [
            _Item(progress, _person_record(progress.plan))
            for progress in work
            if progress.plan.record.operation is Operation.UPDATE
        ]
        creates = [
            _Item(progress, _person_record(progress.plan))
            for progress in work
            if progress.plan.record.operation is Operation.CREATE
        ]
        updates.sort(key=lambda item: str(item.record["attributes"]["type"]))
        headers = person_headers(self.link)
        batches = [("PATCH", part) for part in _chunk(updates)] + [("POST", part) for part in _chunk(creates)]
        self._send(batches, headers=headers, settle=_settle_person, room=MAX_HEAVY)

    def write_members(self, work: Sequence[Progress]) -> list[str] | None:
        """Create and update members; the label query that ends each call returns the labels of that moment.

        Returns the labels that stood in every answer; None where no call was made.
        """
        creates, updates = [], []
        for progress in work:
            if progress.plan.member.operation is Operation.CREATE:
                creates.append(_Item(progress, self._member_record(progress)))
            elif progress.plan.member.operation is Operation.UPDATE:
                updates.append(_Item(progress, self._member_record(progress)))
        batches = [("POST", part) for part in _chunk(creates)] + [("PATCH", part) for part in _chunk(updates)]
        check = Query(_LABELS, labels_query(self.link.campaign_id))
        return self._send(batches, headers={}, settle=settle_member, room=MAX_HEAVY - 1, check=check)

    def _member_record(self, progress: Progress) -> dict[str, Any]:
        attributes = {"attributes": {"type": SObject.CAMPAIGN_MEMBER.value}}
        plan = progress.plan
        if plan.member.operation is Operation.UPDATE:
            return {**attributes, "id": plan.member_id, **plan.member.values}
        assert progress.ref is not None  # noqa: S101 - members are made after their person
        key = "ContactId" if progress.ref.type is PersonType.CONTACT else "LeadId"
        return {**attributes, "CampaignId": self.link.campaign_id, key: progress.ref.id, **plan.member.values}

    def _send(
        self,
        batches: Sequence[tuple[str, Sequence[_Item]]],
        *,
        headers: dict[str, str],
        settle: Callable[[Progress, RowResult, str], None],
        room: int,
        check: Query | None = None,
    ) -> list[str] | None:
        labels: list[str] | None = None
        plain = [(method, [item for item in items if not contains_reference(item.record)]) for method, items in batches]
        apart = [(method, [item for item in items if contains_reference(item.record)]) for method, items in batches]
        plain = [(method, items) for method, items in plain if items]
        for start in range(0, len(plain), room):
            found = self._send_call(plain[start : start + room], headers=headers, settle=settle, check=check)
            labels = found if labels is None else [label for label in labels if label in found]
        for method, items in apart:
            if items:
                self._send_apart(method, items, headers=headers, settle=settle)
        if any(items for _method, items in apart) and check is not None:
            self.before_call()
            found = [str(row["Label"]) for row in self.gateway.query(check.soql)]
            labels = found if labels is None else [label for label in labels if label in found]
        return labels

    def _send_call(
        self,
        batches: Sequence[tuple[str, Sequence[_Item]]],
        *,
        headers: dict[str, str],
        settle: Callable[[Progress, RowResult, str], None],
        check: Query | None,
    ) -> list[str]:
        subrequests: list[Subrequest] = [
            _collection(f"rows_{number}", method, items, headers) for number, (method, items) in enumerate(batches)
        ]
        subrequests += [check] if check is not None else []
        created = [item.progress for method, items in batches if method == "POST" for item in items]
        self.before_call()
        self.before_create(created)
        answers = self.gateway.composite(subrequests)
        for (method, items), answer in zip(batches, answers, strict=False):
            settle_collection([item.progress for item in items], answer, method=method, settle=settle)
        self.after_answer(created)
        if check is None:
            return []
        raise_for(answers[-1])
        return [str(row["Label"]) for row in answers[-1].records]

    def _send_apart(
        self,
        method: str,
        items: Sequence[_Item],
        *,
        headers: dict[str, str],
        settle: Callable[[Progress, RowResult, str], None],
    ) -> None:
        """Send records outside /composite, which would read what a person typed as a reference (rule 7.5)."""
        created = [item.progress for item in items] if method == "POST" else []
        self.before_call()
        self.before_create(created)
        verb: Method = "POST" if method == "POST" else "PATCH"
        results = self.gateway.write_collection(verb, [item.record for item in items], headers)
        for item, result in zip(items, results, strict=True):
            settle(item.progress, result, method)
        self.after_answer(created)


def _person_record(plan: PersonPlan) -> dict[str, Any]:
    kind = plan.ref.type if plan.ref is not None else plan.creates
    assert kind is not None  # noqa: S101 - a plan that writes a person names its object
    identity = {"id": plan.ref.id} if plan.ref is not None else {}
    return {"attributes": {"type": kind.value}, **identity, **plan.record.values}


def person_headers(link: CampaignLink) -> dict[str, str]:
    """Return the headers of each person-writing subrequest; the outer call's are not inherited (rule 7.3).

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm
    """
    allows = link.duplicates == CampaignLink.Duplicates.ALLOW
    return {
        "Sforce-Duplicate-Rule-Header": f"allowSave={'true' if allows else 'false'}",
        "Sforce-Auto-Assign": "TRUE" if link.new_owner == "assignment_rules" else "FALSE",
    }


def _chunk(items: Sequence[_Item]) -> list[Sequence[_Item]]:
    return [items[start : start + MAX_ROWS] for start in range(0, len(items), MAX_ROWS)]


def _collection(name: str, method: str, items: Sequence[_Item], headers: dict[str, str]) -> Subrequest:
    records = [item.record for item in items]
    if method == "POST":
        return CollectionCreate(name, records, headers)
    return CollectionUpdate(name, records, headers)


def settle_collection(
    work: Sequence[Progress], answer: SubResponse, *, method: str, settle: Callable[[Progress, RowResult, str], None]
) -> None:
    """Hand each row its result; a collection that failed as a whole failed for each of its rows."""
    failed = RowResult(id=None, success=False, errors=(answer.error,)) if answer.error is not None else None
    results = [failed] * len(work) if failed is not None else list(answer.rows)
    for progress, result in zip(work, results, strict=True):
        settle(progress, result, method)


def _settle_person(progress: Progress, result: RowResult, method: str) -> None:
    if not result.success:
        progress.errors += result.errors
        return
    progress.is_person_written = True
    if method == "POST":
        assert progress.plan.creates is not None and result.id  # noqa: S101, PT018 - a created record has an id
        progress.ref = PersonRef(progress.plan.creates, result.id)
        progress.created_person = True


def settle_member(progress: Progress, result: RowResult, method: str) -> None:
    """Note what became of a membership."""
    if not result.success:
        progress.errors += result.errors
        return
    progress.is_member_written = True
    if method == "POST":
        progress.member_id = result.id or ""
        progress.created_member = True
