"""Two tabs, or two people, change one link or one mapping: the older page takes back nothing without a word."""

import re
from html import unescape
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.admin.links.forms import change_form, url_of
from tests.world import World


def seen_on(page: Any) -> str:
    """Return the version that a page was opened with."""
    [found] = re.findall(r'<input type="hidden" name="seen" value="(\d+)"', page.content.decode())
    return str(found)


def another(name: str) -> Client:
    """Return a colleague's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser(name))
    return client


def test_the_settings_of_an_older_page_are_not_saved_over_a_newer_change(world: World, admin_client: Client) -> None:
    seen = seen_on(admin_client.get(url_of(world.link)))
    mine = {**change_form(admin_client, world.link), "seen": seen}
    theirs = {**mine, "closes_after_days": "7"}
    assert another("olga").post(url_of(world.link), theirs).status_code == 302

    refused = admin_client.post(url_of(world.link), {**mine, "event_name": "Salon B"})
    assert "olga changed this on" in unescape(refused.content.decode())
    assert 'value="Salon B"' in refused.content.decode(), "what was entered stays"
    assert (world.link_now().closes_after_days, world.link_now().event_name) == (7, "Salon 2026")

    again = {**mine, "event_name": "Salon B", "closes_after_days": "7", "seen": seen_on(refused)}
    assert admin_client.post(url_of(world.link), again).status_code == 302, "whoever has read it may"
    assert world.link_now().event_name == "Salon B"


def test_nor_is_a_mapping(world: World, admin_client: Client) -> None:
    mapping = world.map("contact", "Title", "position", mode="overwrite")
    url = reverse("admin:connector_campaignlink_mapping", args=[world.link.pk, mapping.pk])
    seen = seen_on(admin_client.get(url))
    form = {"field": "Title", "source": "position", "mode": "overwrite", "enabled": "on", "seen": seen}
    another("olga").post(url, {**form, "mode": "if_new"})

    refused = admin_client.post(url, {**form, "truncate": "on"})
    assert "olga changed this on" in unescape(refused.content.decode())
    mapping.refresh_from_db()
    assert (mapping.mode, mapping.truncate) == ("if_new", False)
    assert admin_client.post(url, {**form, "truncate": "on", "seen": seen_on(refused)}).status_code == 302
