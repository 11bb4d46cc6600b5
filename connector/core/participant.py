"""What is known about one participant, and how messages about them merge (rules 1.1 to 1.3)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.core.state import State

Json = Any
"""A parsed JSON value: None, bool, int, float, str, list or dict."""

STANDARD_FIELDS = ("email", "first_name", "last_name", "position", "company")
"""Texts that every participant can have; also the names of mapping sources."""


@dataclass(frozen=True, slots=True)
class Participant:
    """One message's words about one participant, parsed once by the inwink package."""

    event_id: str
    key: str
    """inwink's id of the row, else the normalised email (see `key_is_email`)."""
    values: Mapping[str, Json]
    """Only what the message said: any of `id`, the standard fields, `registration` (a Registration value or None),
    `came` (bool or None) and `custom` ({path: value}, e.g. {"fields.dietary": "vegan", "category": "Staff"}).
    A key that is absent was not said; None or "" blanks."""
    event_name: str = ""
    updated_at: datetime | None = None
    """When inwink changed the row (aware), None when the message does not say."""
    key_is_email: bool = False


def date_participant(participant: Participant, as_of: datetime | None) -> Participant:
    """Return a row of an export with the time at which the export was made, where it has none of its own."""
    return participant if participant.updated_at else replace(participant, updated_at=as_of)


@dataclass(frozen=True, slots=True)
class Known:
    """What all messages of one row say together; the stored form of a participant."""

    values: Mapping[str, Json] = field(default_factory=dict)
    """Merged `Participant.values`."""
    states_seen: tuple[State, ...] = ()
    """See `remember_state`."""
    state: State | None = None
    """The latest state; attended from the first check-in on."""
    source_updated_at: datetime | None = None
    """inwink's own time of the newest message merged; decides what is stale."""
    changed_at: datetime | None = None
    """When the row last changed: inwink's time, else the arrival."""
    first_registered_at: datetime | None = None
    attended_at: datetime | None = None
    held_values: Mapping[str, Json] | None = None
    """The message that waits for an answer because it looks anonymised; nothing of it is merged but a check-in."""


_EMAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
EMAIL_MAX_LENGTH = 80
"""Characters; the length of Email on Contact and Lead (design: Salesforce describe of both)."""


def normalise_email(value: Json) -> str:
    """Return the email as Salesforce compares it: trimmed, lower case; "" for anything that is not text.

    What a copied address carries unseen is none of it: Salesforce would take a zero-width space or a ligature for a
    letter, find nobody, and get the same person once more.
    """
    if not isinstance(value, str):
        return ""
    return (value if value.isascii() else _as_typed(value)).strip().lower()


def _as_typed(text: str) -> str:
    """Return a text without invisible characters, and with the letters that ligatures and wide forms stand for."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")


_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)


def normalise_id(text: str) -> str:
    """Return an id of inwink in the one form in which it is stored and compared: GUIDs in lower case, without braces.

    A GUID is a number, so its letter case says nothing: https://www.rfc-editor.org/rfc/rfc9562#section-4
    """
    found = _GUID.fullmatch(text.strip())
    return found[1].lower() if found else text.strip()


def is_valid_email(email: str) -> bool:
    """Say whether a normalised email can be stored and matched in Salesforce."""
    return 0 < len(email) <= EMAIL_MAX_LENGTH and _EMAIL.fullmatch(email) is not None


def text_of(values: Mapping[str, Json], name: str) -> str:
    """Return a standard field as trimmed text, "" where it is blank or unknown."""
    value = values.get(name)
    return "" if value is None else str(value).strip()


def fold_name(text: str) -> str:
    """Reduce a name to what makes two spellings the same: no case, no accents, no punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c)).split())


def name_words(values: Mapping[str, Json]) -> str:
    """Return the words of a participant's name as they are searched: folded, a space before each; "" without any."""
    words = fold_name(f"{text_of(values, 'last_name')} {text_of(values, 'first_name')}")
    return f" {words}" if words else ""


def names_key(first_name: str, last_name: str) -> tuple[str, ...]:
    """Return a key that is equal for the same first and last name in any case, accents and order (rule 2.6)."""
    return tuple(sorted(part for part in (fold_name(first_name), fold_name(last_name)) if part))
