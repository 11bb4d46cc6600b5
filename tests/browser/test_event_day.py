"""The event-day view on a phone: check-ins posted to the webhook appear by themselves once a worker has sent them."""

import base64
import hashlib
import hmac
import json
import time
import uuid

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.factories import SIGNING_SECRET, WebhookSourceFactory
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def post(address: str, source_id: object, *people: dict[str, object]) -> None:
    """Send a signed message to the webhook of the running site, as inwink does."""
    body, sent_at, message_id = json.dumps(list(people)).encode(), str(int(time.time())), f"msg_{uuid.uuid4()}"
    key = base64.b64decode(SIGNING_SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    answer = requests.post(f"{address}/webhooks/inwink/{source_id}/", data=body, headers=headers, timeout=10)
    assert answer.status_code == 202, answer.text


def person(number: int, *, came: bool) -> dict[str, object]:
    """Return what inwink says of one participant."""
    said = {"id": f"p{number}", "eventId": "event-salon", "email": f"p{number}@acme.example", "registered": True}
    return {**said, "firstName": "Ada", "lastName": f"Lovelace {number}", "came": came}


def test_check_ins_appear_by_themselves_on_a_french_phone(world: World, french_phone: Visitor) -> None:
    source = WebhookSourceFactory.create()
    people = range(1, 13)
    post(french_phone.address, source.pk, *(person(number, came=False) for number in people))
    world.drain()
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/day/")
    numbers = {key: page.locator(f"[data-now-number={key}]") for key in ("expected", "came", "arrived", "waiting")}
    expect(numbers["expected"]).to_have_text("12")
    expect(numbers["came"]).to_have_text("0")
    expect(page.get_by_text("S’actualise tout seul")).to_be_visible()
    for number in people[:5]:
        post(french_phone.address, source.pk, person(number, came=True))
    expect(numbers["came"]).to_have_text("5", timeout=15_000)
    expect(numbers["waiting"]).to_have_text("5")
    world.drain()
    expect(numbers["arrived"]).to_have_text("5", timeout=15_000)
    expect(numbers["waiting"]).to_have_text("0")
    expect(page.get_by_role("link", name="Ada Lovelace 5")).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []
    page.context.set_offline(True)
    expect(page.get_by_text("Pas de connexion : ces chiffres datent")).to_be_visible(timeout=15_000)
    page.context.set_offline(False)
    expect(page.get_by_text("S’actualise tout seul")).to_be_visible(timeout=15_000)


def test_the_check_ins_begin_on_the_first_screen_of_a_phone(world: World, french_phone: Visitor) -> None:
    source = WebhookSourceFactory.create()
    world.send(person(2, came=False))
    post(french_phone.address, source.pk, person(1, came=True))
    world.drain()
    french_phone.page.set_viewport_size({"width": 400, "height": 800})
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/day/")
    tops = (
        page.get_by_role("navigation", name="Pages de cette liaison")
        .get_by_role("link")
        .evaluate_all("links => links.map((link) => Math.round(link.getBoundingClientRect().top))")
    )
    assert (len(tops), len(set(tops))) == (7, 1), "one row, which scrolls"
    expect(page.get_by_role("link", name="Ada Lovelace 1")).to_be_in_viewport()
    must_fit(page)


def test_the_sum_of_an_event_follows_those_on_their_way_and_then_rests(world: World, french_phone: Visitor) -> None:
    source = WebhookSourceFactory.create()
    post(french_phone.address, source.pk, *(person(number, came=False) for number in range(1, 4)))
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    numbers = {key: page.locator(f"[data-now-number={key}]") for key in ("waiting", "member")}
    expect(numbers["waiting"]).to_have_text("3")
    expect(page.get_by_text("S’actualise tout seul tant que des participants attendent")).to_be_visible()
    numbers["member"].focus()
    world.drain()
    expect(numbers["member"]).to_have_text("3", timeout=15_000)
    expect(numbers["member"]).to_be_focused()
    expect(page.get_by_text("Plus personne n’attend.")).to_be_visible()
    expect(page.locator("[data-now-part=pulse]")).to_contain_text("personne n’attend")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(5_000)
    assert asked == [], "what rests is not asked for again"
    page.get_by_role("link", name="Actualiser").click()
    expect(numbers["member"]).to_have_text("3")
    must_fit(page)
    assert french_phone.complaints == []


def test_the_sum_of_a_held_event_says_why_and_goes_on_by_itself(world: World, french_phone: Visitor) -> None:
    source = WebhookSourceFactory.create()
    world.configure(state="paused")
    post(french_phone.address, source.pk, person(1, came=False))
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    held = page.locator("[data-now]").get_by_text("Cette liaison a été mise en pause par une personne")
    expect(held).to_be_visible()
    expect(page.get_by_text("Rien n’est envoyé pour l’instant.")).to_be_visible()
    world.configure(state="active")
    expect(held).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("S’actualise tout seul tant que des participants attendent")).to_be_visible()
    world.drain()
    expect(page.locator("[data-now-number=member]")).to_have_text("1", timeout=15_000)
    expect(page.get_by_text("Plus personne n’attend.")).to_be_visible()
    assert french_phone.complaints == []


def test_the_event_page_counts_the_campaign_and_fits_a_phone(world: World, french_phone: Visitor) -> None:
    world.send(person(1, came=True))
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    page.get_by_role("button", name="Compter dans Salesforce").click()
    expect(page.get_by_text("La campagne a été comptée. Rien n’a été écrit.")).to_be_visible()
    expect(page.get_by_text("identique").first).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []
