"""Notice that the organisation has no room left for new records: whoever would be created waits then (rule 6.6).

It is no fault of any row: the next one is refused alike, whereas changes of what exists still pass. So neither the row
fails nor the link waits: the rows themselves do, and one batch of them tries for all every ten minutes.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from connector.core.outcomes import EntryState
from connector.core.retry import CONFIGURATION_RECHECK
from connector.models import OutboxEntry

STORAGE_FULL = "STORAGE_LIMIT_EXCEEDED"
"""https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm"""
WAITS_FOR_ROOM = Q(state=EntryState.RETRYING, error_code=STORAGE_FULL)
"""Of entries: Salesforce had no room for what would be created."""

_SOON = timedelta(minutes=1)
"""Who is due within this is put off too: batches that found no room one after the other try again as one."""
_AHEAD = timedelta(seconds=1)


def wait_for_room(entry: OutboxEntry, *, message: str, now: datetime) -> None:
    """Let a locked entry wait; whoever changes it saves it."""
    entry.state = EntryState.RETRYING.value
    entry.error_code, entry.error_message = STORAGE_FULL, message[:500]
    entry.available_at = now + CONFIGURATION_RECHECK


def put_off_others(link_id: int, *, now: datetime) -> None:
    """Let those of a link who wait for room and are due now wait on, as a batch just found none.

    They are due just before that batch, so that each gets a turn. Call outside a transaction: it locks other rows.
    """
    _set_due(link_id, at=now + CONFIGURATION_RECHECK - _AHEAD, only=Q(available_at__lte=now + _SOON))


def try_again(link_id: int, *, now: datetime) -> int:
    """Make those of a link due that wait for room; returns how many."""
    return _set_due(link_id, at=now, only=Q(available_at__gt=now))


def _set_due(link_id: int, *, at: datetime, only: Q) -> int:
    with transaction.atomic():
        waiting = OutboxEntry.objects.filter(WAITS_FOR_ROOM, only, link_id=link_id)
        locked = list(waiting.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        return (
            OutboxEntry.objects.filter(WAITS_FOR_ROOM, only, link_id=link_id).update(available_at=at) if locked else 0
        )
