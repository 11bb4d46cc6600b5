"""Keep the status that each campaign member has, as the run that read or wrote it learned it.

A member may stand for several rows: those that were not claimed learn it too. A membership that a row has left, because
its email moved to another record, is still in the campaign; the row's note keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.outcomes import SUCCESSES
from connector.core.screen import Person
from connector.models import OutboxEntry
from connector.pipeline.bulk import update_rows
from connector.pipeline.outbox.lasting import left_member, note_left, says_left
from connector.pipeline.runs.ends import EntryEnd


@dataclass(frozen=True, slots=True)
class Beside:
    """What a run learned for a row that it had not claimed, whose person it sent."""

    member_id: str
    """The member that stands for the row now."""
    label: str
    """Its status, "" where it is gone."""
    same_person_of: int | None = None
    is_sent: bool = False
    """Whether the person was sent: only then is it known which row leads."""


def rows_beside(person: Person, end: EntryEnd) -> dict[int, Beside]:
    """Return {row: what it learns} of a person's rows that this run had not claimed, and whose member it saw."""
    leader = person.lead_row.id
    return {
        row.id: Beside(
            member_id=end.member_id or row.member_id,
            label=end.statuses[row.member_id],
            same_person_of=None if row.id == leader else leader,
            is_sent=end.outcome in SUCCESSES,
        )
        for row in person.rows
        if not row.is_claimed and row.member_id in end.statuses
    }


def keep_beside(beside: Mapping[int, Beside]) -> None:
    """Store what rows learned that were not claimed. Call inside atomic.

    Rows that another transaction holds are left out, as waiting for it here could end in a circle: something was just
    said of them, and their own run reads their member again.
    """
    if not beside:
        return
    rows = OutboxEntry.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=beside).order_by("pk")
    found = [entry for entry in rows if entry.member_id]
    for entry in found:
        learned = beside[entry.pk]
        entry.member_id, entry.member_label = learned.member_id, learned.label
        if learned.is_sent:
            entry.same_person_of_id = learned.same_person_of
    update_rows(found, columns=["member_id", "member_label", "same_person_of"])


def keep_membership(entry: OutboxEntry, end: EntryEnd, *, former_id: str) -> None:
    """Set the status of an entry's member after a run, in memory; `former_id` is the member that it had before.

    What the run did not see holds on. A member that the entry has left stays in the campaign, and is noted.
    """
    former_label = entry.member_label
    known = former_label if entry.member_id == former_id else ""
    entry.member_label = end.statuses.get(entry.member_id, known) if entry.member_id else ""
    is_seen = former_id in {"", entry.member_id, *end.statuses}
    if former_label and not is_seen and any(says_left(note) for note in end.notes):
        note_left(entry, former_id, label=former_label)
    entry.notes = [note for note in entry.notes if left_member(note) is None or left_member(note) != entry.member_id]
