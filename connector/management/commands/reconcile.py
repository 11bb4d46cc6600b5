"""Compare inwink, what was received here, and the campaign."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connector.core.reconcile import DIFFERENCES, UNDECIDED, Compared, Finding
from connector.inwink.export_file import UnreadableFile
from connector.management.base import EXIT_DONE, EXIT_FOUND_PROBLEMS, CommandProblem, ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.management.exports import add_export_arguments, export_terms
from connector.management.who import who_asks
from connector.models import CampaignLink
from connector.pipeline.reconcile import Export, ExportComparison, Mended, Reconciliation, mend, people_of, reconcile
from connector.pipeline.runs.reading import CallAgainError, ConfigurationProblemError
from connector.salesforce.errors import SalesforceError

_LINES = (
    ("in the campaign with the right status", "matching"),
    ("in the campaign, another status kept", "kept"),
    ("wrong status", "wrong_status"),
    ("missing in the campaign", "missing"),
    ("removed from the campaign", "removed"),
    ("waiting to be sent", "waiting"),
    ("need an answer", "needs_answer"),
    ("left out", "left_out"),
    ("failed", "failed"),
    ("participants received", "rows"),
    ("in inwink's export, never received", "never_received"),
    ("in inwink's export with a newer state", "outdated"),
    ("members whom nobody here stands for", "extra"),
    ("rows of the export that cannot be read", "rejected"),
)
_SHOWN = 20
"""Participants named for each difference without --json."""
_LISTED = frozenset({*DIFFERENCES, Finding.KEPT})


class Command(ConnectorCommand):
    """Exit 0 where all agrees, 1 with any difference, 2 where the file or Salesforce cannot be read."""

    help = (
        "Compare inwink's export, what was received here and the campaign's members. Without --file inwink itself is "
        "not asked. Writes nothing, unless --resync sends what differs again."
    )
    example = "python manage.py reconcile --event a2c9… --file export.xlsx --as-of 2026-11-24T18:00 --resync"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the event, the export, and what is to be done about differences."""
        parser.add_argument("--event", required=True, metavar="ID", help="inwink's id of the event")
        parser.add_argument("--file", type=Path, metavar="EXPORT", help="inwink's export: CSV, XLSX or JSON-lines")
        add_export_arguments(parser)
        parser.add_argument(
            "--resync",
            action="store_true",
            help="take in what was never received, and send those again who are missing or have a wrong status",
        )
        parser.add_argument("--show-emails", action="store_true", help="name people by email too, not by id only")

    def report(self, **options: Any) -> Report:
        """Compare, mend where that is asked for, and print."""
        link = link_of_event(options["event"])
        export = Export(options["file"], export_terms(options)) if options["file"] else None
        found = self._reconcile(link, export, is_quiet=options["json"])
        mended = mend(link, found, export=export, requested_by=who_asks()) if options["resync"] else None
        values = _values(found, mended, shows_emails=options["show_emails"])
        code = EXIT_FOUND_PROBLEMS if found.has_differences else EXIT_DONE
        return Report("\n".join(_text(values, found)), values, exit_code=code)

    def _reconcile(self, link: CampaignLink, export: Export | None, *, is_quiet: bool) -> Reconciliation:
        try:
            with self.progress_bar(total=None, unit="members", is_quiet=is_quiet) as bar:
                return reconcile(link, export, on_page=bar.update)
        except UnreadableFile as exc:
            raise CommandProblem(f"{export and export.path}: {exc.detail}") from exc
        except OSError as exc:
            raise CommandProblem(f"{export and export.path}: {exc.strerror or 'cannot be read'}.") from exc
        except (SalesforceError, ConfigurationProblemError, CallAgainError) as exc:
            event = link.inwink_event_id
            raise CommandProblem(f"Salesforce could not be read: {exc}. Run: check_link {event}") from exc


def _values(found: Reconciliation, mended: Mended | None, *, shows_emails: bool) -> dict[str, Any]:
    """Return the JSON object; its first six keys are what scripts compare."""
    counts = {finding.value: count for finding, count in found.comparison.counts().items()}
    export = found.export or ExportComparison()
    values: dict[str, Any] = {
        "matching": counts.pop("matching"),
        "never_received": len(export.never_received),
        "missing": counts.pop("missing"),
        "wrong_status": counts.pop("wrong_status"),
        "removed": counts.pop("removed"),
        "extra": len(found.comparison.extra),
        **counts,
        "rows": len(found.comparison.people),
        "outdated": len(export.outdated),
        "file_rows": export.rows if found.export is not None else None,
        "rejected": list(export.rejected),
        "not_in_file": export.not_in_file if found.export is not None else None,
        "members": found.member_count,
        "api_calls": found.api_calls,
        "compared_with": "inwink" if found.export is not None else "received",
        "imported": mended.imported if mended else 0,
        "enqueued": mended.enqueued if mended else 0,
        "people": list(_people(found, shows_emails=shows_emails)),
    }
    return values


def _people(found: Reconciliation, *, shows_emails: bool) -> Iterator[dict[str, str]]:
    for one in people_of(found.comparison, _LISTED):
        yield _person(one, shows_emails=shows_emails)
    export = found.export or ExportComparison()
    for finding, keys in (("never_received", export.never_received), ("outdated", export.outdated)):
        yield from ({"finding": finding, "participant": _name(key, shows_emails=shows_emails)} for key in keys)
    for member in found.comparison.extra:
        email = {"email": member.email} if shows_emails else {}
        person_id = member.contact_id or member.lead_id
        status = member.record.label
        yield {"finding": "extra", "member_id": member.record.id, "person_id": person_id, "status": status, **email}


def _name(key: str, *, shows_emails: bool) -> str:
    """Return a participant's id; where that is an email, only enough to know it again unless emails are asked for."""
    name, at, domain = key.partition("@")
    return f"{name[:1]}…@{domain}" if at and not shows_emails else key


def _person(one: Compared, *, shows_emails: bool) -> dict[str, str]:
    return {
        "finding": one.finding.value,
        "participant": _name(one.row.key, shows_emails=shows_emails),
        **({"email": one.row.email} if shows_emails else {}),
        "person_id": one.row.person.id if one.row.person else "",
        "member_id": one.member.record.id if one.member else one.row.member_id,
        "status": one.member.record.label if one.member else "",
        "wanted": one.wanted,
        "note": one.note,
    }


def _text(values: Mapping[str, Any], found: Reconciliation) -> Iterator[str]:
    width = max(len(words) for words, _key in _LINES)
    for words, key in _LINES:
        if key in ("never_received", "outdated", "rejected") and found.export is None:
            continue
        if key == "rows":
            yield "-" * (width + 10)
        number = values[key] if isinstance(values[key], int) else len(values[key])
        yield f"{words.ljust(width)}  {number:>8,}"
    yield ""
    yield from _named(values["people"])
    yield _compared_with(values)
    yield from _verdict(values, found)
    yield from (f"row {row['row']} of the export: {'; '.join(row['errors'])}" for row in values["rejected"][:_SHOWN])
    if values["imported"] or values["enqueued"]:
        yield f"{values['imported']:,} taken in from the export, {values['enqueued']:,} sent again."


def _verdict(values: Mapping[str, Any], found: Reconciliation) -> Iterator[str]:
    """Say that everybody is there only where that is sure, as the page of a reconciliation does."""
    if found.has_differences:
        return
    unread = [f"{len(values['rejected']):,} rows of the export cannot be read"] if values["rejected"] else []
    unsent = [f"{values[key]:,} {words}" for words, key in _LINES if key in UNDECIDED and values[key]]
    if doubts := [*unread, *unsent]:
        yield f"No difference was found; whether everybody is there cannot be said yet: {', '.join(doubts)}."
    else:
        yield "Everybody who should be in the campaign is there, with the right status."


def _named(people: list[dict[str, str]]) -> Iterator[str]:
    shown: dict[str, int] = {}
    for person in people:
        finding = person["finding"]
        shown[finding] = shown.get(finding, 0) + 1
        if shown[finding] <= _SHOWN:
            facts = [person.get("participant") or person["member_id"], person.get("email"), person.get("status")]
            wanted = f"→ {person['wanted']}" if person.get("wanted") else ""
            yield "  ".join(part for part in (f"{finding:<14}", *facts, wanted, person.get("note")) if part)
        elif shown[finding] == _SHOWN + 1:
            yield f"{finding:<14}  … all of them: --json"


def _compared_with(values: Mapping[str, Any]) -> str:
    calls = f"{values['members']:,} members read in {values['api_calls']:,} API calls."
    if values["compared_with"] == "inwink":
        here = f"{values['not_in_file']:,} participants here are not in it."
        return f"Compared with {values['file_rows']:,} rows of inwink's export; {here} {calls}"
    return f"Compared with what we received, not with inwink (give its export by --file). {calls}"
