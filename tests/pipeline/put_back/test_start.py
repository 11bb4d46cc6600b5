"""A large put back is a task of the workers: it goes on in pieces, and its run shows how far it is."""

from typing import Any

import pytest
from django_q.models import OrmQ

from connector import conf, tasks
from connector.models import SyncRun
from connector.pipeline.claim import claim_batch
from connector.pipeline.put_back import run, start
from connector.pipeline.put_back.run import BUSY, Request, Tally
from connector.pipeline.put_back.selection import Selection
from connector.pipeline.put_back.start import start_put_back
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both

OLGA = Request(by="olga", reason="the wrong column", wait_seconds=0)
NAMES = ("Ada", "Grace", "Edith", "Mary", "Joan")


@pytest.fixture
def selection(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Selection:
    """Five contacts whose titles one run replaced; put backs go by two, and more than three are a task."""
    monkeypatch.setattr(start, "AT_ONCE", 3)
    monkeypatch.setattr(run, "CHUNK", 2)
    world.configure(update_existing=True)
    for name in NAMES:
        world.add(
            "Contact",
            {"FirstName": name, "LastName": "L", "Email": f"{name.lower()}.l@example.org", "Title": f"Old {name}"},
        )
    world.send(*(someone(f"p{number}", name, "L") for number, name in enumerate(NAMES)))
    return Selection(run_id=SyncRun.objects.get().pk)


def titles(world: World) -> list[str]:
    return sorted(str(row["Title"]) for row in world.rows("Contact") if row["LastName"] == "L")


def run_queued() -> int:
    """Run the queued put backs as a worker would; return how many there were."""
    queued = [task for task in OrmQ.objects.order_by("pk") if task.func() == "connector.tasks.put_back"]
    for task in queued:
        args = task.task["args"]
        task.delete()
        tasks.put_back(*args)
    return len(queued)


def test_few_are_put_back_at_once(world: World, selection: Selection) -> None:
    few = Selection(attempt_ids=tuple(attempt.pk for key in ("p0", "p1") for attempt in world.attempts(key)))
    tally = start_put_back(few, OLGA)
    assert isinstance(tally, Tally)
    assert tally.restored == 2
    assert titles(world) == ["CTO", "CTO", "CTO", "Old Ada", "Old Grace"]


def test_many_are_queued_and_can_be_watched(
    world: World, selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conf, "DRAIN_CLAIM_SECONDS", -1)
    [shown] = start_put_back(selection, OLGA)  # type: ignore[misc]  # many: a list of runs
    assert titles(world) == ["CTO"] * 5
    assert (shown.trigger, shown.entry_count, shown.ended_at, shown.requested_by) == ("put_back", 5, None, "olga")
    done = []
    while run_queued():
        shown.refresh_from_db()
        done.append((shown.updated_count, shown.ended_at is not None))
    assert done == [(2, False), (4, False), (5, True)]
    assert titles(world) == sorted(f"Old {name}" for name in NAMES)
    assert {attempt.request_reason for attempt in shown.attempts.all()} == {"the wrong column"}


def test_a_task_whose_run_or_link_is_gone_or_over_does_nothing(world: World, selection: Selection) -> None:
    [shown] = start_put_back(selection, OLGA)  # type: ignore[misc]  # many: a list of runs
    SyncRun.objects.filter(pk=shown.pk).update(ended_at=shown.started_at)
    assert run_queued() == 1
    assert titles(world) == ["CTO"] * 5


def test_a_task_that_finds_a_worker_in_the_way_ends_and_says_so(world: World, selection: Selection) -> None:
    [shown] = start_put_back(selection, OLGA)  # type: ignore[misc]  # many: a list of runs
    world.receive(someone("p9", "Hedy", "Lamarr"))
    claim_batch(world.link.pk)
    run_queued()
    shown.refresh_from_db()
    assert (shown.error_code, shown.ended_at is not None) == (BUSY, True)
    assert titles(world) == ["CTO"] * 5
