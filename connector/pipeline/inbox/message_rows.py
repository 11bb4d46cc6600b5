"""Keep beside a message what became of each of its participants, so that both can be found from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.merging.effect import Effect
from connector.core.participant import Json, Participant
from connector.inwink.identity import Identity, read_identity
from connector.inwink.payload import InvalidParticipant, read_participant
from connector.models import MessageParticipant, WebhookMessage
from connector.pipeline.bulk import insert_missing

_EVENT_LENGTH, _KEY_LENGTH = 200, 320
"""Characters of the columns."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A participant that could not be read."""

    identity: Identity
    """As far as it could be."""
    errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReadBody:
    """The participants of a message, by their places in it."""

    participants: Mapping[int, Participant]
    refused: Mapping[int, Refused]

    def by_event(self) -> dict[str, list[Participant]]:
        """Return the participants of each event, in their order."""
        found: dict[str, list[Participant]] = {}
        for participant in self.participants.values():
            found.setdefault(participant.event_id, []).append(participant)
        return found

    def errors(self) -> list[dict[str, Any]]:
        """Return what the sender is told of those that could not be read."""
        return [{"index": place, "errors": one.errors} for place, one in self.refused.items()]


def read_all(raw_participants: Mapping[int, Json], *, locale: str) -> ReadBody:
    """Read participants of a message, {place: unread}."""
    participants: dict[int, Participant] = {}
    refused: dict[int, Refused] = {}
    for place, raw in raw_participants.items():
        try:
            participants[place] = read_participant(raw, locale=locale)
        except InvalidParticipant as exc:
            refused[place] = Refused(read_identity(raw), exc.errors)
    return ReadBody(participants, refused)


def store_rows(message: WebhookMessage, read: ReadBody, effects: Mapping[str, Sequence[Effect]]) -> None:
    """Store a row for each participant, in one statement. Call inside atomic, once a message.

    `effects` are {event id: one each, in the order of `read`}.
    """
    remaining = {event: iter(found) for event, found in effects.items()}
    rows = [
        MessageParticipant(
            message=message,
            place=place,
            event_id=one.event_id,
            participant_key=one.key,
            effect=next(remaining[one.event_id]).value,
        )
        for place, one in read.participants.items()
    ]
    rows += [_refused_row(message, place, one.identity) for place, one in read.refused.items()]
    insert_missing(rows, key="place")


def _refused_row(message: WebhookMessage, place: int, identity: Identity) -> MessageParticipant:
    event_id, key = _whose(identity)
    return MessageParticipant(
        message=message, place=place, event_id=event_id, participant_key=key, effect=Effect.REJECTED.value
    )


def _whose(identity: Identity) -> tuple[str, str]:
    """Return event and key where exactly one participant can be meant, else two empty texts."""
    if len(identity.ids) != 1:
        return "", ""
    [(event_id, key)] = identity.ids
    is_storable = len(event_id) <= _EVENT_LENGTH and len(key) <= _KEY_LENGTH
    return (event_id, key) if is_storable else ("", "")
