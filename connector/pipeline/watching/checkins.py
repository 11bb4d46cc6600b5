"""The newest check-ins of an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.core.state import State
from connector.models import OutboxEntry

RECENT = timedelta(minutes=5)
SHOWN = 12
"""Lines that fit on a phone without much scrolling."""


@dataclass(frozen=True, slots=True)
class Checkins:
    """Who was checked in within the last five minutes, by the time that inwink gives."""

    count: int
    newest: Sequence[OutboxEntry]
    """The newest first, not all of them; without what a list does not show."""

    @property
    def a_minute(self) -> float:
        """Return how many came a minute."""
        return self.count * 60 / RECENT.total_seconds()


def recent_checkins(link_id: int, *, now: datetime) -> Checkins:
    """Return the check-ins of a link's last five minutes; two queries through an index of check-ins."""
    recent = OutboxEntry.objects.filter(link_id=link_id, attended_at__gt=now - RECENT).order_by("-attended_at", "-pk")
    shown = recent.only(
        "link_id", "participant_key", "payload", "attended_at", "state", "target_state", "synced_state"
    )  # fmt: skip
    return Checkins(count=recent.order_by().count(), newest=list(shown[:SHOWN]))


def count_walk_ins(link_id: int) -> int:
    """Count who came without ever having been registered: nobody expected them."""
    came = OutboxEntry.objects.filter(link_id=link_id, target_state=State.ATTENDED)
    return came.filter(first_registered_at__isnull=True).count()
