"""Send participants again."""

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Q, QuerySet

from connector.core.participant import normalise_email
from connector.management.base import CommandProblem, ConnectorCommand, Report
from connector.management.events import link_of_event
from connector.management.who import who_asks
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.outbox.resync import correct_status, resync_entries, resync_link


class Command(ConnectorCommand):
    """Enqueue again; the workers, or `sync_due`, send."""

    help = "Send an event's participants again, with a fresh read of Salesforce."
    example = "python manage.py resync --event a2c9… --failed-only"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the event and which of its participants."""
        parser.add_argument("--event", required=True, metavar="ID", help="inwink's id of the event")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--failed-only", action="store_true", help="only those that failed")
        which.add_argument("--participant", metavar="ID", help="only this one, by inwink's id or by email")
        parser.add_argument(
            "--allow-downgrade",
            action="store_true",
            help="with --participant: set the status that inwink says now, even if that lowers it",
        )
        parser.add_argument("--reason", default="command line", help="why; kept with --allow-downgrade")

    def report(self, **options: Any) -> Report:
        """Enqueue and count."""
        if options["allow_downgrade"] and not options["participant"]:
            raise CommandProblem("--allow-downgrade corrects one participant: name it with --participant.")
        count = _resync(link_of_event(options["event"]), options=options)
        return Report(f"{count} enqueued", {"enqueued": count})


def _resync(link: CampaignLink, *, options: dict[str, Any]) -> int:
    by = who_asks()
    if not options["participant"]:
        return resync_link(link, failed_only=options["failed_only"], requested_by=by)
    entries = _find_entries(link, options["participant"])
    if not options["allow_downgrade"]:
        return resync_entries(entries, requested_by=by)
    return sum(correct_status(entry, requested_by=by, reason=options["reason"]) for entry in entries)


def _find_entries(link: CampaignLink, participant: str) -> QuerySet[OutboxEntry]:
    email = normalise_email(participant)
    entries = OutboxEntry.objects.filter(
        Q(participant_key=participant) | Q(email_key=email) & ~Q(email_key=""), link=link
    )
    if not entries.exists():
        raise CommandProblem("The event has no such participant.")
    return entries
