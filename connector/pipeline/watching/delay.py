"""Say how long changes take from the webhook to Salesforce."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, IntegerField
from django.db.models.functions import Cast

from connector.models import OutboxEntry, SyncAttempt

STEP_MS = 100
"""The delays are counted in tenths of a second: a database then returns few groups, however many attempts there are."""


@dataclass(frozen=True, slots=True)
class Delay:
    """How long changes took, in seconds, to a tenth."""

    median: float
    slow: float
    """95 % were at least as quick."""
    count: int


def delay_ms(entry: OutboxEntry, *, now: datetime) -> int | None:
    """Return how long the oldest change of an entry has been on its way; None for what no message asked for."""
    if entry.dirty_since is None or entry.priority != OutboxEntry.Priorities.LIVE:
        return None
    return max(0, int((now - entry.dirty_since).total_seconds() * 1000))


def delays_of(link_ids: Collection[int], *, since: datetime) -> dict[int, Delay]:
    """Return {link: delay of what was sent since}; links that sent nothing live have none. One query.

    Each success counts from the oldest change that it carried; what a person or an import asked for does not count.
    """
    sent = SyncAttempt.objects.filter(link_id__in=link_ids, created_at__gte=since, delay_ms__isnull=False).order_by()
    step = Cast(F("delay_ms") / STEP_MS, IntegerField())
    steps: dict[int, list[tuple[int, int]]] = {}
    for link_id, tenths, count in sent.annotate(tenths=step).values_list("link_id", "tenths").annotate(Count("pk")):
        steps.setdefault(link_id, []).append((tenths, count))
    return {link_id: _delay(sorted(found)) for link_id, found in steps.items()}


def delay_of(link_id: int, *, now: datetime, span: timedelta) -> Delay | None:
    """Return the delay of one link's last hour, day, …; None where it sent nothing live."""
    return delays_of([link_id], since=now - span).get(link_id)


def _delay(steps: list[tuple[int, int]]) -> Delay:
    count = sum(number for _tenths, number in steps)
    return Delay(_percentile(steps, place=-(-count // 2)), _percentile(steps, place=-(-count * 95 // 100)), count)


def _percentile(steps: Iterable[tuple[int, int]], *, place: int) -> float:
    """Return the value at a place, counted from 1, of values given as (value, how often) in ascending order."""
    passed = 0
    for tenths, number in steps:
        passed += number
        if passed >= place:
            return tenths * STEP_MS / 1000
    raise ValueError("fewer values than the place")
