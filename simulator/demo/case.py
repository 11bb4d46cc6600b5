"""What the demonstration says about participants, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

Values = dict[str, Any]

FOLDER = Path(__file__).resolve().parent
SALON = "salon-horizons-2026"
LYON = "rencontres-data-lyon-2026"
CAMPAIGNS = {SALON: "Salon Horizons 2026", LYON: "Rencontres Data Lyon 2026"}
"""{event: name of its campaign}, as the configuration files link them."""

SYNCED = ("synced", "")


@dataclass(frozen=True, slots=True)
class PersonKey:
    """How a record of the organisation is recognised: no two of one object share email and last name here."""

    sobject: str
    email: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A membership that must exist; `values` are its fields, None for one that must be empty."""

    event: str
    person: PersonKey
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One story of one or two participants, and how it must end; waves: 0 before the event, 1 from its first day on."""

    category: str
    said: tuple[tuple[int, Values], ...]
    """(wave, participant as the webhook receives it)."""
    ends: Mapping[str, tuple[str, str]]
    """{participant id: (state, reason)} of the outbox; a refused participant has none."""
    members: tuple[Member, ...] = ()
    created: Mapping[PersonKey, Values] = field(default_factory=dict)
    """New records and their fields."""
    changed: Mapping[PersonKey, Values] = field(default_factory=dict)
    """Fields of existing records that must have changed, and to what; all others stay."""
    refused: frozenset[str] = frozenset()
    """Ids that the webhook must turn away."""
    colleague: tuple[tuple[str, PersonKey, Values], ...] = ()
    """("remove" | "set", person, values): what a colleague does in Salesforce to a member between the waves."""


@cache
def seed() -> Values:
    """Return the organisation as it is before the first participant."""
    found: Values = json.loads((FOLDER / "org.json").read_text("utf-8"))
    return found


@cache
def _by_ref() -> dict[str, Values]:
    return {row["_ref"]: {**row, "type": kind} for kind in ("Contact", "Lead") for row in seed()["rows"][kind]}


def existing(ref: str) -> Values:
    """Return a contact or lead of the organisation by its `_ref`; "type" names its object."""
    return _by_ref()[ref]


def key_of(row: Mapping[str, Any]) -> PersonKey:
    """Return the key of an existing record."""
    return PersonKey(row["type"], row["Email"], row["LastName"])


def says(participant_id: str, *, at: str, event: str = SALON, **values: Any) -> Values:
    """Return a participant in inwink's words; `at` is inwink's time of the change."""
    return {"id": participant_id, "eventId": event, "eventName": CAMPAIGNS[event], "updatedAt": at, **values}


def stored_time(at: str) -> str:
    """Return a time of a message as Salesforce shows it."""
    return datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def membership(person: PersonKey, status: str, *, row_id: str, event: str = SALON, **values: Any) -> Member:
    """Return a membership with the fields that every one of the event has."""
    empty = {"Dietary__c": None, "Checked_in_at__c": None}
    return Member(event, person, {"Status": status, "Inwink_Id__c": row_id, **empty, **values})
