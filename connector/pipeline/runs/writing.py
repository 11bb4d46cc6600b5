"""Write people and members in collections, and say what became of each (rule 7.1)."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.core.errors import ErrorKind, RowError
from connector.core.outcomes import Note, Operation
from connector.core.planning.plan import PersonPlan
from connector.core.schema import PersonType, SObject
from connector.models import CampaignLink
from connector.models.links import ASSIGNMENT_RULES
from connector.pipeline.runs.parts import Item, Method, Part, sort_results, take_call
from connector.pipeline.runs.progress import Progress, Settle, results_of, settle_member, settle_person
from connector.pipeline.runs.reading import raise_for
from connector.pipeline.runs.sizes import Sizes
from connector.salesforce.composite import (
    MAX_HEAVY,
    CollectionCreate,
    CollectionUpdate,
    Query,
    RowResult,
    Subrequest,
    SubResponse,
)
from connector.salesforce.errors import RequestRefused
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import labels_query

_LABELS = "labels"
MAX_HALVINGS = 40
"""Calls that had to be repeated in smaller portions; beyond that the rows are tried again later."""


@dataclass(frozen=True, slots=True)
class _Phase:
    """What the calls of people, or of members, have in common."""

    settle: Settle
    room: int
    """Collections of a call."""
    check: Query | None = None
    """Asks at the end of each call for the campaign's labels."""


@dataclass(slots=True)
class Writer:
    """Writes for one campaign; `before_call` may raise to stop between two calls."""

    gateway: Gateway
    link: CampaignLink
    sizes: Sizes
    before_call: Callable[[], None]
    before_create: Callable[[Sequence[Progress]], None]
    """Commits that these people are about to be created somewhere."""
    after_answer: Callable[[Sequence[Progress]], None]
    """Is told that the fate of these people is known again."""
    is_set_aside: Callable[[Progress], bool]
    """Says, before each call, for whom nothing may be written any more."""
    halvings: int = field(default=0, init=False)

    def write_people(self, work: Sequence[Progress]) -> None:
        """Update and create Contacts and Leads; updates of both objects share collections, sorted by type."""
        items = [(one.plan.record.operation, Item(one, _person_record(one.plan))) for one in work if _has_record(one)]
        updates = [item for operation, item in items if operation is Operation.UPDATE]
        creates = [item for operation, item in items if operation is Operation.CREATE]
        updates.sort(key=lambda item: item.sobject)
        phase = _Phase(settle=settle_person, room=MAX_HEAVY)
        self._send([Part("PATCH", updates), Part("POST", creates)], phase)

    def write_members(self, work: Sequence[Progress]) -> None:
        """Create and update members; the label query that ends each call proves the labels that it wrote.

        Where a label was gone by then, Salesforce stored the campaign's default: such a progress stays unproved.
        """
        items = [(one.plan.member.operation, Item(one, self._member_record(one))) for one in work if _has_member(one)]
        creates = [item for operation, item in items if operation is Operation.CREATE]
        updates = [item for operation, item in items if operation is Operation.UPDATE]
        check = Query(_LABELS, labels_query(self.link.campaign_id))
        phase = _Phase(settle=settle_member, room=MAX_HEAVY - 1, check=check)
        self._send([Part("POST", creates), Part("PATCH", updates)], phase)

    def _member_record(self, progress: Progress) -> dict[str, Any]:
        attributes = {"attributes": {"type": SObject.CAMPAIGN_MEMBER.value}}
        plan = progress.plan
        if plan.member.operation is Operation.UPDATE:
            return {**attributes, "id": plan.member_id, **plan.member.values}
        assert progress.ref is not None  # noqa: S101 - members are made after their person
        key = "ContactId" if progress.ref.type is PersonType.CONTACT else "LeadId"
        return {**attributes, "CampaignId": self.link.campaign_id, key: progress.ref.id, **plan.member.values}

    def _send(self, parts: Sequence[Part], phase: _Phase) -> None:
        self._send_all(deque(part.only(is_apart=False) for part in parts), phase.room, phase, send=self._send_call)
        apart = deque(part for whole in parts if (part := whole.only(is_apart=True)).items)
        if not apart:
            return
        items = [item for part in apart for item in part.items]
        self._send_all(apart, 1, phase, send=self._send_apart)
        if phase.check is not None:
            self.before_call()
            _prove_labels(items, self.gateway.query(phase.check.soql))

    def _send_all(
        self,
        queue: deque[Part],
        room: int,
        phase: _Phase,
        *,
        send: Callable[[Sequence[Part], _Phase], Sequence[Part]],
    ) -> None:
        """Send call after call, until nothing of them must be sent again."""
        while any(part.items for part in queue):
            self.before_call()
            parts = take_call(queue, room=room, sizes=self.sizes, is_set_aside=self.is_set_aside)
            if parts:
                queue.extendleft(reversed(send(parts, phase)))

    def _send_call(self, parts: Sequence[Part], phase: _Phase) -> Sequence[Part]:
        """Send some collections in one call; returns what must be sent again."""
        subrequests = [
            _collection(f"rows_{number}", part, self._headers(part, phase)) for number, part in enumerate(parts)
        ]
        subrequests += [phase.check] if phase.check is not None else []
        created = [item.progress for part in parts if part.method == "POST" for item in part.items]
        self.before_create(created)
        try:
            answers = self.gateway.composite(subrequests)
        except RequestRefused as exc:
            self.after_answer(created)
            return self._send_less(parts, exc, phase)
        self.sizes.note_call(rows=sum(len(part.items) for part in parts), seconds=self.gateway.seconds)
        again = [more for part, answer in zip(parts, answers, strict=False) for more in self._sort(part, answer, phase)]
        self.after_answer(created)
        if phase.check is not None:
            raise_for(answers[-1])
            _prove_labels([item for part in parts for item in part.items], answers[-1].records)
        return again

    def _send_apart(self, parts: Sequence[Part], phase: _Phase) -> Sequence[Part]:
        """Send records outside /composite, which would read what a person typed as a reference (rule 7.5)."""
        [part] = parts
        created = [item.progress for item in part.items] if part.method == "POST" else []
        self.before_create(created)
        records = [item.record for item in part.items]
        try:
            results = self.gateway.write_collection(part.method, records, self._headers(part, phase))
        except RequestRefused as exc:
            self.after_answer(created)
            return self._send_less(parts, exc, phase)
        again = self._sort(part, SubResponse("apart", http_status=200, rows=tuple(results)), phase)
        self.after_answer(created)
        return again

    def _sort(self, part: Part, answer: SubResponse, phase: _Phase) -> Sequence[Part]:
        """Hand each row its result, and return those that must be sent again in another way."""
        allows = self.link.duplicates == CampaignLink.Duplicates.ALLOW
        results = results_of(answer, len(part.items))
        done = sort_results(part, results, is_whole=answer.error is not None, saves_warned=allows)
        if any(error.kind is ErrorKind.TOO_MUCH_AT_ONCE for result in results for error in result.errors):
            self.sizes.note_too_much(part.sobjects, rows=len(part.items))
        elif not done.smaller:
            self.sizes.note_well(part.sobjects, rows=len(part.items))
        for item, result in done.settled:
            phase.settle(item.progress, result)
            if result.success and part.saves_duplicates:
                item.progress.notes.append(Note.DUPLICATE_ALERT)
        if done.smaller and not self._may_halve():
            for item, result in done.smaller:
                item.progress.errors += [replace(one, kind=ErrorKind.TOO_MUCH_AT_ONCE) for one in result.errors]
            return list(replace(done, smaller=()).again(part))
        return list(done.again(part))

    def _send_less(self, parts: Sequence[Part], error: RequestRefused, phase: _Phase) -> Sequence[Part]:
        """Return what must be sent again after a call that was too large as a whole; raises where it was not that."""
        rows = sum(len(part.items) for part in parts)
        if error.kind is not ErrorKind.TOO_MUCH_AT_ONCE or not self._may_halve():
            raise error
        if rows > 1:
            self.sizes.note_call_refused(rows=rows)
            return parts
        refused = RowResult(None, success=False, errors=(RowError(error.code, error.message, ErrorKind.PERMANENT),))
        phase.settle(parts[0].items[0].progress, refused)
        return ()

    def _may_halve(self) -> bool:
        self.halvings += 1
        return self.halvings <= MAX_HALVINGS

    def _headers(self, part: Part, phase: _Phase) -> dict[str, str]:
        """Return the headers of one collection; the outer call's are not inherited (rule 7.3)."""
        if phase.check is not None:
            return {}
        return {**duplicate_header(saves=part.saves_duplicates), **assignment_header(self.link, part.method)}


def _has_record(progress: Progress) -> bool:
    return progress.plan.record.operation is not Operation.NONE


def _has_member(progress: Progress) -> bool:
    return progress.plan.member.operation is not Operation.NONE


def _prove_labels(items: Sequence[Item], rows: Sequence[Record]) -> None:
    labels = {row["Label"] for row in rows}
    for item in items:
        item.progress.is_label_proved = item.progress.plan.label in labels


def _person_record(plan: PersonPlan) -> dict[str, Any]:
    if plan.record.account_id:
        account = {"attributes": {"type": SObject.ACCOUNT.value}, "id": plan.record.account_id}
        return {**account, **plan.record.account_values}
    kind = plan.ref.type if plan.ref is not None else plan.creates
    assert kind is not None  # noqa: S101 - a plan that writes a person names its object
    identity = {"id": plan.ref.id} if plan.ref is not None else {}
    return {"attributes": {"type": kind.value}, **identity, **plan.record.values}


def duplicate_header(*, saves: bool) -> dict[str, str]:
    """Return the header that saves records which a duplicate rule warns about, or that refuses them.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
    """
    return {"Sforce-Duplicate-Rule-Header": f"allowSave={'true' if saves else 'false'}"}


def assignment_header(link: CampaignLink, method: Method) -> dict[str, str]:
    """Return the header that lets assignment rules run on new leads, or keeps them from it.

    They would also take a lead that is only updated from its owner.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm
    """
    assigns = method == "POST" and link.new_owner == ASSIGNMENT_RULES
    return {"Sforce-Auto-Assign": "TRUE" if assigns else "FALSE"}


def _collection(name: str, part: Part, headers: Mapping[str, str]) -> Subrequest:
    records = [item.record for item in part.items]
    if part.method == "POST":
        return CollectionCreate(name, records, headers)
    return CollectionUpdate(name, records, headers)
