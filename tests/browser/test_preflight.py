"""The checks of a connection and a link in a real browser, beside the local Salesforce."""

import re

import pytest
from playwright.sync_api import expect

from connector.models import SalesforceOrg
from tests.browser.conftest import Visitor
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_connection_turns_from_red_to_green(world: World, visitor: Visitor) -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)
    world.switch(view_all=False, hidden_fields={"Lead": ["Email"]})
    page = visitor.open(f"/admin/connector/salesforceorg/{world.org.pk}/change/")
    expect(page.get_by_text("not certain: nobody is created")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("2 things to mend")).to_be_visible()
    bad = page.get_by_role("region", name="To mend").get_by_role("listitem")
    expect(bad).to_have_count(2)
    expect(bad.nth(1)).to_contain_text("View All Records on Contact")

    world.switch(view_all=True, hidden_fields={})
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("All good")).to_be_visible()
    expect(page.get_by_role("region", name="To mend")).to_have_count(0)

    page.get_by_role("link", name="Back to the organisation").click()
    expect(page.get_by_text(re.compile("proved by its permission sets, last at"))).to_be_visible()
    assert visitor.complaints == []


def test_missing_statuses_are_created_from_the_page_of_the_link(world: World, visitor: Visitor) -> None:
    world.delete(world.label("Attended"))
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/change/")
    page.get_by_role("button", name="Check in Salesforce").click()
    expect(page.get_by_text("1 thing to mend")).to_be_visible()
    expect(page.get_by_role("region", name="To know")).to_contain_text("Create the missing statuses")
    page.get_by_role("link", name="Back to the link").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Create the missing statuses…").click()
    expect(page.get_by_text("counts as responded")).to_be_visible()
    page.get_by_role("button", name="Create the missing statuses").click()
    expect(page.get_by_text("1 status created: Attended.")).to_be_visible()
    page.get_by_role("button", name="Check in Salesforce").click()
    expect(page.get_by_text("All good")).to_be_visible()
    assert visitor.complaints == []


def test_who_may_not_create_them_gets_a_text_to_send(world: World, visitor: Visitor) -> None:
    world.delete(world.label("Attended"))
    world.switch(marketing_user=False)
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/statuses/")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("button", name="Create the missing statuses")).to_have_count(0)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    letter = page.evaluate("navigator.clipboard.readText()")
    assert "- Attended (tick “Responded”)" in letter.splitlines()
    assert world.link.campaign_id in letter
    assert visitor.complaints == []
