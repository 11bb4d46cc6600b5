"""The first steps in a browser: somebody without an account connects Salesforce by a link; the webhook is tried."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from tests.browser.conftest import Visitor, visit
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_salesforce_is_connected_by_somebody_else_and_the_webhook_is_tried(
    world: World, visitor: Visitor, chromium: Browser, live_server: LiveServer
) -> None:
    CampaignLink.objects.all().delete()
    SalesforceOrg.objects.all().delete()
    page = visitor.open("/admin/")
    page.get_by_role("link", name="Ask my Salesforce administrator").click()
    page.fill("#id_name", "Acme")
    page.get_by_role("button", name="Make the link and the text").click()
    link = page.locator("#invitation-link").inner_text()
    for somebody in visit(chromium, live_server, width=400, language="fr"):
        theirs = somebody.page
        theirs.goto(link)
        expect(theirs.get_by_role("heading", name="Connecter Salesforce : Acme")).to_be_visible()
        assert "#" not in theirs.url
        theirs.fill("#client_credentials_login_url", world.salesforce.url)
        theirs.fill("#client_credentials_client_id", "simulator-client")
        theirs.fill("#client_credentials_client_secret", "simulator-secret")
        theirs.get_by_role("button", name="Enregistrer et vérifier").first.click()
        expect(theirs.get_by_role("heading", name="Acme est enregistré")).to_be_visible()
        must_fit(theirs)
        assert somebody.complaints == []
    page = visitor.open("/admin/first-steps/")
    page.get_by_role("link", name="Make a source").click()
    page.fill("#id_name", "inwink production")
    page.click("[name=_save]")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("This message only tried the way.")).to_be_visible()
    assert not OutboxEntry.objects.exists()
    assert visitor.complaints == []
