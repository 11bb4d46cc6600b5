"""`run_worker` with real processes: it waits, works, starts anew, stops in order and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from bench.kills import EVENTS, Process, children_of, list_processes, prepare
from bench.stack import START_SECONDS, Stack, wait_for
from connector.management.readiness import find_problem
from connector.models import WorkerHeartbeat
from connector.pipeline.heartbeat import forget_worker, is_work_left_lying
from tests.factories import WorkerHeartbeatFactory

POOL_PROCESSES = 6
"""The pool's first process, its guard, two workers, and those that fetch tasks and record results."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack(CONNECTOR_WORKER_NAME="host") as running:
        yield running


def group_of(supervisor: "subprocess.Popen[bytes]") -> list[Process]:
    """Return the processes of a supervisor's pool, [] while not all of them are there."""
    pools = children_of(supervisor.pid)
    group = [process for process in list_processes() if process.group in pools]
    return group if len(group) >= POOL_PROCESSES else []


def started(supervisor: "subprocess.Popen[bytes]") -> list[Process]:
    group: list[Process] = wait_for(lambda: group_of(supervisor), seconds=START_SECONDS, what="the pool")
    return group


def is_there(group: list[Process]) -> bool:
    return bool({process.pid for process in group} & {process.pid for process in list_processes()})


def guard_of(group: list[Process]) -> int:
    [first] = {process.group for process in group}
    [guard] = [process.pid for process in group if process.parent == first]
    return guard


@pytest.mark.slow
def test_sigterm_ends_everything_in_order(stack: Stack) -> None:
    supervisor = stack.start_worker()
    group = started(supervisor)

    supervisor.terminate()

    assert supervisor.wait(20) == 0
    assert not is_there(group)
    assert supervisor.stdout is not None
    assert supervisor.stdout.read().decode() == "Worker stopped.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("grace", "latency_ms", "ends"),
    [("30", 1_000, (0, 1)), ("0.1", 15_000, (1, 0))],
    ids=["a patient one waits for the task", "an impatient one cuts it off"],
)
def test_a_running_task_may_finish_within_the_grace_period(
    stack: Stack, grace: str, latency_ms: int, ends: tuple[int, int]
) -> None:
    prepare(stack)
    supervisor = stack.start_worker("--grace", grace)
    group = started(supervisor)
    stack.control("settings", {"latency_ms": latency_ms})

    stack.post({"id": "p1", "eventId": EVENTS[0], "email": "p1@example.org", "lastName": "One", "registered": True})
    wait_for(lambda: stack.status()["claimed"], seconds=START_SECONDS, what="the claim")
    supervisor.terminate()

    code = supervisor.wait(40)

    assert not is_there(group)
    assert (code, stack.status()["synced"]) == ends


@pytest.mark.slow
def test_nothing_is_left_of_a_killed_supervisor(stack: Stack) -> None:
    supervisor = stack.start_worker()
    group = started(supervisor)

    supervisor.kill()

    wait_for(lambda: not is_there(group), seconds=5, what="the end of the pool")


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["idle worker", "guard", "first process"])
def test_a_pool_that_lost_a_process_is_started_anew_and_works(stack: Stack, victim: str) -> None:
    supervisor = stack.start_worker()
    group = started(supervisor)
    guard = guard_of(group)
    victims = {"idle worker": children_of(guard)[0], "guard": guard, "first process": group[0].group}

    os.kill(victims[victim], signal.SIGKILL)
    wait_for(lambda: not is_there(group), seconds=START_SECONDS, what="the end of the broken pool")
    started(supervisor)

    stack.manage("shell", "-c", "from django_q.tasks import async_task; async_task('connector.tasks.sweep')")
    wait_for(lambda: _is_all_taken(stack), seconds=START_SECONDS, what="the task", every=0.5)


@pytest.mark.slow
def test_a_pool_that_stands_still_without_a_word_is_started_anew(stack: Stack) -> None:
    code = (
        "import django; django.setup(); from connector.management.supervisor import Patience, run_supervised;"
        " run_supervised(Patience(grace=2, silence=3))"
    )
    supervisor = stack.start("still", sys.executable, "-c", code, DJANGO_SETTINGS_MODULE="project.settings")
    group = started(supervisor)
    for worker in children_of(guard_of(group)):
        os.kill(worker, signal.SIGSTOP)

    stack.manage("shell", "-c", "from django_q.tasks import async_task; async_task('connector.tasks.sweep')")

    wait_for(lambda: not is_there(group), seconds=40, what="the end of the pool that stands still")
    started(supervisor)
    wait_for(lambda: _is_all_taken(stack), seconds=START_SECONDS, what="the task", every=0.5)


@pytest.mark.slow
def test_two_supervisors_of_one_host_beat_under_names_of_their_own(stack: Stack) -> None:
    one, two = stack.start_worker(name="one"), stack.start_worker(name="two")
    names = {f"host:{one.pid}", f"host:{two.pid}"}
    code = (
        "from connector.models import WorkerHeartbeat as W; print(*W.objects.values_list('name', flat=True), sep=',')"
    )

    def sweep_and_look() -> set[str]:
        stack.manage("shell", "-c", "from django_q.tasks import async_task; async_task('connector.tasks.sweep')")
        return set(stack.manage("shell", "-c", code).split()[-1].split(","))

    wait_for(lambda: sweep_and_look() == names, seconds=60, what="both heartbeats", every=0.2)


def _is_all_taken(stack: Stack) -> bool:
    """Say whether no task waits; what a killed pool had taken stays locked for a while."""
    code = (
        "from django.utils import timezone; from django_q.models import OrmQ;"
        " print(OrmQ.objects.filter(lock__lte=timezone.now()).count())"
    )
    return stack.manage("shell", "-c", code).split()[-1] == "0"


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
class TestHeartbeat:
    """What the database says of workers and of work that is left lying."""

    def test_a_task_that_nobody_takes_is_left_lying(self) -> None:
        WorkerHeartbeatFactory.create(beat_at=timezone.now())
        OrmQ.objects.create(key="connector", payload="", lock=timezone.now() - timedelta(seconds=16))

        assert is_work_left_lying(silence_seconds=90)

    def test_a_task_that_was_just_queued_is_not(self) -> None:
        OrmQ.objects.create(key="connector", payload="", lock=timezone.now() - timedelta(seconds=5))

        assert not is_work_left_lying(silence_seconds=90)

    @pytest.mark.parametrize(("beat_seconds_ago", "is_left"), [(89, False), (91, True)])
    def test_a_taken_task_is_left_lying_where_no_worker_beats(self, beat_seconds_ago: int, is_left: bool) -> None:
        WorkerHeartbeatFactory.create(beat_at=timezone.now() - timedelta(seconds=beat_seconds_ago))
        OrmQ.objects.create(key="connector", payload="", lock=timezone.now() + timedelta(seconds=1920 - 60))

        assert is_work_left_lying(silence_seconds=90) is is_left

    def test_without_tasks_silence_is_no_problem(self) -> None:
        assert not is_work_left_lying(silence_seconds=90)

    def test_a_worker_that_stops_takes_its_row_with_it(self) -> None:
        WorkerHeartbeatFactory.create(name="stopped", beat_at=timezone.now())
        WorkerHeartbeatFactory.create(name="at work", beat_at=timezone.now())
        WorkerHeartbeatFactory.create(name="long gone", beat_at=timezone.now() - timedelta(days=8))

        forget_worker("stopped")

        assert list(WorkerHeartbeat.objects.values_list("name", flat=True)) == ["at work"]

    def test_a_migrated_database_is_no_problem(self) -> None:
        assert find_problem() == ""


@pytest.mark.slow
def test_it_waits_for_migrations_and_says_so() -> None:
    stack = Stack()
    worker = stack.start_worker()
    try:
        log = stack.folder / "worker.log"
        wait_for(lambda: "migrations are not applied yet" in log.read_text(), seconds=START_SECONDS, what="the message")
        with stack:
            started(worker)
    finally:
        stack.stop([worker])
