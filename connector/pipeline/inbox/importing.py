"""Load inwink's grid export: how people who registered before the link existed get in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from connector.core.merging.listed import merge_listed
from connector.core.outcomes import Priority
from connector.core.participant import Participant, date_participant
from connector.inwink.export_file import FileRow, InvalidParticipant, read_export
from connector.inwink.identity import identity_of
from connector.pipeline.inbox.receive import Counts, store_by_event
from connector.pipeline.outbox.hearing import Telling
from connector.pipeline.privacy.erased import drop_erased

BATCH_SIZE = 500
"""Rows stored in one transaction: an import of any length holds no lock for long."""


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """How a file is to be understood."""

    event_id: str
    as_of: datetime | None = None
    """When the export was made: the time of rows without one of their own. None: they count as the newest words."""
    locale: str = "fr"
    """The order of day and month, "fr" or "en"."""


def read_file(path: Path, terms: ImportTerms) -> Iterator[FileRow]:
    """Yield the rows of an export as they are understood; times without a zone are the site's.

    Raises UnreadableFile, and OSError for a file that cannot be opened.
    """
    return read_export(path, event_id=terms.event_id, locale=terms.locale, zone=timezone.get_default_timezone())


def import_file(
    path: Path,
    terms: ImportTerms,
    *,
    on_batch: Callable[[int], object] | None = None,
    takes: Callable[[Participant], bool] | None = None,
) -> Counts:
    """Store a file's participants as backfill, in the waiting room while their event is not linked; streamed.

    Each batch is a transaction: what was stored stays stored when a later part of the file is unreadable, and
    importing the file again changes nothing. `on_batch` is told the number of rows read since it was called last.
    Where `takes` is given, rows for which it says False are passed over.
    Rejected rows are {"row": number as a spreadsheet shows it, "errors": [text]}.
    Raises UnreadableFile, and OSError for a file that cannot be opened.
    """
    total = Counts()
    rows = read_file(path, terms)
    wanted = rows if takes is None else (row for row in rows if isinstance(row[1], Participant) and takes(row[1]))
    for batch in batches(wanted):
        total = add_counts(total, store_batch(batch, terms))
        if on_batch is not None:
            on_batch(len(batch))
    return total


def count_rows(counts: Counts) -> int:
    """Return how many rows were read: the sum of what became of them."""
    return counts.accepted + counts.unchanged + counts.stale + counts.unlinked + len(counts.rejected)


def batches(rows: Iterable[FileRow]) -> Iterator[list[FileRow]]:
    """Yield rows as many at a time as are stored in one transaction."""
    batch: list[FileRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def store_batch(batch: Iterable[FileRow], terms: ImportTerms) -> Counts:
    """Store some rows in a transaction of their own."""
    read, rejected = part_readable(batch, terms)
    with transaction.atomic():
        counts = _store_known(read, as_of=terms.as_of, now=timezone.now())
    return replace(counts, rejected=rejected)


def part_readable(batch: Iterable[FileRow], terms: ImportTerms) -> tuple[list[Participant], list[dict[str, Any]]]:
    """Part the participants, each with a time, from the rows that are rejected: {"row": number, "errors": [text]}."""
    read: list[Participant] = []
    rejected: list[dict[str, Any]] = []
    for number, row in batch:
        if isinstance(row, InvalidParticipant):
            rejected.append({"row": number, "errors": row.errors})
        else:
            read.append(date_participant(row, terms.as_of))
    return read, rejected


def _store_known(read: Sequence[Participant], *, as_of: datetime | None, now: datetime) -> Counts:
    """Store participants but for those who were erased here (rule 6.8). Call inside atomic."""
    erased = drop_erased([identity_of(participant) for participant in read], now=now)
    by_event: dict[str, list[Participant]] = {}
    for place, participant in enumerate(read):
        if place not in erased:
            by_event.setdefault(participant.event_id, []).append(participant)
    telling = Telling(None, now, merge_one=partial(merge_listed, listed_at=as_of))
    counts = store_by_event(by_event, telling=telling, priority=Priority.BACKFILL)
    return replace(counts, unchanged=counts.unchanged + len(erased))


def add_counts(one: Counts, other: Counts) -> Counts:
    """Add up two parts of a file."""
    return Counts(
        accepted=one.accepted + other.accepted,
        unchanged=one.unchanged + other.unchanged,
        stale=one.stale + other.stale,
        unlinked=one.unlinked + other.unlinked,
        rejected=[*one.rejected, *other.rejected],
    )
