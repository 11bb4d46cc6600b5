"""Measure how long a participant takes from the webhook's answer to being a member in Salesforce.

`python -m bench.latency`: real processes on SQLite, 120 ms for each request to Salesforce, one message at a time.
"""

import statistics
import sys
import time

from bench.stack import START_SECONDS, Stack, wait_for

MESSAGES = 30
LATENCY_MS = 120
MEDIAN_SECONDS = 2.0
"""The promise."""


def main() -> int:
    """Measure and print the table; 1 where the median is above the promise."""
    with Stack() as stack:
        stack.start_salesforce(latency_ms=LATENCY_MS)
        campaign = stack.rows("Campaign")[0]["Id"]
        stack.configure({"latency": campaign})
        stack.start_web()
        stack.start_worker()
        warm_up = _send(stack, 0)
        apart = [_send(stack, number, pause=2 + 2 * number / MESSAGES) for number in range(1, MESSAGES + 1)]
        near = [_send(stack, MESSAGES + number, pause=0.2) for number in range(1, MESSAGES + 1)]
    print(f"From webhook answer to member, {LATENCY_MS} ms a request to Salesforce, SQLite, one worker pool\n")
    print("                        messages   median      p90      max  seconds")
    _print("the first one", [warm_up])
    _print("one every 2-4 s", apart)
    _print("one right after another", near)
    return int(max(statistics.median(apart), statistics.median(near)) > MEDIAN_SECONDS)


def _send(stack: Stack, number: int, *, pause: float = 0) -> float:
    time.sleep(pause)
    email = f"visitor{number}@latency.example"
    stack.post(
        {
            "id": f"v{number}", "eventId": "latency", "email": email, "registered": True,
            "firstName": "Ada", "lastName": f"Visitor {number}", "company": "Latency",
        }
    )  # fmt: skip
    answered_at = time.monotonic()
    wait_for(lambda: _is_member(stack, email), seconds=START_SECONDS, what=email, every=0.02)
    return time.monotonic() - answered_at


def _is_member(stack: Stack, email: str) -> bool:
    leads = {row["Id"] for row in stack.rows("Lead") if row["Email"] == email}
    return bool(leads) and any(row["LeadId"] in leads for row in stack.rows("CampaignMember"))


def _print(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p90 = ordered[int(0.9 * (len(ordered) - 1))]
    print(f"{name:23} {len(ordered):9} {statistics.median(ordered):8.2f} {p90:8.2f} {ordered[-1]:8.2f}")


if __name__ == "__main__":
    sys.exit(main())
