"""Decide whether backfill may spend API calls now (rule 7.4)."""

from datetime import timedelta

from django.db.models import Sum

from connector import conf
from connector.models import SalesforceOrg, SyncRun
from connector.pipeline.claim import count_backfill_drains, db_now, is_live_work_due

OWN_SHARE = 0.1
"""Share of the organisation's limit that is ours unless `api_daily_max` says otherwise."""


def may_send_backfill(link_id: int) -> bool:
    """Say whether a drain of this link may carry backfill: live work goes first, and both budgets must have room."""
    if is_live_work_due() or count_backfill_drains() >= max(1, conf.worker_pool().workers - 1):
        return False
    org = SalesforceOrg.objects.filter(links=link_id).first()
    return org is not None and not is_over_budget(org)


def is_over_budget(org: SalesforceOrg) -> bool:
    """Say whether backfill has used its share of the organisation's daily API calls."""
    if not org.api_limit:
        return False
    if org.api_used is not None and org.api_used * 100 >= org.api_limit * org.api_budget_percent:
        return True
    ceiling = org.api_limit * OWN_SHARE if org.api_daily_max is None else org.api_daily_max
    return count_own_calls(org) >= ceiling


def count_own_calls(org: SalesforceOrg) -> int:
    """Return the API calls that we made in the organisation in the last 24 hours."""
    since = db_now() - timedelta(hours=24)
    total = SyncRun.objects.filter(org_id_at_run=org.pk, started_at__gte=since).aggregate(sum=Sum("api_calls"))["sum"]
    return int(total or 0)
