"""Count our own API calls of 24 hours in each organisation, whatever they were made for (rule 7.4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Sum
from django.utils import timezone

from connector.models import ApiCallCount, SalesforceOrg

WINDOW = timedelta(hours=24)
"""The span that Salesforce's own limit covers; it rolls."""


KEPT = timedelta(days=31)
"""How long the hours are kept, to be shown over a month: one row an organisation and hour."""


def note_calls(org: SalesforceOrg, calls: int, *, now: datetime | None = None) -> None:
    """Add calls to the hour in which they were made; an organisation that is not stored yet has no count."""
    if not calls or org.pk is None:
        return
    now = now or timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = ApiCallCount.objects.filter(org_id=org.pk, hour_at=hour)
    if counted.update(calls=F("calls") + calls):
        return
    ApiCallCount.objects.bulk_create([ApiCallCount(org_id=org.pk, hour_at=hour, calls=0)], ignore_conflicts=True)
    counted.update(calls=F("calls") + calls)
    ApiCallCount.objects.filter(org_id=org.pk, hour_at__lt=hour - KEPT).delete()


def count_calls_of(orgs: Iterable[SalesforceOrg], *, now: datetime | None = None) -> dict[int, int]:
    """Return {organisation: API calls that we made there in the last 24 hours, to the hour}."""
    since = (now or timezone.now()) - WINDOW
    counted = ApiCallCount.objects.filter(org__in=list(orgs), hour_at__gt=since).order_by()
    return dict(counted.values_list("org_id").annotate(Sum("calls")))
