"""Count the API calls of the main job, as Salesforce counts them: `python -m bench.api_calls`."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from bench.site import Row, add_event, bench_site, came, drain, machine, make_people, receive
from bench.stack import Stack

PHASES = ("read", "people", "members", "describe", "other")
SMALL_BATCHES = (1, 10, 100)
BACKFILL = 20_000


def main() -> int:
    """Measure and print the table."""
    with bench_site() as stack:
        stack.control("settings", {"validation_rules": [
            {"sobject": "Lead", "field": "Company", "equals": "Refused", "message": "Not here."}]})  # fmt: skip
        stack.control("calls/reset")
        event = add_event(stack)
        print(f"API calls, counted by the simulator ({date.today()}; {machine()})\n")
        print(f"{'':58}{'people':>7}{'calls':>7}{'per 1,000':>10}  {'  '.join(PHASES)}   outcomes")
        _print("a fresh organisation: apply_config with one link", 1, stack, outcomes={})
        _thousand(stack, event)
        _mixed(stack)
        _small(stack)
        _backfill(stack)
    return 0


def _thousand(stack: Stack, event: str) -> None:
    people = make_people(stack, event, number=1000)
    _measure("1,000 (400 contacts, 300 leads, 300 new)", stack, len(people), lambda: receive(people))
    _measure("the same again", stack, len(people), lambda: receive(people))
    _measure("1,000 check-ins; the organisation's first", stack, len(people), lambda: receive(came(people)))
    _measure("the check-ins again", stack, len(people), lambda: receive(came(people)))
    other = make_people(stack, add_event(stack), number=1000)
    receive(other)
    drain()
    _measure("1,000 check-ins; later ones", stack, len(other), lambda: receive(came(other)))


def _mixed(stack: Stack) -> None:
    people = make_people(stack, add_event(stack), number=1000, converted=0.05, failing=0.02)
    _measure("1,000 with 5 % converted leads and 2 % that fail", stack, len(people), lambda: receive(people))
    _measure("their check-ins", stack, len(people), lambda: receive(came(people)))


def _small(stack: Stack) -> None:
    event = add_event(stack)
    people = make_people(stack, event, number=sum(SMALL_BATCHES))
    start = 0
    for size in SMALL_BATCHES:
        part: list[Row] = people[start : start + size]
        start += size
        _measure(f"a live batch of {size}", stack, size, partial(receive, part))
        _measure(f"a live batch of {size} check-ins", stack, size, partial(receive, came(part)))


def _backfill(stack: Stack) -> None:
    people = make_people(stack, add_event(stack), number=BACKFILL)
    _measure(f"{BACKFILL:,} as backfill", stack, BACKFILL, lambda: receive(people, is_backfill=True))


def _measure(name: str, stack: Stack, people: int, arrive: Callable[[], Any]) -> None:
    stack.control("calls/reset")
    arrive()
    report = drain()
    _print(name, people, stack, outcomes=report.outcomes)


def _print(name: str, people: int, stack: Stack, *, outcomes: Mapping[str, int]) -> None:
    said = stack.control("calls", method="GET")
    phases = Counter(_phase(entry) for entry in said["log"] if "/services/data/" in entry["path"])
    counts = "  ".join(f"{phases[phase]:>{len(phase)}}" for phase in PHASES)
    ended = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    calls = said["api_calls"]
    print(f"{name:58}{people:>7,}{calls:>7,}{calls * 1000 / people:>10,.1f}  {counts}   {ended}", flush=True)


def _phase(entry: Mapping[str, Any]) -> str:
    """Tell what a request was for: only a members call both writes and reads the labels."""
    if "subrequests" in entry:
        methods = {one["method"] for one in entry["subrequests"]}
        if methods == {"GET"}:
            return "read"
        return "members" if "GET" in methods else "people"
    if entry["path"].endswith("/describe") or entry["path"].endswith("/describe/"):
        return "describe"
    return "read" if "/query" in entry["path"] else "other"


if __name__ == "__main__":
    raise SystemExit(main())
