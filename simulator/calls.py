"""What was asked of the org: the counter of API calls, and a log of the last requests."""

from __future__ import annotations

import threading
from collections import Counter, deque

from simulator.shapes import Json

LOG_LENGTH = 500


class CallLog:
    """Counts calls as Salesforce bills them: each authenticated request under /services/data/vNN.0 is one."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.used = 0
        """Calls of the last 24 hours, as Sforce-Limit-Info shows them."""
        self.reset()

    def reset(self) -> None:
        """Start counting anew; the daily usage goes on."""
        with self._guard:
            self._count = 0
            self._kinds: Counter[str] = Counter()
            self._log: deque[Json] = deque(maxlen=LOG_LENGTH)

    def count(self, kind: str) -> None:
        """Count one call."""
        with self._guard:
            self.used += 1
            self._count += 1
            self._kinds[kind] += 1

    def note(self, entry: Json) -> None:
        """Add a request to the log."""
        with self._guard:
            self._log.append(entry)

    @property
    def api_calls(self) -> int:
        """Calls since the last reset."""
        return self._count

    def summary(self) -> Json:
        """Return {"api_calls", "by_kind", "log"}."""
        with self._guard:
            return {"api_calls": self._count, "by_kind": dict(self._kinds), "log": list(self._log)}
