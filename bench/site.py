"""The connector in this process, beside a local Salesforce in its own: what the measurements of the pipeline share."""

import logging
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import django

from bench.stack import Stack

if TYPE_CHECKING:
    from connector.models import CampaignLink
    from connector.pipeline.runs.report import Report

Row = dict[str, Any]
LABELS = ("Sent", "Registered", "Attended")
INSERT_ROWS = 2000
"""Rows put into the simulator at once."""

_numbers = count(1)


@contextmanager
def bench_site(*, latency_ms: float = 0, database_url: str = "") -> Iterator[Stack]:
    """Yield a migrated database and a running Salesforce, with Django set up on them; once a process."""
    with Stack(database_url) as stack:
        stack.start_salesforce(latency_ms=latency_ms, api_limit=1_000_000)
        os.environ.update(stack.environment, DJANGO_SETTINGS_MODULE="project.settings")
        django.setup()
        logging.disable(logging.INFO)
        yield stack


def add_event(stack: Stack) -> str:
    """Make a campaign and link a new event to it; return the event's id."""
    event = f"event-{next(_numbers)}"
    campaign = add_rows(stack, "Campaign", [{"Name": event, "IsActive": True}])[0]
    held = {row["Label"] for row in stack.rows("CampaignMemberStatus") if row["CampaignId"] == campaign}
    rows = [
        {"CampaignId": campaign, "Label": label, "SortOrder": 10 + number, "HasResponded": number > 0}
        for number, label in enumerate(LABELS)
        if label not in held
    ]
    add_rows(stack, "CampaignMemberStatus", rows)
    stack.configure({event: campaign})
    return event


def add_rows(stack: Stack, sobject: str, rows: Sequence[Row]) -> list[str]:
    """Put rows into Salesforce past its rules; return their ids."""
    ids: list[str] = []
    for start in range(0, len(rows), INSERT_ROWS):
        part = list(rows[start : start + INSERT_ROWS])
        ids += stack.control("rows", {"sobject": sobject, "records": part})["ids"]
    return ids


def make_people(stack: Stack, event: str, *, number: int, converted: float = 0, failing: float = 0) -> list[Row]:
    """Return registered participants: 40 % are contacts, 30 % leads, 30 % unknown.

    `converted` is the share of all who are converted leads (taken from the leads), `failing` of all whom Salesforce
    refuses (taken from the unknown ones).
    """
    people = [_participant(event, index) for index in range(number)]
    contacts, leads, new = (
        [one for index, one in enumerate(people) if index % 10 in part]
        for part in (range(4), range(4, 7), range(7, 10))
    )
    add_rows(stack, "Contact", [_record(one) for one in contacts])
    split = round(converted * number)
    add_rows(stack, "Lead", [_record(one) | {"Company": one["company"]} for one in leads[split:]])
    _add_converted(stack, leads[:split])
    for one in new[: round(failing * number)]:
        one["company"] = "Refused"
    return people


def _participant(event: str, index: int) -> Row:
    return {
        "id": f"{event}-{index}",
        "eventId": event,
        "email": f"visitor{index}@{event}.example",
        "firstName": f"Ada {index}",
        "lastName": f"Visitor {index}",
        "position": "Engineer",
        "company": f"Company {index % 97}",
        "registered": True,
    }


def _record(one: Row) -> Row:
    return {"Email": one["email"], "FirstName": one["firstName"], "LastName": one["lastName"]}


def _add_converted(stack: Stack, people: Sequence[Row]) -> None:
    contacts = add_rows(stack, "Contact", [_record(one) | {"Email": f"new.{one['email']}"} for one in people])
    rows = [
        _record(one) | {"Company": one["company"], "IsConverted": True, "ConvertedContactId": contact}
        for one, contact in zip(people, contacts, strict=True)
    ]
    add_rows(stack, "Lead", rows)


def link_of(event: str) -> "CampaignLink":
    """Return the link of an event."""
    from connector.models import CampaignLink

    return CampaignLink.objects.get(inwink_event_id=event)


def receive(people: Iterable[Row], *, is_backfill: bool = False) -> None:
    """Store participants of one event as the webhook (live) or an import (backfill) does, 1,000 a transaction."""
    from django.db import transaction

    from connector.core.outcomes import Priority
    from connector.inwink.payload import read_participant
    from connector.pipeline.outbox.enqueue import store_participants
    from connector.pipeline.outbox.hearing import Telling

    some = list(people)
    link = link_of(some[0]["eventId"])
    priority = Priority.BACKFILL if is_backfill else Priority.LIVE
    for start in range(0, len(some), 1000):
        said = [read_participant(one) for one in some[start : start + 1000]]
        with transaction.atomic():
            store_participants(link, said, telling=Telling(None, datetime.now(UTC)), priority=priority)


def drain() -> "Report":
    """Send everything that is due, as `sync_due --until-empty` does."""
    from connector.pipeline.runs.drain import ForegroundTerms, sync_due

    return sync_due(ForegroundTerms(until_empty=True))


def came(people: Iterable[Row]) -> list[Row]:
    """Return the participants with their check-ins."""
    return [one | {"came": True} for one in people]


def machine() -> str:
    """Name the machine: processors, system, Python and SQLite."""
    import sqlite3

    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, Django {django.get_version()}"
    )
