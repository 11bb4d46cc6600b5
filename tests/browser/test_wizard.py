"""The link wizard in a real browser: one journey at a desk, and every step in French on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from connector.models import CampaignLink, UnlinkedParticipant
from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.factories import LinkTemplateFactory, UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVENT = "event-forum"
START = "/admin/connector/campaignlink/wizard/"
AFTER_CAMPAIGN = ("labels", "who", "policies", "people", "mappings", "preview", "activate")


def wait_for_link() -> None:
    """Let five people wait, one of whom is staff."""
    UnlinkedEventFactory.create(event_id=EVENT, event_name="Forum des ressources humaines 2027")
    for category in ("Visitor", "Visitor", "Visitor", "Visitor", "Staff"):
        row = UnlinkedParticipantFactory.create(event_id=EVENT)
        row.payload = {**row.payload, "custom": {"category": category, "fields.optin": "yes"}}
        row.save()


def press(page: Page, go: str) -> None:
    """Press a button at the foot of a step."""
    page.locator(f".cx-wizard-buttons button[value='{go}']").click()


def option(page: Page, name: str, value: str) -> Locator:
    """Return one option of a field."""
    return page.locator(f"input[name='{name}'][value='{value}']")


def create_campaign(page: Page, words: re.Pattern[str]) -> None:
    """Create the campaign of the event after the model of the only one there is, by keyboard."""
    page.locator("button[value='new-campaign']").click()
    page.locator("#id_campaign").press_sequentially("salon")
    expect(page.get_by_role("option", name="Salon 2026")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("form.cx-wform button[type=submit]").click()
    page.fill("#id_Name", "Forum RH 2027")
    page.fill("#id_StartDate", "2027-01-20")
    page.fill("#id_EndDate", "2027-01-21")
    page.locator("form.cx-wform button[type=submit]").click()
    expect(page.get_by_text(words)).to_be_visible()


def test_an_event_is_linked_step_by_step(world: World, visitor: Visitor) -> None:
    wait_for_link()
    page = visitor.open("/admin/")
    page.get_by_role("link", name="Link to a campaign…").first.click()
    expect(page.get_by_label(re.compile("Forum des ressources humaines"))).to_be_checked()
    press(page, "next")
    create_campaign(page, re.compile("Created in Salesforce: Forum RH 2027"))
    expect(page.locator("#id_status_attended")).to_have_value("Attended")
    page.select_option("#id_status_refused", "Declined")
    expect(page.locator("[data-part=fates] tr", has_text="Declined")).to_contain_text("written for: Refused")
    press(page, "next")
    expect(page.get_by_text("As it is ticked now, 5 new people are created.")).to_be_visible()
    page.get_by_label("Registered Whoever ever registered").uncheck()
    expect(page.get_by_text("As it is ticked now, 0 new people are created.")).to_be_visible()
    page.get_by_label("Registered Whoever ever registered").check()
    option(page, "leave_out", "category\tStaff").check()
    press(page, "next")
    option(page, "update_existing", "on").check()
    press(page, "back")
    expect(option(page, "leave_out", "category\tStaff")).to_be_checked()
    press(page, "next")
    expect(option(page, "update_existing", "on")).to_be_checked()
    press(page, "next")
    press(page, "next")
    expect(page.get_by_text("Choose to whom new people belong.")).to_be_visible()
    option(page, "owner_choice", "id").check()
    expect(page.locator("#id_owner_id")).to_be_visible()
    option(page, "owner_choice", "integration_user").check()
    press(page, "later")
    page.get_by_role("link", name="Forum des ressources humaines 2027").click()
    page.get_by_label("fill Lead · Title").uncheck()
    press(page, "next")
    expect(page.get_by_text("new Leads are created and join the campaign")).to_be_visible()
    expect(page.locator(".cx-preview-count").first).to_have_text("4")
    press(page, "next")
    page.get_by_role("button", name="Link the event").click()
    expect(page.get_by_text("The event is linked.")).to_be_visible()
    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert (link.status_refused, link.update_existing, link.only) == (
        "Declined", True, [{"source": "category", "not_in": ["Staff"]}])  # fmt: skip
    assert list(link.mappings.filter(enabled=False).values_list("object", "field")) == [("lead", "Title")]
    world.drain()
    assert not UnlinkedParticipant.objects.exists()
    assert link.entries.filter(state="synced").count() == 4
    assert visitor.complaints == []


def test_enter_goes_on_and_searches_where_one_searches(world: World, visitor: Visitor) -> None:
    wait_for_link()
    page = visitor.open(START)
    page.get_by_label(re.compile("Forum des ressources humaines")).check()
    page.locator("#event_name").press("Enter")
    expect(page).to_have_url(re.compile("/campaign/$"))
    page.locator("#id_campaign").press_sequentially("zzz")
    page.locator("#id_campaign").press("Enter")
    expect(page.get_by_text("No campaign found.")).to_be_visible()
    create_campaign(page, re.compile("Created in Salesforce: Forum RH 2027"))
    for slug in ("who", "policies"):
        press(page, "next")
        expect(page).to_have_url(re.compile(f"/{slug}/$"))
    page.locator("#id_closes_after_days").press("Enter")
    expect(page).to_have_url(re.compile("/people/$"))
    option(page, "owner_choice", "id").check()
    page.locator("#owner_q").fill("vente")
    page.locator("#owner_q").press("Enter")
    expect(page.get_by_text("Sacha Vente")).to_be_visible()
    expect(page).to_have_url(re.compile("/people/$"))
    assert visitor.complaints == []


def test_every_step_fits_a_phone_and_speaks_french(world: World, french_phone: Visitor) -> None:
    wait_for_link()
    LinkTemplateFactory.create(name="Un modèle dont le nom est vraiment très long pour un téléphone")
    page = french_phone.open(START)
    reads_well(page, "event")
    page.get_by_label(re.compile("Forum des ressources")).check()
    press(page, "next")
    reads_well(page, "campaign")
    create_campaign(page, re.compile("Créée dans Salesforce"))
    for step in AFTER_CAMPAIGN:
        expect(page).to_have_url(re.compile(f"/{step}/$"))
        expect(page.locator("[data-auto]")).to_have_count(0)
        reads_well(page, step)
        if step == "people":
            option(page, "owner_choice", "integration_user").check()
        if step != "activate":
            press(page, "next")
    press(page, "activate")
    expect(page.get_by_text("L’événement est lié.")).to_be_visible()
    assert french_phone.complaints == []


def reads_well(page: Page, step: str) -> None:
    """Check that a page needs no sideways scrolling and is in French."""
    must_fit(page)
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert not re.search(r"\b(Next|Back|Which|What|Whoever)\b", page.locator(".cx-wizard").inner_text()), step
