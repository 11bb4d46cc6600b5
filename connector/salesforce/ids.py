"""Bring Salesforce ids into the one form that is stored: 18 characters."""

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
"""One letter for each pattern of upper-case letters in a group of five."""
_GROUP = 5
_SHORT = 15


def is_id(value: str) -> bool:
    """Tell whether the text has the form of a Salesforce id, of 15 or 18 characters."""
    return _ID.fullmatch(value) is not None


def id_18(value: str) -> str:
    """Return the id with the three characters that make it safe to compare without case.

    https://help.salesforce.com/s/articleView?id=000385008
    Raises ValueError for a text that is no id.
    """
    if not is_id(value):
        raise ValueError("not a Salesforce id")
    if len(value) > _SHORT:
        return value
    return value + "".join(_suffix_of(value[start : start + _GROUP]) for start in range(0, _SHORT, _GROUP))


def _suffix_of(group: str) -> str:
    return _SUFFIX_ALPHABET[sum(1 << place for place, letter in enumerate(group) if letter.isupper())]
