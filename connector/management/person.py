"""Name a person on the command line: by email, or by inwink's id."""

from typing import Any

from django.core.management.base import CommandParser

from connector.core.participant import is_valid_email, normalise_email, normalise_id
from connector.management.base import CommandProblem
from connector.pipeline.privacy.held import Sought


def add_person_arguments(parser: CommandParser) -> None:
    """Take one of the two."""
    person = parser.add_mutually_exclusive_group(required=True)
    person.add_argument("--email", metavar="E", help="everything under this email address, in every event")
    person.add_argument(
        "--id", metavar="ID", help="inwink's id of a participant; what else has the same email and name comes along"
    )


def sought_person(options: dict[str, Any]) -> Sought:
    """Return whom the arguments name. Raises CommandProblem."""
    if options["id"] is not None:
        return Sought(participant_id=normalise_id(options["id"]))
    email = normalise_email(options["email"])
    if not is_valid_email(email):
        raise CommandProblem("This is no email address.")
    return Sought(email=email)
