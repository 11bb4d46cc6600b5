"""Check a link's campaign, labels and mappings against Salesforce."""

from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import ConnectorCommand, Report
from connector.management.checks_report import checks_report
from connector.management.events import link_of_event
from connector.pipeline.preflight.link import check_link


class Command(ConnectorCommand):
    """Preflight of a link."""

    help = (
        "Check that a link's campaign, status labels, mapped fields and required fields are there in Salesforce. "
        "A link that waits for its set-up to be mended is tried again if all is well. Exit code 1 if anything is not."
    )
    example = "python manage.py check_link a2c9f3e0-event-id"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the event."""
        parser.add_argument("event", metavar="EVENT", help="The inwink event id of the link.")

    def report(self, **options: Any) -> Report:
        """Check and print the table."""
        checks = check_link(link_of_event(options["event"]))
        return checks_report(checks, next_step=f"Next: python manage.py preview --event {options['event']}")
