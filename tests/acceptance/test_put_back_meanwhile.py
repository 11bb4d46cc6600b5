"""Put back while others are at work: workers of ours, and colleagues who merge records meanwhile."""

from typing import Any

import pytest

from connector.core.outcomes import Priority
from connector.core.put_back import Kept
from connector.models import SyncRun
from connector.pipeline.outbox.claim import NothingClaimed
from connector.pipeline.previews.preview import preview_link
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.preview import preview_put_back
from connector.pipeline.put_back.run import BUSY
from connector.pipeline.put_back.selection import Selection
from connector.pipeline.runs.sync import run_batch
from tests.acceptance.people import someone
from tests.acceptance.test_put_back import OLGA, ada, known, last_run, status
from tests.interruptions import before_call
from tests.world import World, other_link

pytestmark = pytest.mark.both


def test_while_a_worker_has_the_campaign_nothing_is_put_back(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    selection = last_run()
    world.receive(someone("p2", "Grace", "Hopper"))
    tallies = []

    with before_call(1, lambda: tallies.append(put_back(selection, OLGA))):
        world.drain()

    assert [tally.stop_code for tally in tallies] == [BUSY]
    assert ada(world)["Title"] == "CTO"
    assert put_back(selection, OLGA).restored == 1


@pytest.mark.parametrize("number", [1, 2])
def test_while_a_backfill_run_has_the_campaign_it_can_be_previewed_and_nothing_is_put_back(
    world: World, number: int
) -> None:
    """Also right after live work passed between two of its calls: the run may write any record that it has read."""
    known(world)
    world.send(someone("p1"))
    selection = last_run()
    world.receive(someone("p1", position="CEO"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)
    seen: list[Any] = []

    def meanwhile() -> None:
        seen.append(preview_put_back(selection).restored)
        seen.append(preview_link(world.link).counts()["create"])
        seen.append(put_back(selection, OLGA).stop_code)

    with before_call(number, meanwhile):
        report = world.drain()

    assert seen == [1, 1, BUSY]
    assert (report.runs, world.ends()) == (1, {"p1": ("synced", ""), "p2": ("synced", "")})
    assert ada(world)["Title"] == "CEO"
    assert put_back(selection, OLGA).kept[Kept.CHANGED_SINCE] == 1
    assert ada(world)["Title"] == "CEO", "what inwink said since is not lost"


def test_while_values_are_put_back_a_backfill_waits_and_loses_nothing(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    seen: list[object] = []

    def meanwhile() -> None:
        world.receive(someone("p1", position="CEO"), someone("p2", "Grace", "Hopper"), priority=Priority.BACKFILL)
        seen.append(run_batch(world.link.pk, trigger=SyncRun.Trigger.COMMAND))

    with before_call(2, meanwhile):
        tally = put_back(last_run(), OLGA)
    world.drain()

    assert (seen, tally.restored) == ([NothingClaimed.BUSY], 1)
    assert (ada(world)["Title"], world.ends()) == ("CEO", {"p1": ("synced", ""), "p2": ("synced", "")})


def test_somebody_whom_a_backfill_of_another_event_has_in_hand_is_not_put_back(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    selection = last_run()
    other = other_link(world)
    other.configure(update_existing=True)
    other.receive(someone("q1", position="CEO"), priority=Priority.BACKFILL)
    tallies = []

    with before_call(2, lambda: tallies.append(put_back(selection, OLGA))):
        other.drain()

    assert [tally.stop_code for tally in tallies] == [BUSY]
    assert ada(world)["Title"] == "CEO"


def test_while_values_are_put_back_workers_wait_and_what_arrives_is_sent_afterwards(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    seen: list[object] = []

    def meanwhile() -> None:
        world.receive(someone("p1", position="CEO", came=True))
        seen.append(run_batch(world.link.pk, trigger=SyncRun.Trigger.COMMAND))

    with before_call(2, meanwhile):
        put_back(last_run(), OLGA)

    assert seen == [NothingClaimed.BUSY]
    assert (ada(world)["Title"], world.ends()) == ("Student", {"p1": ("pending", "")})
    world.drain()
    assert (ada(world)["Title"], status(world), world.ends()) == ("CEO", "Attended", {"p1": ("synced", "")})


@pytest.fixture
def namesake(world: World) -> str:
    """Another record of Ada, with an address and a title of its own."""
    [row_id] = world.add(
        "Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@new.example", "Title": "Boss"}
    )
    return row_id


def test_what_was_written_to_a_record_that_was_merged_is_not_put_back_on_the_one_that_stayed(
    world: World, namesake: str
) -> None:
    loser = known(world)
    world.send(someone("p1"))
    selection = last_run()
    world.change("Contact", namesake, Title="CTO")
    world.merge(namesake, loser)

    assert {line.kept for line in preview_put_back(selection).lines if line.path.startswith("Contact.")} == {
        Kept.RECORD_GONE
    }
    tally = put_back(selection, OLGA)

    assert (tally.restored, tally.failed) == (0, 0)
    assert [row["Title"] for row in world.rows("Contact") if row["Id"] == namesake] == ["CTO"]
    assert world.ends() == {"p1": ("synced", "")}


def test_after_a_merge_the_record_that_stayed_gets_back_its_own_value(world: World, namesake: str) -> None:
    loser = known(world)
    world.send(someone("p1"))
    world.merge(namesake, loser)
    world.send(someone("p1", position="CEO"))
    assert [row["Title"] for row in world.rows("Contact") if row["Id"] == namesake] == ["CEO"]

    tally = put_back(Selection(entry_ids=(world.entry("p1").pk,)), OLGA)

    assert tally.kept[Kept.RECORD_GONE] > 0
    assert [row["Title"] for row in world.rows("Contact") if row["Id"] == namesake] == ["Boss"]
    world.send(someone("p1", position="CEO", company="Elsewhere"))
    assert [row["Title"] for row in world.rows("Contact") if row["Id"] == namesake] == ["Boss"]
