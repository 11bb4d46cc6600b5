"""The uploaded file of an errand, as a file that the readers of exports can open."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.dateparse import parse_datetime

from connector.core.participant import Json
from connector.inwink.export_file import original_rows, places_of_ours
from connector.models import Errand
from connector.pipeline.inbox.importing import ImportTerms


class ExportGoneError(Exception):
    """The uploaded file was deleted, by retention or with a person who was erased: upload it again."""


@contextmanager
def open_export(errand: Errand) -> Iterator[Path]:
    """Lay the uploaded file where nobody else may read it, for as long as it is needed. Raises ExportGoneError."""
    if errand.export is None:
        raise ExportGoneError
    with tempfile.NamedTemporaryFile(suffix=Path(errand.export.name).suffix[:8]) as file:
        file.write(bytes(errand.export.content))
        file.flush()
        yield Path(file.name)


def terms_of(errand: Errand) -> ImportTerms:
    """Return how the file is to be understood: `terms` holds {"event_id", "as_of" (ISO or ""), "locale"}."""
    said = errand.terms
    as_of = parse_datetime(said["as_of"]) if said.get("as_of") else None
    return ImportTerms(event_id=said["event_id"], as_of=as_of, locale=said.get("locale", "fr"))


def rejected_of(errand: Errand) -> tuple[list[Json], list[tuple[int, list[str], list[Json]]]]:
    """Return the headings of the file, and of each rejected row its number, what is wrong, and its cells.

    The two columns that a mended file still has from the last time are left out: its rows get them anew.
    Raises ExportGoneError, and UnreadableFile for a file that ends in the middle.
    """
    errors = {row["row"]: row["errors"] for row in errand.result.get("rejected", [])}
    with open_export(errand) as path:
        rows = original_rows(path)
        _number, heading = next(rows)
        ours = places_of_ours(heading)
        rejected = [(number, errors[number], _without(cells, ours)) for number, cells in rows if number in errors]
        return _without(heading, ours), rejected


def _without(cells: list[Json], places: frozenset[int]) -> list[Json]:
    return [cell for place, cell in enumerate(cells) if place not in places]
