"""Every page can be used by everybody: no serious finding of axe-core, none wider than a phone, nothing refused."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.invitations.issue import invite_integrator, invite_salesforce_admin
from tests.browser.conftest import Visitor, visit
from tests.browser.look import find_faults
from tests.factories import WebhookSourceFactory
from tests.house import QUEUE, WRITTEN_BY_US, House, is_page
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PARTS = 4
"""The pages are opened by so many tests, which can run at once."""

ALIKE = {
    f"admin:{model}_history"
    for model in (
        *(f"connector_{name}" for name in WRITTEN_BY_US), *(f"django_q_{name}" for name in QUEUE),
        "connector_webhooksource", "connector_linktemplate", "connector_salesforceorg", "auth_user", "auth_group",
    )
}  # fmt: skip
"""Pages of one template, of which the history of a link is opened."""


def faults_of(visitor: Visitor, paths: list[str]) -> list[str]:
    """Open pages one after the other; return what is wrong with them."""
    return [fault for path in paths for fault in find_faults(visitor.open(path))]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_a_site_in_use(world: World, admin_client: Client, visitor: Visitor, part: int) -> None:
    house = House(world, admin_client)
    house.furnish(3)
    house.use()
    named = [address for name, address in house.addresses().items() if is_page(name) and name not in ALIKE]
    assert faults_of(visitor, [*named, *house.variants()][part::PARTS]) == []
    assert visitor.complaints == []


def test_every_list_of_an_empty_site(visitor: Visitor) -> None:
    lists = ["campaignlink", "outboxentry", "outboxentry/problems", "outboxentry/answers", "syncattempt", "errand",
             "webhookmessage", "unlinkedevent", "salesforceorg", "campaignlink/wizard"]  # fmt: skip
    assert faults_of(visitor, ["/admin/", *(f"/admin/connector/{name}/" for name in lists)]) == []
    assert visitor.complaints == []


def test_pages_that_say_no_can_be_used_by_everybody(visitor: Visitor) -> None:
    gone = ("/admin/connector/outboxentry/9999/change/", "/admin/connector/outboxentry/add/", "/nowhere/")
    assert faults_of(visitor, list(gone)) == []
    assert [text for text in visitor.complaints if "the server responded with a status of 40" not in text] == []


@pytest.fixture
def stranger(chromium: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    """Return somebody who is not signed in."""
    yield from visit(chromium, live_server)


def test_what_somebody_sees_who_has_no_account(world: World, stranger: Visitor) -> None:
    CampaignLink.objects.all().delete()
    SalesforceOrg.objects.all().delete()
    faults = faults_of(stranger, ["/admin/login/", "/invitation/"])
    page, now = stranger.page, timezone.now()
    salesforce = invite_salesforce_admin(org=None, name="Acme", by="olga", now=now)
    webhook = invite_integrator(WebhookSourceFactory.create(name="inwink"), by="olga", now=now)
    for invitation, name in ((salesforce, "Acme"), (webhook, "inwink")):
        page.goto("about:blank")  # else only what stands behind the # would change, and nothing be loaded
        stranger.open(f"/invitation/#{invitation.token}")
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        faults += find_faults(page)
    assert faults == []
    assert stranger.complaints == []
