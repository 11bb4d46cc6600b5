"""A link is checked against Salesforce as it is now, and each thing that is not well comes with what to do."""

from typing import Any

import pytest
from django.utils.translation import override

from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.preflight.check import Check
from connector.pipeline.preflight.link import check_link
from tests.world import World


def check(world: World) -> dict[str, Check]:
    """Return {name: check} of the world's link."""
    world.link.refresh_from_db()
    return {one.name: one for one in check_link(world.link)}


def bad(world: World) -> list[str]:
    """Return the names of the checks that are not ok."""
    return [name for name, one in check(world).items() if not one.ok]


def test_a_good_link_passes(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    checks = check(world)
    assert list(checks) == [
        "campaign", "statuses", "rights Lead", "rights CampaignMember", "mappings", "new_owner", "visibility",
        "duplicate_rules", "assignment_rules",
    ]  # fmt: skip
    assert all(one.ok for one in checks.values())
    assert "Salon 2026" in checks["campaign"].detail
    assert "Registered = Registered" in checks["statuses"].detail


def test_the_states_are_named_in_the_language_of_the_reader(world: World) -> None:
    with override("fr"):
        assert "Inscrit = Registered, Est venu = Attended" in check(world)["statuses"].detail


def test_an_inactive_campaign_is_told(world: World) -> None:
    world.change("Campaign", world.link.campaign_id, IsActive=False)
    found = check(world)["campaign"]
    assert (found.ok, "Tick Active" in found.advice) == (False, True)


def test_a_campaign_that_is_gone_is_told(world: World) -> None:
    world.configure(campaign_id="701000000000009AAA")
    (found,) = check(world).values()
    assert found.name == "campaign"
    assert "701000000000009AAA" in found.detail


def test_a_label_that_is_gone_is_told_with_those_that_exist(world: World) -> None:
    world.configure(status_attended="Came", status_refused="declined")
    checks = check(world)
    assert bad(world) == ["statuses.attended", "statuses.refused"]
    assert "Sent, Registered, Attended, Declined, No show" in checks["statuses.attended"].advice
    assert "only “Declined”" in checks["statuses.refused"].detail


def test_mappings_are_told_one_by_one(world: World) -> None:
    world.map("campaign_member", "Gone__c", "fields.x")
    world.map("lead", "Name", "fields.y")
    world.map("lead", "Website", "fields.z", enabled=False)
    world.control("settings", {"readonly_fields": {"Contact": ["Title"]}})
    assert bad(world) == ["mapping contact.Title", "mapping campaign_member.Gone__c", "mapping lead.Name"]


def test_mappings_of_an_object_that_is_not_written_do_not_matter(world: World) -> None:
    world.configure(match="lead_only")
    world.control("settings", {"readonly_fields": {"Contact": ["Title"]}})
    assert bad(world) == []


def test_required_fields_of_new_records_must_be_covered(world: World) -> None:
    world.control("settings", {"required_fields": {"Lead": ["Website"], "CampaignMember": ["Dietary__c"]}})
    assert check(world)["required_fields"].ok is False
    world.map("lead", "Website", "", constant="https://example.org")
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    assert bad(world) == []
    world.configure(create_as="contact")
    assert bad(world) == []


def test_a_placeholder_covers_a_required_field(world: World) -> None:
    world.link.mappings.filter(object="lead", field="Company").delete()
    assert bad(world) == []
    world.configure(placeholders={"company": "", "last_name": "x"})
    assert bad(world) == ["required_fields"]


def test_the_right_to_create_is_needed_only_where_somebody_is_created(world: World) -> None:
    world.control("settings", {"object_access": {"Lead": {"createable": False}}})
    assert "rights Lead" in bad(world)
    world.configure(create_as="nobody")
    assert "rights Lead" not in check(world)


@pytest.mark.parametrize(("lacks", "says"), [("createable", "create"), ("updateable", "edit")])
def test_without_the_rights_on_members_a_link_is_not_well(world: World, lacks: str, says: str) -> None:
    world.configure(pause_kind="configuration", pause_code="object_access_gone")
    world.control("settings", {"object_access": {"CampaignMember": {lacks: False}}})
    assert check(world)["rights CampaignMember"].advice.endswith(f": {says}.")
    assert CampaignLink.objects.get().pause_kind == "configuration"


def test_a_link_that_waited_to_be_mended_is_tried_again_when_all_is_well(world: World) -> None:
    world.configure(pause_kind="configuration", pause_code="label_gone", status_attended="Came")
    assert bad(world) == ["statuses.attended"]
    assert CampaignLink.objects.get().pause_kind == "configuration"
    world.configure(status_attended="Attended")
    assert bad(world) == []
    assert CampaignLink.objects.get().pause_kind == ""


def test_fresh_answers_are_taken_not_cached_ones(world: World) -> None:
    check(world)
    world.control("settings", {"hidden_fields": {"Lead": ["Title"]}})
    assert bad(world) == ["mapping lead.Title"]


def test_a_sign_in_that_fails_is_the_only_check(world: World) -> None:
    SalesforceOrg.objects.update(client_id="nobody")
    assert bad(world) == ["sign_in"]


def test_missing_statuses_are_told_with_whether_they_can_be_created(world: World) -> None:
    world.configure(status_attended="Came", status_refused="Sorry")
    found = check(world)["create_statuses"]
    assert (found.ok, "may create them: Came, Sorry." in found.detail) == (True, True)
    assert "create_statuses: true" in found.advice


@pytest.mark.parametrize(
    ("switches", "why"),
    [
        ({"marketing_user": False}, "It is no Marketing User."),
        ({"object_access": {"CampaignMemberStatus": {"createable": False}}}, "lacks edit access to campaigns"),
        ({"marketing_user": False, "hidden_fields": {"User": ["UserPermissionsMarketingUser"]}}, "Came. "),
    ],
)
def test_who_may_not_create_statuses_is_told_why(world: World, switches: dict[str, Any], why: str) -> None:
    world.configure(status_attended="Came")
    world.switch(**switches)
    found = check(world)["create_statuses"]
    assert (found.ok, why in found.detail) == (False, True)


def test_marketing_user_matters_only_where_statuses_are_missing(world: World) -> None:
    world.switch(marketing_user=False)
    assert bad(world) == []


def test_a_link_that_creates_people_says_whether_it_may(world: World) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    world.configure(pause_kind="configuration", pause_code="label_gone")
    assert bad(world) == ["visibility"]
    assert CampaignLink.objects.get().pause_kind == "", "people who are there already are served"
    world.configure(create_as="nobody")
    assert "visibility" not in check(world)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"duplicates": "allow"}, "only warns is overridden"),
        ({"duplicates": "review"}, "warns refuses the person for this link too"),
    ],
)
def test_it_says_what_duplicate_rules_will_do(world: World, columns: dict[str, Any], words: str) -> None:
    assert check(world)["duplicate_rules"].detail == "No duplicate rule for Contacts or Leads is active."
    world.switch(duplicate_rules={"Lead": {"action": "alert"}})
    world.configure(**columns)
    assert words in check(world)["duplicate_rules"].detail


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "This link does not use it"),
        ({"new_owner": "assignment_rules"}, "leaves the owner of new Leads to it"),
        ({"new_owner": "assignment_rules", "create_as": "contact"}, "belong to the integration user"),
        ({"create_as": "nobody"}, "An assignment rule for Leads is active."),
    ],
)
def test_it_says_whom_new_people_will_belong_to(world: World, columns: dict[str, Any], words: str) -> None:
    world.switch(assignment_rule_owner="005000000000001AAA")
    world.configure(**columns)
    assert words in check(world)["assignment_rules"].detail


def test_choices_of_value_tables_are_looked_up_in_unrestricted_picklists_too(world: World) -> None:
    world.map("lead", "Industry", "fields.sector", values={"tech": "Technology", "bank": "Bankingg"})
    world.map("lead", "Rating", "fields.rating", default="Tepid")
    world.map("lead", "LeadSource", "", constant="No such source")
    assert bad(world) == ["mapping lead.Industry", "mapping lead.Rating", "mapping lead.LeadSource"]


def test_no_word_is_lost_on_a_rule_that_there_is_not(world: World) -> None:
    assert check(world)["assignment_rules"].detail == "No assignment rule for Leads is active."
