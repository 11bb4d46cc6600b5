"""Send what is due, here and now."""

import argparse
import time
from typing import Any

from django.core.management.base import CommandParser

from connector.core.outcomes import Outcome
from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, EXIT_NOT_DONE, ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.models import CampaignLink
from connector.pipeline.runs import drain, report
from connector.pipeline.status import sync_status

_NEXT = {
    "pending": "wait; they are sent by a worker, or by the next sync_due",
    "claimed": "are being sent by another worker",
    "retrying": "are tried again later, or now with --ignore-backoff",
    "needs_answer": "need an answer in the admin",
    "failed": "failed; the admin says why, resync --failed-only sends them again",
}
"""{key of sync_status: what happens next to these}."""


class Command(ConnectorCommand):
    """Drain in the foreground."""

    help = (
        "Send what is due, as a worker would. Plain: one batch a link. Exit code 1 if participants failed in this "
        "call, 2 if Salesforce could not be reached and nothing was sent."
    )
    example = "python manage.py sync_due --event a2c9f3e0-event-id --until-empty"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to send and for how long."""
        parser.add_argument("--event", metavar="ID", help="Only this inwink event; else all of them.")
        parser.add_argument("--until-empty", action="store_true", help="Go on until nothing is due now; never sleeps.")
        parser.add_argument(
            "--deadline", type=_seconds, metavar="SECONDS", help="Begin no further batch after so many seconds."
        )
        parser.add_argument(
            "--ignore-backoff",
            action="store_true",
            help="Do not wait for what is tried again later or is paused, for when the outage is known to be over; "
            "ends when three passes bring nothing forward.",
        )

    def report(self, **options: Any) -> Report:
        """Send and sum up."""
        link = link_of_event(options["event"]) if options["event"] else None
        terms = drain.ForegroundTerms(
            event_id=link.inwink_event_id if link else None,
            until_empty=options["until_empty"] or options["ignore_backoff"],
            deadline_seconds=options["deadline"],
            ignores_waits=options["ignore_backoff"],
        )
        started = time.monotonic()
        with self.progress_bar(total=None, unit="participants", is_quiet=options["json"]) as bar:

            def show(total: report.Report) -> None:
                bar.update(total.entries - bar.n)

            done = drain.sync_due(terms, on_progress=show)
        values = _values(done, seconds=time.monotonic() - started)
        return Report(_say(values, link), values, exit_code=_exit_code(done, link))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return seconds


def _values(done: report.Report, *, seconds: float) -> dict[str, Any]:
    return {
        "runs": done.runs,
        "entries": done.entries,
        **{outcome.value: done.outcomes[outcome] for outcome in Outcome},
        "api_calls": done.api_calls,
        "seconds": round(seconds, 3),
    }


def _exit_code(done: report.Report, link: CampaignLink | None) -> int:
    if done.outcomes[Outcome.FAILED]:
        return EXIT_FOUND_PROBLEMS
    return EXIT_NOT_DONE if not done.entries and _is_kept_from_sending(link) else EXIT_DONE


def _is_kept_from_sending(link: CampaignLink | None) -> bool:
    """Say whether something waits that Salesforce, the sign-in or the set-up keeps from being sent."""
    status = sync_status(link)
    is_waiting = status["pending"] or status["retrying"]
    return bool(is_waiting) and any(pause["kind"] != CampaignLink.PauseKind.MANUAL for pause in status["paused"])


_WORDS = {Outcome.CREATED: "added"}
"""Most of them are added to the campaign only: "created" would read as that many new people."""


def _say(values: dict[str, Any], link: CampaignLink | None) -> str:
    counts = ", ".join(
        f"{values[outcome]:,} {_WORDS.get(outcome) or outcome.value.replace('_', ' ')}" for outcome in Outcome
    )
    lines = [
        f"{values['entries']:,} participants in {values['runs']:,} runs: {counts}.",
        f"{values['api_calls']:,} API calls, {values['seconds']:.1f} s.",
    ]
    status = sync_status(link)
    lines += [f"{status[key]:>8,}  {what}" for key, what in _NEXT.items() if status[key]]
    lines += [
        f"Paused: {pause['what']} {pause['name']}: {pause['reason'] or pause['kind']}"
        + (f" (until {pause['until']})" if pause["until"] else "")
        for pause in status["paused"]
    ]
    return "\n".join(lines)
