"""Say where everything stands."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.pipeline.status import sync_status

_ROWS = (
    ("synced", "synced"),
    ("  of them the same person as another row", "same_person"),
    ("waiting", "pending"),
    ("being sent", "claimed"),
    ("trying again", "retrying"),
    ("need an answer", "needs_answer"),
    ("left out", "left_out"),
    ("failed", "failed"),
    ("participants", "rows"),
)
"""(words, key); the last is the sum of all but the second."""


class Command(ConnectorCommand):
    """Report on participants, API calls and pauses."""

    help = "Say how many participants are synced, waiting, held, left out or failed, and why; what is paused."
    example = "python manage.py sync_status --event a2c9f3e0-event-id"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the event."""
        parser.add_argument("--event", metavar="ID", help="Only this inwink event; else all of them.")

    def report(self, **options: Any) -> Report:
        """Print the sums."""
        status = sync_status(link_of_event(options["event"]) if options["event"] else None)
        return Report(_say(status), status)


def _say(status: Mapping[str, Any]) -> str:
    width = max(len(words) for words, _ in _ROWS)
    lines = [f"{words.ljust(width)}  {status[key]:>8,}" for words, key in _ROWS]
    lines.insert(-1, "-" * (width + 10))
    lines += ["", *(f"{count:>8,}  {reason}" for reason, count in status["by_reason"].items())]
    if status["oldest_due_seconds"]:
        lines.append(f"The oldest due participant has waited {status['oldest_due_seconds']:,} seconds.")
    if status["api_limit"] is not None:
        lines.append(f"Salesforce: {status['api_used']:,} of {status['api_limit']:,} API calls of 24 hours used.")
    lines += [_say_pause(pause) for pause in status["paused"]]
    return "\n".join(lines).rstrip()


def _say_pause(pause: Mapping[str, str | None]) -> str:
    until = f" until {pause['until']}" if pause["until"] else ""
    reason = f": {pause['reason']}" if pause["reason"] else ""
    return f"Paused: {pause['what']} {pause['name']} ({pause['kind']}){until}{reason}"
