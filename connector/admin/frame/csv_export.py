"""Tables that open in a spreadsheet and run nothing there."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes such a cell for a formula: https://owasp.org/www-community/attacks/CSV_Injection"""
_INNER_START = re.compile(r"""(?<=[;,\t\r\n"])(?=[=+\-@])""")
"""Where a cell would begin in a spreadsheet that takes another character than ours for the end of a cell."""
_DELIMITERS = {"fr": ";"}
"""What Excel expects between cells, where that is no comma: it opens all of a line in one cell otherwise."""
_MARK = "\ufeff"
"""Excel takes a CSV for UTF-8 only with this mark at its beginning."""


def csv_response(file_name: str, rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Answer with a CSV file, row by row, so that one of any length needs little memory."""
    delimiter = _DELIMITERS.get((get_language() or "")[:2], ",")
    answer = StreamingHttpResponse(_lines(rows, delimiter=delimiter), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def safe_cell(value: Any) -> str:
    """Return a cell as text; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = _INNER_START.sub("'", "" if value is None else str(value))
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class _Echo:
    """What csv.writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(rows: Iterable[Sequence[Any]], *, delimiter: str) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=delimiter)
    yield _MARK
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])
