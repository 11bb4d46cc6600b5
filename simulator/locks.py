"""The lock of each campaign: writing its members locks it, and who waits too long is refused.

Salesforce waits up to 10 seconds for a locked parent, then answers UNABLE_TO_LOCK_ROW:
https://developer.salesforce.com/docs/atlas.en-us.draes.meta/draes/draes_tradeoff_avoid_lock_contention.htm
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from simulator.errors import RowError


class CampaignLocks:
    """One lock for each campaign, made when first asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    @contextmanager
    def hold(self, campaign_ids: Iterable[str], *, wait_seconds: float) -> Iterator[frozenset[str]]:
        """Hold these campaigns, taken in one order, and yield those that could not be had in time."""
        deadline = time.monotonic() + wait_seconds
        held: list[threading.RLock] = []
        missed: set[str] = set()
        try:
            for one in sorted(set(campaign_ids)):
                lock = self._lock(one)
                if lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                    held.append(lock)
                else:
                    missed.add(one)
            yield frozenset(missed)
        finally:
            for lock in reversed(held):
                lock.release()

    def _lock(self, campaign_id: str) -> threading.RLock:
        with self._guard:
            return self._locks.setdefault(campaign_id, threading.RLock())


def locked_row(row_id: str) -> RowError:
    """Build the refusal (text known from live orgs)."""
    return RowError("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {row_id}")
