"""Pressed twice at once: one link and both are led to it; one campaign."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from connector.models import CampaignLink
from tests.admin.links.forms import new_campaign
from tests.admin.links.wizard.journey import EVENT, FILLED, activate, begin, open_page, walk
from tests.races.threads import at_once
from tests.world import World


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_activate_pressed_twice_at_once_makes_one_link(world: World) -> None:
    boss = get_user_model().objects.create_superuser("boss")

    def client() -> Client:
        browser = Client()
        browser.force_login(boss)
        return browser

    new_campaign(world)
    draft = walk(client(), begin(client(), world))

    def press(browser: Client) -> Any:
        return lambda: activate(browser, draft)

    answers = at_once(*[press(client()) for _ in range(3)])

    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert {answer.headers["Location"] for answer in answers} == {f"/admin/connector/campaignlink/{link.pk}/event/"}


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_create_a_campaign_pressed_at_once_creates_one(world: World) -> None:
    boss = get_user_model().objects.create_superuser("boss")

    def client() -> Client:
        browser = Client()
        browser.force_login(boss)
        return browser

    _draft, url, model = open_page(client(), world)
    sent = {**model, **FILLED}

    def press(browser: Client) -> Any:
        return lambda: browser.post(url, sent)

    answers = at_once(*[press(client()) for _ in range(4)])

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert [row["Name"] for row in world.rows("Campaign")].count("Forum RH 2027") == 1
    assert client().post(url, {**sent, "Name": "Forum RH 2028"}).status_code == 302, "the next one is not kept waiting"
