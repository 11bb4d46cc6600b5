"""Somebody is sought by email: no address of the way shows it, with scripts and without."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connector.core.outcomes import EntryState
from tests.browser.conftest import Visitor, visit
from tests.factories import OutboxEntryFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = "/admin/connector/outboxentry/"
ADA = "ada@example.org"
BOX = {"en": "Search", "fr": "Chercher"}


@pytest.fixture
def people(world: World) -> None:
    """Ada and somebody else."""
    OutboxEntryFactory.create(link=world.link, participant_key="ada", email_key=ADA, state=EntryState.SYNCED)
    OutboxEntryFactory.create(link=world.link, participant_key="ben", state=EntryState.SYNCED)


@pytest.fixture
def scriptless(chromium: Browser, live_server: LiveServer, admin_client: Client) -> Iterator[Visitor]:
    """Return an administrator whose browser runs no scripts."""
    for somebody in visit(chromium, live_server, scripts=False):
        session = admin_client.cookies["sessionid"].value
        somebody.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        yield somebody


@pytest.mark.usefixtures("people")
def test_a_search_is_followed_and_gone_back_from(either: tuple[Visitor, str]) -> None:
    visitor, language = either
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.url))
    visitor.open(f"{LIST}?standing=synced")
    box = page.get_by_role("textbox", name=BOX[language], exact=True)
    box.fill(ADA)
    box.press("Enter")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(box).to_have_value(ADA)
    rows.get_by_role("link", name=ADA).click()
    page.wait_for_url("**/change/**")
    page.go_back()
    expect(rows).to_have_count(1)
    page.go_back()
    expect(rows).to_have_count(2)
    assert [url for url in asked if "@" in url or "%40" in url] == []
    assert "standing=synced" in page.url


@pytest.mark.usefixtures("people")
def test_a_search_needs_no_scripts(scriptless: Visitor) -> None:
    page = scriptless.open(LIST)
    box = page.get_by_role("textbox", name="Search", exact=True)
    box.fill(ADA)
    box.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    assert "@" not in page.url
    assert "%40" not in page.url
