"""Read the rows of a CSV so that one stray quotation mark costs its own row and nobody else's.

A mark that is not closed makes all that follows, up to the next mark, one cell: a usual reader then gives one row in
which many people are lost, without a word. Here a row that cannot be as it stands is refused by its line, and reading
goes on in the line behind it.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connector.core.checking.problem import Problem
from connector.core.participant import Json
from connector.inwink.payload import refusal
from connector.inwink.sheets import CountKnown, Row, UnreadableFile, rank_first, without_guard

DELIMITERS = (",", ";", "\t")

_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""A first line by which Excel is told the delimiter; Excel does not show it as a row."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")

IsOneLine = Callable[[Json], bool]
"""Says of a heading whether the values under it never have a line break."""


def read_csv(path: Path, *, encoding: str, count_known: CountKnown, is_one_line: IsOneLine) -> Iterator[Row]:
    """Yield the rows that are not empty, from the heading on; blank lines count, as a spreadsheet shows them.

    A row that cannot be read has its `problem`, and the cells that its line would have without quotation marks.
    Raises UnreadableFile where the headings cannot be read.
    """
    delimiter = _declared_delimiter(path, encoding=encoding) or _best_delimiter(path, encoding, count_known)
    rows = _rows(path, encoding=encoding, delimiter=delimiter, is_one_line=is_one_line)
    for heading in rows:
        if heading.problem is not None:
            raise UnreadableFile(f"the headings cannot be read: {heading.problem.message}")
        yield heading
        yield from rows


def _declared_delimiter(path: Path, *, encoding: str) -> str | None:
    with path.open(encoding=encoding, newline="") as file:
        match = _SEP_LINE.fullmatch(file.readline(8))
    return match[1] if match else None


def _best_delimiter(path: Path, encoding: str, count_known: CountKnown) -> str:
    def rank(delimiter: str) -> tuple[int, int]:
        return rank_first(_rows(path, encoding=encoding, delimiter=delimiter, is_one_line=lambda _: False), count_known)

    return max(DELIMITERS, key=rank)


def _rows(path: Path, *, encoding: str, delimiter: str, is_one_line: IsOneLine) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        lines = _Lines(file)
        first = lines.take()
        if first is not None and not _SEP_LINE.fullmatch(first):
            lines.put_back([first])
        yield from _Reading(lines, delimiter, is_one_line).rows()


class _Lines:
    """The lines of a file, of which some can be put back to be read anew."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken = 0
        """How many lines are read: the number of the last one, from 1."""

    def take(self) -> str | None:
        """Return the next line, None at the end."""
        line = self._again.popleft() if self._again else next(self._lines, None)
        self.taken += line is not None
        return line

    def put_back(self, lines: list[str]) -> None:
        """Have the last lines that were taken once more."""
        self._again.extendleft(reversed(lines))
        self.taken -= len(lines)


@dataclass(frozen=True, slots=True)
class _Record:
    """What a strict reader makes of the lines from `first` on."""

    first: int
    lines: list[str]
    cells: list[str] | None
    """None: the quotation marks of the lines do not add up."""

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def is_blank(self) -> bool:
        return self.cells is not None and not any(cell.strip() for cell in self.cells)


class _Reading:
    """One go through a table."""

    def __init__(self, lines: _Lines, delimiter: str, is_one_line: IsOneLine) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._is_one_line = is_one_line
        self._headings: list[str] = []
        self._width = 0
        """Cells up to the last heading; nothing may stand beyond."""
        self._doubtful_until = 0
        """The line behind all that a mark that was not closed ran over: up to it a line may be the rest of a value."""

    def rows(self) -> Iterator[Row]:
        number = 0
        while (record := self._next_record()) is not None:
            number += 1
            if not record.is_blank:
                yield self._row(number, record)
            elif record.first <= self._doubtful_until:
                self._doubt_the_line_behind(record)

    def _row(self, number: int, record: _Record) -> Row:
        problem = self._problem(record) if self._headings else self._take_headings(record)
        cells = record.cells if problem is None else self._refuse(record)
        return Row(number, [without_guard(cell) for cell in cells or ()], problem)

    def _next_record(self) -> _Record | None:
        taken: list[str] = []

        def feed() -> Iterator[str]:
            while (line := self._lines.take()) is not None:
                taken.append(line)
                yield line

        first = self._lines.taken + 1
        try:
            cells = next(csv.reader(feed(), delimiter=self._delimiter, strict=True), None)
        except csv.Error:
            return _Record(first, taken, None)
        return None if cells is None else _Record(first, taken, cells)

    def _take_headings(self, record: _Record) -> Problem | None:
        """Take the first row as the headings, unless it ran over rows: then nothing can be read."""
        if record.cells is None or any(self._delimiter in rest for rest in map(_behind_line_break, record.cells)):
            return _not_closed(record)
        self._headings = record.cells
        self._width = max(place for place, cell in enumerate(record.cells, start=1) if cell.strip())
        return None

    def _problem(self, record: _Record) -> Problem | None:
        """Say why a row is not to be taken; None where it is as it should be."""
        cells = record.cells
        if cells is None:
            return _not_closed(record)
        if self._overflows(cells):
            return refusal(
                "line %(line)s has more cells than there are headings: a separator stands in a value that is not in "
                "quotation marks, or a column has no heading",
                line=record.first,
            )
        if len(cells) < self._width and record.first <= self._doubtful_until:
            return refusal(
                "line %(line)s has fewer cells than there are headings, and a quotation mark that is not closed stands "
                "before it: mend that row first",
                line=record.first,
            )
        return self._spanning(record, cells) if len(record.lines) > 1 else None

    def _spanning(self, record: _Record, cells: list[str]) -> Problem | None:
        """Refuse a value of several lines where it can have but one, or where its lines are rows of their own."""
        for place, (heading, cell) in enumerate(zip(self._headings, cells, strict=False)):
            if not _behind_line_break(cell.strip()):
                continue
            if self._is_one_line(heading) or self._holds_rows(record, cells[:place]):
                return refusal(
                    "the value goes from line %(first)s to line %(last)s: is a quotation mark missing, or too many?",
                    key=heading.strip(),
                    first=record.first,
                    last=record.last,
                )
        return None

    def _holds_rows(self, record: _Record, before: list[str]) -> bool:
        """Say whether a later line has all the cells of a row, with an address exactly where this one has one."""
        addresses = _places_of_addresses(before)
        rows = filter(self._is_wide, map(self._split, record.lines[1:]))
        return any(_places_of_addresses(cells[: len(before)]) == addresses for cells in rows)

    def _refuse(self, record: _Record) -> list[str]:
        """Go on behind the first line of a refused row where its other lines may be rows; return what it held."""
        later = record.lines[1:]
        is_whole = record.cells is not None and not any(self._is_wide(self._split(line)) for line in later)
        if not is_whole or record.first <= self._doubtful_until:
            self._doubt_the_line_behind(record)
        if record.cells is not None and is_whole:
            return record.cells
        self._lines.put_back(later)
        return self._split(record.lines[0])

    def _doubt_the_line_behind(self, record: _Record) -> None:
        """Say that the next line may go on with a value of this one; a whole row ends the doubt."""
        self._doubtful_until = max(self._doubtful_until, record.last + 1)

    def _is_wide(self, cells: list[str]) -> bool:
        return len(cells) >= self._width and not self._overflows(cells)

    def _overflows(self, cells: list[str]) -> bool:
        """Say whether something stands beyond the headings; empty cells are none."""
        return any(cell.strip() for cell in cells[self._width :])

    def _split(self, line: str) -> list[str]:
        """Return the cells of a line in which a quotation mark means nothing."""
        return line.rstrip("\r\n").split(self._delimiter)


def _not_closed(record: _Record) -> Problem:
    return refusal(
        "a quotation mark of line %(line)s is not closed where its value ends: close it or take it out",
        line=record.first,
    )


def _behind_line_break(cell: str) -> str:
    """Return what of a cell stands on its second line and the later ones."""
    return "".join(_LINE_BREAK.split(cell)[1:])


def _places_of_addresses(cells: list[str]) -> list[int]:
    return [place for place, cell in enumerate(cells) if "@" in cell]
