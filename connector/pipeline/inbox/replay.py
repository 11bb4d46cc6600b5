"""Read messages once more, on a person's word: after a setting, a link or the reading itself was mended.

A replay is a message of its own in the inbox, with the body of the first one, who asked, and a new id, so that it is
never taken for a repeat. It speaks of the time at which the first one arrived: what changed since stays
(`connector.core.merging.replay`).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connector.models import WebhookMessage
from connector.pipeline.inbox.receive import process_message
from connector.pipeline.outbox.hearing import Telling


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of replaying several messages: sums of what became of their participants."""

    messages: int = 0
    accepted: int = 0
    unchanged: int = 0
    stale: int = 0
    unlinked: int = 0
    rejected: int = 0
    last: WebhookMessage | None = None
    """The newest replay; None where there was none."""


def replayable(messages: QuerySet[WebhookMessage]) -> QuerySet[WebhookMessage]:
    """Narrow to messages that can be read again: whole ones. Of a rejected one only the head is kept, if anything."""
    return messages.filter(status=WebhookMessage.Status.ACCEPTED).exclude(body__in=("", "null"))


def replay_messages(ids: Iterable[int], *, requested_by: str, now: datetime | None = None) -> Replayed:
    """Replay messages in the order in which they first arrived, a transaction each.

    Messages that are gone or cannot be read again are passed over. Doing it again changes nothing but the inbox.
    """
    wanted = replayable(WebhookMessage.objects.filter(pk__in=list(ids)))
    at = now or timezone.now()
    total = Replayed()
    for pk in list(wanted.order_by("received_at", "pk").values_list("pk", flat=True)):
        replay = _replay(pk, requested_by=requested_by, now=at)
        total = _add(total, replay) if replay is not None else total
    return total


@transaction.atomic
def _replay(pk: int, *, requested_by: str, now: datetime) -> WebhookMessage | None:
    """Replay one message, unless it is gone; it is locked, so that nobody is erased from it meanwhile."""
    found = WebhookMessage.objects.filter(pk=pk).select_related("source")
    first = found.select_for_update(no_key=True, of=("self",)).first()
    if first is None:
        return None
    replay = WebhookMessage.objects.create(
        source=first.source,
        message_id=f"replay-{uuid.uuid4()}",
        received_at=now,
        replay_of=first,
        first_received_at=first.first_received_at or first.received_at,
        requested_by=requested_by[:150],
        answer_status=0,
        answer={},
    )
    telling = Telling(first.source, now, first_at=replay.first_received_at)
    answer = process_message(replay, body=first.body.encode(), telling=telling)
    replay.answer_status, replay.answer = answer.status, answer.body
    replay.save()
    return replay


def _add(total: Replayed, replay: WebhookMessage) -> Replayed:
    return Replayed(
        messages=total.messages + 1,
        accepted=total.accepted + replay.accepted_count,
        unchanged=total.unchanged + replay.unchanged_count,
        stale=total.stale + replay.stale_count,
        unlinked=total.unlinked + replay.unlinked_count,
        rejected=total.rejected + replay.rejected_count,
        last=replay,
    )
