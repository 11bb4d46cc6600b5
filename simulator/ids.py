"""Record ids: 15 case-sensitive characters, or 18 with a checksum of their case.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
"""

from __future__ import annotations

import re

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[A-Z0-5]{3})?")
_POD = "9H000"
"""The five characters of every id that name where it was made; any will do."""


def make_id(prefix: str, *, number: int) -> str:
    """Return the 18-character id of the nth row of an object."""
    digits = ""
    for _ in range(7):
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return with_checksum(prefix + _POD + digits)


def with_checksum(id15: str) -> str:
    """Return the 18-character form: three characters tell which of the 15 are upper case."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(id15[start : start + 5]) if "A" <= char <= "Z")
        suffix += _CHECK[bits]
    return id15 + suffix


def normalise_id(text: object) -> str | None:
    """Return the 18-character form, or None for what is no id."""
    if not isinstance(text, str) or not _ID.fullmatch(text):
        return None
    full = with_checksum(text[:15])
    return full if len(text) == 15 or full == text else None
