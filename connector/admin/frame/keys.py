"""Keys of rows as an address or a form says them: anybody may have written anything there."""

from collections.abc import Iterable

LONGEST = 18
"""Digits of a key; a longer number is that of no row, and a database takes none much longer."""


def id_in(text: str) -> int | None:
    """Return what a text can be the key of; None where it can be none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def ids_in(texts: Iterable[str]) -> list[int]:
    """Return the texts that can be keys, as such."""
    return [found for found in map(id_in, texts) if found is not None]
