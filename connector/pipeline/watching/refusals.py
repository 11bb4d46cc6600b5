"""Find the sources whose sender is turned away: nothing of what it says arrives, and only the sender is told."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from connector.models import WebhookMessage, WebhookSource

RECENT = timedelta(hours=24)
"""A refusal that is older says nothing of how things are now."""


def refused_sources(now: datetime) -> list[WebhookSource]:
    """Return the sources whose last request was refused not long ago; tests and replays prove nothing. One query."""
    since = WebhookMessage.objects.filter(
        source=OuterRef("pk"), received_at__gt=OuterRef("last_refused_at"), trial_count=0, requested_by=""
    )
    recent = WebhookSource.objects.filter(~Exists(since), is_active=True, last_refused_at__gt=now - RECENT)
    return list(recent.order_by(F("last_refused_at").desc()))
