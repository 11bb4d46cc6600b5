"""Read a yes or a no, French or English."""

from collections.abc import Iterable

_YES = frozenset({"true", "1", "yes", "oui", "vrai", "x", "on"})
_NO = frozenset({"false", "0", "no", "non", "faux", "off"})


def read_yes_no(spellings: Iterable[str]) -> bool | None:
    """Return what the spellings of one value say; None where none of them is a yes or a no, or they disagree."""
    words = {text.strip().casefold() for text in spellings}
    is_yes, is_no = bool(words & _YES), bool(words & _NO)
    return None if is_yes is is_no else is_yes
