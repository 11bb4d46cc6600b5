"""Load the participants of an inwink export."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from connector.core.participant import normalise_id
from connector.inwink.export_file import UnreadableFile
from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, CommandProblem, ConnectorCommand, Report
from connector.pipeline.importing import ImportTerms, count_rows, import_file
from connector.pipeline.receive import Counts

_SHOWN_REJECTED = 20


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


class Command(ConnectorCommand):
    """Exit 0 when every row was taken, 1 when some were rejected, 2 when the file cannot be read."""

    help = (
        "Load the participants of an inwink export (CSV, XLSX or JSON-lines). They are sent as backfill, or wait while "
        "their event is not linked. Loading a file again changes nothing."
    )
    example = "python manage.py import_participants export.xlsx --event a2c9… --as-of 2026-11-20"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file, its event, and how to read it."""
        parser.add_argument("file", type=Path, help="the export")
        parser.add_argument("--event", required=True, metavar="ID", help="inwink's id of the event")
        parser.add_argument(
            "--as-of", type=parse_time, metavar="TIME", help="when the export was made; older rows never win"
        )
        parser.add_argument("--locale", choices=["fr", "en"], default="fr", help="order of day and month in dates")

    def report(self, **options: Any) -> Report:
        """Load the file and count what became of its rows."""
        if options["as_of"] and options["as_of"] > timezone.now():
            raise CommandProblem("--as-of is in the future: later changes in inwink would then be taken for old.")
        terms = ImportTerms(event_id=normalise_id(options["event"]), as_of=options["as_of"], locale=options["locale"])
        try:
            with self.progress_bar(total=None, unit="rows", is_quiet=options["json"]) as bar:
                counts = import_file(options["file"], terms, on_batch=bar.update)
        except UnreadableFile as exc:
            raise CommandProblem(f"{options['file']}: {exc.detail}") from exc
        except OSError as exc:
            raise CommandProblem(f"{options['file']}: {exc.strerror or 'cannot be read'}.") from exc
        code = EXIT_FOUND_PROBLEMS if counts.rejected else EXIT_DONE
        return Report(_as_text(counts), _as_json(counts), exit_code=code)


def _as_json(counts: Counts) -> dict[str, Any]:
    return {
        "read": count_rows(counts),
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "stale": counts.stale,
        "unlinked": counts.unlinked,
        "rejected": list(counts.rejected),
    }


def _as_text(counts: Counts) -> str:
    lines = [
        f"{count_rows(counts)} rows read: {counts.accepted} accepted, {counts.unchanged} unchanged, "
        f"{counts.stale} stale, {counts.unlinked} waiting for a link, {len(counts.rejected)} rejected"
    ]
    shown = counts.rejected[:_SHOWN_REJECTED]
    lines += [f"  row {rejected['row']}: {'; '.join(rejected['errors'])}" for rejected in shown]
    if len(counts.rejected) > len(shown):
        lines.append(f"  … and {len(counts.rejected) - len(shown)} more; --json lists them all")
    return "\n".join(lines)
