"""Delete what has been kept long enough, in small transactions beside workers and webhooks.

What still waits is never deleted: participants of links stay as long as the link, those of events not linked yet and
their messages until the event is linked or ignored on purpose (rule 6.9).
"""

import logging
from collections.abc import Set
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django_q.models import Task

from connector import conf
from connector.inwink.identity import list_raw, read_events
from connector.models import LinkDraft, SyncAttempt, SyncRun, UnlinkedEvent, UnlinkedParticipant, WebhookMessage
from connector.pipeline.bulk import delete_rows, in_chunks
from connector.pipeline.privacy.forget import erase_returned
from connector.pipeline.privacy.uploads import prune_uploads

logger = logging.getLogger(__name__)

DRAFTS_KEPT = timedelta(days=30)
"""How long a link in preparation waits for whoever began it; as the wizard says."""
BODIES_AT_ONCE = 200
"""Messages read at once; a body may have a mebibyte."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each kind went."""

    messages: int
    attempts: int
    runs: int
    unlinked: int
    """Participants of events that were ignored on purpose."""
    uploads: int
    """Uploaded exports and long tasks that ended."""
    tasks: int
    """Failed background tasks; those that went well are not kept at all."""
    sessions: int
    drafts: int
    """Links that somebody began in the wizard and left."""
    erased: int
    """Rows of erased people that a message brought back while they were being erased."""


def prune(*, now: datetime) -> Pruned:
    """Delete what is older than the RETENTION_DAYS_… say; safe to repeat, to interrupt, and beside another one."""
    keep = conf.retention()
    runs_before = now - keep.runs
    pruned = Pruned(
        messages=_prune_messages(before=now - keep.messages),
        attempts=delete_rows(SyncAttempt, _ids(SyncAttempt.objects.filter(created_at__lt=now - keep.attempts))),
        runs=delete_rows(SyncRun, _ids(SyncRun.objects.filter(started_at__lt=runs_before))),
        unlinked=_prune_unlinked(before=now - keep.unlinked),
        uploads=prune_uploads(errands_before=now - keep.messages, now=now),
        tasks=delete_rows(Task, _ids(Task.objects.filter(stopped__lt=runs_before))),
        sessions=delete_rows(Session, _ids(Session.objects.filter(expire_date__lt=now))),
        drafts=delete_rows(LinkDraft, _ids(LinkDraft.objects.filter(updated_at__lt=now - DRAFTS_KEPT))),
        erased=erase_returned(),
    )
    logger.info("pruned", extra=asdict(pruned))
    return pruned


def _ids(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _prune_messages(*, before: datetime) -> int:
    old = WebhookMessage.objects.filter(received_at__lt=before)
    waiting = set(UnlinkedEvent.objects.filter(ignored_at=None).values_list("pk", flat=True))
    count = delete_rows(WebhookMessage, _ids(old if not waiting else old.filter(unlinked_count=0)))
    if not waiting:
        return count
    for ids in in_chunks(_ids(old.filter(unlinked_count__gt=0)), size=BODIES_AT_ONCE):
        bodies = WebhookMessage.objects.filter(pk__in=ids).values_list("pk", "body")
        count += delete_rows(WebhookMessage, [pk for pk, body in bodies if not _names_any(body, waiting)])
    return count


def _names_any(body: str, events: Set[str]) -> bool:
    return any(read_events(raw) & events for raw in list_raw(body))


def _prune_unlinked(*, before: datetime) -> int:
    """Delete the participants of ignored events that nothing was heard of since."""
    over = UnlinkedEvent.objects.filter(ignored_at__isnull=False, last_message_at__lt=before)
    return sum(_prune_event(event_id, before=before) for event_id in _ids(over))


def _prune_event(event_id: str, *, before: datetime) -> int:
    """Delete an event and its participants under the lock by which messages of the event wait for each other."""
    with transaction.atomic():
        events = UnlinkedEvent.objects.filter(pk=event_id, ignored_at__isnull=False, last_message_at__lt=before)
        if events.select_for_update().first() is None:
            return 0
        count = delete_rows(UnlinkedParticipant, _ids(UnlinkedParticipant.objects.filter(event_id=event_id)))
        events.delete()
    return count
