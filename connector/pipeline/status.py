"""Answer where everything stands, for monitoring; reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone
from django_q.models import OrmQ

from connector.core.outcomes import EntryState
from connector.models import (
    Alert,
    CampaignLink,
    OutboxEntry,
    SalesforceOrg,
    SyncAttempt,
    UnlinkedParticipant,
    WebhookMessage,
    WorkerHeartbeat,
)
from connector.models.outbox import OutboxEntryQuerySet
from connector.pipeline.connection.budget import spendings

HEARTBEAT_LATE_SECONDS = 90
"""Workers beat in each drain and each minute; after this silence they count as gone."""

DUE_LATE_SECONDS = 900
"""A live change that waits longer than this is not being worked on."""


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """What an organisation's last answer said about its daily API calls; None before the first answer."""

    org: str
    used: int | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """A snapshot; counts are {word stored in the column: number of rows}."""

    heartbeat_seconds: float | None
    oldest_due_seconds: float
    entries: dict[str, int]
    attempts_last_hour: dict[str, int]
    messages_last_hour: dict[str, int]
    unlinked_participants: int
    queued_tasks: int
    alerts_unsent: int
    """Alerts whose last mail could not be sent."""
    api_usage: tuple[ApiUsage, ...]


def worker_heartbeat_age(now: datetime) -> float | None:
    """Return the seconds since any worker gave a sign of life; None = never."""
    beat_at = WorkerHeartbeat.objects.aggregate(last=Max("beat_at"))["last"]
    return (now - beat_at).total_seconds() if beat_at else None


def oldest_due_seconds(now: datetime) -> float:
    """Return how long the oldest due entry has waited; 0 = none.

    Backfill (it gives way to live changes) and links that are paused or closed are left out: these wait on purpose.
    """
    due = OutboxEntry.objects.due(now).exclude(priority=OutboxEntry.Priorities.BACKFILL)
    oldest = due.filter(link__in=CampaignLink.objects.sending(now)).aggregate(oldest=Min("available_at"))["oldest"]
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def take_status(now: datetime) -> Status:
    """Return everything that monitoring asks for, in a handful of grouped queries."""
    hour_ago = now - timedelta(hours=1)
    entries = OutboxEntry.objects.order_by().values_list("state").annotate(Count("pk"))
    attempts = SyncAttempt.objects.filter(created_at__gte=hour_ago).order_by()
    messages = WebhookMessage.objects.filter(received_at__gte=hour_ago).order_by()
    return Status(
        heartbeat_seconds=worker_heartbeat_age(now),
        oldest_due_seconds=oldest_due_seconds(now),
        entries=dict.fromkeys(OutboxEntry.EntryStates.values, 0) | dict(entries),
        attempts_last_hour=dict(attempts.values_list("outcome").annotate(Count("pk"))),
        messages_last_hour=dict(messages.values_list("status").annotate(Count("pk"))),
        unlinked_participants=UnlinkedParticipant.objects.count(),
        queued_tasks=OrmQ.objects.count(),
        alerts_unsent=Alert.objects.exclude(error="").count(),
        api_usage=tuple(
            ApiUsage(*row)
            for row in SalesforceOrg.objects.order_by("name").values_list("name", "api_used", "api_limit")
        ),
    )


def sync_status(link: CampaignLink | None = None, *, now: datetime | None = None) -> dict[str, Any]:
    """Return where the participants of one link, or of all, stand; scripts rely on the keys.

    `rows` = synced + needs_answer + left_out + failed + waiting (pending + claimed + retrying), always.
    `same_person` are the synced ones that are the same person as another row; `by_reason` counts those that are held,
    left out or failed; `paused` lists what waits and why, [] where nothing does.
    """
    now = now or timezone.now()
    entries = OutboxEntry.objects.all() if link is None else OutboxEntry.objects.filter(link=link)
    counts = dict.fromkeys((state.value for state in EntryState), 0)
    counts |= dict(entries.order_by().values_list("state").annotate(Count("pk")))
    reasons = entries.exclude(reason="").order_by("reason").values_list("reason").annotate(Count("pk"))
    return {
        "rows": sum(counts.values()),
        **counts,
        "same_person": entries.filter(state=EntryState.SYNCED, same_person_of__isnull=False).count(),
        "by_reason": dict(reasons),
        "oldest_due_seconds": _oldest_due_seconds(entries, now=now),
        **_api_usage(link),
        "paused": _paused(link, now=now),
    }


def _oldest_due_seconds(entries: OutboxEntryQuerySet, *, now: datetime) -> int:
    """Return how long the oldest entry that could be sent has waited, backfill included."""
    due = entries.due(now).filter(link__in=CampaignLink.objects.sending(now))
    oldest = due.aggregate(oldest=Min("available_at"))["oldest"]
    return max(round((now - oldest).total_seconds()), 0) if oldest else 0


def _api_usage(link: CampaignLink | None) -> dict[str, int | None]:
    """Add up what the organisations concerned last told; None where none has told anything."""
    orgs = SalesforceOrg.objects.all() if link is None else SalesforceOrg.objects.filter(pk=link.org_id)
    return orgs.aggregate(api_used=Sum("api_used"), api_limit=Sum("api_limit"))


def _paused(link: CampaignLink | None, *, now: datetime) -> list[dict[str, str | None]]:
    """List the organisations and links that do not send at `now`, and whose backfill waits; closed links excepted."""
    links = CampaignLink.objects.exclude(state=CampaignLink.LinkState.CLOSED)
    orgs = SalesforceOrg.objects.exclude(state=SalesforceOrg.State.CONNECTED).exclude(paused_until__lte=now)
    if link is not None:
        links, orgs = links.filter(pk=link.pk), orgs.filter(pk=link.org_id)
    halted = links.filter(Q(state=CampaignLink.LinkState.PAUSED) | ~Q(pause_kind="")).exclude(
        state=CampaignLink.LinkState.ACTIVE, paused_until__lte=now
    )
    rows = [("organisation", org.name, org.state, org.state_reason, org.paused_until) for org in orgs]
    concerned = list(SalesforceOrg.objects.all() if link is None else SalesforceOrg.objects.filter(pk=link.org_id))
    spent = spendings(concerned)
    rows += [("backfill", org.name, spent[org.pk].code, "", None) for org in concerned if spent[org.pk].code]
    rows += [
        ("link", row.inwink_event_id, row.pause_kind or row.state, row.pause_reason, row.paused_until) for row in halted
    ]
    return [
        {"what": what, "name": name, "kind": kind, "reason": reason, "until": until.isoformat() if until else None}
        for what, name, kind, reason, until in rows
    ]
