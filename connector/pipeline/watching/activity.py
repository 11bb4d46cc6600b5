"""Count what was received, sent and refused, and what it cost, by hour or by day.

Nothing is kept for this: runs and messages are few beside the participants in them, an index leads to their last days,
and the calls are kept by the hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone

from connector import conf
from connector.models import ApiCallCount, CampaignLink, MessageParticipant, SyncRun, WebhookMessage

HOURS, DAYS = 24, 30


class Span(StrEnum):
    """How far one looks back."""

    HOURS = "24h"
    DAYS = "30d"


@dataclass(frozen=True, slots=True)
class Activity:
    """Numbers of equally long periods, the oldest first; the last one is not over."""

    starts: Sequence[datetime]
    received: Sequence[int]
    """Participants in messages that were read: new, changed, unchanged or out of date."""
    sent: Sequence[int]
    """Participants that Salesforce then had as inwink says, whether something was written or nothing had to be."""
    failed: Sequence[int]
    calls: Sequence[int]
    """API calls; of one link those of its runs, else all of ours."""
    kept_days: int
    """For how many days messages and runs are kept: earlier periods show nothing."""


def activity(link: CampaignLink | None, *, span: Span, now: datetime) -> Activity:
    """Return the activity of one link, or of everything; three queries at most."""
    starts = _hours(now) if span == Span.HOURS else _days(now)
    runs = SyncRun.objects.filter(started_at__gte=starts[0])
    if link is not None:
        runs = runs.filter(link=link)
    received = _received(link, since=starts[0], span=span)
    sent = _summed(runs, "started_at", [_SENT, F("failed_count"), F("api_calls")], span=span)
    if link is None:
        calls = _summed(ApiCallCount.objects.filter(hour_at__gte=starts[0]), "hour_at", [F("calls")], span=span)
    else:
        calls = {start: row[2:] for start, row in sent.items()}
    keep = conf.retention()
    return Activity(
        starts,
        received=_column(received, starts),
        sent=_column(sent, starts),
        failed=_column(sent, starts, place=1),
        calls=_column(calls, starts),
        kept_days=min(keep.messages, keep.runs).days,
    )


def _received(link: CampaignLink | None, *, since: datetime, span: Span) -> dict[datetime, tuple[int, ...]]:
    """Count what the sources sent; what somebody here had read again did not arrive again."""
    if link is None:
        messages = WebhookMessage.objects.filter(received_at__gte=since, first_received_at=None)
        return _summed(messages, "received_at", [_RECEIVED], span=span)
    people = MessageParticipant.objects.filter(
        event_id=link.inwink_event_id, message__received_at__gte=since, message__first_received_at=None
    )
    read = people.exclude(effect=MessageParticipant.Effects.REJECTED)
    return _summed(read, "message__received_at", [Value(1)], span=span)


_RECEIVED = F("accepted_count") + F("unchanged_count") + F("stale_count") + F("unlinked_count")
_SENT = F("created_count") + F("updated_count") + F("unchanged_count")


def _hours(now: datetime) -> list[datetime]:
    last = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [last - timedelta(hours=back) for back in reversed(range(HOURS))]


def _days(now: datetime) -> list[datetime]:
    """Return local midnights: a day of a change of the clocks has 23 or 25 hours."""
    zone: tzinfo = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    return [datetime.combine(today - timedelta(days=back), time.min, tzinfo=zone) for back in reversed(range(DAYS))]


def _summed(
    rows: QuerySet[Any],
    at: str,
    numbers: Iterable[Combinable],
    *,
    span: Span,
) -> dict[datetime, tuple[int, ...]]:
    """Return {start of the period: sums}; one query."""
    start = TruncHour(at, tzinfo=UTC) if span == Span.HOURS else TruncDay(at)
    sums = {f"sum_{place}": Sum(number) for place, number in enumerate(numbers)}
    grouped = rows.order_by().annotate(start=start).values_list("start").annotate(**sums)
    return {row[0]: tuple(int(number or 0) for number in row[1:]) for row in grouped}


def _column(summed: Mapping[datetime, Sequence[int]], starts: Sequence[datetime], *, place: int = 0) -> list[int]:
    return [summed[start][place] if start in summed else 0 for start in starts]
