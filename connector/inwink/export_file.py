"""Read inwink's grid export: CSV or XLSX with English or French headings, or JSON, one participant a row."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path

from connector.core.participant import Json, Participant
from connector.inwink.aliases import ALIASES, CONTAINERS, FILE_KEYS, Meaning, fold
from connector.inwink.csv_rows import read_csv
from connector.inwink.json_text import parse_json
from connector.inwink.payload import Dialect, InvalidParticipant, MalformedBody, list_participants, read_with, refusal
from connector.inwink.sheets import Row, UnreadableFile, detect_encoding, is_workbook, read_workbook
from connector.inwink.times import read_local_time

__all__ = [
    "Column",
    "FileRow",
    "InvalidParticipant",
    "UnreadableFile",
    "original_rows",
    "places_of_ours",
    "read_columns",
    "read_export",
]

FileRow = tuple[int, Participant | InvalidParticipant]
"""The row's number as a spreadsheet shows it (the line of JSON-lines, the place in a JSON array), and what it holds."""

_NEVER_BLANKED = frozenset({"id", "event_id", "registration", "came", "updated_at"})
"""An empty cell here says nothing: no answer can be taken back by an export."""

REJECTED_HEADINGS = (("Row", "What is wrong"), ("Ligne", "Ce qui ne va pas"))
"""What stands, in English and in French, above the two columns in front of the rows that could not be read.

Whoever mends these rows sends the columns back: they say nothing about anybody.
"""

_SEVERAL_LINES = frozenset({"position", "company"})
"""What may have a line break of all that has a name of ours; custom fields may."""

_SHOWN_HEADINGS = 250
"""Characters of them all: the sentence is stored in a column of 500."""
_HEADING_MAX_LENGTH = 40


def read_export(path: Path, *, event_id: str, locale: str = "fr", zone: tzinfo = UTC) -> Iterator[FileRow]:
    """Yield each row that is not empty as a participant of the event, or as what is wrong with it.

    `locale` orders day and month in dates ("fr": day first, "en": month first); times without a zone are of `zone`.
    An empty cell blanks a text or custom field; in the other columns it says nothing. A row may name the event, but
    no other one. Raises UnreadableFile, for a broken later part of the file also after rows were yielded.
    """
    dialect = Dialect(
        FILE_KEYS, locale, read_time=partial(read_local_time, locale=locale, zone=zone), event_id=event_id
    )
    for number, raw in _raw_rows(path):
        yield number, _read_row(raw, dialect=dialect)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table as it was understood."""

    heading: str
    name: str
    """Our name of what it holds (`email`, `registration`, …); "" where it is a custom field."""
    path: str
    """The key of its values: what a mapping calls a custom field."""


def read_columns(path: Path) -> list[Column]:
    """Return the columns of a table in their order; none for JSON. Raises UnreadableFile."""
    table = _open_table(path)
    heading = None if table is None else next(table, None)
    if heading is None:
        return []
    texts = ["" if cell is None else str(cell).strip() for cell in heading.cells]
    return [Column(texts[one.place], one.name, one.key) for one in _columns(heading.cells)]


def original_rows(path: Path) -> Iterator[tuple[int, list[Json]]]:
    """Yield each row's number and cells as they stand in the file, the headings first; of JSON its text as one cell.

    Raises UnreadableFile.
    """
    table = _open_table(path)
    if table is not None:
        yield from ((row.number, row.cells) for row in table)
        return
    yield 0, ["JSON"]
    for number, raw in _raw_rows(path):
        yield number, [json.dumps(raw, ensure_ascii=False, default=str)]


def _read_row(raw: Json, *, dialect: Dialect) -> Participant | InvalidParticipant:
    if isinstance(raw, InvalidParticipant):
        return raw
    try:
        return read_with(raw, dialect=dialect)
    except InvalidParticipant as exc:
        return exc


def _raw_rows(path: Path) -> Iterator[tuple[int, Json]]:
    table = _open_table(path)
    if table is not None:
        return _table_rows(table)
    encoding = detect_encoding(path)
    if _first_mark(path, encoding=encoding) == "{":
        return _json_lines(path, encoding=encoding)
    return _json_document(path, encoding=encoding)


def _open_table(path: Path) -> Iterator[Row] | None:
    """Return the rows of a CSV or XLSX, None for JSON."""
    with path.open("rb") as file:
        head = file.read(8)
    if is_workbook(head):
        return read_workbook(path, count_known=_count_known)
    encoding = detect_encoding(path)
    if _first_mark(path, encoding=encoding) in ("{", "["):
        return None
    return read_csv(path, encoding=encoding, count_known=_count_known, is_one_line=_is_one_line)


def _first_mark(path: Path, *, encoding: str) -> str:
    with path.open(encoding=encoding) as text:
        return text.read(4_096).lstrip()[:1]


def _json_lines(path: Path, *, encoding: str) -> Iterator[tuple[int, Json]]:
    """Yield one object a line; a first line that is not one means that the file is a single JSON document."""
    with path.open(encoding=encoding) as file:
        lines = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
        first = next(lines)
        parsed = _parse_line(first[1])
        if isinstance(parsed, InvalidParticipant) or _holds_list(parsed):
            yield from _json_document(path, encoding=encoding)
            return
        yield first[0], parsed
        for number, line in lines:
            yield number, _parse_line(line)


def _holds_list(parsed: Json) -> bool:
    return isinstance(parsed, dict) and isinstance(parsed.get("participants"), list)


def _parse_line(line: str) -> Json:
    try:
        return parse_json(line)
    except MalformedBody as exc:
        return InvalidParticipant([refusal("%(detail)s", detail=exc.detail)])


def _json_document(path: Path, *, encoding: str) -> Iterator[tuple[int, Json]]:
    # Parsed at once, so that a file that was cut off is refused before any row is taken.
    try:
        participants = list_participants(parse_json(path.read_text(encoding=encoding)))
    except MalformedBody as exc:
        raise UnreadableFile(f"the file is not valid JSON: {exc.detail}") from exc
    yield from enumerate(participants, start=1)


def _table_rows(rows: Iterator[Row]) -> Iterator[tuple[int, Json]]:
    heading = next(rows, None)
    if heading is None:
        raise UnreadableFile("the file is empty")
    columns = _columns(heading.cells)
    for row in rows:
        wrong = InvalidParticipant([row.problem]) if row.problem else None
        yield row.number, wrong or _as_message(row.cells, columns=columns)


class _Column:
    """One column: its place in a row, the key its values take in a message, and whether an empty cell blanks."""

    __slots__ = ("is_blankable", "key", "name", "place")

    def __init__(self, place: int, *, heading: str) -> None:
        meaning = _meaning(heading)
        self.place = place
        self.name = meaning.name if meaning else ""
        self.key = heading if meaning or _is_path(heading) else f"fields.{heading}"
        self.is_blankable = meaning is None or meaning.name not in _NEVER_BLANKED


def _columns(headings: list[Json]) -> list[_Column]:
    texts = ["" if heading is None else str(heading).strip() for heading in headings]
    known = {meaning.name for meaning in map(_meaning, texts) if meaning}
    if not known & {"id", "email"}:
        raise UnreadableFile(_advice(texts))
    ours = places_of_ours(headings)
    return [_Column(place, heading=text) for place, text in enumerate(texts) if text and place not in ours]


def places_of_ours(headings: list[Json]) -> frozenset[int]:
    """Return where the two columns of a file of rejected rows stand; inwink may have a "Row" of its own elsewhere."""
    folded = [fold(str(heading or "").strip()) for heading in headings]
    ours = {fold(wrong): fold(row) for row, wrong in REJECTED_HEADINGS}
    found = [place for place, text in enumerate(folded) if text in ours]
    before = [place - 1 for place in found if place and folded[place - 1] == ours[folded[place]]]
    return frozenset([*found, *before])


def _as_message(cells: list[Json], *, columns: list[_Column]) -> dict[str, Json]:
    """Turn a row into the object that a message would hold; of columns with one heading the first that is filled."""
    message: dict[str, Json] = {}
    for column in columns:
        if column.place >= len(cells):
            continue
        cell = cells[column.place]
        is_blank = cell is None or (isinstance(cell, str) and not cell.strip())
        if not is_blank and message.get(column.key) is None:
            message[column.key] = cell
        elif is_blank and column.is_blankable:
            message.setdefault(column.key, None)
    return message


def _count_known(headings: Iterable[Json]) -> int:
    return sum(1 for heading in headings if isinstance(heading, str) and _meaning(heading.strip()))


def _is_one_line(heading: Json) -> bool:
    meaning = _meaning(heading.strip()) if isinstance(heading, str) else None
    return meaning is not None and meaning.name not in _SEVERAL_LINES


def _meaning(heading: str) -> Meaning | None:
    meaning = FILE_KEYS.get(fold(heading))
    return None if meaning is None or meaning.name in CONTAINERS else meaning


def _is_path(heading: str) -> bool:
    return heading.startswith(tuple(f"{container}." for container in CONTAINERS))


def _advice(headings: list[str]) -> str:
    looked_for = ", ".join((*ALIASES["id"], *ALIASES["email"]))
    # Without a heading row these may be a person's values: anything like an address is not repeated.
    found = ", ".join(text[:_HEADING_MAX_LENGTH] for text in headings if text and "@" not in text)[:_SHOWN_HEADINGS]
    return (
        f"the first row must hold the headings, with an id or an email among them (looked for: {looked_for}; "
        f"found: {found or 'no heading'}); export the grid with its headings from inwink again"
    )
