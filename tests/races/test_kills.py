"""Real processes, killed at random moments: nothing is lost, nothing is twice, nothing is left behind.

The long version is `python -m bench.kills`.
"""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from urllib.parse import urlsplit, urlunsplit

import pytest

from bench.kills import ENVIRONMENT, EVENTS, Killing, children_of, list_processes, own_database, prepare
from bench.stack import START_SECONDS, Stack, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A web server and a Salesforce on a database of this test's own."""
    url = _own_url()
    with own_database(url) if url else nullcontext(), Stack(url, **ENVIRONMENT) as running:
        yield running


def _own_url() -> str:
    """Return the address of a database beside the one of the suite, "" on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ""
    return urlunsplit(urlsplit(url)._replace(path=f"/kills_{os.getpid()}"))


@pytest.mark.both
def test_two_pools_that_are_killed_lose_nothing_and_create_nobody_twice(postgresql: None, stack: Stack) -> None:
    killing = Killing(stack, prepare(stack), seed=7)
    killing.kill(4)

    wait_for(lambda: _is_over(killing), seconds=90, what="the end of all entries")

    tally = killing.count()
    assert tally.is_well, tally
    assert tally.kills.total() == 4


def test_one_pool_that_is_killed_loses_nothing_and_creates_nobody_twice(stack: Stack) -> None:
    killing = Killing(stack, prepare(stack), seed=3, supervisors=1)
    killing.kill(2)

    wait_for(lambda: _is_over(killing), seconds=90, what="the end of all entries")

    tally = killing.count()
    assert tally.is_well, tally


def _is_over(killing: Killing) -> bool:
    """Lend the workers a hand: nobody has to wait for their next sweep."""
    killing.stack.manage("sync_due", "--until-empty")
    return killing.is_over()


@pytest.mark.both
def test_two_events_that_share_people_drained_at_once(postgresql: None, stack: Stack) -> None:
    """Nobody dies here: the workers only meet at every person."""
    campaigns = prepare(stack)
    for number in range(2):
        stack.start_worker("--skip-checks", name=f"worker{number}", Q_WORKERS="1")
    people = [
        {"id": f"p{number}", "email": f"P{number}@shared.example", "lastName": f"Person {number}", "registered": True}
        for number in range(120)
    ]

    for start in range(0, len(people), 30):
        for event in EVENTS:
            stack.post(*({**one, "eventId": event} for one in people[start : start + 30]))
    wait_for(lambda: stack.status()["synced"] == 2 * len(people), seconds=60, what="all synced", every=0.5)

    emails = sorted(row["Email"] for row in stack.rows("Lead") if row["Email"].endswith("@shared.example"))
    members = sorted((row["CampaignId"], row["LeadId"]) for row in stack.rows("CampaignMember"))
    assert emails == sorted(f"p{number}@shared.example" for number in range(120))
    assert len(members) == len(set(members)) == 240
    assert {campaign for campaign, _ in members} == set(campaigns.values())


def test_nothing_is_left_of_a_pool_whose_supervisor_and_first_process_are_killed_together(stack: Stack) -> None:
    supervisor = stack.start_worker("--skip-checks")
    [pool] = wait_for(lambda: children_of(supervisor.pid), seconds=START_SECONDS, what="the pool")
    wait_for(lambda: len(_group(pool)) >= 6, seconds=START_SECONDS, what="the pool's processes")

    supervisor.kill()
    os.kill(pool, 9)
    supervisor.wait()

    wait_for(lambda: not _group(pool), seconds=5, what="the end of all processes")


def _group(pool: int) -> list[int]:
    return [process.pid for process in list_processes() if process.group == pool]
