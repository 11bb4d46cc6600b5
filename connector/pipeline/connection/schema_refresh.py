"""Fetch the describes of every connected organisation again, so that runs find them fresh."""

import logging
from contextlib import closing
from datetime import datetime

from django.utils import timezone

from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, record_usage, renew_schema
from connector.pipeline.connection.degraded import degraded_objects, follow_returned_fields
from connector.pipeline.connection.schema_cache import load_schema
from connector.salesforce.errors import SalesforceError

logger = logging.getLogger(__name__)


def refresh_schemas(*, now: datetime | None = None) -> int:
    """Refresh what is cached of connected organisations; return how many describes were asked for.

    Most answers are that nothing changed: they cost an API call each, and next to nothing to send and to store. Where
    a mapped field is gone the whole describe is asked for, since nothing says that a right which is given back counts
    as a change; who lacks the field is sent again when it is there.

    An organisation that cannot be asked is passed over: its next run asks again. Call outside a transaction.
    """
    now = now or timezone.now()
    return sum(_refresh_org(org, now=now) for org in SalesforceOrg.objects.filter(state=SalesforceOrg.State.CONNECTED))


def _refresh_org(org: SalesforceOrg, *, now: datetime) -> int:
    names = list(SalesforceSchema.objects.filter(org=org).order_by("sobject").values_list("sobject", flat=True))
    if not names:
        return 0
    doubtful = degraded_objects(org)
    try:
        with closing(gateway_for(org)) as gateway:
            for name in names:
                kept = None if name in doubtful else load_schema(org, name)
                renew_schema(org, name, kept=kept, gateway=gateway, now=now)
            record_usage(org, gateway, now=now)
    except (SalesforceError, WrongEncryptionKey) as exc:
        logger.warning("schema_refresh_failed", extra={"org_id": org.pk, "code": exc.code})
        return 0
    follow_returned_fields(org)
    return len(names)
