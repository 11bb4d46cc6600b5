"""What the commands that read an export of inwink share: how the file is to be understood."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from connector.core.participant import normalise_id
from connector.management.base import CommandProblem
from connector.pipeline.inbox.importing import ImportTerms


def add_export_arguments(parser: CommandParser) -> None:
    """Take of when the export is, and how its dates are written."""
    parser.add_argument(
        "--as-of", type=parse_time, metavar="TIME", help="when the export was made; older rows never win"
    )
    parser.add_argument("--locale", choices=["fr", "en"], default="fr", help="order of day and month in dates")


def export_terms(options: Mapping[str, Any]) -> ImportTerms:
    """Return how the export of `--event` is to be understood. Raises CommandProblem."""
    if options["as_of"] and options["as_of"] > timezone.now():
        raise CommandProblem("--as-of is in the future: later changes in inwink would then be taken for old.")
    return ImportTerms(event_id=normalise_id(options["event"]), as_of=options["as_of"], locale=options["locale"])


def parse_time(text: str) -> datetime:
    """Read `2026-11-23` or `2026-11-23T09:30`, in the site's time zone unless it names one."""
    try:
        at = parse_datetime(text)
        day = None if at else parse_date(text)
    except ValueError:
        at = day = None
    if day is not None:
        at = datetime(day.year, day.month, day.day)
    if at is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write it like 2026-11-23 or 2026-11-23T09:30.")
    return at if timezone.is_aware(at) else timezone.make_aware(at)
