"""Merge a message that is read once more: it speaks of the time at which it first arrived (rule 1.2)."""

from datetime import datetime

from connector.core.merging.merge import Merge, merge_participant, merge_stale
from connector.core.participant import Known, Participant
from connector.core.state import State


def merge_replayed(
    known: Known | None, participant: Participant, *, received_at: datetime, default_state: State | None = None
) -> Merge:
    """Merge a participant as if it had come at `received_at`, when its message first arrived.

    Messages without a time of inwink's are told apart by their arrival, and what arrives last counts as the newest. A
    replay arrives last and is not the newest: where the row has changed since, or a later message is held, it is stale,
    with its check-in as the only thing that still counts.
    """
    at = participant.updated_at or received_at
    if known is not None and _is_outrun(known, at=at):
        return merge_stale(known, participant, at=at)
    return merge_participant(known, participant, received_at=received_at, default_state=default_state)


def _is_outrun(known: Known, *, at: datetime) -> bool:
    return known.held_values is not None or (known.changed_at is not None and at < known.changed_at)
