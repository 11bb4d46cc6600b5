"""Keep participants of events that no link names, and move them to the outbox when one does.

Nobody may be stranded when an event is linked while a message for it is being stored. The row of `UnlinkedEvent` is the
lock: whoever stores a participant here, or moves some away, first inserts that row if it is missing and locks it.
- A message that gets the lock looks for a link once more. If there is one now, its participants go to the outbox.
- If there is none, the link is committed later than that look, and its mover starts after that commit: it waits for the
  message's lock, then sees its participants. Inserting the row if it is missing makes it wait also for a message whose
  own insert of that row is not committed yet.
- A row that is gone when its lock is granted was removed by a mover that had emptied it, so the look finds the link.
Whatever remains all the same (a mover that was killed) is moved by the sweep. Locks are taken in the order of event
ids, before any lock of the outbox.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from connector.core.merging.effect import Effect
from connector.core.merging.merge import MergeResult, join_known
from connector.core.outcomes import Priority
from connector.core.participant import Known, Participant
from connector.models import CampaignLink, UnlinkedEvent, UnlinkedParticipant
from connector.models.known import known_columns
from connector.pipeline.outbox.enqueue import Arrival, RowWriter, merge_rows, request_drain, store_entries, write_known
from connector.pipeline.outbox.hearing import Heard, Telling, default_state_of, effects_of, keys_of, merge_said
from connector.pipeline.watching.last_message import note_heard

MOVE_CHUNK = 500
"""Participants moved in one transaction: short enough that a webhook for the event hardly waits."""

_EVENT_NAME_LENGTH = 255
_COLUMNS = (*known_columns(Known()), "source")


def find_links(event_ids: Collection[str]) -> dict[str, CampaignLink]:
    """Return {event id: link} of the events that are linked."""
    return {link.inwink_event_id: link for link in CampaignLink.objects.filter(inwink_event_id__in=event_ids)}


def event_name_of(participants: Iterable[Participant]) -> str:
    """Return the name that participants give their event, as long as it can be stored; "" where none does."""
    names = (participant.event_name for participant in participants)
    return next(filter(None, names), "")[:_EVENT_NAME_LENGTH]


def lock_unlinked(events: Mapping[str, str], *, now: datetime) -> dict[str, CampaignLink]:
    """Lock the waiting rooms of events ({id: name, "" where unknown}); return the links that were made meanwhile.

    Call inside atomic. Events that are not in the answer are locked: their participants may be stored here.
    """
    pending = dict(sorted(events.items()))
    linked: dict[str, CampaignLink] = {}
    while pending:
        locked = _lock_events(pending, now=now)
        found = find_links(pending)
        linked |= found
        pending = {event: name for event, name in pending.items() if event not in locked and event not in found}
    return linked


def _lock_events(events: Mapping[str, str], *, now: datetime) -> set[str]:
    missing = [
        UnlinkedEvent(event_id=event, event_name=name, first_message_at=now, last_message_at=now)
        for event, name in events.items()
    ]
    UnlinkedEvent.objects.bulk_create(missing, ignore_conflicts=True)
    rows = UnlinkedEvent.objects.filter(event_id__in=events).select_for_update(no_key=True).order_by("event_id")
    return {row.event_id for row in rows}


def store_unlinked(event_id: str, participants: Collection[Participant], *, telling: Telling) -> list[Effect]:
    """Merge participants into the waiting room of an event; one effect each, in their order.

    Call inside atomic, after `lock_unlinked`.
    """
    heard = merge_rows(
        UnlinkedParticipant.objects.filter(event_id=event_id),
        keys=keys_of(participants),
        merge=merge_said(participants, telling),
        table=RowWriter(make=partial(_new_row, event_id=event_id), change=_apply, columns=_COLUMNS),
    )
    name = event_name_of(participants)
    named = {"event_name": name} if name else {}
    is_message = telling.source is not None and telling.first_at is None
    told = {"last_message_at": telling.at} if is_message else {}
    if told or named:
        UnlinkedEvent.objects.filter(pk=event_id).update(**told, **named)
    return effects_of(participants, heard)


def _new_row(key: str, heard: Heard, *, event_id: str) -> UnlinkedParticipant:
    row = UnlinkedParticipant(event_id=event_id, participant_key=key, source=heard.source)
    write_known(row, heard.known)
    return row


def _apply(row: UnlinkedParticipant, heard: Heard) -> bool:
    is_changed = bool(heard.change_count) or heard.known.source_updated_at != row.source_updated_at
    write_known(row, heard.known)
    row.source = heard.source or row.source
    return is_changed


def ignore_event(event_id: str, *, now: datetime) -> bool:
    """Let an event that nobody wants to link end by its retention (rule 6.9); False where it is ignored already."""
    return bool(UnlinkedEvent.objects.filter(pk=event_id, ignored_at=None).update(ignored_at=now))


def heed_event(event_id: str) -> bool:
    """Keep and show an event again that was ignored; False where it was not."""
    return bool(UnlinkedEvent.objects.filter(pk=event_id, ignored_at__isnull=False).update(ignored_at=None))


def links_with_unlinked() -> QuerySet[CampaignLink]:
    """Return the links whose event still has a waiting room."""
    return CampaignLink.objects.filter(inwink_event_id__in=UnlinkedEvent.objects.values("event_id"))


def request_move(link: CampaignLink) -> None:
    """Move the waiting participants of a link that was just made, in the background, once it is committed."""
    transaction.on_commit(
        partial(async_task, "connector.tasks.move", link.pk, task_name=f"move to link {link.pk}", group="move"),
        robust=True,
    )


def move_unlinked(link: CampaignLink, *, chunk: int = MOVE_CHUNK, now: datetime | None = None) -> int:
    """Move the participants that waited for this link to the outbox, as backfill; return how many.

    Each chunk is one transaction: it can be killed and started again, twice at once too, and beside webhooks of the
    event. A participant who is in both places is joined in the order of time. The room is removed when it is empty.
    """
    moved_at = now or timezone.now()
    total = 0
    while True:
        with transaction.atomic():
            count = _move_chunk(link, chunk=chunk, now=moved_at)
        total += count
        if count < chunk:
            return total


def _move_chunk(link: CampaignLink, *, chunk: int, now: datetime) -> int:
    event_id = link.inwink_event_id
    _lock_events({event_id: ""}, now=now)
    heard_at = UnlinkedEvent.objects.values_list("last_message_at", flat=True).get(pk=event_id)
    waiting = UnlinkedParticipant.objects.filter(event_id=event_id).select_related("source").order_by("pk")
    rows = list(waiting.select_for_update(no_key=True, of=("self",))[:chunk])
    _enqueue_waiting(link, rows, now=now)
    UnlinkedParticipant.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if any(row.source_id for row in rows):  # else the room was made by an import, or by this very look
        note_heard([link.pk], at=heard_at)
    if len(rows) < chunk:
        UnlinkedEvent.objects.filter(pk=event_id).delete()
    return len(rows)


def _enqueue_waiting(link: CampaignLink, rows: Collection[UnlinkedParticipant], *, now: datetime) -> None:
    waiting = {row.participant_key: row for row in rows}
    arrival = Arrival(link, at=now, priority=Priority.BACKFILL)
    heard = store_entries(arrival, keys=waiting.keys(), merge=partial(_join_waiting, waiting=waiting))
    if any(row.change_count for row in heard.values()):
        request_drain([link.pk])


def _join_waiting(key: str, known: Known | None, *, waiting: Mapping[str, UnlinkedParticipant]) -> Heard:
    row = waiting[key]
    if known is None:
        return Heard(row.known(), (MergeResult.ACCEPTED,), row.source)
    joined = join_known(row.known(), known, default_state=default_state_of(row.source))
    is_same = replace(joined, source_updated_at=known.source_updated_at) == known
    result = MergeResult.UNCHANGED if is_same else MergeResult.ACCEPTED
    return Heard(joined, (result,), row.source)
