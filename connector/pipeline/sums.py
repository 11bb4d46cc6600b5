"""Count where the participants of links stand, in one query however many links there are (rule 1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from connector.core.outcomes import EntryState
from connector.models import OutboxEntry

_WAITING = (EntryState.PENDING, EntryState.CLAIMED, EntryState.RETRYING)


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum that adds up: rows = synced + needs_answer + left_out + waiting + failed."""

    synced: int = 0
    same_person: int = 0
    """Of the synced: those that are the same person as another row."""
    needs_answer: int = 0
    left_out: int = 0
    waiting: int = 0
    failed: int = 0

    @property
    def rows(self) -> int:
        """All participants."""
        return self.synced + self.needs_answer + self.left_out + self.waiting + self.failed


def sum_links() -> dict[int, Sum]:
    """Return {link id: its sum} of every link that has participants; one query."""
    return _count(OutboxEntry.objects.all())


def sum_link(link_id: int) -> Sum:
    """Return the sum of one link; one query."""
    return _count(OutboxEntry.objects.filter(link_id=link_id)).get(link_id, Sum())


def _count(entries: QuerySet[OutboxEntry]) -> dict[int, Sum]:
    grouped = entries.order_by().values_list("link_id", "state").annotate(Count("pk"), Count("same_person_of"))
    counts: dict[int, dict[str, int]] = {}
    same_people: dict[int, int] = {}
    for link_id, state, count, same_person in grouped:
        counts.setdefault(link_id, {})[state] = count
        if state == EntryState.SYNCED:
            same_people[link_id] = same_person
    return {link_id: sum_of_states(by_state, same_people.get(link_id, 0)) for link_id, by_state in counts.items()}


def sum_of_states(by_state: Mapping[str, int], same_person: int) -> Sum:
    """Return the sum of {state of an entry: count}."""
    return Sum(
        synced=by_state.get(EntryState.SYNCED, 0),
        same_person=same_person,
        needs_answer=by_state.get(EntryState.NEEDS_ANSWER, 0),
        left_out=by_state.get(EntryState.LEFT_OUT, 0),
        waiting=sum(by_state.get(state, 0) for state in _WAITING),
        failed=by_state.get(EntryState.FAILED, 0),
    )
