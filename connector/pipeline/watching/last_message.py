"""Remember when inwink last said anything about an event, whether or not it was new, and when a file last did."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value

from connector.models import CampaignLink, LastImport, LastMessage, UnlinkedEvent, UnlinkedParticipant
from connector.pipeline.watching.runs import written_since

RESOLUTION = timedelta(seconds=5)
"""How exact the time is: a thousand check-ins a minute write a dozen times a minute, not a thousand."""
SILENCE = timedelta(minutes=30)
"""A running event that nothing was heard of for so long is likely cut off: people arrive all the time."""
IMPORT_SILENCE = timedelta(hours=2)
"""An event that lives on imports alone is looked after while the last one is not older: every hour is supported."""
TOLD = Q(source__isnull=False)
"""Participants of a waiting room of whom inwink spoke; the others come from files alone."""

_Row = TypeVar("_Row", LastMessage, LastImport)


def note_heard(link_ids: Iterable[int], *, at: datetime) -> None:
    """Remember, once the transaction is committed, that inwink said something about these links' events."""
    _note(link_ids, at=at, model=LastMessage, column="received_at")


def note_imported(link_ids: Iterable[int], *, at: datetime) -> None:
    """Remember likewise that a file was imported about them: that is our doing, and says nothing of the webhook."""
    _note(link_ids, at=at, model=LastImport, column="imported_at")


def _note(link_ids: Iterable[int], *, at: datetime, model: type[_Row], column: str) -> None:
    ids = sorted(set(link_ids))
    if ids:
        transaction.on_commit(partial(_store, ids, at=at, model=model, column=column), robust=True)


def _store(link_ids: Collection[int], *, at: datetime, model: type[_Row], column: str) -> None:
    rows = model._default_manager.filter(pk__in=link_ids)
    stored = dict(rows.values_list("pk", column))
    missing = [model(link_id=link_id, **{column: at}) for link_id in link_ids if link_id not in stored]
    if missing:
        model._default_manager.bulk_create(missing, ignore_conflicts=True)
    if any(at - heard_at >= RESOLUTION for heard_at in stored.values()):
        rows.filter(**{f"{column}__lte": at - RESOLUTION}).update(**{column: at})


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of what inwink sent about a link's event, also before the link was made."""

    last_at: datetime | None = None
    """When inwink last said anything, to five seconds; an import is not inwink."""
    imported_at: datetime | None = None
    """When a file was last imported, likewise."""
    unmoved: int = 0
    """Participants who came before the link and are not among its own yet: a worker takes them over."""
    written: int = 0
    """People whom runs wrote in the time that was asked for, whenever they had come."""


def received_of(link_ids: Collection[int], *, written_after: datetime | None = None) -> dict[int, Received]:
    """Return {link: what was received, and how many people were written since `written_after`}; one query."""
    written = written_since(written_after) if written_after else Value(0)
    waiting = UnlinkedParticipant.objects.filter(event_id=OuterRef("inwink_event_id")).order_by().values("event_id")
    told = UnlinkedParticipant.objects.filter(TOLD, event_id=OuterRef("event_id"))
    room = UnlinkedEvent.objects.filter(Exists(told), event_id=OuterRef("inwink_event_id"))
    links = CampaignLink.objects.filter(pk__in=link_ids).order_by()
    rows = links.values_list(
        "pk", "last_import__imported_at", "last_message__received_at", Subquery(room.values("last_message_at")),
        Subquery(waiting.annotate(count=Count("pk")).values("count")), written,
    )  # fmt: skip
    return {
        pk: Received(max(filter(None, heard), default=None), imported_at, unmoved or 0, lately or 0)
        for pk, imported_at, *heard, unmoved, lately in rows
    }


def is_silent(link: CampaignLink, received: Received, *, now: datetime) -> bool:
    """Say whether an event is running and inwink said nothing for half an hour, its first one included.

    Imports do not break the silence of an event that inwink has spoken of: its webhook is cut off. One that it never
    spoke of lives on imports, on purpose as far as anybody can tell, and is well while they come.
    """
    if link.starts_at is None or link.ends_at is None or link.state == CampaignLink.LinkState.CLOSED:
        return False
    last, imported_at = received.last_at, received.imported_at
    if last is None and imported_at is not None and now - imported_at < IMPORT_SILENCE:
        return False
    since = max(last, link.starts_at) if last else link.starts_at
    return link.starts_at <= now < link.ends_at and now - since >= SILENCE
