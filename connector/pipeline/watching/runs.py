"""Look back at the runs of a link."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from connector.core.outcomes import Operation
from connector.models import SyncAttempt, SyncRun


def last_runs(link_id: int, *, count: int) -> list[SyncRun]:
    """Return the latest runs of a link, the newest first."""
    return list(SyncRun.objects.filter(link_id=link_id).order_by("-started_at")[:count])


def new_people_of(run_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Return {run: {Contact or Lead: how many of them the run created}}, without runs that created none; one query."""
    made = SyncAttempt.objects.filter(run__in=run_ids, person_operation=Operation.CREATE).order_by()
    found: dict[int, Counter[str]] = {}
    for run_id, person_type, count in made.values_list("run_id", "person_type").annotate(count=Count("pk")):
        found.setdefault(run_id or 0, Counter())[person_type] = count
    return found


_WRITTEN = F("created_count") + F("updated_count")
_BY_HAND = Q(trigger=SyncRun.Trigger.PUT_BACK)
"""Runs that take something back send nobody."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What the runs of a link did in a span of time."""

    api_calls: int
    written: int
    """People who were created or updated, whatever asked for it."""


def spent_of(link_id: int, *, since: datetime) -> Spent:
    """Return what a link's runs did since."""
    runs = SyncRun.objects.filter(link_id=link_id, started_at__gte=since)
    sums = runs.aggregate(calls=Sum("api_calls"), written=Sum(_WRITTEN, filter=~_BY_HAND))
    return Spent(int(sums["calls"] or 0), int(sums["written"] or 0))


def written_since(since: datetime) -> Subquery:
    """Return how many people the runs of a link wrote since, as a column of a query for links."""
    runs = SyncRun.objects.filter(~_BY_HAND, link_id=OuterRef("pk"), started_at__gte=since).order_by()
    return Subquery(runs.values("link_id").annotate(written=Sum(_WRITTEN)).values("written"))
