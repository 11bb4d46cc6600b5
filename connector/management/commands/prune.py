"""Delete what has been kept long enough."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from connector.management.base import ConnectorCommand, Report
from connector.pipeline.privacy.prune import prune


class Command(ConnectorCommand):
    """Do what the daily schedule does."""

    help = (
        "Delete messages, log, failed background tasks and sessions that are older than RETENTION_DAYS_… say. "
        "What still waits stays, and so do messages of events that are not linked yet. The schedule does this daily."
    )
    example = "python manage.py prune"

    def report(self, **options: Any) -> Report:
        """Delete and count."""
        counts = asdict(prune(now=timezone.now()))
        lines = [f"{count:>8,}  {what}" for what, count in counts.items()]
        return Report("\n".join(["Deleted:", *lines]), {"ok": True, **counts})
