"""Load the participants of an inwink export."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connector.inwink.export_file import UnreadableFile
from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, CommandProblem, ConnectorCommand, Report
from connector.management.exports import add_export_arguments, export_terms
from connector.pipeline.inbox.importing import count_rows, import_file
from connector.pipeline.inbox.receive import Counts

_SHOWN_REJECTED = 20


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
        add_export_arguments(parser)

    def report(self, **options: Any) -> Report:
        """Load the file and count what became of its rows."""
        terms = export_terms(options)
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
