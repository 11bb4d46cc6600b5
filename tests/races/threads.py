"""Run things at once, each with its own database connection."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")


def at_once(*jobs: Callable[[], Answer]) -> Sequence[Answer]:
    """Start all jobs at the same moment; return their answers in order. Raises what the first failed one raised."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], Answer]) -> Answer:
        barrier.wait(10)
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def in_background(job: Callable[[], Answer]) -> Answer:
    """Run a job on another connection, and wait for it."""
    return at_once(job)[0]
