"""Let one process at a time use an organisation's refresh token.

Where tokens rotate each works once, and a second use ends everything that came from the log-in:
https://help.salesforce.com/s/articleView?id=005316711
So two processes that are refused together must not both ask: a compare-and-set alone would come too late.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from connector import conf
from connector.models import SalesforceOrg
from connector.pipeline.outbox.claim import db_now

MARGIN = timedelta(seconds=30)
"""How long a turn outlives the longest call made in it; a killed process keeps the others waiting no longer."""


@contextmanager
def turn_to_renew(org: SalesforceOrg) -> Iterator[bool]:
    """Say whether it is our turn until the end of the block; False while another process has it."""
    now = db_now()
    until = now + timedelta(seconds=conf.salesforce_timeout_seconds()) + MARGIN
    rows = SalesforceOrg.objects.filter(pk=org.pk)
    is_ours = rows.filter(Q(renewing_until=None) | Q(renewing_until__lt=now)).update(renewing_until=until) == 1
    try:
        yield is_ours
    finally:
        if is_ours:
            rows.filter(renewing_until=until).update(renewing_until=None)
