"""Stream the rows of a table file: what CSV and XLSX have in common, and XLSX. CSV itself: `csv_rows`."""

import codecs
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from connector.core.checking.problem import Problem
from connector.core.participant import Json

_GUARDED = re.compile(r"'(?=[=+\-@])")
"""The apostrophe by which our downloads, and spreadsheets, say that a cell is no formula; it is none of the value."""

MOST_UNPACKED_BYTES = 1 << 29
"""Of a workbook, all its parts together; a zip of a few megabytes can hold a thousand times as much."""

_CHUNK_BYTES = 1 << 20
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    KeyError,
    ValueError,
    SyntaxError,  # of either XML parser
    EOFError,
    OSError,
)
"""What openpyxl lets through when a workbook is damaged, locked with a password or not a workbook at all."""


class UnreadableFile(Exception):
    """A file of which no row can be read; `detail` says why and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Row(NamedTuple):
    """One row of a table."""

    number: int
    """As a spreadsheet shows it, from 1."""
    cells: list[Json]
    problem: Problem | None = None
    """Why the row cannot be read; its cells are then what somebody needs to find and mend it."""


CountKnown = Callable[[Iterable[Json]], int]
"""Says how many cells of a row are known headings; that is how the delimiter and the worksheet are found."""


def is_workbook(head: bytes) -> bool:
    """Say whether a file's first bytes are those of an XLSX. Raises UnreadableFile for the older XLS."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            "this is an XLS workbook or one with a password; save it as XLSX without a password, or CSV"
        )
    return head.startswith(b"PK\x03\x04")


def read_workbook(path: Path, *, count_known: CountKnown) -> Iterator[Row]:
    """Yield the rows of the worksheet whose first row knows most headings, from the heading on.

    Raises UnreadableFile.
    """
    with _damage_named():
        unpacked = _unpacked_bytes(path)
    if unpacked > MOST_UNPACKED_BYTES:
        raise UnreadableFile("the workbook is too large when unpacked; export it as CSV, or in several files")
    with _damage_named():
        workbook = load_workbook(path, read_only=True, data_only=True)
    with closing(workbook):
        with _damage_named():
            best = max(workbook.worksheets, key=lambda sheet: rank_first(_sheet_rows(sheet), count_known), default=None)
        if best is None:
            raise UnreadableFile("the workbook has no worksheet")
        rows = _sheet_rows(best)
        width = 0
        while (row := _next_row(rows)) is not None:
            # A workbook leaves empty cells at the end of a row out.
            width = width or len(row.cells)
            yield Row(row.number, row.cells + [None] * (width - len(row.cells)))


def rank_first(rows: Iterator[Row], count_known: CountKnown) -> tuple[int, int]:
    """Rank what may be a heading, a table's first row: by its known cells, then by all of them."""
    first = next(rows, None)
    return (count_known(first.cells), len(first.cells)) if first else (-1, 0)


def _unpacked_bytes(path: Path) -> int:
    """Return what the parts of a workbook say they hold; more than that is never read of them."""
    with zipfile.ZipFile(path) as parts:
        return sum(part.file_size for part in parts.infolist())


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    # Other programs write a wrong extent, which would cut columns off.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield Row(number, [_as_json(cell) for cell in cells])


def _next_row(rows: Iterator[Row]) -> Row | None:
    with _damage_named():
        return next(rows, None)


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except _BROKEN_WORKBOOK as exc:
        raise UnreadableFile(
            "the workbook is damaged; open it in a spreadsheet and save it again as XLSX or CSV"
        ) from exc


def without_guard(text: str) -> str:
    """Take off the apostrophe that says that a cell is no formula."""
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text


def _as_json(cell: object) -> Json:
    if isinstance(cell, str):
        return without_guard(cell)
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell if isinstance(cell, (bool, int, float)) or cell is None else str(cell)


def detect_encoding(path: Path) -> str:
    """Name the encoding in which the whole file can be read: UTF-16 by its mark or zeros, else UTF-8, else cp1252.

    Raises UnreadableFile.
    """
    with path.open("rb") as file:
        head = file.read(4)
        for encoding in _candidates(head):
            file.seek(0)
            if _decodes(file, encoding):
                return encoding
    raise UnreadableFile("the text is neither UTF-8, UTF-16 nor Windows-1252; save the file as CSV UTF-8")


def _candidates(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if head[1:2] == b"\x00":
        return ("utf-16-le",)
    if head[:1] == b"\x00":
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
