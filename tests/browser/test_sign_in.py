"""Log in with Salesforce in a real browser, on the local Salesforce's own page, and disconnect."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connector.models import CampaignLink, SalesforceOrg
from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def log_in_at_salesforce(page: Page, *, button: str = "Log in and allow") -> None:
    page.fill("#username", "integration@simulator.example")
    page.fill("#password", "simulator-password")
    page.get_by_role("button", name=button).click()


def keep_picture(page: Page, name: str) -> None:
    """Save what is seen, for the documentation, where SCREENSHOTS names a directory."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_somebody_logs_in_with_salesforce_and_disconnects(world: World, visitor: Visitor) -> None:
    CampaignLink.objects.all().delete()
    SalesforceOrg.objects.all().delete()
    page = visitor.open("/admin/connector/salesforceorg/add/")
    page.get_by_text("Other ways").click()
    page.check("input[name=auth][value=web_server]")
    expect(page.locator("#id_private_key")).not_to_be_visible()
    expect(page.get_by_text(f"{visitor.address}/admin/connector/salesforceorg/callback/")).to_be_visible()
    page.fill("#id_name", "Acme")
    page.fill("#id_login_url", world.salesforce.url)
    page.fill("#id_client_id", "simulator-client")
    page.fill("#id_client_secret", "simulator-secret")
    page.click("[name=_save]")
    expect(page.get_by_text("Not connected yet").first).to_be_visible()
    keep_picture(page, "sign-in")
    page.get_by_role("button", name="Log in with Salesforce").click()
    expect(page.get_by_text("Log in there as the integration user, not as yourself")).to_be_visible()
    page.get_by_role("link", name="Continue to Salesforce").click()
    expect(page.get_by_role("heading", name="Local Salesforce simulator")).to_be_visible()
    log_in_at_salesforce(page, button="Deny")
    expect(page.get_by_text("The access was denied on the page of Salesforce.")).to_be_visible()
    page.get_by_role("button", name="Log in with Salesforce").press("Enter")
    page.get_by_role("link", name="Continue to Salesforce").press("Enter")
    log_in_at_salesforce(page)
    expect(page.get_by_text("Connected to the Salesforce organisation")).to_be_visible()
    expect(page.locator(".cx-tag-good", has_text="Connected")).to_be_visible()
    assert "code=" not in page.url
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Signed in to organisation")).to_be_visible()
    page.get_by_role("link", name="Back to the organisation").click()
    page.get_by_role("link", name="Disconnect…").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Disconnected. The access was given back")).to_be_visible()
    assert not SalesforceOrg.objects.get().refresh_token
    assert world.salesforce.org.accounts._refresh == {}
    visitor.open("/admin/")
    page.get_by_role("button", name="Log in with Salesforce").click()
    expect(page.get_by_role("link", name="Continue to Salesforce")).to_be_visible()
    assert visitor.complaints == []


def test_signing_in_fits_a_phone_in_french(world: World, french_phone: Visitor) -> None:
    SalesforceOrg.objects.update(auth="web_server", state="reconnect_needed", pause_code="refresh_token_expired")
    for path in ("/admin/", f"/admin/connector/salesforceorg/{world.org.pk}/change/"):
        page = french_phone.open(path)
        expect(page.get_by_text("Salesforce a mis fin à la connexion").first).to_be_visible()
        must_fit(page)
    page.get_by_role("button", name="Se connecter avec Salesforce").click()
    expect(page.get_by_role("link", name="Continuer vers Salesforce")).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []
