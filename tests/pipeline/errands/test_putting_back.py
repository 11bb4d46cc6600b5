"""A large put back is a long task of the workers: it goes on in slices, under one run, and survives a worker."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.models import Errand, SyncRun
from connector.pipeline.errands import pace, putting_back
from connector.pipeline.errands.putting_back import start_put_back
from connector.pipeline.errands.start import INTERRUPTED, Started, revive_errands, stop_errand
from connector.pipeline.errands.work import carry_out
from connector.pipeline.outbox.claim import claim_batch
from connector.pipeline.put_back import run
from connector.pipeline.put_back.run import BUSY, Request, Tally
from connector.pipeline.put_back.selection import Selection
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World

pytestmark = pytest.mark.both

OLGA = Request(by="olga", reason="the wrong column", wait_seconds=0)
NAMES = ("Ada", "Grace", "Edith", "Mary", "Joan")


@pytest.fixture
def selection(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Selection:
    """Five contacts whose titles one run replaced; put backs go by two, and more than three are a task."""
    monkeypatch.setattr(putting_back, "AT_ONCE", 3)
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


def slice_of(errand: Errand) -> Errand:
    """Do a slice, as a worker would."""
    carry_out(errand.pk)
    errand.refresh_from_db()
    return errand


def run_of(errand: Errand) -> SyncRun:
    """Return the run under which it is logged."""
    return SyncRun.objects.get(errand=errand)


def test_few_are_put_back_at_once(world: World, selection: Selection) -> None:
    few = Selection(attempt_ids=tuple(attempt.pk for key in ("p0", "p1") for attempt in world.attempts(key)))
    tally = start_put_back(few, OLGA)
    assert isinstance(tally, Tally)
    assert tally.restored == 2
    assert titles(world) == ["CTO", "CTO", "CTO", "Old Ada", "Old Grace"]


def begin(selection: Selection) -> Errand:
    """Ask for a large put back of one link."""
    [started] = start_put_back(selection, OLGA)  # type: ignore[misc]  # many: one for each link
    assert isinstance(started, Started)
    return started.errand


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a slice be one chunk of two."""
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)


@pytest.mark.usefixtures("sliced")
def test_many_are_a_long_task_in_slices_that_can_be_watched(world: World, selection: Selection) -> None:
    errand = begin(selection)
    assert titles(world) == ["CTO"] * 5
    assert begin(selection) == errand, "asked twice"

    seen = []
    while errand.is_open:
        slice_of(errand)
        run = run_of(errand)
        seen.append((errand.done_count, errand.total_count, run.updated_count, run.ended_at is not None))

    assert seen == [(2, 5, 2, False), (4, 5, 4, False), (5, 5, 5, False), (5, 5, 5, True)]
    assert titles(world) == sorted(f"Old {name}" for name in NAMES)
    assert (errand.result["restored"], errand.result["failed"], errand.result["api_calls"]) == (5, 0, run.api_calls)
    assert (run.trigger, run.entry_count, run.requested_by, run.error_code) == ("put_back", 5, "olga", "")
    assert {attempt.request_reason for attempt in run.attempts.all()} == {"the wrong column"}


@pytest.mark.usefixtures("sliced")
def test_one_whose_worker_died_goes_on_and_counts_every_value_once(
    world: World, selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    errand = begin(selection)
    slice_of(errand)
    with monkeypatch.context() as patched:
        patched.setattr(run, "hold_when_free", _dies)
        with pytest.raises(KeyboardInterrupt):
            carry_out(errand.pk)
    long_ago = timezone.now() - timedelta(minutes=11)  # a killed worker could not end anything
    Errand.objects.filter(pk=errand.pk).update(state="running", ended_at=None, error_code="", beat_at=long_ago)
    SyncRun.objects.filter(errand=errand).update(ended_at=None, error_code="")

    assert revive_errands(timezone.now()) == 1
    while slice_of(errand).is_open:
        pass

    assert (errand.state, errand.result["restored"], errand.done_count) == ("done", 5, 5)
    assert titles(world) == sorted(f"Old {name}" for name in NAMES)
    assert (run_of(errand).updated_count, run_of(errand).ended_at is not None) == (5, True)
    assert SyncRun.objects.filter(trigger="put_back").count() == 1


def _dies(*_args: Any, **_said: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("sliced")
def test_stopped_it_keeps_what_is_back_and_says_so(world: World, selection: Selection) -> None:
    errand = begin(selection)
    slice_of(errand)
    assert stop_errand(errand)
    slice_of(errand)
    assert (errand.state, errand.position["restored"], errand.done_count) == ("stopped", 2, 2)
    assert titles(world).count("CTO") == 3
    assert run_of(errand).ended_at is not None


def test_stopped_while_a_chunk_is_written_it_counts_that_chunk(world: World, selection: Selection) -> None:
    errand = begin(selection)
    with before_call(3, lambda: stop_errand(errand)):
        slice_of(errand)
    assert errand.state == "stopped"
    assert titles(world).count("CTO") == 5 - errand.position["restored"] == 5 - errand.done_count
    assert run_of(errand).updated_count == errand.done_count > 0
    assert run_of(errand).ended_at is not None


def test_one_that_never_comes_to_its_end_ends_its_run(world: World, selection: Selection) -> None:
    errand = begin(selection)
    slice_of(errand)
    long_ago = timezone.now() - timedelta(minutes=11)
    Errand.objects.filter(pk=errand.pk).update(state="running", ended_at=None, interrupted_count=2, beat_at=long_ago)
    SyncRun.objects.filter(errand=errand).update(ended_at=None)
    revive_errands(timezone.now())
    assert (run_of(errand).error_code, run_of(errand).ended_at is not None) == (INTERRUPTED, True)


def test_one_that_finds_a_worker_in_the_way_ends_and_says_so(
    world: World, selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_back, "WAIT_SECONDS", 0)
    errand = begin(selection)
    world.receive(someone("p9", "Hedy", "Lamarr"))
    claim_batch(world.link.pk)
    slice_of(errand)
    assert (errand.state, errand.error_code, errand.done_count) == ("failed", BUSY, 0)
    assert (run_of(errand).error_code, run_of(errand).ended_at is not None) == (BUSY, True)
    assert titles(world) == ["CTO"] * 5


def test_one_that_salesforce_stops_counts_what_is_back(world: World, selection: Selection) -> None:
    errand = begin(selection)
    with before_call(4, lambda: world.fault({"close_before": True}, times=9)):
        slice_of(errand)
    assert (errand.state, errand.error_code) == ("failed", "connection_lost")
    assert 5 - titles(world).count("CTO") == errand.position["restored"] == run_of(errand).updated_count
    assert run_of(errand).error_code == "connection_lost"
