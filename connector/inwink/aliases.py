"""Name the keys under which a sender may put a value, and sort a participant's keys by what they mean."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from connector.core.participant import Json

ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "participantId", "uniqueId"),
    "event_id": ("eventId", "event", "event.id"),
    "event_name": ("eventName", "event.name"),
    "email": ("email", "mail", "e-mail", "emailAddress"),
    "first_name": ("firstName", "prénom"),
    "last_name": ("lastName", "nom"),
    "position": ("position", "jobTitle", "fonction", "title"),
    "company": ("company", "companyName", "organization", "société"),
    "registration": ("registered", "isRegistered", "est inscrit", "registrationStatus", "status"),
    "came": ("came", "hasCome", "est venu", "attended", "checkedIn", "present"),
    "updated_at": ("updatedAt", "modifiedAt", "timestamp"),
    "fields": ("fields",),
    "customFields": ("customFields",),
}
"""{our name: the keys a message may use, the first one that occurs wins}; compared as `fold` leaves them."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("identifiant unique", "identifiant", "unique identifier", "identifier"),
    "event_id": ("id événement", "identifiant événement", "id de l'événement"),
    "event_name": ("événement", "nom de l'événement", "nom événement"),
    "email": ("adresse e-mail", "adresse mail", "courriel"),
    "first_name": ("given name",),
    "last_name": ("nom de famille", "surname", "family name"),
    "position": ("poste", "intitulé de poste", "job", "job function"),
    "company": ("entreprise", "organisation", "raison sociale", "nom de l'entreprise", "nom de la société"),
    "registration": ("inscrit", "inscription", "statut d'inscription", "statut inscription", "statut"),
    "came": ("venu", "a participé", "présence"),
    "updated_at": (
        "date de modification",
        "modifié le",
        "dernière modification",
        "mis à jour le",
        "last modified",
        "modified on",
        "modification date",
        "updated on",
        "last update",
    ),
}
"""Further headings of a grid export, tried after the aliases; a message that uses them means a custom field."""

STATUS_KEYS = frozenset({"status", "statut"})
"""The folded registration keys that may also say that somebody came."""

CONTAINERS = ("fields", "customFields")
"""Keys whose object holds custom fields."""

LONGEST_FOLDED = 64
"""Characters; anything longer is no alias and no known word, and must not fill the cache of `fold`."""

_IGNORED = frozenset(" _-'’\t\n\r\u00a0\u202f")


def fold(text: str) -> str:
    """Reduce a key or a word to what makes two spellings the same: no case, accents, blanks, `_`, `-`, apostrophes."""
    return text if len(text) > LONGEST_FOLDED else _fold_short(text)


@lru_cache(maxsize=4096)
def _fold_short(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c not in _IGNORED and not unicodedata.combining(c))


class Meaning(NamedTuple):
    """What a key stands for."""

    name: str
    rank: int
    """Place in the list of aliases; the lowest wins."""


def index_keys(*tables: Mapping[str, Iterable[str]]) -> dict[str, Meaning]:
    """Turn alias tables into {folded key: its meaning}; a later table ranks behind an earlier one."""
    index: dict[str, Meaning] = {}
    for table in tables:
        for name, aliases in table.items():
            for alias in aliases:
                index.setdefault(fold(alias), Meaning(name, len(index)))
    return index


MESSAGE_KEYS = index_keys(ALIASES)
"""What the keys of a webhook message mean."""

FILE_KEYS = index_keys(ALIASES, HEADINGS)
"""What the headings of an export file mean."""


class Sent(NamedTuple):
    """One key as it was sent."""

    key: str
    value: Json


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """The keys of one participant, by what they mean."""

    known: dict[str, list[Sent]] = field(default_factory=dict)
    """{our name: every alias that occurs, the winner first}."""
    others: dict[str, Json] = field(default_factory=dict)
    """Keys that are no alias: custom fields."""


def sort_keys(raw: Mapping[str, Json], *, index: Mapping[str, Meaning]) -> SortedKeys:
    """Sort a participant's keys by what they mean; `event: {id, name}` counts as `event.id` and `event.name`."""
    ranked: dict[str, list[tuple[int, Sent]]] = {}
    others: dict[str, Json] = {}
    for key, value in _without_event_object(raw):
        meaning = index.get(fold(key))
        if meaning is None:
            others[key] = value
        else:
            ranked.setdefault(meaning.name, []).append((meaning.rank, Sent(key, value)))
    known = {name: [sent for _, sent in sorted(found, key=_rank)] for name, found in ranked.items()}
    return SortedKeys(known=known, others=others)


def _rank(ranked: tuple[int, Sent]) -> int:
    return ranked[0]


def _without_event_object(raw: Mapping[str, Json]) -> Iterable[tuple[str, Json]]:
    for key, value in raw.items():
        if isinstance(value, dict) and fold(key) == "event":
            yield from ((f"{key}.{inner}", text) for inner, text in value.items() if fold(inner) in ("id", "name"))
        else:
            yield key, value
