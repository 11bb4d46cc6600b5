"""Name what one participant of a message did to what is known; stored values of the inbox."""

from enum import StrEnum

from connector.core.merging.merge import Merge, MergeResult


class Effect(StrEnum):
    """What became of one participant of a message."""

    NEW = "new"
    """Nobody was known under this id at this event."""
    CHANGED = "changed"
    """It said something new; of an older message that can only be a check-in."""
    UNCHANGED = "unchanged"
    """It said what was known."""
    STALE = "stale"
    """Something newer was known: nothing of it was taken."""
    HELD = "held"
    """It looks anonymised: kept apart until somebody answers."""
    REJECTED = "rejected"
    """It could not be read."""
    TRIAL = "trial"
    """It only tried the way."""

    @property
    def result(self) -> MergeResult:
        """What the sender is told. Of participants that were merged only."""
        return _RESULTS[self]


_RESULTS = {
    Effect.NEW: MergeResult.ACCEPTED,
    Effect.CHANGED: MergeResult.ACCEPTED,
    Effect.HELD: MergeResult.ACCEPTED,
    Effect.UNCHANGED: MergeResult.UNCHANGED,
    Effect.STALE: MergeResult.STALE,
}


def effect_of(merge: Merge, *, is_new: bool) -> Effect:
    """Name what a merge did; `is_new` where nobody was known before it."""
    if merge.result is MergeResult.STALE:
        return Effect.STALE
    if merge.result is MergeResult.UNCHANGED:
        return Effect.UNCHANGED
    if merge.is_held:
        return Effect.HELD
    return Effect.NEW if is_new else Effect.CHANGED
