"""Duplicate rules: what they warn about is saved and noted, or left to a person; what they block fails (rule 7.3)."""

import pytest

from connector.models import CampaignLink, SyncRun
from tests.acceptance.people import someone
from tests.world import World

pytestmark = pytest.mark.both

TWIN = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@elsewhere.example", "Company": "Analytical"}


def rule(world: World, action: str) -> None:
    """Let Salesforce take leads of one last name for duplicates, whatever their email."""
    world.add("Lead", TWIN)
    world.switch(duplicate_rules={"Lead": {"action": action, "match": ["LastName"]}})


def test_a_warning_is_saved_in_the_same_run_and_noted(world: World) -> None:
    rule(world, "alert")

    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert world.members() == {"ada.lovelace@example.org": "Registered", "grace.hopper@example.org": "Registered"}
    notes = {key: [note["code"] for note in world.entry(key).notes] for key in ("p1", "p2")}
    assert notes == {"p1": ["duplicate_alert"], "p2": []}
    assert [note["code"] for note in world.attempts("p1")[0].notes] == ["duplicate_alert"]
    assert SyncRun.objects.count() == 1


def test_where_no_rule_strikes_no_call_is_spent(world: World) -> None:
    world.send(someone("describes", "Mary", "Somerville"))
    world.reset_calls()

    world.send(someone("p1"))

    assert world.api_calls() == 3


@pytest.mark.parametrize("duplicates", CampaignLink.Duplicates.values)
def test_a_rule_that_blocks_fails_the_row_and_its_neighbours_go_on(world: World, duplicates: str) -> None:
    world.configure(duplicates=duplicates)
    rule(world, "block")

    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert world.ends() == {"p1": ("failed", "refused_by_salesforce"), "p2": ("synced", "")}
    assert world.entry("p1").error_code == "DUPLICATES_DETECTED"
    assert world.people("ada.lovelace@example.org") == []


def test_under_review_a_warning_is_left_to_a_person(world: World) -> None:
    world.configure(duplicates=CampaignLink.Duplicates.REVIEW)
    rule(world, "alert")

    world.send(someone("p1"))

    assert world.ends() == {"p1": ("failed", "refused_by_salesforce")}
    assert world.people("ada.lovelace@example.org") == []
