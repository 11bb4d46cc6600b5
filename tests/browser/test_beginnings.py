"""The next event of the same kind: linked by a template, or as another link, until its people are in the campaign."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from connector.models import CampaignLink, FieldMapping
from tests.acceptance.people import someone
from tests.admin.links.forms import new_campaign
from tests.browser.conftest import Reader
from tests.browser.test_event_day import post
from tests.factories import WebhookSourceFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVENT = "event-forum"


def set_up(world: World, reader: Reader) -> str:
    """Have a link that is not as usual, and people who wait for the next event; returns the next campaign."""
    world.add("CampaignMemberStatus", {"CampaignId": world.link.campaign_id, "Label": "Signed up", "SortOrder": 9})
    leave_out = [{"source": "category", "not_in": ["Staff"]}]
    world.configure(status_registered="Signed up", new_owner="integration_user", only=leave_out)
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    FieldMapping.objects.filter(link=world.link, object="lead", field="Title").update(enabled=False)
    source = WebhookSourceFactory.create(name="inwink")
    about: dict[str, Any] = {"eventId": EVENT, "eventName": "Forum RH", "fields": {"dietary": "vegan"}}
    ada = someone("p1", category="Visitor", **about)
    post(reader.visitor.address, source.pk, ada, someone("p2", "Grace", "Hopper", category="Staff", **about))
    return new_campaign(world, labels=("Signed up", "Attended"))


def walk(reader: Reader) -> None:
    """Choose the event and its campaign, leave everything as it was begun, and activate."""
    page = reader.page
    page.get_by_label(re.compile("Forum RH")).check()
    reader.press("Next")
    page.locator("#id_campaign").press_sequentially("forum")
    expect(page.get_by_role("option", name=re.compile("Forum RH 2027"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reader.press("Next")
    expect(page.locator("#id_status_registered")).to_have_value("Signed up")
    for step in ("labels", "who", "policies", "people", "mappings", "preview"):
        expect(page).to_have_url(re.compile(f"/{step}/$"))
        expect(page.locator("[data-auto]")).to_have_count(0)
        reader.press("Next")
    reader.press("Link the event")
    page.wait_for_url("**/event/")


def assert_arrived(world: World, campaign: str) -> None:
    """Find Ada in the campaign as the first link would have brought her, and nobody else."""
    world.drain()
    [lead] = world.people("ada.lovelace@example.org")
    assert (lead["type"], lead["Company"], lead.get("Title")) == ("Lead", "Analytical", None)
    [member] = [row for row in world.rows("CampaignMember") if row["CampaignId"] == campaign]
    assert (member["LeadId"], member["Status"], member["Dietary__c"]) == (lead["Id"], "Signed up", "vegan")
    ends = CampaignLink.objects.get(inwink_event_id=EVENT).entries.order_by("participant_key")
    assert list(ends.values_list("state", "reason")) == [("synced", ""), ("left_out", "filtered")]


def test_an_event_is_linked_by_a_template_and_its_people_arrive(world: World, reader: Reader) -> None:
    campaign = set_up(world, reader)
    page = reader.open("/admin/")
    reader.follow_named(str(world.link))
    reader.follow("Settings")
    reader.follow("Save as template…")
    page.fill("#id_name", "Forum")
    page.keyboard.press("Enter")
    reader.reads(reader.words("Saved. The template “%(name)s” can be chosen for new events.", name="Forum"))
    reader.menu("Event templates")
    reader.follow("Link an event with it…")
    assert page.locator("#begin option:checked").inner_text() == "Forum"
    walk(reader)
    assert_arrived(world, campaign)


def test_an_event_is_linked_as_another_one_and_its_people_arrive(world: World, reader: Reader) -> None:
    campaign = set_up(world, reader)
    page = reader.open("/admin/")
    reader.follow_named(str(world.link))
    reader.follow("Settings")
    reader.follow("Link another event like this one…")
    assert page.locator("#begin option:checked").inner_text() == str(world.link)
    walk(reader)
    assert_arrived(world, campaign)
