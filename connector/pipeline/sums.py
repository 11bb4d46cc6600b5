"""The sum that adds up: where the participants of a link stand (rule 1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

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


def sum_link(link_id: int) -> Sum:
    """Return the sum of one link; one query."""
    grouped = OutboxEntry.objects.filter(link_id=link_id).order_by().values_list("state")
    counted = list(grouped.annotate(Count("pk"), Count("same_person_of")))
    same_person = sum(same for state, _count, same in counted if state == EntryState.SYNCED)
    return sum_of_states({state: count for state, count, _same in counted}, same_person)


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
