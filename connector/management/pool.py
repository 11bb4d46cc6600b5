"""Run django-q2's cluster as a group of processes that reports to its supervisor and never outlives it.

`python -m connector.management.pool LIFELINE REPORTS` is started by connector/management/supervisor.py, which hands
over two file descriptors:

- LIFELINE: the read end of a pipe whose only write end is the supervisor's. In every process of the pool a thread
  reads it. Nothing is ever written; the end of the file says that the supervisor is gone, however it went, and the
  thread kills the whole group. Linux and macOS both do that, and it reaches grandchildren, which
  PR_SET_PDEATHSIG does not: https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html
- REPORTS: the write end of a pipe that takes lines: `busy PID`, `idle PID`, `broken WHAT`. Lines are shorter than
  PIPE_BUF, so those of several processes never mix: https://man7.org/linux/man-pages/man7/pipe.7.html
"""

import logging
import os
import signal
import sys
import threading
import warnings
from functools import partial

import django

_LONGEST_REPORT = 400
"""Bytes; POSIX promises that writes of up to 512 bytes to a pipe are not torn."""


def hold_lifeline(lifeline: int) -> None:
    """Watch the lifeline in this process and in every process that is forked from it."""
    # From 3.12 on Python warns of a fork beside threads. The watcher holds no lock: it sleeps in one system call.
    warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", category=DeprecationWarning)
    watch = partial(_start_watcher, lifeline)
    watch()
    os.register_at_fork(after_in_child=watch)


def _start_watcher(lifeline: int) -> None:
    threading.Thread(target=_die_with_supervisor, args=(lifeline,), name="lifeline", daemon=True).start()


def _die_with_supervisor(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


class BreakdownHandler(logging.Handler):
    """Report what django-q2's guard calls critical: a process of the pool ended that should not have.

    From then on the pool may be frozen: a worker that was killed while it waited for a task takes the lock of the
    queue with it. https://github.com/django-q2/django-q2/issues/23
    """

    def __init__(self, reports: int) -> None:
        super().__init__(level=logging.CRITICAL)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        write_report(self._reports, "broken", record.getMessage())


def write_report(reports: int, kind: str, text: object) -> None:
    """Write one line to the supervisor; a supervisor that is gone, or too slow to read, is not waited for."""
    line = f"{kind} {text}".replace("\n", " ").encode()[:_LONGEST_REPORT] + b"\n"
    try:
        os.write(reports, line)
    except (BlockingIOError, BrokenPipeError):
        logging.getLogger(__name__).warning("supervisor does not read", extra={"report": kind})


def _report_activity(reports: int) -> None:
    """Tell when a worker begins and ends a task, through the only hook that django-q2 offers."""
    from django_q.signals import post_execute_in_worker, pre_execute  # needs Django's registry

    def begin(**kwargs: object) -> None:
        write_report(reports, "busy", os.getpid())

    def end(**kwargs: object) -> None:
        write_report(reports, "idle", os.getpid())

    pre_execute.connect(begin, weak=False)
    post_execute_in_worker.connect(end, weak=False)


def main(lifeline: int, reports: int) -> None:
    """Run the pool until SIGTERM or SIGINT; running and fetched tasks are finished first."""
    hold_lifeline(lifeline)
    os.set_blocking(reports, False)
    django.setup()
    from django_q.cluster import Cluster  # needs Django's registry

    logging.getLogger("django-q").addHandler(BreakdownHandler(reports))
    _report_activity(reports)
    cluster = Cluster()
    cluster.start()
    if cluster.sentinel is not None:
        cluster.sentinel.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
