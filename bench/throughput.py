"""Measure how fast rows go in, out and stay findable: `python -m bench.throughput`.

On SQLite, and on PostgreSQL where TEST_DATABASE_URL names a server that may create databases. Medians of RUNS runs.
"""

import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from urllib.parse import urlsplit, urlunsplit

from bench.site import Row, add_event, bench_site, came, drain, link_of, machine, make_people, receive
from bench.stack import Stack

RUNS = 3
ROWS = 1000
LATENCIES_MS = (0, 120)
REQUESTS = 200
CLIENTS = 4
OUTBOX_SIZES = (10_000, 100_000)
_CHILD = "--database"


def main(arguments: list[str]) -> int:
    """Print the tables of each database; each database has a process of its own."""
    if arguments[:1] == [_CHILD]:
        _measure_all(arguments[1])
        return 0
    codes = [_run_child("")]
    server = os.environ.get("TEST_DATABASE_URL", "")
    if server:
        with _own_database(server) as url:
            codes.append(_run_child(url))
    else:
        print("\nPostgreSQL: not measured, TEST_DATABASE_URL is not set.")
    return max(codes)


def _run_child(database_url: str) -> int:
    command = [sys.executable, "-m", "bench.throughput", _CHILD, database_url]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - this very module


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    """Yield the URL of a database that is dropped afterwards."""
    import psycopg

    name = f"connector_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _measure_all(database_url: str) -> None:
    with bench_site(database_url=database_url) as stack:
        kind = "PostgreSQL" if database_url else "SQLite"
        print(f"\n{kind}, median of {RUNS} runs ({date.today()}; {machine()})\n", flush=True)
        stack.start_web()
        _enqueue(stack)
        _drain(stack)
        _webhook(stack)
        _growth(stack)


def _enqueue(stack: Stack) -> None:
    new, changed, unchanged = [], [], []
    for _run in range(RUNS):
        event = add_event(stack)
        people = [_stranger(event, number) for number in range(ROWS)]
        new.append(_seconds(lambda: receive(people)))  # noqa: B023 - called at once
        unchanged.append(_seconds(lambda: receive(people)))  # noqa: B023 - called at once
        changed.append(_seconds(lambda: receive(came(people))))  # noqa: B023 - called at once
        _forget(event)
    for name, seconds in (("new", new), ("unchanged", unchanged), ("changed", changed)):
        _say(f"enqueue {ROWS:,} {name} rows", statistics.median(seconds), rate=ROWS)


def _drain(stack: Stack) -> None:
    first = 0.0
    for latency in LATENCIES_MS:
        stack.control("settings", {"latency_ms": 0})
        sent, checked = [], []
        for _run in range(RUNS):
            people = make_people(stack, add_event(stack), number=ROWS)
            stack.control("settings", {"latency_ms": latency})
            receive(people)
            sent.append(_seconds(drain))
            receive(came(people))
            checked.append(_seconds(drain))
            stack.control("settings", {"latency_ms": 0})
        median = statistics.median(sent)
        first = first or median
        _say(f"drain {ROWS:,} registrations, {latency} ms a call", median, rate=ROWS, ratio=median / first)
        _say(f"drain {ROWS:,} check-ins, {latency} ms a call", statistics.median(checked), rate=ROWS)


def _webhook(stack: Stack) -> None:
    event = add_event(stack)
    one = [_stranger(event, number) for number in range(REQUESTS)]
    alone = _seconds(lambda: _post_each(stack, one))
    _say("webhook, one participant a message, one client", alone, rate=REQUESTS)
    many = [_stranger(event, REQUESTS + number) for number in range(REQUESTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        together = _seconds(lambda: list(pool.map(stack.post, many)))
    _say(f"webhook, one participant a message, {CLIENTS} clients", together, rate=REQUESTS, ratio=together / alone)
    crowd = [_stranger(event, 2 * REQUESTS + number) for number in range(ROWS)]
    _say(f"webhook, {ROWS:,} participants in one message", _seconds(lambda: stack.post(*crowd)), rate=ROWS)
    _forget(event)


def _post_each(stack: Stack, people: list[Row]) -> None:
    for person in people:
        stack.post(person)


def _growth(stack: Stack) -> None:
    event = add_event(stack)
    receive([_stranger(event, number) for number in range(ROWS)])
    get_page = _list_page()
    first: dict[str, float] = {}
    works = ((f"claim {ROWS:,}", partial(_claim, event)), ("list page of the outbox", get_page))
    for size in OUTBOX_SIZES:
        _fill_outbox(event, size)
        for name, work in works:
            work()
            median = statistics.median([_seconds(work) for _run in range(RUNS)])
            ratio = median / first.setdefault(name, median)
            _say(f"{name}, {size:,} rows in the outbox", median, ratio=ratio)
            _unclaim(event)


def _stranger(event: str, number: int) -> Row:
    return {"id": f"{event}-{number}", "eventId": event, "email": f"visitor{number}@{event}.example",
            "firstName": f"Ada {number}", "lastName": f"Visitor {number}", "company": "Company",
            "registered": True}  # fmt: skip


def _forget(event: str) -> None:
    """Take an event's rows away, so that no later drain sends them."""
    from connector.models import OutboxEntry

    OutboxEntry.objects.filter(link=link_of(event)).delete()


def _fill_outbox(event: str, size: int) -> None:
    """Add synced rows until the outbox has `size` of them, shaped like the first row of the event."""
    from django.forms.models import model_to_dict
    from django.utils import timezone

    from connector.core.outcomes import EntryState
    from connector.models import OutboxEntry

    link, now = link_of(event), timezone.now()
    pattern = OutboxEntry.objects.filter(link=link).first()
    assert pattern is not None
    columns = model_to_dict(pattern, exclude=["id", "link", "participant_key", "email_key", "state", "same_person_of"])
    columns |= {"source": None, "first_seen_at": now, "available_at": now, "state": EntryState.SYNCED}
    start = OutboxEntry.objects.count()
    rows = (
        OutboxEntry(link=link, participant_key=f"old-{number}", email_key=f"old{number}@old.example", **columns)
        for number in range(start, size)
    )
    OutboxEntry.objects.bulk_create(rows, batch_size=1000)


def _claim(event: str) -> None:
    from connector.pipeline.outbox.claim import Claim, claim_batch

    _unclaim(event)
    claim = claim_batch(link_of(event).pk)
    assert isinstance(claim, Claim)
    assert len(claim.entry_ids) == ROWS


def _unclaim(event: str) -> None:
    from connector.core.outcomes import EntryState
    from connector.models import OutboxEntry

    OutboxEntry.objects.filter(link=link_of(event), state=EntryState.CLAIMED).update(
        state=EntryState.PENDING, claim_token=None, claimed_generation=None, lease_expires_at=None
    )


def _list_page() -> Callable[[], None]:
    """Return what opens the list of the outbox as a signed-in admin."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model().objects.create_superuser("bench", "bench@example.org", uuid.uuid4().hex)
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)

    def get_page() -> None:
        answer = client.get("/admin/connector/outboxentry/")
        assert answer.status_code == 200, answer.status_code

    return get_page


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _say(name: str, seconds: float, *, rate: int = 0, ratio: float = 0) -> None:
    said = f"{rate / seconds:>9,.0f} /s" if rate else " " * 12
    compared = f"   ×{ratio:.2f}" if ratio else ""
    print(f"{name:58}{seconds * 1000:>9,.0f} ms{said}{compared}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
