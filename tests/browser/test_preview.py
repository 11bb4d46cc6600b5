"""A preview in a real browser: of the whole event, down to one participant, in English and on a French phone."""

import pytest
from django.utils.formats import number_format
from django.utils.translation import override
from playwright.sync_api import expect

from connector.models import EventPreview
from connector.pipeline.errands import pace
from connector.pipeline.previews.event import MOST_AT_ONCE
from tests.acceptance.people import someone
from tests.browser.conftest import Reader, Visitor, work
from tests.browser.look import must_fit
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
    expect(
        page.get_by_role("heading", name="Preview of Camille Martin (camille.martin@acme.example)", level=2)
    ).to_be_visible()
    expect(page.get_by_role("link", name=camille["Id"])).to_be_visible()
    expect(page.get_by_role("row", name="Contact · Title Contact.Title CEO CFO")).to_be_visible()
    page.get_by_role("link", name="Back to the participant").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("Nothing was written.")).to_be_visible()
    assert world.control("state", method="GET") == before
    assert visitor.complaints == []


def test_previews_fit_a_french_phone(world: World, french_phone: Visitor) -> None:
    world.receive(*PEOPLE)
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/preview/")
    page.get_by_role("button", name="Lancer l’aperçu").click()
    page.get_by_role("link", name="Aurait besoin d’une réponse : Pas d’e-mail valide").click()
    expect(page.get_by_role("link", name="No Email")).to_be_visible()
    must_fit(page)
    page.get_by_role("link", name="No Email").click()
    expect(page.get_by_text("Rien n’a été écrit.")).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []


MANY = MOST_AT_ONCE + 60
"""People of an event that the workers look at."""


def far(reader: Reader, done: int) -> str:
    """Return how far the workers are, as the page says it."""
    with override(reader.language):
        shown = [number_format(number, force_grouping=True) for number in (done, MANY)]
        return reader.words("%(done)s of %(total)s", done=shown[0], total=shown[1])


def test_a_large_event_is_previewed_by_the_workers_while_one_is_away(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)
    world.add("Contact", {"FirstName": "P", "LastName": "L0", "Email": "p.l0@example.org"})
    world.receive(*(someone(f"p{number}", "P", f"L{number}") for number in range(MANY)))
    before = world.control("state", method="GET")
    page = reader.open("/admin/")
    reader.follow_named(str(world.link))
    reader.follow("Preview")
    reader.reads(reader.words("So many are left to the workers: a page shows how far they are, and you can leave it."))
    reader.press("Preview now")
    reader.reads(reader.words("A worker does this in the background. You can leave this page and come back."))
    work()
    reader.reads(far(reader, MOST_AT_ONCE))
    reader.follow("Back to the link")
    reader.follow("Preview")
    reader.reads(reader.words("The workers are looking at the event now:"))
    assert not EventPreview.objects.exists()
    reader.follow("Show how far they are")
    work()

    reader.follow("Show the preview with the participants behind each number")
    everybody = page.locator(".cx-sum")
    for number, words in ((MANY - 1, "New Lead, added to the campaign"),
                          (1, "In Salesforce already, added to the campaign")):  # fmt: skip
        with override(reader.language):
            shown = number_format(number)
        expect(everybody).to_contain_text(f"{shown} {reader.words(words)}")
    reader.follow("New Lead, added to the campaign")
    assert page.locator("#people tbody tr").count() == 50
    reader.follow("Next")
    page.locator("#people tbody a").first.click()
    reader.press("Look in Salesforce now")
    reader.reads(reader.words("New Lead, added to the campaign"))
    assert world.control("state", method="GET") == before
    assert set(world.ends().values()) == {("pending", "")}
