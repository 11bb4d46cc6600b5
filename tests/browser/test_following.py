"""A participant is followed from inwink's message to the timeline; messages are replayed and people sent again."""

import pytest
from playwright.sync_api import expect

from connector.models import OutboxEntry, WebhookMessage, WebhookSource
from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.browser.test_event_day import person, post
from tests.factories import WebhookSourceFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = "/admin/connector/outboxentry/"


def arrive(world: World, address: str) -> WebhookSource:
    """Let a participant register and come, and somebody else be unreadable."""
    source = WebhookSourceFactory.create(name="inwink")
    post(address, source.pk, person(1, came=False))
    world.drain()
    post(address, source.pk, person(1, came=True), {**person(2, came=False), "registered": "perhaps"})
    world.drain()
    return source


def test_a_participant_is_followed_from_the_message_to_the_campaign(world: World, visitor: Visitor) -> None:
    arrive(world, visitor.address)
    page = visitor.open(LIST)
    page.get_by_role("link", name="p1@acme.example").first.click()
    expect(page.locator(".cx-standing")).to_contain_text("In inwink: Attended (since")
    expect(page.locator(".cx-standing")).to_contain_text("Nothing waits.")
    moments = page.locator(".cx-moment")
    expect(moments).to_have_count(4)
    expect(moments.nth(0)).to_contain_text("Sent to Salesforce")
    expect(moments.nth(3)).to_contain_text("Message of inwink New")
    moments.nth(3).get_by_text("What it said").click()
    expect(moments.nth(3).get_by_text("Lovelace 1")).to_be_visible()

    moments.nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="How it was read")).to_be_visible()
    unread = page.locator("section", has=page.get_by_role("heading", name="2."))
    expect(unread).to_contain_text("Could not be read")
    expect(unread).to_contain_text("perhaps")
    page.get_by_role("link", name="Replay…").click()
    expect(page.get_by_role("heading", name="Replay 1 message?", exact=True)).to_be_visible()
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_text("1 message was read again. Participants: 1 unchanged, 1 rejected.")).to_be_visible()
    expect(page.get_by_text("This is a replay, asked for by admin")).to_be_visible()

    visitor.open(LIST)
    page.get_by_role("link", name="p1@acme.example").first.click()
    expect(page.locator(".cx-moment").nth(0)).to_contain_text("Replay of a message of inwink")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("1 participant is sent again.")).to_be_visible()
    world.drain()
    page.reload()
    expect(page.locator(".cx-moment").nth(0)).to_contain_text("asked for by admin")
    assert [row["Status"] for row in world.rows("CampaignMember")] == ["Attended"]
    assert visitor.complaints == []


def test_several_messages_are_replayed_from_the_inbox(world: World, visitor: Visitor) -> None:
    source = arrive(world, visitor.address)
    source.default_state = "registered"
    source.save()
    page = visitor.open("/admin/connector/webhookmessage/")
    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option(label="Replay…")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Replay 2 messages?", exact=True)).to_be_visible()
    page.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_text("2 messages were read again.")).to_be_visible()
    assert WebhookMessage.objects.filter(requested_by="admin").count() == 2
    assert OutboxEntry.objects.get().participant_state == "attended", "the first message says less, and is older"
    assert visitor.complaints == []


def test_the_pages_fit_a_phone_and_speak_french(world: World, french_phone: Visitor) -> None:
    arrive(world, french_phone.address)
    entry = OutboxEntry.objects.get()
    newest = WebhookMessage.objects.order_by("-pk")[0]
    paths = [f"{LIST}{entry.pk}/change/", f"/admin/connector/webhookmessage/{newest.pk}/change/"]
    for path in paths:
        page = french_phone.open(path)
        must_fit(page)
        assert page.evaluate("document.documentElement.lang") == "fr"
    expect(page.get_by_role("heading", name="Comment il a été lu")).to_be_visible()
    page.get_by_role("link", name="Relire…").click()
    page.get_by_role("button", name="Relire", exact=True).click()
    expect(page.get_by_text("1 message a été relu.")).to_be_visible()
    page = french_phone.open(paths[0])
    expect(page.locator(".cx-standing")).to_contain_text("Dans inwink : Est venu")
    expect(page.locator(".cx-moment").nth(0)).to_contain_text("Relecture d’un message d’inwink")
    page.get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_text("1 participant est renvoyé.")).to_be_visible()
    assert french_phone.complaints == []
