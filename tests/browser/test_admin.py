"""The admin in a real browser: the journeys of somebody who sets up and watches a link."""

import re

import pytest
from playwright.sync_api import expect

from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg, WebhookSource
from tests.browser.conftest import Visitor
from tests.browser.look import find_faults, must_fit
from tests.factories import OutboxEntryFactory, SyncAttemptFactory, UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_organisation_is_connected_and_tested(world: World, visitor: Visitor) -> None:
    CampaignLink.objects.all().delete()
    SalesforceOrg.objects.all().delete()
    page = visitor.open("/admin/connector/salesforceorg/add/")
    expect(page.locator("#id_username")).not_to_be_visible()
    page.get_by_text("Other ways").click()
    page.check("input[name=auth][value=password]")
    expect(page.locator("#id_username")).to_be_visible()
    page.check("input[name=auth][value=client_credentials]")
    page.fill("#id_name", "Acme")
    page.fill("#id_login_url", world.salesforce.url)
    page.fill("#id_client_id", "simulator-client")
    page.fill("#id_client_secret", "simulator-secret")
    page.click("[name=_continue]")
    expect(page.get_by_text("Nobody is created in this organisation yet.")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("Signed in to organisation")).to_be_visible()
    expect(page.get_by_text("All good")).to_be_visible()
    assert visitor.complaints == []


def test_a_source_shows_its_secret_once_and_copies_it(visitor: Visitor) -> None:
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open("/admin/connector/webhooksource/add/")
    page.fill("#id_name", "inwink production")
    page.click("[name=_save]")
    secret = page.locator("#webhook-secret").inner_text()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name="Copy").nth(1).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("link", name="I have copied it").click()
    expect(page.locator("#webhook-address")).to_contain_text(str(WebhookSource.objects.get().pk))
    assert secret not in page.content()
    assert visitor.complaints == []


def test_an_event_is_linked_by_keyboard(world: World, visitor: Visitor) -> None:
    [campaign] = world.add("Campaign", {"Name": "Forum RH 2027", "IsActive": True})
    world.add(
        "CampaignMemberStatus",
        {"CampaignId": campaign, "Label": "Inscrit", "SortOrder": 10},
        {"CampaignId": campaign, "Label": "Présent", "SortOrder": 11},
    )
    UnlinkedEventFactory.create(event_id="event-forum", event_name="Forum RH")
    UnlinkedParticipantFactory.create_batch(3, event_id="event-forum")
    page = visitor.open("/admin/connector/campaignlink/plain/?inwink_event_id=event-forum")
    expect(page.locator("#id_inwink_event_id")).to_have_value("event-forum")
    page.locator("#id_campaign").press_sequentially("forum rh")
    expect(page.get_by_role("option", name="Forum RH 2027")).to_be_visible()
    assert list(find_faults(page)) == [], "the open list is read in both themes"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_status_registered")).to_have_value("Inscrit")
    expect(page.locator("#id_status_attended")).to_have_value("Présent")
    page.select_option("#id_owner_choice", "integration_user")
    page.click("[name=_save]")
    expect(page.get_by_text("The event is linked.")).to_be_visible()
    link = CampaignLink.objects.get(inwink_event_id="event-forum")
    assert (link.campaign_id, link.status_attended, link.mappings.count()) == (campaign, "Présent", 9)
    assert visitor.complaints == []


def test_the_picker_says_when_salesforce_is_away(world: World, visitor: Visitor) -> None:
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9")
    page = visitor.open("/admin/connector/campaignlink/plain/")
    page.fill("#id_campaign", "forum")
    expect(page.locator("#id_campaign_status")).to_contain_text("Salesforce did not answer usefully.")


def test_an_ambiguous_participant_is_answered_and_everybody_sent_again(world: World, visitor: Visitor) -> None:
    candidates = [{"type": "Contact", "id": "003000000000101AAA", "name": "Grace Hopper"}]
    entry = OutboxEntryFactory.create(
        link=world.link, state=EntryState.NEEDS_ANSWER, reason=Reason.AMBIGUOUS, candidates=candidates
    )
    OutboxEntryFactory.create(link=world.link, state=EntryState.FAILED)
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    page.get_by_role("link", name="1", exact=True).first.click()
    page.get_by_role("link", name=entry.email_key).click()
    page.get_by_label(re.compile("Grace Hopper")).check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your answer is kept and carried out.")).to_be_visible()
    visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    page.get_by_role("link", name="Send the failed ones again…").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("1 participant is sent again.")).to_be_visible()
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {EntryState.PENDING}
    assert visitor.complaints == []


PAGES = ["", "connector/campaignlink/", "connector/outboxentry/", "connector/syncattempt/", "connector/webhookmessage/"]


def test_every_page_fits_a_phone_and_speaks_french(world: World, french_phone: Visitor) -> None:
    entry = OutboxEntryFactory.create(link=world.link, state=EntryState.FAILED, error_code="STRING_TOO_LONG")
    attempt = SyncAttemptFactory.create(entry=entry, changes={"Contact.Title": ["CMO " * 20, "unbroken" * 12]})
    UnlinkedEventFactory.create(event_name="Un événement dont le nom est vraiment très long")
    own = [
        f"connector/outboxentry/{entry.pk}/change/",
        f"connector/syncattempt/{attempt.pk}/change/",
        f"connector/campaignlink/{world.link.pk}/change/",
        "connector/campaignlink/plain/",
        f"connector/salesforceorg/{world.org.pk}/change/",
        "connector/webhooksource/add/",
    ]
    for path in [*PAGES, *own]:
        page = french_phone.open(f"/admin/{path}")
        must_fit(page)
        assert page.evaluate("document.documentElement.lang") == "fr"
    french_phone.open(f"/admin/connector/outboxentry/{entry.pk}/change/")
    after = french_phone.page.locator("ins").bounding_box()
    assert after is not None
    assert after["x"] + after["width"] <= 400, "the new value is cut"
    expect(french_phone.page.get_by_text("Étape suivante :").first).to_be_visible()
    assert french_phone.complaints == []
