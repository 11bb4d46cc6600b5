"""Kill workers and their supervisors at random moments, and count what Salesforce has in the end.

`python -m bench.kills [--rounds N] [--seed N] [--database-url URL]`: two supervised pools drain two events of one
organisation that share all their people, on PostgreSQL; in each round participants arrive through the webhook and one
process is killed with SIGKILL. The database is made anew, and dropped.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.stack import START_SECONDS, Stack, TooSlowError, wait_for

EVENTS = ("kills-a", "kills-b")
PEOPLE = 25
"""People who arrive in a round, at both events."""
LATENCY_MS = 300
"""Long enough that most kills meet a run."""
STARTING_SHARE = 0.2
"""Rounds that do not wait until the pools are up."""
BELOW_GUARD = 4
"""Two workers, and the processes that fetch tasks and record results."""
ORPHAN_SECONDS = 5
"""Within so many seconds after its supervisor was killed nothing of a pool may be left."""
END_SECONDS = 240
ENVIRONMENT = {
    "Q_WORKERS": "2",
    "Q_POLL_SECONDS": "0.1",
    "SALESFORCE_TIMEOUT_SECONDS": "5",
    "CLAIM_LEASE_SECONDS": "10",
    "SALESFORCE_SETTLE_SECONDS": "3",
}
"""Short times, so that what a killed worker held is taken up within the measurement."""
VICTIMS = ("supervisor", "supervisor", "pool", "guard", "worker", "worker", "worker")
"""Who is killed, as often as named; `worker` is any process below the guard, also those that fetch and record tasks."""


_COUNT_CUT_OFF = "from connector.models import SyncRun; print(SyncRun.objects.filter(ended_at=None).count())"
_DEPTH = ("supervisor", "pool", "guard", "worker")
"""Each is the parent of the next."""


@dataclass(slots=True)
class Tally:
    """What happened, and what is wrong in the end."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    runs_cut_off: int = 0
    """Runs that were killed while they talked to Salesforce or recorded what it had said."""
    people: int = 0
    people_twice: int = 0
    members_twice: int = 0
    lost: int = 0
    orphans: int = 0
    slowest_end: float = 0.0
    """Seconds until the last process of a pool was gone after its supervisor was killed."""
    seconds_to_end: float = 0.0
    """From the last kill until everything was synced."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is twice, lost or left."""
        return not (self.people_twice or self.members_twice or self.lost or self.orphans)


@dataclass(frozen=True, slots=True)
class Process:
    """One line of `ps`."""

    pid: int
    parent: int
    group: int


def list_processes() -> list[Process]:
    """Return the living processes of this machine."""
    command = ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603 - ours
    rows = [line.split() for line in lines]
    return [Process(int(pid), int(parent), int(group)) for pid, parent, group, state in rows if state[0] != "Z"]


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started, oldest first."""
    return sorted(process.pid for process in list_processes() if process.parent == pid)


class Killing:
    """The rounds, on a running stack."""

    def __init__(self, stack: Stack, campaigns: Mapping[str, str], *, seed: int, supervisors: int = 2) -> None:
        self.stack = stack
        self.campaigns = campaigns
        self.tally = Tally()
        self.checked_in: list[int] = []
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.workers = [self._start(number) for number in range(supervisors)]

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        # The checks of settings would refuse times as short as these.
        return self.stack.start_worker("--skip-checks", "--grace", "10", name=f"worker{number}")

    def run(self, rounds: int) -> Tally:
        """Kill in each round, let the workers bring everything to its end, and look."""
        self.kill(rounds)
        started = time.monotonic()
        wait_for(self.is_over, seconds=END_SECONDS, what="the end of all entries", every=1)
        self.tally.seconds_to_end = time.monotonic() - started
        return self.count()

    def kill(self, rounds: int) -> None:
        """Let people arrive and kill one process, so many times."""
        for number in range(rounds):
            if self.random.random() > STARTING_SHARE:
                wait_for(self._are_ready, seconds=START_SECONDS, what="the pools", every=0.2)
            self._arrive(number)
            time.sleep(self.random.uniform(0, 2))
            self._kill(self.random.choice(VICTIMS))
            self.tally.rounds += 1
            self.tally.people += PEOPLE

    def _are_ready(self) -> bool:
        """Say whether each supervisor has a pool with all its processes."""
        processes = list_processes()
        parents = {process.pid: process.parent for process in processes}
        full = Counter(parents.get(parents.get(process.parent, 0), 0) for process in processes)
        return all(full[supervisor.pid] >= BELOW_GUARD for supervisor in self.workers)

    def _arrive(self, number: int) -> None:
        for event in EVENTS:
            people = [_participant(number * PEOPLE + one, event=event) for one in range(PEOPLE)]
            self.random.shuffle(people)
            self.stack.post(*people[: PEOPLE // 2])
            self.stack.post(*people[PEOPLE // 2 :])
        if number:  # somebody of the round before comes in, most likely while being sent
            self.checked_in.append((number - 1) * PEOPLE)
            self.stack.post({**_participant(self.checked_in[-1], event=EVENTS[0]), "came": True})

    def _kill(self, victim: str) -> None:
        number = self.random.randrange(len(self.workers))
        supervisor = self.workers[number]
        pools = children_of(supervisor.pid)
        line = [supervisor.pid]
        for _ in range(_DEPTH.index(victim)):
            below = children_of(line[-1])
            if not below:  # this pool is just starting or ending: take what there is
                break
            line.append(self.random.choice(below))
        with contextlib.suppress(ProcessLookupError):
            os.kill(line[-1], signal.SIGKILL)
            self.tally.kills[_DEPTH[len(line) - 1]] += 1
        if len(line) == 1:
            self._replace(number, pools)

    def _replace(self, number: int, pools: Sequence[int]) -> None:
        """Start another supervisor beside what may be left of the killed one's pool."""
        started = time.monotonic()
        self.workers[number].wait()
        self.workers[number] = self._start(number)
        try:
            wait_for(lambda: not _left_of(pools), seconds=ORPHAN_SECONDS, what="the end of a pool", every=0.02)
        except TooSlowError:
            self.tally.orphans += len(_left_of(pools))
        self.tally.slowest_end = max(self.tally.slowest_end, time.monotonic() - started)

    def is_over(self) -> bool:
        """Say whether nothing waits to be sent."""
        status = self.stack.status()
        return not (status["pending"] or status["claimed"] or status["retrying"])

    def count(self) -> Tally:
        """Hold everything that Salesforce has against what arrived."""
        tally = self.tally
        everybody = self.stack.rows("Lead") + self.stack.rows("Contact")
        emails = Counter(str(person["Email"] or "") for person in everybody)
        expected = [_email(number) for number in range(tally.people)]
        tally.people_twice = sum(max(0, emails[email] - 1) for email in expected)
        email_of = {person["Id"]: person["Email"] for person in everybody}
        members = [
            (row["CampaignId"], email_of[row["LeadId"] or row["ContactId"]], row["Status"])
            for row in self.stack.rows("CampaignMember")
        ]
        counts = Counter((campaign, email) for campaign, email, _ in members)
        tally.members_twice = sum(count - 1 for count in counts.values())
        due_members = {(campaign, email) for campaign in self.campaigns.values() for email in expected}
        due_check_ins = {(self.campaigns[EVENTS[0]], _email(number), "Attended") for number in self.checked_in}
        tally.lost = len(due_members - counts.keys()) + len(due_check_ins - set(members))
        tally.lost += len(due_members) - self.stack.status()["synced"]
        tally.runs_cut_off = int(self.stack.manage("shell", "-c", _COUNT_CUT_OFF).split()[-1])
        return tally


def _left_of(pools: Sequence[int]) -> list[Process]:
    return [process for process in list_processes() if process.group in pools]


def _email(number: int) -> str:
    return f"person{number}@kills.example"


def _participant(number: int, *, event: str) -> dict[str, Any]:
    return {
        "id": f"{event}-{number}", "eventId": event, "email": _email(number), "registered": True,
        "firstName": "Ada", "lastName": f"Person {number}", "company": "Kills",
    }  # fmt: skip


def prepare(stack: Stack) -> dict[str, str]:
    """Start all but the workers; return {event: its campaign}."""
    stack.start_salesforce(latency_ms=LATENCY_MS)
    first = stack.rows("Campaign")[0]
    [second] = stack.control("rows", {"sobject": "Campaign", "records": [{"Name": "Second", "IsActive": True}]})["ids"]
    labels = [
        {"CampaignId": second, "Label": label, "SortOrder": order, "IsDefault": order == 1, "HasResponded": order > 1}
        for order, label in enumerate(("Sent", "Registered", "Attended"), start=1)
    ]
    stack.control("rows", {"sobject": "CampaignMemberStatus", "records": labels})
    campaigns = dict(zip(EVENTS, (first["Id"], second), strict=True))
    stack.configure(campaigns)
    stack.start_web()
    return campaigns


@contextmanager
def own_database(url: str) -> Iterator[None]:
    """Make the named PostgreSQL database anew, and drop it in the end."""
    name = urlsplit(url).path.removeprefix("/")
    server = urlunsplit(urlsplit(url)._replace(path="/postgres", scheme="postgresql"))
    with psycopg.connect(server, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            connection.execute(drop)


def main(arguments: Sequence[str] = ()) -> int:
    """Run the rounds and print the table; 1 where anything is twice, lost or left."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description="Kill workers and count what is left.")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", default="postgres://postgres@127.0.0.1:5432/connector_kills")
    options = parser.parse_args(arguments)
    with own_database(options.database_url), Stack(options.database_url, **ENVIRONMENT) as stack:
        tally = Killing(stack, prepare(stack), seed=options.seed).run(options.rounds)
    _print(tally, seed=options.seed)
    return int(not tally.is_well)


def _print(tally: Tally, *, seed: int) -> None:
    print(f"Two events of one organisation with the same people, two pools, SIGKILL at random (seed {seed})\n")
    kills = ", ".join(f"{count} {victim}" for victim, count in sorted(tally.kills.items()))
    for what, value in (
        ("rounds", tally.rounds),
        ("kills", f"{tally.kills.total()} ({kills})"),
        ("runs cut off by them", tally.runs_cut_off),
        ("people at both events", tally.people),
        ("people created twice", tally.people_twice),
        ("members twice", tally.members_twice),
        ("participants or check-ins lost", tally.lost),
        ("processes left behind", tally.orphans),
        ("pool gone after its supervisor", f"{tally.slowest_end:.1f} s at most"),
        ("all synced after the last kill", f"{tally.seconds_to_end:.0f} s"),
    ):
        print(f"{what:32} {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
