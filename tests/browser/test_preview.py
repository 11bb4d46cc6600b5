"""A preview in a real browser: of the whole event, down to one participant, in English and on a French phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = (
    {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True},
    {"id": "p2", "email": "camille.martin@acme.example", "firstName": "Camille", "lastName": "Martin",
     "registered": True, "came": True, "position": "CFO"},
    {"id": "p3", "firstName": "No", "lastName": "Email", "registered": True},
)  # fmt: skip


def test_an_event_is_previewed_down_to_one_participant(world: World, visitor: Visitor) -> None:
    [camille] = world.people("camille.martin@acme.example")
    world.change("Contact", camille["Id"], Title="CEO")
    world.receive(*PEOPLE)
    before = world.control("state", method="GET")
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/change/")
    page.get_by_role("link", name="Preview", exact=True).click()
    page.get_by_role("button", name="Preview now").click()
    expect(page.get_by_text("3 participants were looked at. Nothing was written.")).to_be_visible()
    page.get_by_role("link", name="In Salesforce already, added to the campaign").click()
    page.get_by_role("link", name="Camille Martin").click()
    page.get_by_role("button", name="Look in Salesforce now").click()
    expect(page.get_by_role("heading", name="Preview of camille.martin@acme.example", level=2)).to_be_visible()
    expect(page.get_by_role("link", name=camille["Id"])).to_be_visible()
    expect(page.get_by_role("row", name="Contact.Title CEO CFO")).to_be_visible()
    page.get_by_role("link", name="Back to the participant").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("Nothing was written.")).to_be_visible()
    assert world.control("state", method="GET") == before
    assert visitor.complaints == []


def test_previews_fit_a_french_phone(world: World, french_phone: Visitor) -> None:
    world.receive(*PEOPLE)
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/preview/")
    page.get_by_role("button", name="Lancer l’aperçu").click()
    page.get_by_role("link", name="Aurait besoin d’une réponse : Pas d’adresse valide").click()
    expect(page.get_by_role("link", name="No Email")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("link", name="No Email").click()
    expect(page.get_by_text("Rien n’a été écrit.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert french_phone.complaints == []
