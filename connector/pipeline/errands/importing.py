"""Import an uploaded export: first a check that writes nothing, then the import itself, both in slices."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from connector.core.merging.listed import merge_listed
from connector.core.merging.merge import MergeResult
from connector.core.participant import Known, Participant
from connector.inwink.export_file import FileRow, read_columns
from connector.inwink.identity import identity_of
from connector.models import CampaignLink, Errand, OutboxEntry, UnlinkedParticipant
from connector.pipeline.errands.export import open_export, terms_of
from connector.pipeline.errands.pace import Pace
from connector.pipeline.inbox.importing import ImportTerms, batches, part_readable, read_file, store_batch
from connector.pipeline.privacy.erased import find_erased

REJECTED_KEPT = 2_000
"""Rejected rows whose errors are kept; more of them mean a wrong file."""

Tally = Counter[str]
CountBatch = Callable[[Sequence[FileRow], ImportTerms], tuple[Mapping[str, int], Sequence[Mapping[str, Any]]]]
"""Does one batch; returns ({what became of rows: how many}, [{"row": number, "errors": [text]}])."""


def check_import(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Say what importing would do, and write nothing.

    Result: {"rows", "new", "changed", "unchanged", "stale", "rejected": [{"row", "errors"}], "rejected_count",
    "columns": [[heading, our name or "", path]]}. A person who stands in the file twice, far apart, counts twice.
    """
    with open_export(errand) as path:
        result = _go_through(path, errand, pace, count=_forecast)
        if result is None:
            return None
        return {**result, "columns": [[column.heading, column.name, column.path] for column in read_columns(path)]}


def import_export(errand: Errand, pace: Pace) -> Mapping[str, Any] | None:
    """Store the participants of the file; what a slice stored stays, and doing it again changes nothing.

    Result: {"rows", "accepted", "unchanged", "stale", "unlinked", "rejected": […], "rejected_count"}. `terms` may hold
    {"rows"}: how many there are, from the check.
    """
    if errand.total_count is None and errand.terms.get("rows"):
        pace.expect(int(errand.terms["rows"]))
    with open_export(errand) as path:
        return _go_through(path, errand, pace, count=_store)


def _go_through(path: Path, errand: Errand, pace: Pace, *, count: CountBatch) -> dict[str, Any] | None:
    """Do the batches of a slice; `position` holds {"rows", "counts", "rejected", "rejected_count"} so far."""
    said = errand.position or {"rows": 0, "counts": {}, "rejected": [], "rejected_count": 0}
    tally, rejected = Counter(said["counts"]), list(said["rejected"])
    rows, rejected_count = said["rows"], said["rejected_count"]
    terms = terms_of(errand)
    for batch in batches(islice(read_file(path, terms), rows, None)):
        with transaction.atomic():
            counts, refused = count(batch, terms)
            tally.update(counts)
            rejected += refused[: REJECTED_KEPT - len(rejected)]
            rows, rejected_count = rows + len(batch), rejected_count + len(refused)
            position = {"rows": rows, "counts": tally, "rejected": rejected, "rejected_count": rejected_count}
            pace.keep(len(batch), position=position)
        if pace.is_over:
            return None
    return {"rows": rows, **tally, "rejected": rejected, "rejected_count": rejected_count}


def _store(batch: Sequence[FileRow], terms: ImportTerms) -> tuple[Mapping[str, int], Sequence[Mapping[str, Any]]]:
    counts = store_batch(batch, terms)
    became = {
        "accepted": counts.accepted, "unchanged": counts.unchanged, "stale": counts.stale, "unlinked": counts.unlinked,
    }  # fmt: skip
    return became, counts.rejected


def _forecast(batch: Sequence[FileRow], terms: ImportTerms) -> tuple[Mapping[str, int], Sequence[Mapping[str, Any]]]:
    read, rejected = part_readable(batch, terms)
    erased = find_erased([identity_of(participant) for participant in read])
    wanted = [participant for place, participant in enumerate(read) if place not in erased]
    became = _merge_in_memory(wanted, _known_here(terms.event_id, wanted), as_of=terms.as_of)
    became["unchanged"] += len(erased)
    return became, rejected


def _known_here(event_id: str, participants: Iterable[Participant]) -> dict[str, Known]:
    """Return {key: what is known}; two queries."""
    keys = {participant.key for participant in participants}
    link = CampaignLink.objects.filter(inwink_event_id=event_id).first()
    rows = (
        UnlinkedParticipant.objects.filter(event_id=event_id, participant_key__in=keys)
        if link is None
        else OutboxEntry.objects.filter(link=link, participant_key__in=keys)
    )
    return {str(row.participant_key): row.known() for row in rows}


def _merge_in_memory(participants: Iterable[Participant], known: dict[str, Known], *, as_of: datetime | None) -> Tally:
    became: Tally = Counter()
    at = timezone.now()
    for participant in participants:
        before = known.get(participant.key)
        merged = merge_listed(before, participant, listed_at=as_of, received_at=at)
        known[participant.key] = merged.known
        word = {MergeResult.UNCHANGED: "unchanged", MergeResult.STALE: "stale"}.get(merged.result)
        became[word or ("new" if before is None else "changed")] += 1
    return became
