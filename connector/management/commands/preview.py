"""Show what would happen to the participants of an event."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import CommandProblem, ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.previews.preview import Preview, PreviewRow, preview_link
from connector.pipeline.runs.reading import ConfigurationProblemError
from connector.salesforce.errors import SalesforceError


class Command(ConnectorCommand):
    """Preview of a link or of one participant."""

    help = "Show what would be created, updated or left out, and why. Writes nothing, here or in Salesforce."
    example = "python manage.py preview --event a2c9f3e0-event-id --participant 6f1d"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the event and, if wanted, one participant."""
        parser.add_argument("--event", required=True, metavar="ID", help="The inwink event id of the link.")
        parser.add_argument("--participant", metavar="ID", help="inwink's id of one participant.")

    def report(self, **options: Any) -> Report:
        """Read, plan and print."""
        link = link_of_event(options["event"])
        _require_participant(link, options["participant"])
        try:
            preview = preview_link(link, participant_key=options["participant"])
        except (SalesforceError, ConfigurationProblemError) as exc:
            raise CommandProblem(f"Salesforce could not be read: {exc}. Run: check_link {options['event']}") from exc
        values = {**preview.counts(), "people": [asdict(row) for row in preview.people]}
        return Report(text=_text(preview, shows_all=options["participant"] is not None), values=values)


def _require_participant(link: CampaignLink, key: str | None) -> None:
    if key is not None and not OutboxEntry.objects.filter(link=link, participant_key=key).exists():
        raise CommandProblem(f"The event has no participant with the id {key!r}.")


def _text(preview: Preview, *, shows_all: bool) -> str:
    lines = [f"{verdict:<13}{count:>7}" for verdict, count in preview.counts().items()]
    lines += [line for row in preview.people if shows_all for line in _details(row)]
    return "\n".join([*lines, "Nothing was written. Names and values of everybody: --json."])


def _details(row: PreviewRow) -> list[str]:
    head = f"{row.participant_key}: {row.verdict} {row.person} {row.reason} {row.detail}".rstrip()
    changes = [f"  {path}: {before!r} -> {after!r}" for path, (before, after) in row.changes.items()]
    return [head, *changes, *(f"  note: {note}" for note in row.notes)]
