"""Find everything that is held here on one person, for handing it out and for erasing it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from connector.core.participant import names_key, normalise_email, text_of
from connector.inwink.identity import Identity, list_raw, read_identity
from connector.models import (
    MessageParticipant,
    OutboxEntry,
    PersonChoice,
    SyncAttempt,
    UnlinkedParticipant,
    WebhookMessage,
)

MESSAGE_CHUNK = 200
"""Messages looked into at once: a body may have a mebibyte."""

_ESCAPE = "\\u"
"""Senders may write any character of an email as an escape: https://www.rfc-editor.org/rfc/rfc8259#section-7"""


HeldRow = OutboxEntry | UnlinkedParticipant
"""A participant of an event, linked or not."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that are about one person."""

    identity: Identity
    """Under what the person is known here; the email or id that was asked for comes with all that it leads to."""
    entry_ids: frozenset[int]
    unlinked_ids: frozenset[int]
    person_ids: frozenset[str]
    """Ids of the person's records in Salesforce."""

    def attempts(self) -> QuerySet[SyncAttempt]:
        """Return what the log says about the person."""
        by_key = Q()
        for event, key in sorted(self.identity.ids):
            by_key |= Q(participant_key=key, link__inwink_event_id=event)
        by_row = Q(entry__in=self.entry_ids) | Q(email_key__in=self.identity.emails)
        return SyncAttempt.objects.filter(by_row | by_key).order_by("pk")

    def readings(self) -> QuerySet[MessageParticipant]:
        """Return what became of the person's part of messages."""
        by_id = Q(pk__in=())
        for event, key in sorted(self.identity.ids):
            by_id |= Q(event_id=event, participant_key=key)
        return MessageParticipant.objects.filter(by_id).order_by("pk")

    def choices(self) -> QuerySet[PersonChoice]:
        """Return the records that somebody chose for the person's emails."""
        return PersonChoice.objects.filter(email_key__in=self.identity.emails).order_by("pk")


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom somebody asks about: one of the two."""

    email: str = ""
    """Normalised: everybody who has it, whatever their names."""
    participant_id: str = ""
    """inwink's id: that participant, and by their email whatever else is the same person."""


def find_person(sought: Sought) -> Found:
    """Find everything about a person."""
    if sought.email:
        return found_of(_with_email([sought.email]), emails={sought.email})
    return _find_by_id(sought.participant_id)


def _find_by_id(participant_id: str) -> Found:
    """Find a participant by their id; an email that another name has too, as an office's, is not theirs alone."""
    rows = _with_ids([participant_id])
    names = {_names(row) for row in rows}
    emails = {_email(row) for row in rows} - {""}
    own = {email for email in emails if {_names(row) for row in _with_email([email])} <= names}
    return found_of([*rows, *_with_email(own)], emails=own)


def found_of(rows: Iterable[HeldRow], *, emails: Collection[str] = ()) -> Found:
    """Return rows as one person's, who is known by their ids, and by these emails."""
    found = list(rows)
    entries = [row for row in found if isinstance(row, OutboxEntry)]
    waiting = [row for row in found if isinstance(row, UnlinkedParticipant)]
    ids = frozenset(pair for row in found for pair in identity_of_row(row).ids)
    return Found(
        identity=Identity(frozenset(emails) - {""}, ids),
        entry_ids=frozenset(entry.pk for entry in entries),
        unlinked_ids=frozenset(row.pk for row in waiting),
        person_ids=frozenset(entry.person_id for entry in entries) - {""},
    )


def _with_email(emails: Iterable[str]) -> list[HeldRow]:
    wanted = sorted(set(emails) - {""})
    said = Q()
    for email in wanted:
        said |= Q(payload__email__iexact=email)
    if not wanted:
        return []
    entries = OutboxEntry.objects.filter(Q(email_key__in=wanted) | Q(participant_key__in=wanted))
    waiting = UnlinkedParticipant.objects.filter(said | Q(participant_key__in=wanted))
    return [*entries.select_related("link").order_by("pk"), *waiting.order_by("pk")]


def _with_ids(ids: Iterable[str]) -> list[HeldRow]:
    wanted = list(ids)
    entries = OutboxEntry.objects.filter(participant_key__in=wanted).select_related("link").order_by("pk")
    return [*entries, *UnlinkedParticipant.objects.filter(participant_key__in=wanted).order_by("pk")]


def identity_of_row(row: HeldRow) -> Identity:
    """Return whom a row is about."""
    event_id = row.link.inwink_event_id if isinstance(row, OutboxEntry) else row.event_id
    return Identity.of_row(_email(row), event_id=event_id, key=row.participant_key)


def _names(row: HeldRow) -> tuple[str, ...]:
    return names_key(text_of(row.payload, "first_name"), text_of(row.payload, "last_name"))


def _email(row: HeldRow) -> str:
    return normalise_email(row.payload.get("email"))


def messages_about(identity: Identity) -> Iterator[tuple[WebhookMessage, list[int]]]:
    """Yield the stored messages that hold a person's data, each with the places of that person's participants.

    Of a body that could not be parsed there are no places: its text mentions the person.
    """
    ids = list(_mentioning(identity).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), MESSAGE_CHUNK):
        for message in WebhookMessage.objects.filter(pk__in=ids[start : start + MESSAGE_CHUNK]).order_by("pk"):
            places = places_of(identity, message.body)
            if places or mentions(identity, message):
                yield message, places


def places_of(identity: Identity, body: str) -> list[int]:
    """Return where the participants of a body stand that are about a person."""
    return [place for place, raw in enumerate(list_raw(body)) if read_identity(raw).is_of(identity)]


def mentions(identity: Identity, message: WebhookMessage) -> bool:
    """Say whether a message that could not be read names the person."""
    if message.status != WebhookMessage.Status.REJECTED:
        return False
    text = message.body.casefold()
    return any(needle in text for needle in _needles(identity))


def _mentioning(identity: Identity) -> QuerySet[WebhookMessage]:
    """Return the messages whose text may be about a person; only reading them tells."""
    may = Q(body__contains=_ESCAPE)
    for needle in _needles(identity):
        may |= Q(body__icontains=needle)
    return WebhookMessage.objects.filter(may)


def _needles(identity: Identity) -> set[str]:
    return {*identity.emails, *(one.casefold() for _, one in identity.ids)}
