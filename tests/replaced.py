"""A title that the connector replaced in Salesforce, for tests of put back in the admin and on the command line."""

from typing import Any

from tests.acceptance.people import someone
from tests.world import World

EMAIL = "ada.lovelace@example.org"


def replace_title(world: World) -> World:
    """Let Salesforce know Ada as a student, and a run make her CTO."""
    world.configure(update_existing=True)
    world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": EMAIL, "Title": "Student"})
    world.send(someone("p1"))
    return world


def title(world: World) -> Any:
    """Return Ada's title in Salesforce."""
    return world.people(EMAIL)[0]["Title"]
