"""How a slice of an errand goes along: signs of life, progress, the end of its time, a person's stop."""

import time
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connector.models import Errand

SLICE_SECONDS = 20
"""A slice goes on for so long, then the errand queues again behind what came meanwhile."""
BEAT_SECONDS = 0.5
"""How often progress is written: often enough for a person who watches."""


class StoppedError(Exception):
    """A person stopped the errand; what is done stays done."""


class HaltedError(Exception):
    """What the errand needs is in the way, or away: it ends as failed, and what is done stays done."""

    def __init__(self, code: str, message: str = "") -> None:
        """Keep the code, which advice explains, and what Salesforce said."""
        super().__init__(code)
        self.code = code
        self.message = message


class Pace:
    """What a kind tells while it works; `clock` is monotonic seconds.

    Where a worker may die, `done_count` and `position` must speak of the same place, or the slice that is done anew
    counts twice: `keep` writes both at once, and what was only told by `advance` is forgotten when a slice begins.
    """

    def __init__(self, errand: Errand, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._errand = errand
        self._clock = clock
        self._started = self._beat = clock()
        self._done = 0
        self._is_stopped = False
        if not errand.position:
            errand.done_count = 0

    @property
    def is_over(self) -> bool:
        """Whether the slice should end at the next good place: its time is over, or a person stopped it."""
        return self._is_stopped or self._clock() - self._started >= SLICE_SECONDS

    def expect(self, total: int) -> None:
        """Say how much there is in all."""
        self._errand.total_count = max(total, self._errand.done_count + self._done)
        Errand.objects.filter(pk=self._errand.pk).update(total_count=self._errand.total_count)

    def keep(self, count: int, *, position: dict[str, Any]) -> None:
        """Count what was done, and where the next slice goes on; call it inside the transaction of the work itself.

        It is written even where a person stopped the errand meanwhile: what is done stays done, and is counted.
        """
        errand = self._errand
        errand.position = position
        self._count(count)
        self._is_stopped = not self._store(at_work(errand))
        if self._is_stopped:
            self._store(Errand.objects.filter(pk=errand.pk))

    def advance(self, count: int) -> None:
        """Count what was done; written now and then. Raises StoppedError."""
        self._done += count
        if self._clock() - self._beat >= BEAT_SECONDS:
            self.write()

    def write(self) -> None:
        """Write progress and a sign of life. Raises StoppedError where the errand is not at work any more."""
        self._count(0)
        if self._is_stopped or not self._store(at_work(self._errand)):
            raise StoppedError

    def _count(self, more: int) -> None:
        errand = self._errand
        errand.done_count += self._done + more
        self._done = 0
        if errand.total_count is not None:
            errand.total_count = max(errand.total_count, errand.done_count)

    def _store(self, errands: QuerySet[Errand]) -> bool:
        self._beat = self._clock()
        errand = self._errand
        columns = {"done_count": errand.done_count, "total_count": errand.total_count, "position": errand.position}
        return bool(errands.update(**columns, beat_at=timezone.now()))


def at_work(errand: Errand) -> QuerySet[Errand]:
    """Narrow to the errand while a worker has it."""
    return Errand.objects.filter(pk=errand.pk, state=Errand.ErrandState.RUNNING)
