"""Keys of rows as an address or a form says them: anybody may have written anything there."""

from collections.abc import Iterable

LONGEST = 18
"""Digits of a key; a longer number is that of no row, and a database takes none much longer."""


def id_in(text: str) -> int | None:
    """Return what a text can be the key of; None where it can be none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else None


def asked_in(texts: Iterable[str]) -> dict[int, int]:
    """Return {key: generation} of the texts that name a participant as shown ("7:3"); others are passed over."""
    pairs = (text.partition(":") for text in texts)
    found = ((id_in(key), id_in(generation)) for key, _colon, generation in pairs)
    return {key: generation for key, generation in found if key is not None and generation is not None}


def ids_in(texts: Iterable[str]) -> list[int]:
    """Return the texts that can be keys, as such."""
    return [found for found in map(id_in, texts) if found is not None]
