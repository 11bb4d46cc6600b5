"""Tell whom a participant is about, also of one that is refused: whatever names the person counts."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connector.core.participant import Json, Participant, normalise_email
from connector.inwink.aliases import MESSAGE_KEYS, Sent, sort_keys
from connector.inwink.json_text import MalformedBody, parse_json
from connector.inwink.payload import list_participants
from connector.inwink.reading import Unreadable, read_id, read_text

_WORD = re.compile(r"[^\s\"'<>(),;:\\]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """By what one participant can be recognised."""

    emails: frozenset[str]
    """Normalised."""
    ids: frozenset[tuple[str, str]]
    """(event id, id of inwink): an id is only unique within its event."""

    @classmethod
    def of_row(cls, email: str, *, event_id: str, key: str) -> "Identity":
        """Return whom a stored row is about; its key is an id, or an email where it has none."""
        return cls(frozenset({email} if email else ()), frozenset({(event_id, key)}))

    def is_of(self, other: "Identity") -> bool:
        """Say whether both name one person."""
        return bool(self.emails & other.emails or self.ids & other.ids)


def identity_of(participant: Participant) -> Identity:
    """Return whom a participant is about."""
    email = normalise_email(participant.values.get("email"))
    return Identity.of_row(email, event_id=participant.event_id, key=participant.key)


def read_identity(raw: Json) -> Identity:
    """Return whom an unread participant is about: every alias of its email and its id, as far as they are readable."""
    known = sort_keys(raw, index=MESSAGE_KEYS).known if isinstance(raw, dict) else {}
    emails = _read_all(known.get("email", ()), _read_email)
    ids = _read_all(known.get("id", ()), read_id)
    return Identity(frozenset(emails), frozenset((event, one) for event in read_events(raw) for one in ids))


def read_events(raw: Json) -> set[str]:
    """Return the events that an unread participant names."""
    known = sort_keys(raw, index=MESSAGE_KEYS).known if isinstance(raw, dict) else {}
    return _read_all(known.get("event_id", ()), read_id)


def _read_email(value: Json) -> str | None:
    return normalise_email(read_text(value, locale="en"))


def _read_all(sent: Iterable[Sent], read: Callable[[Json], str | None]) -> set[str]:
    found = set()
    for one in sent:
        try:
            found.add(read(one.value))
        except Unreadable:
            continue
    return {text for text in found if text}


def list_raw(body: str) -> list[Json]:
    """Return the participants of a stored body, unread; none where it cannot be parsed."""
    try:
        return list_participants(parse_json(body))
    except MalformedBody:
        return []


def emails_in(text: str) -> set[str]:
    """Return whatever looks like an email in a text that could not be parsed, in time that grows with its length.

    Anybody may send a text: words first, then those with an @ inside. One pattern for both would try each `[` of a
    megabyte as the beginning of an email.
    """
    return {normalise_email(word[0]) for word in _WORD.finditer(text) if "@" in word[0][1:-1]}


def blank_participants(body: str, places: Iterable[int]) -> str:
    """Put `null` in the place of some participants of a body; the others keep theirs."""
    value = parse_json(body)
    if isinstance(value, dict) and "participants" not in value:
        return "null"
    participants = list_participants(value)
    for place in places:
        participants[place] = None
    return json.dumps(value, ensure_ascii=False)
