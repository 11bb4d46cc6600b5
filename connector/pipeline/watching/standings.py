"""Count where the participants of some links stand and which state they are in: two queries for any number of links."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min

from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.models import OutboxEntry
from connector.pipeline.outbox.storage import WAITS_FOR_ROOM
from connector.pipeline.sums import Sum, sum_of_states


@dataclass(frozen=True, slots=True)
class StateCount:
    """The participants of one link whose status in the campaign is, or will be, that of one state."""

    total: Sum = Sum()
    arrived: int = 0
    """Of these: in Salesforce in this state already."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that is counted of one link."""

    total: Sum = Sum()
    states: Mapping[str, StateCount] = field(default_factory=dict)
    """{state to send, "" where none is: counts}"""
    waiting_since: datetime | None = None
    """When the oldest change that Salesforce does not have yet arrived."""
    without_room: int = 0
    """Of those that wait: for storage in Salesforce."""

    def here(self, state: State) -> int:
        """Return how many participants have this state here."""
        return self.states.get(state.value, StateCount()).total.rows

    def arrived(self, state: State) -> int:
        """Return how many of them Salesforce has in this state."""
        return self.states.get(state.value, StateCount()).arrived


def standings_of(link_ids: Collection[int]) -> dict[int, Standing]:
    """Return {link: its counts}; links without participants have none."""
    rows = OutboxEntry.objects.filter(link_id__in=link_ids).order_by()
    grouped = rows.values_list("link_id", "target_state", "state", "synced_state")
    tallies: dict[int, dict[str, _Tally]] = {}
    for link_id, target, state, synced, count, same in grouped.annotate(Count("pk"), Count("same_person_of")):
        tally = tallies.setdefault(link_id, {}).setdefault(target, _Tally())
        tally.add(state, count=count, same=same, has_arrived=bool(target) and synced == target)
    counted = rows.waiting().values_list("link_id")
    counts = counted.annotate(since=Min("dirty_since"), without_room=Count("pk", filter=WAITS_FOR_ROOM))
    waiting = {link_id: (since, count) for link_id, since, count in counts} if tallies else {}
    return {link_id: _standing(by_state, *waiting.get(link_id, (None, 0))) for link_id, by_state in tallies.items()}


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    same_person: int = 0
    arrived: int = 0

    def add(self, state: str, *, count: int, same: int, has_arrived: bool) -> None:
        self.counts[state] += count
        self.same_person += same if state == EntryState.SYNCED else 0
        self.arrived += count if has_arrived else 0


def _standing(by_state: Mapping[str, _Tally], waiting_since: datetime | None, without_room: int) -> Standing:
    whole: Counter[str] = sum((tally.counts for tally in by_state.values()), Counter())
    states = {
        state: StateCount(sum_of_states(tally.counts, tally.same_person), tally.arrived)
        for state, tally in by_state.items()
    }
    same_person = sum(tally.same_person for tally in by_state.values())
    return Standing(sum_of_states(whole, same_person), states, waiting_since, without_room)
