"""Answer where everything stands, for monitoring; reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min
from django_q.models import OrmQ

from connector.models import (
    CampaignLink,
    OutboxEntry,
    SalesforceOrg,
    SyncAttempt,
    UnlinkedParticipant,
    WebhookMessage,
    WorkerHeartbeat,
)

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
        api_usage=tuple(
            ApiUsage(*row)
            for row in SalesforceOrg.objects.order_by("name").values_list("name", "api_used", "api_limit")
        ),
    )
