"""A wrong check-in is corrected in a browser: with a reason that stays readable, and for good. In both languages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.acceptance.people import someone
from tests.browser.conftest import Reader
from tests.browser.test_event_day import post
from tests.factories import WebhookSourceFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "ada.lovelace@example.org"
WHY = "Her colleague borrowed the badge"
BEGAN = datetime.now(UTC) - timedelta(hours=1)


def said(world: World, minute: int, **changed: Any) -> dict[str, Any]:
    """Return what inwink says of Ada at a minute of the event."""
    at = (BEGAN + timedelta(minutes=minute)).isoformat()
    return {"eventId": world.event_id, **someone("p1", updatedAt=at, **changed)}


def test_a_wrong_check_in_is_corrected_for_good(world: World, reader: Reader) -> None:
    source = WebhookSourceFactory.create(name="inwink")
    scanned = said(world, 20, came=True)
    for message in (said(world, 10), scanned, said(world, 30, came=False)):
        post(reader.visitor.address, source.pk, message)
        world.drain()
    assert world.members() == {EMAIL: "Attended"}, "taken back by inwink alone, a check-in stays"

    page = reader.open("/admin/")
    reader.follow_named(str(world.link))
    reader.follow("Participants")
    reader.follow_named(EMAIL)
    reader.follow("Correct the status…")
    reader.reads(reader.words("Correct the status of %(person)s?", person="Ada Lovelace"))
    reader.press("Write this status")
    assert world.entry("p1").answers == {}, "a reason is asked for first"
    page.get_by_label(reader.words("Why? (kept with your name)")).fill(WHY)
    page.keyboard.press("Enter")
    reader.reads(reader.words("The status that inwink says now is sent."))
    world.drain()
    assert world.members() == {EMAIL: "Registered"}

    page.reload()
    moments = page.locator(".cx-moment")
    expect(moments.filter(has_text=reader.words("Status corrected"))).to_contain_text(WHY)
    sent = moments.filter(has_text=reader.words("Sent to Salesforce")).first
    expect(sent).to_contain_text(WHY)
    expect(sent).to_contain_text("Attended")
    sent.get_by_role("link").first.click()
    reader.reads(WHY)
    for old in (scanned, said(world, 5, came=True)):
        post(reader.visitor.address, source.pk, old)
        world.drain()
    assert world.members() == {EMAIL: "Registered"}, "the corrected check-in is not believed again"
    post(reader.visitor.address, source.pk, said(world, 50, came=True))
    world.drain()
    assert world.members() == {EMAIL: "Attended"}, "who comes after all has come"
