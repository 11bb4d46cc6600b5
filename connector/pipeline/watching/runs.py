"""Look back at the runs of a link."""

from datetime import datetime

from django.db.models import Sum

from connector.models import SyncRun


def last_runs(link_id: int, *, count: int) -> list[SyncRun]:
    """Return the latest runs of a link, the newest first."""
    return list(SyncRun.objects.filter(link_id=link_id).order_by("-started_at")[:count])


def calls_of(link_id: int, *, since: datetime) -> int:
    """Return the API calls that a link's runs made since."""
    runs = SyncRun.objects.filter(link_id=link_id, started_at__gte=since)
    return int(runs.aggregate(calls=Sum("api_calls"))["calls"] or 0)
