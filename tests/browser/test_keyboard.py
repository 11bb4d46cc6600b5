"""The wizard and the mapping editor with a keyboard alone: every stop is seen, and nothing needs a pointer."""

import re

import pytest
from playwright.sync_api import Page, expect

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, FieldMapping
from tests.admin.links.forms import new_campaign
from tests.browser.conftest import Visitor
from tests.factories import OutboxEntryFactory, UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVENT = "event-forum"
PAST_MENU = "a.cx-skip"
STOPS = 120
"""More than any page has."""

_HIDDEN_STOP = """() => {
  const element = document.activeElement;
  const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const differs = (one) => {
    const twin = one.cloneNode(false); // what it looks like without the focus
    twin.removeAttribute("name");
    twin.removeAttribute("id");
    one.after(twin);
    const [here, there] = [getComputedStyle(one), getComputedStyle(twin)];
    const found = outlined(here) || ["boxShadow", "borderColor"].some((name) => here[name] !== there[name]);
    twin.remove();
    return found;
  };
  const box = (element.closest("label") || element).getBoundingClientRect();
  const isShown = box.width > 4 && box.height > 4 && box.bottom > 0 && box.top < window.innerHeight;
  const isMarked = [element, element.closest("label")].filter(Boolean).some(differs);
  return isShown && isMarked ? "" : element.outerHTML.slice(0, 200);
}"""
"""What has the focus, where nobody sees that it has; "" where it is seen."""


class Keyboard:
    """Somebody who has no pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: set[str] = set()

    def go_to(self, selector: str) -> None:
        """Press Tab until the focus is there; whoever looks sees at each stop where it is."""
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement === document.body"):
                continue
            if stop := self.page.evaluate(_HIDDEN_STOP):
                self.unseen.add(stop)
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no Tab leads to {selector} on {self.page.url}")

    def press(self, key: str, selector: str) -> None:
        """Go somewhere and press a key there."""
        self.go_to(selector)
        self.page.keyboard.press(key)

    def follow(self, selector: str) -> None:
        """Go to a link or a button, press Enter there and wait for the next page."""
        self.go_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, text: str, selector: str) -> None:
        """Go to a field and type."""
        self.go_to(selector)
        self.page.keyboard.type(text)


def button(go: str) -> str:
    """Return where a button at the foot of a step is."""
    return f".cx-wizard-buttons button[value='{go}']"


def test_the_first_stop_leads_past_the_menu(visitor: Visitor) -> None:
    page = visitor.open("/admin/connector/campaignlink/wizard/")
    keys = Keyboard(page)
    keys.press("Enter", PAST_MENU)
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)")
    assert keys.unseen == set()


@pytest.mark.parametrize("width", [1280, 400], ids=["desk", "phone"])
def test_the_menu_and_the_account_need_no_pointer(visitor: Visitor, width: int) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": 900})
    visitor.open("/admin/")
    keys = Keyboard(page)
    if width < 1000:
        keys.press("Enter", "button[aria-controls='nav-sidebar']")
        expect(page.get_by_role("button", name="Close the menu")).to_be_focused()
    keys.press("Enter", "h2 > button")
    keys.follow("#nav-sidebar a[href='/admin/auth/user/']")
    expect(page).to_have_url(re.compile("/auth/user/$"))
    visitor.open("/admin/")
    if width < 1000:
        keys.press("Enter", "button[aria-controls='nav-sidebar']")
    keys.press("Enter", ".cx-account")
    expect(page.locator(".cx-account")).to_have_attribute("aria-expanded", "true")
    keys.press("Space", "[aria-label='Your account'] button[aria-pressed='false']")
    keys.follow("#logout-form button")
    expect(page).to_have_url(re.compile("/admin/(login|logout)/"))
    assert keys.unseen == set()
    assert visitor.complaints == []


def test_filters_need_no_pointer(world: World, visitor: Visitor) -> None:
    OutboxEntryFactory.create(link=world.link, state=EntryState.FAILED)
    page = visitor.open("/admin/connector/outboxentry/")
    keys = Keyboard(page)
    opener = page.locator("button[aria-controls='changelist-filter']")
    keys.go_to("button[aria-controls='changelist-filter']")
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#changelist-filter').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    keys.follow("#filter-form button[type=submit]")
    expect(page).to_have_url(re.compile(r"/outboxentry/\?"))
    assert visitor.complaints == []


def test_the_last_row_of_a_list_can_be_ticked_too(world: World, visitor: Visitor) -> None:
    OutboxEntryFactory.create_batch(20, link=world.link)
    page = visitor.open("/admin/connector/outboxentry/")
    boxes = page.locator("input.action-select")
    boxes.first.check()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    boxes.last.check(timeout=3_000)
    assert boxes.last.is_checked()


def test_an_event_is_linked_without_a_pointer(world: World, visitor: Visitor) -> None:
    new_campaign(world)
    UnlinkedEventFactory.create(event_id=EVENT, event_name="Forum RH")
    UnlinkedParticipantFactory.create_batch(3, event_id=EVENT)
    page = visitor.open("/admin/connector/campaignlink/wizard/")
    keys = Keyboard(page)
    keys.press("Space", "input[name='inwink_event_id']")
    keys.follow(button("next"))
    keys.write("forum", "#id_campaign")
    expect(page.get_by_role("option", name=re.compile("Forum"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    keys.follow(button("next"))
    for step in ("labels", "who", "policies"):
        expect(page).to_have_url(re.compile(f"/{step}/$"))
        keys.follow(button("next"))
    expect(page).to_have_url(re.compile("/people/$"))
    keys.press("Space", "input[name='owner_choice']")
    keys.follow(button("next"))
    for step in ("mappings", "preview"):
        expect(page).to_have_url(re.compile(f"/{step}/$"))
        keys.follow(button("next"))
    keys.follow(button("activate"))
    expect(page.get_by_text("The event is linked.")).to_be_visible()
    assert CampaignLink.objects.filter(inwink_event_id=EVENT).exists()
    assert keys.unseen == set()
    assert visitor.complaints == []


def test_a_mapping_is_made_and_removed_without_a_pointer(world: World, visitor: Visitor) -> None:
    person = {"id": "p1", "email": "p1@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}
    world.receive({**person, "fields": {"diet": "vegan"}})
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/mappings/")
    keys = Keyboard(page)
    keys.follow("a[href*='mappings/add/?object=campaign_member']")
    keys.write("diet", "input[type=search][data-filter='#sources']")
    keys.press("Space", "input[name='source']")
    keys.write("dietary", "input[type=search][data-filter='#targets']")
    keys.press("Space", "input[name='field']")
    expect(page.get_by_role("status")).to_contain_text("fit")
    keys.follow("button[type=submit].cx-button-main")
    expect(page.get_by_text("Saved: fields.diet")).to_be_visible()
    mapping = FieldMapping.objects.get(link=world.link, field="Dietary__c")
    assert mapping.source == "fields.diet"
    keys.follow(f"a[href*='/mappings/{mapping.pk}/remove/']")
    keys.follow("form.cx-card button[type=submit], .cx form button[type=submit]")
    expect(page).to_have_url(re.compile("/mappings/$"))
    assert not FieldMapping.objects.filter(pk=mapping.pk).exists()
    assert keys.unseen == set()
    assert visitor.complaints == []
