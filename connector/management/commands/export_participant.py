"""Hand out what is held on a person."""

import json
from typing import Any

from django.core.management.base import CommandParser

from connector.management.base import ConnectorCommand, Report
from connector.management.person import add_person_arguments, sought_person
from connector.pipeline.privacy.export import export_participant


class Command(ConnectorCommand):
    """Print everything that is held on a person."""

    help = "Print everything that is held here on a person, as JSON: what forget_participant would erase."
    example = "python manage.py export_participant --email ada@example.org > ada.json"

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the person."""
        add_person_arguments(parser)

    def report(self, **options: Any) -> Report:
        """Find and print; the text is JSON too, made to be read."""
        held = export_participant(sought_person(options))
        return Report(json.dumps(held, ensure_ascii=False, indent=2), held)
