"""Merge a row of inwink's list: it speaks of the time at which the list was made (rule 1.1)."""

from datetime import datetime

from connector.core.merging.merge import Merge, merge_participant, merge_stale
from connector.core.participant import Known, Participant
from connector.core.state import State


def merge_listed(
    known: Known | None,
    participant: Participant,
    *,
    listed_at: datetime | None,
    received_at: datetime,
    default_state: State | None = None,
) -> Merge:
    """Merge a row of an export that was made at `listed_at`, and has that time or its own (`date_participant`).

    Messages without a time of inwink's count from their arrival: whoever cancelled at noon by such a message is not
    registered again by a list of eleven. That is compared with the list's time, not with the row's own: a message
    arrives after the change that it tells of, and a list made later knows both. A row without any time is the newest
    word. A check-in counts in any case.
    """
    at = participant.updated_at
    if known is not None and at is not None and _is_outrun(known, at=at, listed_at=listed_at or at):
        return merge_stale(known, participant, at=at)
    return merge_participant(known, participant, received_at=received_at, default_state=default_state)


def _is_outrun(known: Known, *, at: datetime, listed_at: datetime) -> bool:
    """Say whether something was heard after the list; a held message without a time is taken for later than it."""
    if known.source_updated_at is not None and at < known.source_updated_at:
        return True
    if known.source_updated_at is None and known.held_values is not None:
        return True
    return known.changed_at is not None and listed_at < known.changed_at
