"""Missing member statuses are made on request, once, and never behind anybody's back (rule 4.3)."""

from typing import Any

import pytest

from connector.models import CampaignLabels, CampaignLink
from connector.pipeline.setup.member_statuses import create_link_statuses, look_at_statuses
from tests.acceptance.people import someone
from tests.world import World


def statuses(world: World) -> list[tuple[str, int, bool, bool]]:
    """Return (label, place, counts as responded, is default) of the campaign's statuses, in their order."""
    rows = [row for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == world.link.campaign_id]
    ordered = sorted(rows, key=lambda row: row["SortOrder"])
    return [(row["Label"], row["SortOrder"], row["HasResponded"], row["IsDefault"]) for row in ordered]


@pytest.fixture
def lacking(world: World) -> World:
    """A campaign as Salesforce makes them, with a default alone."""
    for label in ("Registered", "Attended", "Declined", "No show"):
        world.delete(world.label(label))
    world.configure(status_refused="Declined")
    return world


def test_what_is_missing_is_made_behind_what_is_there(lacking: World) -> None:
    made = create_link_statuses(lacking.link)

    assert made.created == ("Registered", "Attended", "Declined")
    assert statuses(lacking) == [
        ("Sent", 1, False, True), ("Registered", 2, True, False), ("Attended", 3, True, False),
        ("Declined", 4, False, False),
    ]  # fmt: skip
    cached = CampaignLabels.objects.get(campaign_id=lacking.link.campaign_id).labels
    assert [row["label"] for row in cached] == ["Sent", "Registered", "Attended", "Declined"]


def test_a_second_press_makes_nothing(lacking: World) -> None:
    create_link_statuses(lacking.link)
    before = statuses(lacking)
    again = create_link_statuses(lacking.link)
    assert (again.created, again.missing, statuses(lacking)) == ((), {}, before)


def test_what_somebody_made_meanwhile_is_left_alone(lacking: World) -> None:
    campaign = {"CampaignId": lacking.link.campaign_id, "SortOrder": 7, "HasResponded": False, "IsDefault": False}
    lacking.add("CampaignMemberStatus", {**campaign, "Label": "Attended"})
    assert create_link_statuses(lacking.link).created == ("Registered", "Declined")
    assert ("Attended", 7, False, False) in statuses(lacking)


def test_a_link_that_waited_for_a_status_goes_on(lacking: World) -> None:
    lacking.send(someone("p1"))
    assert CampaignLink.objects.get().pause_code == "label_gone"

    create_link_statuses(lacking.link)
    lacking.drain()

    assert lacking.ends() == {"p1": ("synced", "")}
    assert lacking.members()["ada.lovelace@example.org"] == "Registered"


def test_who_may_not_is_told_and_nothing_is_written(lacking: World) -> None:
    lacking.switch(marketing_user=False)
    before = statuses(lacking)
    found = create_link_statuses(lacking.link)
    assert (found.may_create, found.created, statuses(lacking)) == (False, (), before)
    assert found.missing == {"Registered": True, "Attended": True, "Declined": False}


def test_what_salesforce_refuses_is_told_and_the_rest_is_made(lacking: World) -> None:
    action = {"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": [1], "message": "not here"}
    lacking.fault(action, sobject="CampaignMemberStatus", method="POST")
    made = create_link_statuses(lacking.link)
    assert made.created == ("Registered", "Declined")
    assert (made.missing, "not here" in made.refusal) == ({"Attended": True}, True)


@pytest.mark.parametrize("act", [look_at_statuses, create_link_statuses])
def test_a_salesforce_that_does_not_answer_is_told(lacking: World, act: Any) -> None:
    lacking.salesforce.stop()
    assert act(lacking.link).problem_code == "no_connection"


def test_looking_writes_nothing(lacking: World) -> None:
    before = statuses(lacking)
    found = look_at_statuses(lacking.link)
    assert (found.may_create, list(found.missing)) == (True, ["Registered", "Attended", "Declined"])
    assert statuses(lacking) == before
