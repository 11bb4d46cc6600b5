"""Measure a backfill of 20,000 people while 100 check-ins arrive live: `python -m bench.backfill`.

Real processes on SQLite, or on the server of --database-url; half of the check-ins are of people in the backfill, half
of people of another event.
"""

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from bench.stack import Stack, wait_for

PEOPLE = 20_000
CHECK_INS = 100
EVERY_SECONDS = 0.6
LATENCY_MS = 120
ROW_LATENCY_MS = 2
"""200 rows take half a second: Salesforce without much automation."""
EVENTS = ("salon", "workshop")
_COUNTS = """
import json
from django.db.models import Count, Sum
from connector.models import OutboxEntry, SyncRun
print("COUNTS" + json.dumps({
    "runs": list(SyncRun.objects.order_by().values("is_backfill").annotate(
        calls=Sum("api_calls"), entries=Sum("entry_count"), runs=Count("pk"))),
    "states": list(OutboxEntry.objects.order_by().values_list("link__inwink_event_id", "state").annotate(Count("pk"))),
}))
"""


@dataclass
class Checking:
    """The check-ins that were sent, and when each was seen in Salesforce."""

    stack: Stack
    answered_at: dict[str, float] = field(default_factory=dict)
    """{contact id: when the webhook had answered}."""
    seen_at: dict[str, float] = field(default_factory=dict)

    def watch(self, is_over: threading.Event) -> None:
        """Look for attended members until all are there."""
        while not is_over.is_set() or len(self.seen_at) < len(self.answered_at):
            found = self.stack.control("state?sobjects=CampaignMember&Status=Attended", method="GET")
            now = time.monotonic()
            for row in found["CampaignMember"]:
                self.seen_at.setdefault(str(row["ContactId"]), now)
            time.sleep(0.1)

    def delays(self) -> list[float]:
        """Return the seconds from each webhook answer to the member, the shortest first."""
        return sorted(max(0.0, self.seen_at[one] - at) for one, at in self.answered_at.items())


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database-url", default="")
    options = parser.parse_args(arguments)
    with Stack(options.database_url) as stack:
        stack.start_salesforce(latency_ms=LATENCY_MS, row_latency_ms=ROW_LATENCY_MS, api_limit=1_000_000)
        campaigns = _prepare(stack)
        stack.configure(campaigns)
        stack.start_web()
        contacts = _contacts(stack)
        path = stack.folder / "people.jsonl"
        path.write_text("\n".join(json.dumps(_person(number)) for number in range(PEOPLE)))
        stack.start_worker()
        started = time.monotonic()
        stack.manage("import_participants", str(path), "--event", EVENTS[0])
        checking = Checking(stack)
        _check_in(checking, contacts)
        wait_for(lambda: _counts(stack)["is_over"], seconds=1200, what="the end of the backfill", every=2)
        _print(checking, _counts(stack), seconds=time.monotonic() - started)
    return 0


def _prepare(stack: Stack) -> dict[str, str]:
    """Make a campaign for each event; return {event: campaign}."""
    ids = stack.control(
        "rows", {"sobject": "Campaign", "records": [{"Name": name, "IsActive": True} for name in EVENTS]}
    )["ids"]
    for campaign in ids:
        labels = [{"CampaignId": campaign, "Label": label, "SortOrder": 10 + number, "HasResponded": True}
                  for number, label in enumerate(("Registered", "Attended"))]  # fmt: skip
        stack.control("rows", {"sobject": "CampaignMemberStatus", "records": labels})
    return dict(zip(EVENTS, ids, strict=True))


def _contacts(stack: Stack) -> list[str]:
    """Put those who will check in into Salesforce, spread over the backfill; return their ids."""
    records = [
        {"Email": one["email"], "FirstName": "Ada", "LastName": one["lastName"]} for one in map(_person, _numbers())
    ]
    ids: list[str] = stack.control("rows", {"sobject": "Contact", "records": records})["ids"]
    return ids


def _numbers() -> range:
    return range(0, PEOPLE, PEOPLE // CHECK_INS)


def _person(number: int, event: str = EVENTS[0]) -> dict[str, Any]:
    return {"id": f"{event}-{number}", "eventId": event, "email": f"ada.visitor{number}@company{number % 97}.example",
            "firstName": "Ada", "lastName": f"Visitor {number}", "position": "Engineer",
            "company": f"Company {number % 97}", "registered": True}  # fmt: skip


def _check_in(checking: Checking, contacts: Sequence[str]) -> None:
    is_over = threading.Event()
    watcher = threading.Thread(target=checking.watch, args=(is_over,))
    watcher.start()
    for index, (number, contact) in enumerate(zip_longest(_numbers(), contacts)):
        person = {**_person(number, EVENTS[index % 2]), "came": True}
        checking.stack.post(person)
        checking.answered_at[contact] = time.monotonic()
        time.sleep(EVERY_SECONDS)
    is_over.set()
    watcher.join()


def _counts(stack: Stack) -> dict[str, Any]:
    said = stack.manage("shell", "-c", _COUNTS, "-v", "0")
    counts: dict[str, Any] = json.loads(said.partition("COUNTS")[2])
    waiting = sum(number for _event, state, number in counts["states"] if state in ("pending", "claimed", "retrying"))
    return {**counts, "is_over": not waiting}


def _print(checking: Checking, counts: dict[str, Any], *, seconds: float) -> None:
    print(f"{PEOPLE:,} as backfill in {seconds:.0f} s, {LATENCY_MS} ms a request and {ROW_LATENCY_MS} ms a row\n")
    print("             runs  participants   calls  per 1,000")
    for row in counts["runs"]:
        name, calls, entries = "backfill" if row["is_backfill"] else "live", row["calls"], row["entries"]
        print(f"{name:12}{row['runs']:5}{entries:14,}{calls:8,}{calls * 1000 / entries:11.1f}")
    delays = checking.delays()
    median, p90, longest = statistics.median(delays), delays[int(0.9 * len(delays))], delays[-1]
    print(f"\n{len(delays)} check-ins, from the webhook's answer to the member: median {median:.2f} s, ", end="")
    print(f"90 % {p90:.2f} s, longest {longest:.2f} s")
    print("entries:", ", ".join(f"{event} {state} {number:,}" for event, state, number in sorted(counts["states"])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
