"""Problems are mended and questions answered in a real browser, in English at a desk and in French on a phone."""

import re

import pytest
from playwright.sync_api import expect

from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry, PersonChoice
from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.factories import OutboxEntryFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROBLEMS = "/admin/connector/outboxentry/problems/"
ANSWERS = "/admin/connector/outboxentry/answers/"
ADA = {"id": "p1", "firstName": "Ada", "lastName": "Lovelace", "company": "Analytical", "registered": True}


def two_records(world: World, name: str, email: str) -> str:
    """Let Salesforce know somebody twice; returns the id of the record that was used last."""
    world.add("Contact", {"FirstName": "Old", "LastName": name, "Email": email})
    [used] = world.add("Contact", {"FirstName": "New", "LastName": name, "Email": email,
                                   "LastActivityDate": "2026-10-02"})  # fmt: skip
    return used


def test_a_group_is_fixed_and_sent_again(world: World, visitor: Visitor) -> None:
    OutboxEntryFactory.create_batch(
        3, link=world.link, state=EntryState.FAILED, error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION",
        error_message="A region is needed.",
    )  # fmt: skip
    page = visitor.open("/admin/")
    page.get_by_role("link", name=re.compile("Problems 3")).click()
    expect(page.get_by_role("heading", name="Failed: 3 participants")).to_be_visible()
    expect(page.get_by_text("A region is needed.")).to_be_visible()
    page.get_by_role("link", name="Fix and resend this group…").click()
    page.get_by_role("button", name="Fixed: send again").click()
    expect(page.get_by_text("3 participants are sent again.")).to_be_visible()
    world.drain()
    visitor.open(PROBLEMS)
    expect(page.get_by_text("No problem: nobody failed")).to_be_visible()
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {EntryState.SYNCED}
    assert visitor.complaints == []


def test_one_is_answered_and_a_selection_by_a_rule(world: World, visitor: Visitor) -> None:
    used = {name: two_records(world, name, f"{name.lower()}@example.org") for name in ("Hopper", "Turing", "Curie")}
    world.send(*({**ADA, "id": name, "lastName": name, "email": f"{name.lower()}@example.org"} for name in used))
    page = visitor.open("/admin/")
    page.get_by_role("link", name=re.compile("Needs an answer 3")).click()
    first = page.locator("article", has=page.get_by_role("heading", name="Ada Hopper"))
    first.get_by_role("radio", name="New Hopper").check()
    first.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your answer is kept and carried out.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ada Hopper")).to_have_count(0)

    page.get_by_role("button", name="Tick everybody on this page").click()
    page.get_by_label("Answer several at once").select_option(label="Pick the most recently used record")
    page.get_by_role("button", name="Answer…").click()
    expect(page.get_by_text("The choice is remembered for the email")).to_be_visible()
    page.get_by_role("button", name="Pick the most recently used record").click()
    expect(page.get_by_text("2 answers are kept and carried out.")).to_be_visible()
    world.drain()
    assert {row["ContactId"] for row in world.rows("CampaignMember")} == set(used.values())

    page.get_by_role("link", name="Answers given").click()
    page.get_by_role("checkbox", name="Tick Ada Turing").check()
    page.get_by_role("button", name="Take the ticked answers back…").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("1 answer is taken back")).to_be_visible()
    assert PersonChoice.objects.count() == 2
    assert visitor.complaints == []


def test_somebody_without_an_email_is_found_by_name(world: World, visitor: Visitor) -> None:
    [contact] = world.add("Contact", {"FirstName": "Ada", "LastName": "King", "Email": "ada@private.example"})
    world.send(ADA)
    page = visitor.open(ANSWERS)
    page.get_by_role("button", name="Find in Salesforce…").click()
    expect(page.get_by_text("Nobody found.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("ada king")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Contact: Ada King")).to_be_visible()
    page.get_by_role("radio", name="Contact: Ada King").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Your answer is kept and carried out.")).to_be_visible()
    expect(page.get_by_text("Nobody needs an answer.")).to_be_visible()
    world.drain()
    assert [row["ContactId"] for row in world.rows("CampaignMember")] == [contact]
    assert visitor.complaints == []


def test_both_pages_fit_a_phone_and_speak_french(world: World, french_phone: Visitor) -> None:
    two_records(world, "Hopper", "hopper@example.org")
    world.send({**ADA, "email": "hopper@example.org"}, {**ADA, "id": "p2"})
    OutboxEntryFactory.create(link=world.link, state=EntryState.FAILED, error_code="STRING_TOO_LONG",
                              error_message="unbroken" * 20)  # fmt: skip
    entry = OutboxEntry.objects.get(reason=Reason.NO_EMAIL)
    paths = [PROBLEMS, f"{ANSWERS}?question=ambiguous", f"{ANSWERS}?question=no_email", f"{ANSWERS}?question=given",
             f"/admin/connector/outboxentry/{entry.pk}/find/"]  # fmt: skip
    for path in paths:
        page = french_phone.open(path)
        must_fit(page)
        assert page.evaluate("document.documentElement.lang") == "fr"
    page = french_phone.open(f"{ANSWERS}?question=ambiguous")
    page.get_by_role("radio", name="Old Hopper").check()
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.get_by_text("Votre réponse est enregistrée").first).to_be_visible()
    assert french_phone.complaints == []


def test_on_a_phone_an_answer_says_what_it_does_and_takes_more_than_a_tap(world: World, french_phone: Visitor) -> None:
    OutboxEntryFactory.create(link=world.link, state=EntryState.NEEDS_ANSWER, reason=Reason.LOOKS_ANONYMISED,
                              held_payload={"first_name": "anonymous", "last_name": "anonymous"})  # fmt: skip
    page = french_phone.open(f"{ANSWERS}?question=looks_anonymised")
    expect(page.get_by_text("ses valeurs remplacent les précédentes")).to_be_visible()
    page.get_by_text("Prendre les nouvelles valeurs").last.click()
    must_fit(page)
    assert OutboxEntry.objects.get().state == EntryState.NEEDS_ANSWER, "a tap chooses only"
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.get_by_text("Votre réponse est enregistrée").first).to_be_visible()
    assert OutboxEntry.objects.get().state == EntryState.PENDING


def test_on_a_phone_picking_says_for_how_long_it_is_remembered(world: World, french_phone: Visitor) -> None:
    two_records(world, "Hopper", "hopper@example.org")
    world.send({**ADA, "email": "hopper@example.org"}, {**ADA, "id": "p2"})
    ids = dict(OutboxEntry.objects.values_list("reason", "pk"))
    remembered = "Le choix est mémorisé pour l’e-mail, dans tous les événements de l’organisation."
    for path in (f"{ANSWERS}?question=ambiguous", f"/admin/connector/outboxentry/{ids['ambiguous']}/change/"):
        expect(french_phone.open(path).get_by_text(remembered)).to_be_visible()
    page = french_phone.open(f"/admin/connector/outboxentry/{ids['no_email']}/find/")
    expect(page.get_by_text(remembered)).to_have_count(0)
    page.get_by_label("Nom", exact=True).fill("Hopper")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Le choix ne vaut que pour ce participant.")).to_be_visible()
    expect(page.get_by_text("Une nouvelle personne est créée dans Salesforce")).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []
