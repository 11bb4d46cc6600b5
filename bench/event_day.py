"""Watch an event day in a browser: 300 check-ins in two minutes, seen on the phone's page of the event as they come.

`python -m bench.event_day`: real web server, worker pool and Chromium on SQLite, 120 ms for each request to Salesforce.
A check-in is *shown* when the page, which refreshes by itself, counts it.
"""

import statistics
import sys
import threading
import time

from playwright.sync_api import Page

from bench.browser import make_administrator, signed_in
from bench.stack import Stack, wait_for

CHECK_INS = 300
SECONDS = 120
LATENCY_MS = 120
EVENT = "event-day"
SETTLE_SECONDS = 180
WATCH_EVERY = 0.25


def main() -> int:
    """Measure and print the table; 1 where a check-in is missing in the campaign or on the page."""
    with Stack() as stack:
        _prepare(stack)
        with signed_in(stack, width=400) as page:
            page.goto(_day_url(stack))
            posted: list[float] = []
            sender = threading.Thread(target=_check_in, args=(stack, posted))
            sender.start()
            shown = _watch(page, posted)
            sender.join()
        attended = sum(row["Status"] == "Attended" for row in stack.rows("CampaignMember"))
    _print(posted, shown, attended)
    return int(attended != CHECK_INS or len(shown) != CHECK_INS)


def _prepare(stack: Stack) -> None:
    """Register everybody and let them arrive; then serve the page."""
    stack.start_salesforce(latency_ms=LATENCY_MS)
    stack.configure({EVENT: stack.rows("Campaign")[0]["Id"]})
    make_administrator(stack)
    stack.start_web()
    stack.start_worker()
    stack.post(*(_participant(number) for number in range(CHECK_INS)))
    wait_for(
        lambda: len(stack.rows("CampaignMember")) >= CHECK_INS, seconds=SETTLE_SECONDS, what="registrations", every=0.5
    )


def _participant(number: int, **more: bool) -> dict[str, object]:
    return {
        "id": f"v{number}", "eventId": EVENT, "email": f"visitor{number}@day.example", "registered": True,
        "firstName": "Ada", "lastName": f"Visitor {number}", "company": "Day", **more,
    }  # fmt: skip


def _check_in(stack: Stack, posted: list[float]) -> None:
    """Post the check-ins evenly, one message each."""
    started = time.monotonic()
    for number in range(CHECK_INS):
        time.sleep(max(0.0, started + number * SECONDS / CHECK_INS - time.monotonic()))
        stack.post(_participant(number, came=True))
        posted.append(time.monotonic())


def _day_url(stack: Stack) -> str:
    query = "from connector.models import CampaignLink; print(CampaignLink.objects.get().pk)"
    link_id = stack.manage("shell", "--command", query).split()[-1]
    return f"{stack.web}/admin/connector/campaignlink/{link_id}/day/"


def _watch(page: Page, posted: list[float]) -> list[float]:
    """Return when each check-in was counted on the page, in their order."""
    shown: list[float] = []
    until = time.monotonic() + SECONDS + SETTLE_SECONDS
    while len(shown) < CHECK_INS and time.monotonic() < until:
        count = int("".join(filter(str.isdigit, page.locator("[data-now-number=arrived]").inner_text())) or 0)
        shown += [time.monotonic()] * (count - len(shown))
        page.wait_for_timeout(WATCH_EVERY * 1000)
    return shown


def _print(posted: list[float], shown: list[float], attended: int) -> None:
    delays = sorted(after - before for before, after in zip(posted, shown, strict=False))
    p95 = delays[int(0.95 * (len(delays) - 1))] if delays else float("nan")
    print(f"{CHECK_INS} check-ins in {SECONDS} s, watched on the event-day page; {LATENCY_MS} ms a request, SQLite\n")
    print(f"attended in the campaign   {attended:8}")
    print(f"counted on the page        {len(shown):8}")
    if delays:
        print(f"posted to shown, median    {statistics.median(delays):8.1f} s")
        print(f"posted to shown, 95 %      {p95:8.1f} s")
        print(f"posted to shown, longest   {delays[-1]:8.1f} s")


if __name__ == "__main__":
    sys.exit(main())
