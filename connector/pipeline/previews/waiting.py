"""Show what a link that is only being prepared would do with the people who wait for it; write nothing anywhere.

What is read stays in memory: link, mappings and entries are never saved.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from django.utils import timezone

from connector.core.outcomes import Operation, Outcome
from connector.core.state import State
from connector.models import CampaignLink, FieldMapping, OutboxEntry, UnlinkedParticipant
from connector.pipeline.connection import connect
from connector.pipeline.outbox.enqueue import write_entry_known
from connector.pipeline.previews.preview import Planned, plan_batch
from connector.pipeline.runs.batch import Batch, batch_of_new
from connector.pipeline.runs.progress import Progress
from connector.pipeline.stops import STOPS, explain_stop

LIMIT = 2000
"""Waiting participants who are looked at, the first that arrived: a page must come back while somebody looks at it."""
WHO_KEPT = 10
"""Participants who are remembered of each count, so that a person can look at them by name."""
CREATING_STATES = (State.REGISTERED, State.ATTENDED, State.REFUSED, State.NOT_REGISTERED)
"""States in which a link may create people (`create_for`)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many people wait for an event, and how many of them are looked at."""

    total: int = 0
    by_state: dict[State, int] = field(default_factory=dict)
    """{state: participants who were ever in it}, of those looked at."""

    @property
    def looked_at(self) -> int:
        """How many are looked at."""
        return min(self.total, LIMIT)

    @property
    def is_part(self) -> bool:
        """Whether more people wait than are looked at."""
        return self.total > LIMIT


@dataclass(frozen=True, slots=True)
class Unknown:
    """People whom Salesforce does not know, by the states in which they ever were; or why nobody could be counted."""

    states: tuple[frozenset[State], ...] = ()
    """One a person."""
    refused: int = 0
    """Participants whom Salesforce does not know and who could not be created as things are."""
    problem_code: str = ""

    def created_for(self, states: Collection[State]) -> int:
        """Return how many of them a link creates that creates people in these states."""
        return sum(1 for seen in self.states if seen & set(states))


@dataclass(frozen=True, slots=True)
class WaitingPreview:
    """What would happen, as counts of participants; or why that cannot be said."""

    new_people: int = 0
    """Contacts or Leads that would be created; several participants can be one person."""
    new_members: int = 0
    """People of Salesforce who would be added to the campaign."""
    updated: int = 0
    """Members of the campaign of whom something would be changed."""
    unchanged: int = 0
    same_person: int = 0
    """Participants who are the same person as another one."""
    left_out: dict[str, int] = field(default_factory=dict)
    """{reason: participants}"""
    needs_answer: dict[str, int] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    """{what is wrong: participants}"""
    labels: dict[str, int] = field(default_factory=dict)
    """{status written: people}"""
    who: dict[str, list[int]] = field(default_factory=dict)
    """{name of a count, of a reason "count.reason": the first WHO_KEPT rows of `UnlinkedParticipant` in it}"""
    problem_code: str = ""
    problem_detail: str = ""


def count_waiting(event_id: str) -> Waiting:
    """Count who waits for an event; two queries."""
    rows = UnlinkedParticipant.objects.filter(event_id=event_id)
    counts: Counter[str] = Counter()
    for seen in rows.order_by("pk").values_list("states_seen", flat=True)[:LIMIT]:
        counts.update(seen)
    return Waiting(rows.count(), {State(state): number for state, number in counts.items()})


def count_unknown(link: CampaignLink, mappings: Sequence[FieldMapping]) -> Unknown:
    """Read which of the waiting people Salesforce does not know; about three API calls per thousand.

    Nothing is written. Call outside a transaction.
    """
    batch = _waiting_batch(link, mappings)
    batch = replace(batch, policy=replace(batch.policy, create_for=frozenset(CREATING_STATES), can_create=True))
    planned = _plan(link, batch)
    if isinstance(planned, str):
        return Unknown(problem_code=planned)
    created = [work for work in _people(planned) if work.plan.record.operation is Operation.CREATE]
    refused = sum(1 for end in planned.run.ends.values() if end.outcome is Outcome.FAILED)
    return Unknown(tuple(frozenset(work.plan.person.states_seen()) for work in created), refused)


def preview_waiting(link: CampaignLink, mappings: Sequence[FieldMapping]) -> WaitingPreview:
    """Read Salesforce and plan for the first who wait. Call outside a transaction; nothing is written."""
    planned = _plan(link, _waiting_batch(link, mappings))
    if isinstance(planned, str):
        return WaitingPreview(problem_code=planned)
    people = _people(planned)
    by_outcome = {outcome: _reasons(planned, outcome) for outcome in _STOPPED}
    ways = Counter(_way(work) for work in people)
    return WaitingPreview(
        new_people=ways["new_people"],
        new_members=ways["new_members"],
        updated=ways["updated"],
        unchanged=ways["unchanged"],
        same_person=sum(len(work.plan.person.claimed) - 1 for work in people),
        left_out=by_outcome[Outcome.LEFT_OUT],
        needs_answer=by_outcome[Outcome.NEEDS_ANSWER],
        blocked=by_outcome[Outcome.FAILED],
        labels=dict(Counter(work.plan.label for work in people if work.plan.label)),
        who=_who(planned, people),
    )


def _who(planned: Planned, people: Iterable[Progress]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for work in people:
        first, *others = (row.id for row in work.plan.person.claimed)
        found.setdefault(_way(work), []).append(first)
        found.setdefault("same_person", []).extend(others)
    for entry_id, end in planned.run.ends.items():
        if end.outcome in _STOPPED:
            found.setdefault(f"{_STOPPED[end.outcome]}.{end.code or end.reason}", []).append(entry_id)
    return {name: sorted(ids)[:WHO_KEPT] for name, ids in found.items() if ids}


def _way(work: Progress) -> str:
    """Return the count of `WaitingPreview` in which a planned person stands."""
    if work.plan.record.operation is Operation.CREATE:
        return "new_people"
    if work.plan.member.operation is Operation.CREATE:
        return "new_members"
    return "updated" if work.plan.writes else "unchanged"


_STOPPED = {Outcome.LEFT_OUT: "left_out", Outcome.NEEDS_ANSWER: "needs_answer", Outcome.FAILED: "blocked"}
"""{how a participant ends of whom nothing is written: the count of `WaitingPreview`}"""


def _plan(link: CampaignLink, batch: Batch) -> Planned | str:
    """Return the plan, or the code of what keeps Salesforce from being asked."""
    try:
        with closing(connect.gateway_for(link.org)) as gateway:
            return plan_batch(batch, gateway)
    except STOPS as exc:
        code, _detail = explain_stop(exc)
        return code


def _waiting_batch(link: CampaignLink, mappings: Iterable[FieldMapping]) -> Batch:
    waiting = UnlinkedParticipant.objects.filter(event_id=link.inwink_event_id).select_related("source").order_by("pk")
    return batch_of_new(link, _entries(link, waiting[:LIMIT]), mappings)


def _entries(link: CampaignLink, waiting: Iterable[UnlinkedParticipant]) -> list[OutboxEntry]:
    """Return what `move_unlinked` would make of the people who wait, not saved; each by the number of its row."""
    now = timezone.now()
    entries = []
    for row in waiting:
        entry = OutboxEntry(
            pk=row.pk, link=link, participant_key=row.participant_key, source=row.source, first_seen_at=now,
            available_at=now,
        )  # fmt: skip
        write_entry_known(entry, row.known(), link=link)
        entries.append(entry)
    return entries


def _people(planned: Planned) -> list[Progress]:
    going_on = (work for entry_id, work in planned.work.items() if entry_id not in planned.run.ends)
    return list({id(work): work for work in going_on}.values())


def _reasons(planned: Planned, outcome: Outcome) -> dict[str, int]:
    ends = [end for end in planned.run.ends.values() if end.outcome is outcome]
    return dict(Counter(end.code or end.reason for end in ends).most_common())
