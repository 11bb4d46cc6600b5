"""Wait until a worker can work: the database answers and has the tables that this release expects."""

import logging
import time
from typing import Protocol

from django.db import Error as DatabaseProblem
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_q.tasks import async_task

from connector.pipeline.setup.roles import setup_roles
from connector.pipeline.setup.schedules import setup_schedules

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
REMIND_SECONDS = 30
"""How often the log says again what is being waited for."""
_STEP_SECONDS = 0.25


class Stopping(Protocol):
    """Whoever says that the waiting is over."""

    @property
    def is_asked(self) -> bool:
        """Whether to stop."""


def wait_until_ready(stop: Stopping, *, pause: float = 0) -> bool:
    """Wait for the database and its migrations, after a pause in seconds; False where we were asked to stop instead.

    Then sees to the schedules and the roles, and queues a sweep: whatever a pool that was killed left lying is found at
    once.
    """
    _sleep(pause, stop)
    said, said_at = "", 0.0
    while not stop.is_asked:
        problem = find_problem() or _prepare()
        if not problem:
            return True
        now = time.monotonic()
        if problem != said or now - said_at > REMIND_SECONDS:
            logger.warning("worker waits", extra={"reason": problem})
            said, said_at = problem, now
        _sleep(RETRY_SECONDS, stop)
    return False


def find_problem() -> str:
    """Return what keeps a worker from starting, "" where nothing does."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseProblem as exc:
        return _no_answer(exc)
    finally:
        connection.close()
    return f"{len(missing)} migrations are not applied yet: run python manage.py migrate" if missing else ""


def _prepare() -> str:
    try:
        setup_schedules()
        setup_roles()
        async_task("connector.tasks.sweep", task_name="sweep at start", group="sweep")
    except DatabaseProblem as exc:
        return _no_answer(exc)
    finally:
        connection.close()
    return ""


def _no_answer(problem: DatabaseProblem) -> str:
    return f"the database does not answer: {type(problem).__name__}"


def _sleep(seconds: float, stop: Stopping) -> None:
    until = time.monotonic() + seconds
    while not stop.is_asked and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _STEP_SECONDS))
