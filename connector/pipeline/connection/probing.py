"""Ask organisations whose calls are used up how many are left, so that all resumes by itself (rule 7.4)."""

import logging
from contextlib import closing
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection import connect
from connector.pipeline.connection.budget import is_org_budget_used
from connector.pipeline.outbox.claim import BACKFILL
from connector.pipeline.pausing import DAILY_LIMIT, resume_org
from connector.salesforce.errors import SalesforceError

logger = logging.getLogger(__name__)

PROBE_EVERY = timedelta(minutes=10)
"""How often one organisation is asked at most."""


def probe_limits(now: datetime) -> int:
    """Ask each organisation that waits for its API calls, and let those go on that have some; returns how many asked.

    That is who refused for the daily limit, and who had used the budget of backfill when it was last heard of while
    backfill is waiting: without a call nothing would tell that the window of 24 hours has rolled on.
    """
    return sum(_probe(org) for org in _waiting(now) if _take_turn(org, now=now))


def _waiting(now: datetime) -> list[SalesforceOrg]:
    backfill = OutboxEntry.objects.due(now).filter(priority=BACKFILL, link__org_id=OuterRef("pk"))
    refused = Q(state=SalesforceOrg.State.PAUSED, pause_code=DAILY_LIMIT)
    over = Q(state=SalesforceOrg.State.CONNECTED, api_usage_at__lte=now - PROBE_EVERY) & Q(
        Exists(backfill.filter(link__state=CampaignLink.LinkState.ACTIVE))
    )
    return [org for org in SalesforceOrg.objects.filter(refused | over) if org.pause_code or is_org_budget_used(org)]


def _take_turn(org: SalesforceOrg, *, now: datetime) -> bool:
    free = Q(probed_at__isnull=True) | Q(probed_at__lte=now - PROBE_EVERY)
    return SalesforceOrg.objects.filter(free, pk=org.pk).update(probed_at=now) == 1


def _probe(org: SalesforceOrg) -> bool:
    try:
        with closing(connect.gateway_for(org)) as gateway:
            usage = gateway.limits()
    except (SalesforceError, WrongEncryptionKey) as exc:  # this one waits; the others, and the sweep, go on
        logger.info("limits probed", extra={"org_id": org.pk, "error_code": exc.code})
        return True
    connect.store_usage(org, usage)
    has_room = usage.used < usage.limit
    if has_room:
        resume_org(org)
    logger.info("limits probed", extra={"org_id": org.pk, "has_room": has_room})
    return True
