"""Check that an organisation can be signed in to, and what its integration user may do."""

from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import CommandProblem, ConnectorCommand, Report
from connector.management.checks_report import checks_report
from connector.models import SalesforceOrg
from connector.pipeline.preflight.connection import check_connection


class Command(ConnectorCommand):
    """Preflight of a connection."""

    help = (
        "Sign in to a Salesforce organisation and check its API limit, the integration user's rights and whether "
        "people may be created. Exit code 1 if anything is not ok."
    )
    example = 'python manage.py check_connection "Acme production"'

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the organisation."""
        parser.add_argument("name", metavar="NAME", help="The name of the organisation in the connector.")

    def report(self, **options: Any) -> Report:
        """Check and print the table."""
        org = SalesforceOrg.objects.filter(name=options["name"]).first()
        if org is None:
            known = ", ".join(SalesforceOrg.objects.order_by("name").values_list("name", flat=True))
            raise CommandProblem(f"There is no organisation {options['name']}. Known: {known or 'none yet'}.")
        return checks_report(check_connection(org), next_step="Next: python manage.py check_link EVENT.")
