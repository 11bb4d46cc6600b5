"""Keep one pool of background workers alive, and leave nothing behind when it ends.

A pool is connector/management/pool.py in a process group of its own. It is ended and started anew when it is gone,
when one of its processes died (django-q2 then may stand still without a word), and when tasks wait although a
worker is free and nobody has given a sign of life for a while.
"""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import Error as DatabaseProblem
from django.db import connection

from connector import conf
from connector.management.readiness import wait_until_ready
from connector.pipeline.heartbeat import forget_worker, is_work_left_lying, worker_name
from connector.pipeline.status import HEARTBEAT_LATE_SECONDS

logger = logging.getLogger(__name__)

GRACE_SECONDS = 80
"""How long running tasks may take to finish after SIGTERM; less than systemd's TimeoutStopSec, 90 by default.
What is cut off loses nothing: its claim runs out and is taken by another worker."""
FROZEN_SECONDS = 5
"""How long a pool that was asked to stop may go on without running any task; an idle one needs about one."""
BROKEN_SECONDS = 2
"""The same for a pool of which a process died: it has most likely stood still since."""
POLL_SECONDS = 0.5
LOOK_SECONDS = 10
"""How often the database is asked whether tasks are left lying."""
SHORT_LIFE_SECONDS = 60
"""A pool that lived shorter is started again after a growing pause."""
LONGEST_PAUSE_SECONDS = 30

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the supervisor waits, in seconds."""

    grace: float = GRACE_SECONDS
    silence: float = HEARTBEAT_LATE_SECONDS


@dataclass(slots=True)
class StopSignals:
    """How often we were asked to stop: once = finish what runs, twice = at once."""

    count: int = 0

    def listen(self) -> None:
        """Take SIGTERM and SIGINT from now on."""
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.count += 1

    @property
    def is_asked(self) -> bool:
        """Whether to stop."""
        return self.count > 0

    @property
    def is_urgent(self) -> bool:
        """Whether to stop without waiting for running tasks."""
        return self.count > 1


@dataclass(slots=True)
class Pool:
    """A running pool as its supervisor sees it."""

    process: subprocess.Popen[bytes]
    lifeline: int
    """Write end; the pool dies when it is closed."""
    reports: int
    busy: set[int] = field(default_factory=set)
    """Workers that are running a task."""
    broken: str = ""
    """What died in the pool, in django-q2's words."""
    started: float = field(default_factory=time.monotonic)
    last_report: float = field(default_factory=time.monotonic)
    _rest: bytes = b""

    def listen(self, seconds: float) -> None:
        """Wait for reports, at most so long, and take them in."""
        if not self.reports:
            time.sleep(seconds)
            return
        readable, _, _ = select.select([self.reports], [], [], seconds)
        if not readable:
            return
        data = os.read(self.reports, 65536)
        if not data:  # every process of the pool is gone
            os.close(self.reports)
            self.reports = 0
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace"))

    def _take(self, report: str) -> None:
        kind, _, text = report.partition(" ")
        self.last_report = time.monotonic()
        if kind == "busy":
            self.busy.add(int(text))
        elif kind == "idle":
            self.busy.discard(int(text))
        else:
            self.broken = self.broken or text

    def count_busy(self) -> int:
        """Return how many workers run a task."""
        self.busy = {pid for pid in self.busy if _is_alive(pid)}
        return len(self.busy)

    def is_gone(self) -> bool:
        """Say whether the pool's first process has ended."""
        return self.process.poll() is not None

    def kill(self) -> None:
        """End every process of the pool at once, and let go of its pipes."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            logger.debug("pool had ended")
        self.process.wait()
        os.close(self.lifeline)
        if self.reports:
            os.close(self.reports)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start_pool(environment: Mapping[str, str]) -> Pool:
    """Start a pool in a session, and so a process group, of its own."""
    lifeline_read, lifeline = os.pipe()
    reports, reports_write = os.pipe()
    path = os.pathsep.join(part for part in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if part)
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "connector.management.pool", str(lifeline_read), str(reports_write)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdin=subprocess.DEVNULL,
        pass_fds=(lifeline_read, reports_write),
        start_new_session=True,
    )
    os.close(lifeline_read)
    os.close(reports_write)
    return Pool(process, lifeline=lifeline, reports=reports)


def run_supervised(patience: Patience = Patience()) -> bool:
    """Keep a pool running until SIGTERM or SIGINT; False where running tasks had to be cut off at the end."""
    stop = StopSignals()
    stop.listen()
    name = f"{worker_name()}:{os.getpid()}"
    is_clean, pause = True, 0.0
    while wait_until_ready(stop, pause=pause):
        pool = start_pool({"CONNECTOR_WORKER_NAME": name})
        logger.info("pool started", extra={"worker": name, "pid": pool.process.pid})
        try:
            why = watch_pool(pool, stop, silence=patience.silence)
            if why:
                logger.error("pool must be started anew", extra={"worker": name, "reason": why})
            is_clean = end_pool(pool, stop, grace=patience.grace)
        finally:
            pool.kill()
        has_lived = time.monotonic() - pool.started > SHORT_LIFE_SECONDS
        pause = 0.5 if has_lived else min(LONGEST_PAUSE_SECONDS, pause * 2 or 0.5)
    _say_goodbye(name)
    return is_clean


def watch_pool(pool: Pool, stop: StopSignals, *, silence: float) -> str:
    """Wait until the pool must end; return why, "" where we were asked to stop."""
    look_at = time.monotonic() + min(LOOK_SECONDS, silence)
    while not stop.is_asked:
        pool.listen(POLL_SECONDS)
        if pool.is_gone():
            return f"it ended with code {pool.process.returncode}"
        if pool.broken:
            return pool.broken
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + min(LOOK_SECONDS, silence)
            if _stands_still(pool, silence=silence):
                return f"tasks wait, a worker is free, and nothing happened for {silence:.0f} seconds"
    return ""


def _stands_still(pool: Pool, *, silence: float) -> bool:
    """Say whether a pool leaves work lying; with all workers busy, their own time limits watch over them."""
    if time.monotonic() - max(pool.started, pool.last_report) < silence:
        return False
    if pool.count_busy() >= conf.worker_pool().workers:
        return False
    try:
        return is_work_left_lying(silence_seconds=silence)
    except DatabaseProblem as exc:
        logger.warning("database does not answer", extra={"error": type(exc).__name__})
        return False
    finally:
        connection.close()


def end_pool(pool: Pool, stop: StopSignals, *, grace: float) -> bool:
    """Let running tasks finish, for a bounded time, then kill what is left; False where a task was cut off.

    SIGTERM goes to the first process alone: sent to the group it would cut off the workers' tasks.
    """
    if not pool.is_gone():
        pool.process.terminate()
    now = last_busy = time.monotonic()
    ends_at = now + grace
    frozen = BROKEN_SECONDS if pool.broken else FROZEN_SECONDS
    while not pool.is_gone() and now < ends_at and not stop.is_urgent:
        pool.listen(POLL_SECONDS / 5)
        now = time.monotonic()
        if pool.count_busy():
            last_busy = now
        elif now - last_busy > frozen:
            break
    cut_off = pool.count_busy()
    if cut_off:
        logger.error("running tasks cut off", extra={"tasks": cut_off})
    return not cut_off


def _say_goodbye(name: str) -> None:
    try:
        forget_worker(name)
    except DatabaseProblem as exc:
        logger.warning("heartbeat not removed", extra={"error": type(exc).__name__})
    finally:
        connection.close()
    logger.info("worker stopped", extra={"worker": name})
