"""Say on which line of a JSON text each participant, and each of its keys, stands."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one participant stands; lines count from 1."""

    line: int
    keys: Mapping[str, int]
    """{key as it was sent: its line}; no key where the participant is no object."""


def find_places(text: str) -> list[Place]:
    """Return the places of the participants, in the order of `list_participants`; the text must be one it accepts."""
    lines = _Lines(text)
    start = _skip(text, 0)
    if text[start] == "{":
        values = {key: value_at for key, _key_at, value_at in _members(text, start)}
        if "participants" not in values:
            return [lines.place(start)]
        start = values["participants"]
    return [lines.place(item_at) for item_at in _items(text, start)]


class _Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def number(self, at: int) -> int:
        return bisect_right(self._ends, at - 1) + 1

    def place(self, at: int) -> Place:
        members = _members(self._text, at) if self._text[at] == "{" else ()
        return Place(self.number(at), {key: self.number(key_at) for key, key_at, _value_at in members})


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield (key, where it stands, where its value stands) of the object that begins there."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key_at = at
        key, at = _DECODER.raw_decode(text, at)
        value_at = _skip(text, _skip(text, at) + 1)
        yield key, key_at, value_at
        at = _behind(text, value_at)


def _items(text: str, at: int) -> Iterator[int]:
    """Yield where each item of the list that begins there stands."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        at = _behind(text, at)


def _behind(text: str, value_at: int) -> int:
    """Return where what follows a value and its comma begins."""
    _value, end = _DECODER.raw_decode(text, value_at)
    end = _skip(text, end)
    return _skip(text, end + 1) if text[end] == "," else end
