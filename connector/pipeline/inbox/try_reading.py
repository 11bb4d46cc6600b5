"""Read a message as the webhook would, and keep nothing: for whoever wants to see how a sender is understood."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from connector.core.checking.problem import Problem
from connector.core.merging.merge import merge_participant
from connector.core.participant import Json, Known, Participant, is_valid_email, normalise_email, text_of
from connector.core.trial import TRIAL_EVENT_ID
from connector.inwink.payload import (
    InvalidParticipant,
    MalformedBody,
    Reading,
    describe_readable,
    read_body,
    read_participant,
)
from connector.inwink.places import Place, find_places
from connector.models import CampaignLink, WebhookSource
from connector.pipeline.inbox.linking import find_links
from connector.pipeline.outbox.hearing import default_state_of

__all__ = ["Lack", "MalformedBody", "Reading", "TriedParticipant", "Unread", "try_places", "try_reading"]


class Lack(StrEnum):
    """Something that a participant does not say, and what follows from it."""

    EMAIL = "email"
    """Nobody can be found or created by it."""
    STATE = "state"
    """Nothing is written as long as it is unknown."""
    LAST_NAME = "last_name"
    """Salesforce demands it of a new person."""
    ID = "id"
    """The email stands in for it."""
    TIME = "time"
    """What arrives last counts as the newest."""


@dataclass(frozen=True, slots=True)
class Unread:
    """One thing that could not be read, and on which line it stands."""

    line: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class TriedParticipant:
    """One participant of the message, as it would be understood."""

    line: int
    participant: Participant | None
    """None where it would be rejected."""
    known: Known = field(default_factory=Known)
    """What would be known of it if nothing had been heard before."""
    values: Mapping[str, Json] = field(default_factory=dict)
    """What could be read; of one that would be rejected, too."""
    readings: Sequence[Reading] = ()
    unread: Sequence[Unread] = ()
    lacks: Sequence[Lack] = ()
    link: CampaignLink | None = None
    """Of its event; None where that is not linked."""

    @property
    def is_trial(self) -> bool:
        """Whether it names the event of test messages."""
        return self.participant is not None and self.participant.event_id == TRIAL_EVENT_ID


def try_reading(body: bytes, source: WebhookSource, *, now: datetime) -> list[TriedParticipant]:
    """Read a body as if `source` had sent it; writes nothing, one query. Raises MalformedBody."""
    raw_participants = read_body(body)
    found = try_places(body, source, wanted=range(len(raw_participants)), now=now)
    return [found[place] for place in range(len(raw_participants))]


def try_places(
    body: bytes, source: WebhookSource, *, wanted: Collection[int], now: datetime
) -> dict[int, TriedParticipant]:
    """Do the same for some participants of the body, counted from 0."""
    raw_participants = read_body(body)
    places = find_places(body.decode("utf-8-sig"))
    tried = {place: _try(raw_participants[place], places[place], source=source, now=now) for place in wanted}
    links = find_links({one.participant.event_id for one in tried.values() if one.participant is not None})
    return {
        place: replace(one, link=links.get(one.participant.event_id)) if one.participant else one
        for place, one in tried.items()
    }


def _try(raw: Json, place: Place, *, source: WebhookSource, now: datetime) -> TriedParticipant:
    try:
        participant = read_participant(raw, locale=source.locale)
    except InvalidParticipant as exc:
        return _refused(raw, place, source=source, problems=exc.problems)
    merged = merge_participant(None, participant, received_at=now, default_state=default_state_of(source))
    return TriedParticipant(
        place.line,
        participant,
        known=merged.known,
        values=participant.values,
        readings=describe_readable(raw, locale=source.locale)[1],
        lacks=_lacks_of(participant, merged.known),
    )


def _refused(raw: Json, place: Place, *, source: WebhookSource, problems: Sequence[Problem]) -> TriedParticipant:
    unread = [Unread(place.keys.get(one.key, place.line), one) for one in problems]
    try:
        values, readings = describe_readable(raw, locale=source.locale)
    except InvalidParticipant:  # nothing at all can be read
        return TriedParticipant(place.line, None, unread=unread)
    lacks = [Lack.EMAIL] if values.get("email") and not is_valid_email(normalise_email(values["email"])) else []
    return TriedParticipant(place.line, None, values=values, readings=readings, unread=unread, lacks=lacks)


def _lacks_of(participant: Participant, known: Known) -> list[Lack]:
    values = participant.values
    found = {
        Lack.EMAIL: not is_valid_email(normalise_email(values.get("email"))),
        Lack.STATE: known.state is None,
        Lack.LAST_NAME: not text_of(values, "last_name"),
        Lack.ID: participant.key_is_email,
        Lack.TIME: participant.updated_at is None,
    }
    return [lack for lack, is_lacking in found.items() if is_lacking]
