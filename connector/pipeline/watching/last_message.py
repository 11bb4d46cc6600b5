"""Remember when inwink last said anything about an event, whether or not it was new."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, Value

from connector.models import CampaignLink, LastMessage, UnlinkedEvent, UnlinkedParticipant
from connector.pipeline.watching.runs import written_since

RESOLUTION = timedelta(seconds=5)
"""How exact the time is: a thousand check-ins a minute write a dozen times a minute, not a thousand."""
SILENCE = timedelta(minutes=30)
"""A running event that nothing was heard of for so long is likely cut off: people arrive all the time."""


def note_heard(link_ids: Iterable[int], *, at: datetime) -> None:
    """Remember, once the transaction is committed, that something was said about these links' events."""
    ids = sorted(set(link_ids))
    if ids:
        transaction.on_commit(partial(_store, ids, at=at), robust=True)


def _store(link_ids: Collection[int], *, at: datetime) -> None:
    stored = dict(LastMessage.objects.filter(pk__in=link_ids).values_list("pk", "received_at"))
    missing = [LastMessage(link_id=link_id, received_at=at) for link_id in link_ids if link_id not in stored]
    if missing:
        LastMessage.objects.bulk_create(missing, ignore_conflicts=True)
    if any(at - received_at >= RESOLUTION for received_at in stored.values()):
        LastMessage.objects.filter(pk__in=link_ids, received_at__lte=at - RESOLUTION).update(received_at=at)


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of what inwink sent about a link's event, also before the link was made."""

    last_at: datetime | None = None
    """When inwink last said anything, to five seconds."""
    unmoved: int = 0
    """Participants who came before the link and are not among its own yet: a worker takes them over."""
    written: int = 0
    """People whom runs wrote in the time that was asked for, whenever they had come."""


def received_of(link_ids: Collection[int], *, written_after: datetime | None = None) -> dict[int, Received]:
    """Return {link: what was received, and how many people were written since `written_after`}; one query."""
    written = written_since(written_after) if written_after else Value(0)
    room = UnlinkedEvent.objects.filter(event_id=OuterRef("inwink_event_id"))
    waiting = UnlinkedParticipant.objects.filter(event_id=OuterRef("inwink_event_id")).order_by().values("event_id")
    links = CampaignLink.objects.filter(pk__in=link_ids).order_by()
    rows = links.values_list(
        "pk", "last_message__received_at", Subquery(room.values("last_message_at")),
        Subquery(waiting.annotate(count=Count("pk")).values("count")), written,
    )  # fmt: skip
    return {
        pk: Received(max(filter(None, heard), default=None), unmoved or 0, lately or 0)
        for pk, *heard, unmoved, lately in rows
    }


def last_messages(link_ids: Collection[int]) -> dict[int, datetime]:
    """Return {link: when inwink last said anything about its event}; one query."""
    return {pk: found.last_at for pk, found in received_of(link_ids).items() if found.last_at}


def is_silent(link: CampaignLink, last: datetime | None, *, now: datetime) -> bool:
    """Say whether an event is running and nothing was heard of it for half an hour, its first one included."""
    if link.starts_at is None or link.ends_at is None or link.state == CampaignLink.LinkState.CLOSED:
        return False
    since = max(last, link.starts_at) if last else link.starts_at
    return link.starts_at <= now < link.ends_at and now - since >= SILENCE
