"""Notes of a participant that outlast the run after which they are written: what stays true until something else is.

- A membership that was left, as the email moved to another record (rule 2.5), is still in the campaign.
- A status that comes from marking no-shows comes from there until somebody was seen after all.
"""

from collections.abc import Mapping
from datetime import datetime

from connector.core.outcomes import Note
from connector.core.participant import Json
from connector.core.state import State
from connector.models import OutboxEntry


def lasting_notes(entry: OutboxEntry) -> list[Mapping[str, Json]]:
    """Return those notes of an entry that still hold, whatever its next run notes."""
    is_no_show = entry.target_state == State.NO_SHOW
    return [note for note in entry.notes if left_member(note) is not None or (is_no_show and _says_marked(note))]


def note_left(entry: OutboxEntry, member_id: str, *, label: str) -> None:
    """Note on an entry, in memory, that it has left a member which stays in the campaign with this status."""
    others = [note for note in entry.notes if not says_left(note) or left_member(note) not in (None, member_id)]
    entry.notes = [*others, {"code": Note.LEFT_BEHIND.value, "member_id": member_id, "left": label}]


def says_left(note: Mapping[str, Json]) -> bool:
    """Say whether a note is about a member that was left."""
    return note.get("code") == Note.LEFT_BEHIND


def left_member(note: Mapping[str, Json]) -> str | None:
    """Return the id of the member that a note says was left, None where it names none."""
    return note.get("member_id") if says_left(note) else None


def note_no_show(entry: OutboxEntry, *, by: str, at: datetime) -> None:
    """Note on an entry, in memory, who said that this participant never came."""
    others = [note for note in entry.notes if not _says_marked(note)]
    entry.notes = [*others, {"code": Note.MARKED_NO_SHOW.value, "by": by, "at": at.isoformat()}]


def no_show_mark(entry: OutboxEntry) -> Mapping[str, Json] | None:
    """Return {"by", "at"} of the mark from which an entry's status comes, None where it does not, or is not known."""
    marks = [note for note in lasting_notes(entry) if _says_marked(note)]
    return marks[0] if marks else None


def _says_marked(note: Mapping[str, Json]) -> bool:
    return note.get("code") == Note.MARKED_NO_SHOW
