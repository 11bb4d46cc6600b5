"""Pause and resume links and organisations: pauses live here, never in an entry's due time."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from connector.core.errors import ErrorKind
from connector.core.retry import CONCURRENT_LIMIT_PAUSE, CONFIGURATION_RECHECK, DAILY_LIMIT_PAUSE, outage_pause
from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.outbox.storage import try_again
from connector.salesforce.errors import KIND_OF_CODE

TIMEOUTS_BEFORE_HALVING = 2
_TOOK_TOO_LONG = frozenset({"timeout", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})
"""Codes after which a smaller batch may pass."""
GIVEN_UP_AT_MOST = 5
"""How often in a row Salesforce may give up on a request, with whatever code, before a person is told; four minutes."""
GIVEN_UP = "request_given_up"
"""Pause code of a link whose request Salesforce gives up again and again."""
DAILY_LIMIT = "daily_limit"
"""Pause code of an organisation that has used up its calls of 24 hours."""
CONCURRENT_LIMIT = "concurrent_limit"
"""Pause code of an organisation in which too many long calls ran at once."""


def pause_until_answered(link: CampaignLink, *, code: str, message: str, now: datetime, entries: int) -> None:
    """Let a link wait because a call brought no result, until Salesforce answers, or until a person acts.

    Salesforce that answers, and gives up on the same request again and again, has no outage that passes by itself.
    """
    is_again = _is_given_up(code) and _is_given_up(link.pause_code)
    if not is_again or link.pause_count < GIVEN_UP_AT_MOST - 1:
        pause_for_outage(link, code=code, message=message, now=now, entries=entries)
        return
    if code in _TOOK_TOO_LONG:
        halve_batch(link, entries=entries)
    pause_for_configuration(link, code=GIVEN_UP, message=f"{code}: {message}", now=now)


def _is_given_up(code: str) -> bool:
    return code == GIVEN_UP or KIND_OF_CODE.get(code) is ErrorKind.RETRYABLE


def pause_for_outage(link: CampaignLink, *, code: str, message: str, now: datetime, entries: int) -> None:
    """Let a link wait because Salesforce did not answer; the wait doubles, a slow batch is halved.

    Who tries although the link waits (`sync_due --ignore-backoff`) does not make it wait longer.
    """
    if link.pause_kind == CampaignLink.PauseKind.OUTAGE and link.paused_until is not None and link.paused_until > now:
        return
    count = link.pause_count + 1
    halved = max(1, entries // 2) if code in _TOOK_TOO_LONG and count >= TIMEOUTS_BEFORE_HALVING else link.batch_limit
    CampaignLink.objects.filter(pk=link.pk, state=CampaignLink.LinkState.ACTIVE).update(
        pause_kind=CampaignLink.PauseKind.OUTAGE,
        pause_code=code[:80],
        pause_reason=message[:500],
        paused_until=now + outage_pause(count),
        pause_count=F("pause_count") + 1,
        batch_limit=halved,
    )


def pause_for_configuration(link: CampaignLink, *, code: str, message: str, now: datetime) -> None:
    """Let a link wait until a person mends its set-up; the sweep tries it again every ten minutes."""
    CampaignLink.objects.filter(pk=link.pk, state=CampaignLink.LinkState.ACTIVE).update(
        pause_kind=CampaignLink.PauseKind.CONFIGURATION,
        pause_code=code[:80],
        pause_reason=message[:500],
        paused_until=now + CONFIGURATION_RECHECK,
    )


def halve_batch(link: CampaignLink, *, entries: int) -> None:
    """Let the next run be half as large, so that a row on which we stumble is soon alone and its neighbours go on."""
    CampaignLink.objects.filter(pk=link.pk).update(batch_limit=max(1, entries // 2))


def clear_pause(link: CampaignLink, *, full_batch: int) -> None:
    """Note that a run went through: the outage is over, and a halved batch may grow again."""
    if not (link.pause_kind or link.pause_count or link.batch_limit):
        return
    grown = link.batch_limit * 2 if link.batch_limit else None
    CampaignLink.objects.filter(pk=link.pk).exclude(pause_kind=CampaignLink.PauseKind.MANUAL).update(
        pause_kind="",
        pause_code="",
        pause_reason="",
        paused_until=None,
        pause_count=0,
        batch_limit=grown if grown and grown < full_batch else None,
    )


def lift_configuration_pause(link_id: int) -> bool:
    """Try a link again at once, after its set-up was saved or checked; False where it did not wait for that.

    So are those of its people who wait for room in Salesforce.
    """
    waiting = CampaignLink.objects.filter(pk=link_id, pause_kind=CampaignLink.PauseKind.CONFIGURATION)
    is_lifted = waiting.update(pause_kind="", pause_code="", pause_reason="", paused_until=None) == 1
    return try_again(link_id, now=timezone.now()) > 0 or is_lifted


def pause_org_for_limit(org: SalesforceOrg, *, is_daily: bool, message: str, now: datetime) -> timedelta:
    """Let an organisation wait because Salesforce refuses calls; returns for how long."""
    wait = DAILY_LIMIT_PAUSE if is_daily else CONCURRENT_LIMIT_PAUSE
    SalesforceOrg.objects.filter(pk=org.pk).exclude(state=SalesforceOrg.State.RECONNECT_NEEDED).update(
        state=SalesforceOrg.State.PAUSED,
        pause_code=DAILY_LIMIT if is_daily else CONCURRENT_LIMIT,
        state_reason=message[:500],
        paused_until=now + wait,
        probed_at=now,
    )
    return wait


def resume_org(org: SalesforceOrg) -> None:
    """Note that Salesforce answers again."""
    SalesforceOrg.objects.filter(pk=org.pk, state=SalesforceOrg.State.PAUSED).update(
        state=SalesforceOrg.State.CONNECTED, pause_code="", state_reason="", paused_until=None
    )
