"""`preview` shows what would happen and writes nothing."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from connector.management.base import CommandProblem
from connector.models import OutboxEntry
from tests.world import World

pytestmark = pytest.mark.both

ADA = {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}
CAMILLE = {"id": "p2", "email": "camille.martin@acme.example", "firstName": "Camille", "lastName": "Martin",
           "registered": True, "came": True}  # fmt: skip
NOBODY = {"id": "p3", "firstName": "No", "lastName": "Email", "registered": True}


def _preview(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("preview", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_preview_counts_and_explains_everybody_and_writes_nothing(world: World) -> None:
    world.receive(ADA, CAMILLE, NOBODY)
    before = (world.control("state", method="GET"), list(OutboxEntry.objects.values()))

    shown = _preview("--event", world.event_id)

    assert {name: shown[name] for name in ("create", "update", "unchanged", "left_out", "needs_answer", "blocked")} == {
        "create": 2,
        "update": 0,
        "unchanged": 0,
        "left_out": 0,
        "needs_answer": 1,
        "blocked": 0,
    }
    assert (world.control("state", method="GET"), list(OutboxEntry.objects.values())) == before


def test_preview_of_one_participant_names_record_and_fields(world: World) -> None:
    world.receive(ADA, CAMILLE)

    [person] = _preview("--event", world.event_id, "--participant", "p2")["people"]

    [contact] = world.people("camille.martin@acme.example")
    assert person["person"] == f"Contact {contact['Id']}"
    assert person["changes"] == {"CampaignMember.Status": [None, "Attended"]}


def test_an_unknown_participant_is_named(world: World) -> None:
    with pytest.raises(CommandProblem, match="p9"):
        _preview("--event", world.event_id, "--participant", "p9")
