"""Mark as no-shows who registered and never came, on a person's word after the event (rules 1.2 and 4.5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from django.db.models import QuerySet

from connector.core.merging.merge import mark_no_show
from connector.core.outcomes import Priority
from connector.core.state import State
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.bulk import in_chunks
from connector.pipeline.outbox.enqueue import make_due, write_entry_known
from connector.pipeline.outbox.resync import change_entries


class NoShowRefusal(StrEnum):
    """Why nobody can be marked now."""

    NO_END = "no_end"
    NOT_OVER = "not_over"
    NO_LABEL = "no_label"


class NoShowsRefusedError(ValueError):
    """Nobody was marked; `refusal` says why."""

    def __init__(self, refusal: NoShowRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class NoShows:
    """Whom marking would concern."""

    count: int
    """Registered, and neither checked in nor marked already."""
    waiting: int
    """Participants of the link whose latest change is not sent yet, whatever their state."""


def refuse_no_shows(link: CampaignLink, *, now: datetime) -> NoShowRefusal | None:
    """Return why nobody of a link can be marked at `now`, None where they can."""
    if link.ends_at is None:
        return NoShowRefusal.NO_END
    if now < link.ends_at:
        return NoShowRefusal.NOT_OVER
    return None if link.status_no_show else NoShowRefusal.NO_LABEL


def count_no_shows(link: CampaignLink) -> NoShows:
    """Count whom marking would concern."""
    entries = OutboxEntry.objects.filter(link=link)
    return NoShows(count=_unmarked(link).count(), waiting=entries.waiting().count())


def first_waiting(link: CampaignLink, *, count: int) -> list[OutboxEntry]:
    """Return participants whose latest change is not sent yet, those who wait longest first."""
    waiting = OutboxEntry.objects.filter(link=link).waiting().order_by("dirty_since", "pk")
    return list(waiting.only("pk", "email_key", "participant_key", "payload")[:count])


def mark_no_shows(link: CampaignLink, *, requested_by: str, now: datetime) -> int:
    """Give every registered participant the state no-show, and send it; return how many.

    Idempotent: who is marked stays so, until they are attended after all. What a colleague set in Salesforce is kept,
    as with any change. Chunked: call outside a transaction. Raises NoShowsRefusedError.
    """
    refusal = refuse_no_shows(link, now=now)
    if refusal is not None:
        raise NoShowsRefusedError(refusal)
    change = partial(_mark, requested_by=requested_by, at=now)
    ids = _unmarked(link).order_by("pk").values_list("pk", flat=True)
    return sum(change_entries(chunk, change=change) for chunk in in_chunks(ids))


def _unmarked(link: CampaignLink) -> QuerySet[OutboxEntry]:
    registered = OutboxEntry.objects.filter(link=link, participant_state=State.REGISTERED)
    return registered.exclude(target_state=State.NO_SHOW)


def _mark(entry: OutboxEntry, *, requested_by: str, at: datetime) -> bool:
    before = entry.known()
    marked = mark_no_show(before)
    if marked == before:
        return False
    write_entry_known(entry, marked, link=entry.link)
    entry.requested_by = requested_by[:150]
    make_due(entry, by=1, at=at, priority=Priority.MANUAL)
    return True
