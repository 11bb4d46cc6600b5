"""Turn a webhook body into participants: the only place that knows how inwink's values may look.

No payload format of inwink is published, so reading is tolerant and driven by the tables of `aliases` and `reading`;
what cannot be read for certain is refused by name instead of guessed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from connector.core.checking.problem import Problem
from connector.core.checking.problem import gettext_noop as _
from connector.core.participant import STANDARD_FIELDS, Json, Participant, normalise_email
from connector.inwink.aliases import CONTAINERS, MESSAGE_KEYS, STATUS_KEYS, Meaning, Sent, SortedKeys, fold, sort_keys
from connector.inwink.json_text import (
    MAX_NESTING,
    MalformedBody,
    is_nested_too_deep,
    is_storable,
    parse_json,
    without_unstorable,
)
from connector.inwink.reading import (
    ID_MAX_LENGTH,
    Unreadable,
    read_came,
    read_id,
    read_registration,
    read_text,
    says_came,
    show,
)
from connector.inwink.times import read_time

__all__ = [
    "MAX_PARTICIPANTS",
    "Dialect",
    "InvalidParticipant",
    "MalformedBody",
    "Reading",
    "describe_readable",
    "list_participants",
    "read_body",
    "read_participant",
    "read_with",
    "refusal",
]

MAX_PARTICIPANTS = 1_000
"""Participants of one message; ours, so that a message is stored in one short transaction."""

MAX_PARTICIPANT_BYTES = 256 * 1024
"""Bytes of one participant as canonical JSON; ours, so that one row cannot fill a batch."""

T = TypeVar("T")


class InvalidParticipant(ValueError):
    """A participant that is refused; `errors` name the fields and show no more than the refused value."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        """`key` is the key as it was sent, or the one that is missing; "" where it is about the whole participant."""
        self.errors = [f"{one.key}: {one.message}" if one.key else one.message for one in problems]
        """The same in English, for the answer to the sender."""
        super().__init__("; ".join(self.errors))


def refusal(text: str, key: str = "", **params: object) -> Problem:
    """Name one thing that cannot be read: an English template, the key it is about, and what fills it in."""
    return Problem("unreadable", key, text, params)


class Reading(NamedTuple):
    """Where one value was read from."""

    name: str
    """Our name: `id`, `event_id`, `event_name`, a standard field, `registration`, `came`, `updated_at`, or the path
    of a custom field."""
    key: str
    """The key as it was sent."""
    value: Json
    """The value as it was sent."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of sender writes participants."""

    index: Mapping[str, Meaning]
    """See `aliases.index_keys`."""
    locale: str
    """The language preferred where a text comes in several, "fr" or "en"."""
    read_time: Callable[[Json], datetime | None] = read_time
    event_id: str = ""
    """The event of participants that name none; those that name another are refused. Empty: they must name one."""


def read_body(body: bytes) -> list[Json]:
    """Parse a body into the participants it holds, unread: one object, a list, or {"participants": [...]}.

    Raises MalformedBody.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise MalformedBody("not_utf8", detail=f"the body is not UTF-8 (byte {exc.start})") from exc
    participants = list_participants(parse_json(text))
    if len(participants) > MAX_PARTICIPANTS:
        detail = f"{len(participants)} participants in one message, {MAX_PARTICIPANTS} are allowed"
        raise MalformedBody("too_many", detail=detail)
    return participants


def list_participants(value: Json) -> list[Json]:
    """Name the participants of a parsed message. Raises MalformedBody if it is neither an object nor a list."""
    if isinstance(value, dict):
        if "participants" not in value:
            return [value]
        value = value["participants"]
    if isinstance(value, list):
        return value
    detail = 'the body must be an object, a list of objects, or {"participants": [...]}'
    raise MalformedBody("not_an_object", detail=detail)


def read_participant(raw: Json, *, locale: str = "fr") -> Participant:
    """Read one participant of a message. Raises InvalidParticipant."""
    return read_with(raw, dialect=Dialect(MESSAGE_KEYS, locale))


def describe_readable(raw: Json, *, locale: str = "fr") -> tuple[dict[str, Json], list[Reading]]:
    """Return the values that can be read, also of a participant that is refused, and the key that each was read from.

    For the pages that show how a message is read. A key that lost to an earlier alias is left out.
    Raises InvalidParticipant where nothing at all can be read: it is no object, or too large.
    """
    keys = sort_keys(_storable(raw), index=MESSAGE_KEYS)
    reader = _Reader(keys, dialect=Dialect(MESSAGE_KEYS, locale))
    values = reader.values()
    reader.event_id()
    reader.read("updated_at", read_time)
    readings = [Reading(name, *found[0]) for name, found in keys.known.items() if name not in CONTAINERS]
    custom = values.get("custom") or {}
    readings += [Reading(path, path, value) for path, value in custom.items()]
    refused = {problem.key for problem in reader.problems}
    return values, [reading for reading in readings if reading.key not in refused]


def read_with(raw: Json, *, dialect: Dialect) -> Participant:
    """Read one participant as its sender writes them. Raises InvalidParticipant."""
    reader = _Reader(sort_keys(_storable(raw), index=dialect.index), dialect=dialect)
    event_id = reader.event_id()
    values = reader.values()
    key = values.get("id") or reader.email_key(values.get("email"))
    updated_at = reader.read("updated_at", dialect.read_time)
    event_name = reader.event_name()
    if reader.problems:
        raise InvalidParticipant(reader.problems)
    return Participant(
        event_id=event_id,
        key=key,
        values=values,
        event_name=event_name,
        updated_at=updated_at,
        key_is_email="id" not in values,
    )


def _storable(raw: Json) -> dict[str, Json]:
    """Return a participant of acceptable size without characters that a database refuses. Raises InvalidParticipant."""
    if not isinstance(raw, dict):
        raise InvalidParticipant([refusal(_("a participant must be an object"))])
    if is_nested_too_deep(raw):
        raise InvalidParticipant([refusal(_("nested more than %(count)s levels"), count=MAX_NESTING)])
    try:
        text = json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as exc:
        raise InvalidParticipant([refusal(_("a number is not finite or has too many digits"))]) from exc
    if len(text.encode("utf-8", "surrogatepass")) > MAX_PARTICIPANT_BYTES:
        raise InvalidParticipant([refusal(_("larger than %(count)s KiB"), count=MAX_PARTICIPANT_BYTES // 1024)])
    storable: dict[str, Json] = raw if is_storable(text) else without_unstorable(raw)
    return storable


class _Reader:
    """Read one participant's values and collect what is wrong with them."""

    def __init__(self, keys: SortedKeys, *, dialect: Dialect) -> None:
        self._known = keys.known
        self._others = keys.others
        self._dialect = dialect
        self._unreadable: set[str] = set()
        self.problems: list[Problem] = []

    def read(self, name: str, read: Callable[[Json], T | None]) -> T | None:
        """Read the winning alias of a name; None if it is absent, blank or unreadable."""
        return self._attempt(name, self._known[name][0], read) if name in self._known else None

    def event_id(self) -> str:
        """Return the event, which must be said or given."""
        given, said = self._dialect.event_id, self._identity("event_id", read_id)
        if said and given and said.casefold() != given.casefold():
            self._refuse("eventId", _("%(value)s is another event than the one imported"), value=show(said))
        if not (said or given or "event_id" in self._unreadable):
            self._refuse("eventId", _("required"))
        return given or said or ""

    def values(self) -> dict[str, Json]:
        """Return the values that were said, as Participant describes them."""
        values: dict[str, Json] = {}
        identity = self._identity("id", read_id)
        if identity:
            values["id"] = identity
        for name in STANDARD_FIELDS:
            if name in self._known:
                values[name] = self.read(name, self._text)
        values |= self._standing()
        custom = self._custom()
        if custom:
            values["custom"] = custom
        return values

    def email_key(self, email: str | None) -> str:
        """Return the key of a participant without an id."""
        key = normalise_email(email)
        if len(key) > ID_MAX_LENGTH:
            self._refuse("email", _("longer than %(count)s characters, too long without an id"), count=ID_MAX_LENGTH)
        if not (key or self._unreadable & {"id", "email"}):
            self._refuse("id or email", _("one of them is required"))
        return key

    def event_name(self) -> str:
        """Return the event's name, "" where it is not said."""
        return self._identity("event_name", self._text) or ""

    def _refuse(self, key: str, text: str, **params: object) -> None:
        self.problems.append(refusal(text, key, **params))

    def _attempt(self, name: str, sent: Sent, read: Callable[[Json], T | None]) -> T | None:
        try:
            return read(sent.value)
        except Unreadable as exc:
            self._unreadable.add(name)
            self._refuse(sent.key, exc.text, **exc.params)
            return None

    def _identity(self, name: str, read: Callable[[Json], str | None]) -> str | None:
        # What identifies cannot be blanked, so here an empty alias gives way to the next one.
        for sent in self._known.get(name, ()):
            value = self._attempt(name, sent, read)
            if value is not None or name in self._unreadable:
                return value
        return None

    def _text(self, value: Json) -> str | None:
        return read_text(value, locale=self._dialect.locale)

    def _standing(self) -> dict[str, Json]:
        """Read `registration` and `came`; a status that says that somebody came is never outranked."""
        locale = self._dialect.locale
        standing: dict[str, Json] = {}
        registration = self._known.get("registration", [])
        check_ins = [
            sent for sent in registration if fold(sent.key) in STATUS_KEYS and says_came(sent.value, locale=locale)
        ]
        if registration and registration[0] not in check_ins:
            standing["registration"] = self.read("registration", lambda value: read_registration(value, locale=locale))
        if "came" in self._known:
            standing["came"] = self.read("came", lambda value: read_came(value, locale=locale))
        if check_ins:
            standing["came"] = True
        return standing

    def _custom(self) -> dict[str, Json]:
        """Collect custom fields as {path: value}; an empty text becomes None."""
        custom = dict(self._others)
        for container in CONTAINERS:
            for sent in self._known.get(container, ()):
                if isinstance(sent.value, dict):
                    custom |= {f"{container}.{key}": value for key, value in sent.value.items()}
                elif sent.value:
                    # An empty list is how some senders write an empty object.
                    self._refuse(sent.key, _("must be an object"))
        return {path: None if value == "" else value for path, value in custom.items()}
