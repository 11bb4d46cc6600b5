"""Erase a person here and leave keyed hashes, by which later messages are dropped (rule 6.8).

Nothing is erased in Salesforce: whoever runs that decides. Order: the hashes first, so that nothing new comes in; then
the rows, in one transaction; then the messages. What was interrupted is finished by doing it again.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connector.core.outcomes import EntryState, Reason
from connector.core.participant import Json
from connector.inwink.identity import Identity, blank_participants
from connector.models import OutboxEntry, PersonChoice, SyncAttempt, UnlinkedParticipant, WebhookMessage
from connector.pipeline.bulk import delete_rows, in_chunks, update_rows
from connector.pipeline.outbox.claim import db_now
from connector.pipeline.outbox.lasting import left_member
from connector.pipeline.outbox.resync import RECORD_COLUMNS, forget_record
from connector.pipeline.privacy.erased import find_erased, remember_erased
from connector.pipeline.privacy.held import (
    Found,
    HeldRow,
    Sought,
    find_person,
    found_of,
    identity_of_row,
    messages_about,
    places_of,
)
from connector.pipeline.privacy.uploads import delete_uploads

logger = logging.getLogger(__name__)


class PersonInHandError(Exception):
    """A worker is sending the person at this moment: try again when its run is over, nothing new is sent any more."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was erased."""

    messages: int = 0
    """Messages from which the person was taken out; others in them stay."""
    entries: int = 0
    """Participants, waiting ones of events not linked yet included."""
    attempts: int = 0


def forget_participant(sought: Sought, *, by: str, now: datetime | None = None) -> Forgotten:
    """Erase a person. Call outside a transaction; idempotent.

    Raises PersonInHandError while a worker has one of the rows: those would be written once more after having been
    erased.
    """
    found = find_person(sought)
    at = now or timezone.now()
    with transaction.atomic():
        remember_erased(found.identity, by=by, now=at)
    with transaction.atomic():
        entries, attempts = _erase_rows(found)
    messages = _erase_from_messages(found.identity)
    delete_uploads()
    done = Forgotten(messages=messages, entries=entries, attempts=attempts)
    logger.info(
        "person erased",
        extra={"by": by, "messages": messages, "entries": entries, "attempts": attempts},
    )
    return done


def _erase_rows(found: Found) -> tuple[int, int]:
    """Delete the person's rows and what others hold of them; (participants, attempts)."""
    locked = OutboxEntry.objects.filter(pk__in=found.entry_ids).select_for_update(of=("self",)).order_by("pk")
    now = db_now()
    if any(row.state == EntryState.CLAIMED and row.lease_expires_at and row.lease_expires_at > now for row in locked):
        raise PersonInHandError
    _scrub_others(found)
    attempts = delete_rows(SyncAttempt, found.attempts().values_list("pk", flat=True))
    found.choices().delete()
    found.readings().delete()
    entries = delete_rows(OutboxEntry, found.entry_ids)
    return entries + delete_rows(UnlinkedParticipant, found.unlinked_ids), attempts


_SCRUBBED_COLUMNS = (*RECORD_COLUMNS, "claimed_email", "create_sent_email", "candidates", "answers", "notes")


def _scrub_others(found: Found) -> None:
    """Take the person out of other participants' rows: the record that they had, or were offered.

    Whoever has a ticket that was the person's notes which membership that left; the log says who it was.
    """
    emails = found.identity.emails
    had = Q(matched_email__in=emails) | Q(claimed_email__in=emails) | Q(create_sent_email__in=emails)
    PersonChoice.objects.filter(person_id__in=found.person_ids).update(person_name="")
    heirs = set(found.attempts().exclude(entry=None).values_list("entry_id", flat=True))
    told = ~Q(candidates=[]) | (Q(answered_at__isnull=False) if found.person_ids else Q(pk__in=()))
    others = OutboxEntry.objects.filter(had | told | Q(pk__in=heirs)).exclude(pk__in=found.entry_ids)
    locked = others.select_for_update(no_key=True, of=("self",)).order_by("pk")
    update_rows([entry for entry in locked if _scrub(entry, found, heirs=heirs)], columns=_SCRUBBED_COLUMNS)


def _scrub(entry: OutboxEntry, found: Found, *, heirs: Collection[int | None]) -> bool:
    emails = found.identity.emails
    notes = [note for note in entry.notes if entry.pk not in heirs or left_member(note) is None]
    is_left_dropped, entry.notes = notes != entry.notes, notes
    is_changed = entry.matched_email in emails
    if is_changed:
        forget_record(entry)
    if entry.claimed_email in emails and entry.state != EntryState.CLAIMED:
        entry.claimed_email, is_changed = "", True
    if entry.create_sent_email in emails and entry.create_sent_at is None:
        entry.create_sent_email, is_changed = "", True
    offered = [candidate for candidate in entry.candidates if candidate.get("id") not in found.person_ids]
    answers = {reason: _nameless(said, found.person_ids) for reason, said in entry.answers.items()}
    is_changed = is_changed or is_left_dropped or offered != entry.candidates or answers != entry.answers
    entry.candidates, entry.answers = offered, answers
    return is_changed


def _nameless(said: dict[str, Json], person_ids: Collection[str]) -> dict[str, Json]:
    """Return an answer without the name of the record that it picked, where that was the person's."""
    if said.get("person_id") not in person_ids:
        return said
    return {key: value for key, value in said.items() if key != "person_name"}


def _erase_from_messages(identity: Identity) -> int:
    """Take the person out of the inbox, message by message; returns from how many."""
    return sum(_erase_from_message(message.pk, identity) for message, _ in messages_about(identity))


def _erase_from_message(message_id: int, identity: Identity) -> bool:
    with transaction.atomic():
        message = WebhookMessage.objects.select_for_update(no_key=True, of=("self",)).filter(pk=message_id).first()
        if message is None:
            return False
        places = places_of(identity, message.body)
        message.body = blank_participants(message.body, places) if places else ""
        errors = message.answer.get("rejected", [])
        if errors:
            message.answer["rejected"] = [error for error in errors if error.get("index") not in places]
        message.save(update_fields=["body", "answer"])
        message.participants.filter(place__in=places).delete()
    return True


def erase_returned() -> int:
    """Erase whoever came back because a message was being stored while its person was erased; returns the rows.

    Nothing of them was sent meanwhile: the screen leaves erased people out.
    """
    entries = OutboxEntry.objects.filter(state=EntryState.LEFT_OUT, reason=Reason.ERASED).select_related("link")
    return _erase_erased(entries) + _erase_erased(UnlinkedParticipant.objects.all())


def _erase_erased(rows: QuerySet[OutboxEntry] | QuerySet[UnlinkedParticipant]) -> int:
    count = 0
    for ids in in_chunks(rows.order_by("pk").values_list("pk", flat=True)):
        part: list[HeldRow] = list(rows.filter(pk__in=ids).order_by("pk"))
        for place in sorted(find_erased([identity_of_row(row) for row in part])):
            count += _erase_row(part[place])
    return count


def _erase_row(row: HeldRow) -> int:
    """Erase one row, and the email only where it is erased itself: a ticket may have been handed over since."""
    emails = identity_of_row(row).emails
    found = found_of([row], emails=emails if find_erased([Identity(emails, frozenset())]) else ())
    try:
        with transaction.atomic():
            entries, _ = _erase_rows(found)
    except PersonInHandError:
        return 0  # the next time
    _erase_from_messages(found.identity)
    return entries
