"""Decide how long to wait before the next try."""

from datetime import timedelta

MAX_ATTEMPTS = 10
"""Counted attempts after which an entry fails as exhausted."""
_FIRST_WAIT_SECONDS = 60
_LONGEST_WAIT = timedelta(hours=4)
_FIRST_OUTAGE_SECONDS = 15
_LONGEST_OUTAGE = timedelta(minutes=15)
CONCURRENT_LIMIT_PAUSE = timedelta(seconds=30)
"""After "ConcurrentRequests Limit exceeded"."""
DAILY_LIMIT_PAUSE = timedelta(hours=1)
"""After "TotalRequests Limit exceeded"; the window of 24 hours rolls."""
CONFIGURATION_RECHECK = timedelta(minutes=10)
"""How often the sweep tries a link again that waits for its set-up to be mended."""


def backoff(attempt: int, *, spread: float) -> timedelta:
    """Return the wait after the n-th attempt: 60 s doubled each time, at most 4 h, times `spread` (0.8 to 1.2)."""
    seconds = _FIRST_WAIT_SECONDS * 2 ** min(attempt - 1, 20)
    return min(_LONGEST_WAIT, timedelta(seconds=seconds)) * spread


def outage_pause(count: int) -> timedelta:
    """Return how long a link waits after its n-th outage in a row: 15 s doubled each time, at most 15 min."""
    return min(_LONGEST_OUTAGE, timedelta(seconds=_FIRST_OUTAGE_SECONDS * 2 ** min(count - 1, 20)))
