"""Write people and members in collections, and say what became of each (rule 7.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from connector.core.outcomes import Operation
from connector.core.plan import PersonPlan
from connector.core.schema import PersonType, SObject
from connector.models import CampaignLink
from connector.pipeline.progress import Progress, Settle, settle_collection, settle_member, settle_person
from connector.pipeline.reading import raise_for
from connector.salesforce.composite import (
    MAX_HEAVY,
    MAX_ROWS,
    CollectionCreate,
    CollectionUpdate,
    Query,
    Subrequest,
    contains_reference,
)
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import labels_query

Method = Literal["POST", "PATCH"]
_LABELS = "labels"


@dataclass(frozen=True, slots=True)
class _Item:
    """One record on its way, and whose it is."""

    progress: Progress
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """One collection."""

    method: Method
    items: Sequence[_Item]

    def only(self, *, is_apart: bool) -> "_Part":
        """Return the records that may not go into /composite, or the others."""
        return _Part(self.method, [item for item in self.items if contains_reference(item.record) is is_apart])


@dataclass(frozen=True, slots=True)
class _Phase:
    """What the calls of people, or of members, have in common."""

    headers: Mapping[str, str]
    settle: Settle
    room: int
    """Collections of a call."""
    check: Query | None = None
    """Asks at the end of each call for the campaign's labels."""


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
        items = [(one.plan.record.operation, _Item(one, _person_record(one.plan))) for one in work if _has_record(one)]
        updates = [item for operation, item in items if operation is Operation.UPDATE]
        creates = [item for operation, item in items if operation is Operation.CREATE]
        updates.sort(key=lambda item: str(item.record["attributes"]["type"]))
        batches = [_Part("PATCH", part) for part in _chunk(updates)] + [_Part("POST", part) for part in _chunk(creates)]
        self._send(batches, _Phase(headers=person_headers(self.link), settle=settle_person, room=MAX_HEAVY))

    def write_members(self, work: Sequence[Progress]) -> None:
        """Create and update members; the label query that ends each call proves the labels that it wrote.

        Where a label was gone by then, Salesforce stored the campaign's default: such a progress stays unproved.
        """
        items = [(one.plan.member.operation, _Item(one, self._member_record(one))) for one in work if _has_member(one)]
        creates = [item for operation, item in items if operation is Operation.CREATE]
        updates = [item for operation, item in items if operation is Operation.UPDATE]
        batches = [_Part("POST", part) for part in _chunk(creates)] + [_Part("PATCH", part) for part in _chunk(updates)]
        check = Query(_LABELS, labels_query(self.link.campaign_id))
        self._send(batches, _Phase(headers={}, settle=settle_member, room=MAX_HEAVY - 1, check=check))

    def _member_record(self, progress: Progress) -> dict[str, Any]:
        attributes = {"attributes": {"type": SObject.CAMPAIGN_MEMBER.value}}
        plan = progress.plan
        if plan.member.operation is Operation.UPDATE:
            return {**attributes, "id": plan.member_id, **plan.member.values}
        assert progress.ref is not None  # noqa: S101 - members are made after their person
        key = "ContactId" if progress.ref.type is PersonType.CONTACT else "LeadId"
        return {**attributes, "CampaignId": self.link.campaign_id, key: progress.ref.id, **plan.member.values}

    def _send(self, parts: Sequence[_Part], phase: _Phase) -> None:
        plain = [part for whole in parts if (part := whole.only(is_apart=False)).items]
        apart = [part for whole in parts if (part := whole.only(is_apart=True)).items]
        for start in range(0, len(plain), phase.room):
            self._send_call(plain[start : start + phase.room], phase)
        for part in apart:
            self._send_apart(part, phase)
        if apart and phase.check is not None:
            self.before_call()
            _prove_labels(apart, self.gateway.query(phase.check.soql))

    def _send_call(self, parts: Sequence[_Part], phase: _Phase) -> None:
        subrequests: list[Subrequest] = [
            _collection(f"rows_{number}", part, phase.headers) for number, part in enumerate(parts)
        ]
        subrequests += [phase.check] if phase.check is not None else []
        created = [item.progress for part in parts if part.method == "POST" for item in part.items]
        self.before_call()
        self.before_create(created)
        answers = self.gateway.composite(subrequests)
        for part, answer in zip(parts, answers, strict=False):
            settle_collection([item.progress for item in part.items], answer, settle=phase.settle)
        self.after_answer(created)
        if phase.check is not None:
            raise_for(answers[-1])
            _prove_labels(parts, answers[-1].records)

    def _send_apart(self, part: _Part, phase: _Phase) -> None:
        """Send records outside /composite, which would read what a person typed as a reference (rule 7.5)."""
        created = [item.progress for item in part.items] if part.method == "POST" else []
        self.before_call()
        self.before_create(created)
        results = self.gateway.write_collection(part.method, [item.record for item in part.items], phase.headers)
        for item, result in zip(part.items, results, strict=True):
            phase.settle(item.progress, result)
        self.after_answer(created)


def _has_record(progress: Progress) -> bool:
    return progress.plan.record.operation is not Operation.NONE


def _has_member(progress: Progress) -> bool:
    return progress.plan.member.operation is not Operation.NONE


def _prove_labels(parts: Sequence[_Part], rows: Sequence[Record]) -> None:
    labels = {row["Label"] for row in rows}
    for item in (item for part in parts for item in part.items):
        item.progress.is_label_proved = item.progress.plan.label in labels


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


def _collection(name: str, part: _Part, headers: Mapping[str, str]) -> Subrequest:
    records = [item.record for item in part.items]
    if part.method == "POST":
        return CollectionCreate(name, records, headers)
    return CollectionUpdate(name, records, headers)
