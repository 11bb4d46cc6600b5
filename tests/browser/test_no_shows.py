"""The end of an event in a browser: how many never came, who is still waited for, and the mark that a person sets."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from connector.core.state import State
from connector.models import OutboxEntry
from tests.browser.conftest import Visitor
from tests.browser.look import find_faults, must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": {
        "over": "The event is over: 2 registered participants never came", "mark": "Mark no-shows…",
        "title": "Mark as no-shows: 2 participants of Salon 2026", "becomes": "becomes “No show” in the campaign",
        "waiting": "1 participant of this event is still waiting to be sent.", "button": "Mark no-shows",
        "readers": "Have all badge readers sent their check-ins?", "done": "2 participants are marked as no-shows.",
        "nobody": "Nobody is left to mark.", "cancel": "Cancel",
    },
    "fr": {
        "over": "L’événement est terminé : 2 inscrits ne sont jamais venus", "mark": "Marquer les absents…",
        "title": "Marquer absents : 2 participants de Salon 2026", "becomes": "« No show »",
        "waiting": "1 participant de cet événement attend encore d’être envoyé.", "button": "Marquer les absents",
        "readers": "Tous les lecteurs de badges ont-ils transmis leurs pointages ?",
        "done": "2 participants sont marqués absents.", "nobody": "Il ne reste personne à marquer.",
        "cancel": "Annuler",
    },
}  # fmt: skip


def person(key: str, *, came: bool = False) -> dict[str, object]:
    """Return what inwink says of somebody registered."""
    return {"id": key, "email": f"{key}@example.org", "firstName": key.title(), "lastName": "Lovelace",
            "registered": True, "came": came}  # fmt: skip


def test_no_shows_are_marked_once_the_event_is_over(world: World, either: tuple[Visitor, str]) -> None:
    visitor, language = either
    words = WORDS[language]
    label = {"CampaignId": world.link.campaign_id, "Label": "No show", "HasResponded": False, "SortOrder": 9}
    world.add("CampaignMemberStatus", label)
    world.configure(status_no_show="No show", ends_at=timezone.now() + timedelta(hours=1))
    world.send(person("ada"), person("bob"), person("cleo", came=True))
    address = f"/admin/connector/campaignlink/{world.link.pk}/event/"
    page = visitor.open(address)
    expect(page.get_by_role("link", name=words["mark"])).to_have_count(0)

    world.configure(ends_at=timezone.now() - timedelta(hours=1))
    world.receive({**person("dora", came=True)})
    page = visitor.open("/admin/")
    page.get_by_role("link", name=str(world.link), exact=True).first.click()
    expect(page.get_by_text(words["over"])).to_be_visible()
    page.get_by_role("link", name=words["mark"]).first.click()
    expect(page.get_by_role("heading", name=words["title"]).first).to_be_visible()
    for said in ("becomes", "readers", "waiting"):
        expect(page.get_by_text(words[said])).to_be_visible()
    expect(page.get_by_text("Dora Lovelace", exact=True)).to_be_visible()
    must_fit(visitor.page)
    assert "No show" not in world.members().values(), "asking marks nobody"

    page.get_by_role("button", name=words["button"]).press("Enter")
    expect(page.get_by_text(words["done"])).to_be_visible()
    page.go_back()
    expect(page.get_by_text(words["nobody"])).to_be_visible()
    expect(page.get_by_role("button", name=words["button"])).to_have_count(0)
    world.drain()
    assert world.members() == {
        "ada@example.org": "No show", "bob@example.org": "No show",
        "cleo@example.org": "Attended", "dora@example.org": "Attended",
    }  # fmt: skip
    world.send(person("bob", came=True))
    assert world.members()["bob@example.org"] == "Attended", "a late check-in still counts"
    expect(visitor.open(address).get_by_text(words["over"])).to_have_count(0)


def test_pressing_next_twice_chooses_the_status_and_marks_nobody(world: World, visitor: Visitor) -> None:
    world.configure(status_no_show="", ends_at=timezone.now() - timedelta(hours=1))
    world.send(person("ada"))
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/no-shows/")
    page.get_by_label("Sent").check()
    assert list(find_faults(page)) == []
    page.get_by_role("button", name="Next").dblclick()
    expect(page.get_by_role("heading", name="Mark as no-shows: 1 participant of Salon 2026").first).to_be_visible()
    assert world.link_now().status_no_show == "Sent"
    assert not OutboxEntry.objects.filter(target_state=State.NO_SHOW).exists()
    assert visitor.complaints == []
