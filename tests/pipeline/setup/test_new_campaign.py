"""A campaign is made after the model of another one: its type, owner and member statuses, not its results."""

from datetime import date
from typing import Any

from connector.models import CampaignLabels
from connector.pipeline.setup.new_campaign import create_campaign, look_at_model
from tests.world import World

NEW = {"Name": "Forum RH 2027", "StartDate": date(2027, 1, 20), "EndDate": date(2027, 1, 21), "Status": "Planned"}


def campaigns(world: World, name: str) -> list[dict[str, Any]]:
    """Return the campaigns of that name."""
    return [row for row in world.rows("Campaign") if row["Name"] == name]


def statuses(world: World, campaign_id: str) -> list[tuple[str, bool, bool]]:
    """Return [(label, responded, default)] of a campaign, in its order."""
    rows = [row for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == campaign_id]
    rows.sort(key=lambda row: row["SortOrder"])
    return [(row["Label"], row["HasResponded"], row["IsDefault"]) for row in rows]


def test_the_new_campaign_has_the_types_and_statuses_of_its_model(world: World) -> None:
    world.change("Campaign", world.link.campaign_id, Type="Trade Show", ActualCost=900, NumberSent=5)
    made = create_campaign(world.org, world.link.campaign_id, NEW)
    assert made.campaign is not None
    assert not made.refusal
    [row] = campaigns(world, "Forum RH 2027")
    assert (row["Id"], row["Type"], row["IsActive"], row["StartDate"]) == (
        made.campaign.id, "Trade Show", True, "2027-01-20")  # fmt: skip
    assert (row.get("ActualCost"), row.get("NumberSent")) == (None, None)
    model = {one for one in statuses(world, world.link.campaign_id)}
    assert model <= set(statuses(world, made.campaign.id))
    assert sum(is_default for _label, _responded, is_default in statuses(world, made.campaign.id)) == 1
    assert CampaignLabels.objects.filter(campaign_id=made.campaign.id).exists()


def test_pressed_twice_it_is_made_once(world: World) -> None:
    first = create_campaign(world.org, world.link.campaign_id, NEW)
    second = create_campaign(world.org, world.link.campaign_id, NEW)
    assert second.campaign is None
    assert second.same_name == first.campaign
    assert len(campaigns(world, "Forum RH 2027")) == 1


def test_without_marketing_user_nothing_is_offered_and_nothing_made(world: World) -> None:
    world.switch(marketing_user=False)
    model = look_at_model(world.org, world.link.campaign_id)
    assert (model.may_create, model.may_create_statuses) == (False, False)
    made = create_campaign(world.org, world.link.campaign_id, NEW)
    assert made.campaign is None
    assert made.refusal
    assert campaigns(world, "Forum RH 2027") == []


def test_a_field_that_the_organisation_demands_is_asked_for(world: World) -> None:
    world.switch(required_fields={"Campaign": ["Description"]})
    model = look_at_model(world.org, world.link.campaign_id)
    assert [spec.name for spec in model.asked] == ["Description"]
    assert "Description" in create_campaign(world.org, world.link.campaign_id, NEW).refusal
    assert create_campaign(world.org, world.link.campaign_id, {**NEW, "Description": "RH"}).campaign is not None


def test_an_owner_who_left_does_not_stand_in_the_way(world: World) -> None:
    [owner] = world.add("User", {"Name": "Gone", "IsActive": False})
    world.change("Campaign", world.link.campaign_id, OwnerId=owner)
    made = create_campaign(world.org, world.link.campaign_id, NEW)
    assert made.campaign is not None
    [row] = campaigns(world, "Forum RH 2027")
    assert row["OwnerId"] != owner


def test_what_salesforce_refuses_is_said(world: World) -> None:
    rule = {"sobject": "Campaign", "field": "Name", "equals": "Forum RH 2027", "message": "Ask marketing first"}
    world.switch(validation_rules=[rule])
    made = create_campaign(world.org, world.link.campaign_id, NEW)
    assert "Ask marketing first" in made.refusal


def test_a_lost_answer_is_told_apart(world: World) -> None:
    world.fault({"close_after": True}, kind="collections")
    made = create_campaign(world.org, world.link.campaign_id, NEW)
    assert made.is_unclear
    assert len(campaigns(world, "Forum RH 2027")) == 1


def test_a_model_that_is_gone_is_an_answer(world: World) -> None:
    assert look_at_model(world.org, "701000000000999AAA").problem_code == "campaign_gone"
    world.org.login_url, world.org.access_token = "http://127.0.0.1:9", ""
    world.org.save()
    assert look_at_model(world.org, world.link.campaign_id).problem_code == "no_connection"
