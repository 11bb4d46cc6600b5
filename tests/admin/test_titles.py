"""A browser with many tabs tells them apart: no two pages share a title, in either language."""

import re
from collections import defaultdict
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse

from connector.models import Errand
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    ErrandFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)
from tests.house import House
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ONE_PAGE = {"admin:connector_outboxentry_changelist"}
"""A list is the same page whatever narrows it."""


def title_of(client: Client, url: str, *, language: str = "en") -> str:
    """Return the title that the browser shows."""
    page = client.get(url, headers={"accept-language": language}).content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    return " ".join(unescape(title).split())


def page_at(url: str) -> str:
    """Return what a page is known by: its address, of a list its name."""
    name = resolve(urlsplit(url).path).view_name
    return name if name in ONE_PAGE else url


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_pages_share_a_title(world: World, admin_client: Client, language: str) -> None:
    house = House(world, admin_client)
    house.furnish(2)
    house.use()
    called = defaultdict(set)
    for url in [*house.pages(), *house.variants()]:
        called[title_of(admin_client, url, language=language)].add(page_at(url))
    assert {title: pages for title, pages in called.items() if len(pages) > 1} == {}
    assert [title for title in called if not re.fullmatch(r"\S.* \| inwink → Salesforce", title)] == []


def test_a_title_says_the_page_then_the_thing_then_the_product(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Salon")
    titles = [
        title_of(admin_client, reverse(f"admin:connector_campaignlink_{page}", args=[link.pk]))
        for page in ("event", "day", "activity", "change", "mappings")
    ]
    pages = ("Event", "Event day", "Activity", "Settings", "Field mappings")
    assert titles == [f"{page} | Salon | inwink → Salesforce" for page in pages]


def test_rows_that_bear_one_name_are_told_apart_by_their_time(admin_client: Client) -> None:
    link, source = CampaignLinkFactory.create(), WebhookSourceFactory.create()
    titles = []
    for minutes in (0, 1):
        at = NOW + timedelta(minutes=minutes)
        run = SyncRunFactory.create(link=link, started_at=at)
        rows = [
            run,
            SyncAttemptFactory.create(participant_key="p1", run=run, created_at=at),
            WebhookMessageFactory.create(source=source, received_at=at),
        ]
        errand = ErrandFactory.create(link=link)
        Errand.objects.filter(pk=errand.pk).update(created_at=at)
        for row in [*rows, errand]:
            url = reverse(f"admin:connector_{row._meta.model_name}_change", args=[row.pk])
            titles.append(title_of(admin_client, url))
    assert len(set(titles)) == len(titles) == 8
