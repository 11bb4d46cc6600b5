"""Measure the sync log with a million attempts, and the search for its participants: `python -m bench.sync_log`.

On SQLite, or on the server of --database-url. Each page is asked for three times through the admin, as a browser does;
the median counts, and how many queries it took.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.site import add_event, bench_site, link_of

if TYPE_CHECKING:
    from django.test import Client

    from connector.models import CampaignLink, OutboxEntry, SyncAttempt

ATTEMPTS = 1_000_000
EVENTS = 20
CHUNK = 20_000
OUTCOMES = (("created", 300), ("updated", 350), ("unchanged", 320), ("left_out", 20), ("failed", 9), ("retrying", 1))
"""Of each thousand."""
END = datetime(2026, 11, 23, 18, tzinfo=UTC)
EVERY = timedelta(seconds=10)
EACH = 4
"""Attempts of each participant."""
FIRST_NAMES, LAST_NAMES = 400, 20_000
"""How many there are of each among the participants."""
LIST = "/admin/connector/syncattempt/"
PARTICIPANTS = "/admin/connector/outboxentry/"


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database-url", default="")
    parser.add_argument("--attempts", type=int, default=ATTEMPTS)
    options = parser.parse_args(arguments)
    with bench_site(database_url=options.database_url) as stack:
        links = [link_of(add_event(stack)) for _ in range(EVENTS)]
        _fill(links, options.attempts)
        client = _signed_in()
        for name, query in _pages(links[0]):
            _measure(client, LIST, name, query)
        for name, query in _searches():
            _measure(client, PARTICIPANTS, name, query)
        _download(client, "download of one event", {"link__id__exact": links[0].pk})
        _download(client, "download of everything", {})
    return 0


def _fill(links: Sequence["CampaignLink"], number: int) -> None:
    from django.db import connection

    from connector.models import OutboxEntry, SyncAttempt

    started = time.monotonic()
    for start in range(0, number, CHUNK):
        rows = (_attempt(index, number, links) for index in range(start, min(start + CHUNK, number)))
        SyncAttempt.objects.bulk_create(rows, batch_size=CHUNK)
    for start in range(0, number // EACH, CHUNK):
        people = (_participant(index, links) for index in range(start, min(start + CHUNK, number // EACH)))
        OutboxEntry.objects.bulk_create(people, batch_size=CHUNK)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    filled = f"{number:,} attempts and {number // EACH:,} participants of {len(links)} events"
    print(f"{filled}, filled in {time.monotonic() - started:.0f} s\n", flush=True)


def _attempt(index: int, number: int, links: Sequence["CampaignLink"]) -> "SyncAttempt":
    from connector.models import SyncAttempt

    link, outcome = links[index // 7 % len(links)], _outcome(index)
    is_bad = outcome in ("failed", "retrying")
    reason = {"left_out": "filtered", "failed": "refused_by_salesforce"}.get(outcome, "")
    person = index % (number // EACH)
    return SyncAttempt(
        link=link, link_label=str(link), participant_key=f"participant-{person}", generation=1, outcome=outcome,
        email_key=f"visitor{person}@example.org", created_at=END - EVERY * (number - index), reason=reason,
        person_type="Contact", person_id=f"003{person:012d}AAA", member_id=f"00v{person:012d}AAA",
        changes={} if is_bad else {"CampaignMember.Status": ["Registered", "Attended"], "Contact.Title": [None, "CTO"]},
        error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION" if is_bad else "",
    )  # fmt: skip


def _participant(index: int, links: Sequence["CampaignLink"]) -> "OutboxEntry":
    from connector.core.participant import name_words
    from connector.models import OutboxEntry

    names = {"first_name": f"{_word(index % FIRST_NAMES)}a", "last_name": _word(index * 7919 % LAST_NAMES)}
    return OutboxEntry(
        link=links[index % len(links)], participant_key=f"participant-{index}", first_seen_at=END, state="synced",
        email_key=f"visitor{index}@example.org", payload={**names, "email": f"visitor{index}@example.org"},
        name_words=name_words(names), available_at=END, target_state="registered", synced_state="registered",
        synced_generation=1,
    )  # fmt: skip


def _word(number: int) -> str:
    """Return a name that can be spoken, another for each number: the digits of the number in syllables."""
    syllables = ("ba", "che", "di", "fo", "gu", "ly", "ma", "ne", "ro", "ti")
    return "".join(syllables[int(digit)] for digit in str(number)).capitalize()


def _outcome(index: int) -> str:
    place = index * 7919 % 1000
    for outcome, share in OUTCOMES:
        if place < share:
            return outcome
        place -= share
    raise AssertionError(index)


def _signed_in() -> "Client":
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()  # answers then have their context
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    client.get("/admin/")
    return client


def _pages(link: "CampaignLink") -> Iterator[tuple[str, dict[str, Any]]]:
    one = {"link__id__exact": link.pk}
    old = {"created_at_from_0": "2026-08-15", "created_at_to_0": "2026-08-16"}
    yield "first page", {}
    yield "last page that is offered", {"p": 200}
    yield "oldest first", {"o": "1"}
    yield "one event", one
    yield "one event, last page", {**one, "p": 200}
    yield "outcome: failed", {"outcome__exact": "failed"}
    yield "outcome: needs an answer (there is none)", {"outcome__exact": "needs_answer"}
    yield "one event, failed", {**one, "outcome__exact": "failed"}
    yield "reason", {"why": "refused_by_salesforce"}
    yield "a day three months ago", old
    yield "one event on that day, failed", {**one, **old, "outcome__exact": "failed"}
    yield "search by email", {"q": _hidden("visitor777@example.org")}
    yield "search by inwink id", {"q": _hidden("participant-777")}
    yield "search by Salesforce id", {"q": _hidden("003000000000777AAA")}
    yield "search by error code", {"q": _hidden("FIELD_CUSTOM_VALIDATION_EXCEPTION")}
    yield "search that finds nobody", {"q": _hidden("nobody@example.org")}


def _searches() -> Iterator[tuple[str, dict[str, Any]]]:
    first, last = f"{_word(777 % FIRST_NAMES)}a", _word(777 * 7919 % LAST_NAMES)
    yield "participants, first page", {}
    for name, term in (
        ("last name", last), ("first name", first),
        ("how many last names begin", last[:2]), ("both names", f"{first} {last}"),
        ("name that nobody has", "Zzz Zzz"), ("email", "visitor777@example.org"), ("inwink id", "participant-777"),
    ):  # fmt: skip
        yield f"participants by {name}", {"q": _hidden(term, of="connector.outboxentry")}


def _hidden(term: str, *, of: str = "connector.syncattempt") -> str:
    from connector.admin.frame.hidden_search import conceal_term

    return conceal_term(term, of=of)


def _measure(client: "Client", path: str, name: str, query: dict[str, Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            started = time.perf_counter()
            answer = client.get(f"{path}?{urlencode(query)}")
            times.append(time.perf_counter() - started)
        assert answer.status_code == 200, answer.status_code
    found, in_database = answer.context["cl"].result_count, sum(float(one["time"]) for one in queries)
    print(
        f"{name:45}{statistics.median(times) * 1000:>8,.0f} ms{in_database * 1000:>8,.0f} ms{len(queries):>4} queries"
        f"{found:>8,} rows",
        flush=True,
    )


def _download(client: "Client", name: str, query: dict[str, Any]) -> None:
    started = time.perf_counter()
    answer = client.get(f"{LIST}export/?{urlencode(query)}")
    first = 0.0
    lines = 0
    for part in answer.streaming_content:  # type: ignore[attr-defined] # the test client types one class for all
        first = first or time.perf_counter() - started
        lines += part.count(b"\r\n")
    seconds = time.perf_counter() - started
    print(f"{name:45}{seconds:>8,.1f} s  {lines:,} rows, the first after {first * 1000:,.0f} ms", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
