"""The preview of an event: counts that add up, the people behind each, and a press that only reads."""

from typing import Any

from django.test import Client
from django.urls import reverse

from connector.models import EventPreview, OutboxEntry
from tests.admin.conftest import SignIn
from tests.factories import EventPreviewFactory, OutboxEntryFactory
from tests.world import World

CAMILLE = {"id": "p2", "email": "camille.martin@acme.example", "lastName": "Martin", "registered": True}
NOBODY = {"id": "p3", "firstName": "No", "lastName": "Email", "registered": True}


def url_of(world: World) -> str:
    """Return the address of the preview."""
    return reverse("admin:connector_campaignlink_preview", args=[world.link.pk])


def test_a_press_reads_and_shows_counts_that_lead_to_people(world: World, admin_client: Client) -> None:
    world.receive(CAMILLE, NOBODY)
    assert "2 participants would be looked at." in admin_client.get(url_of(world)).content.decode()
    before = (world.control("state", method="GET"), list(OutboxEntry.objects.values()))

    page = admin_client.post(url_of(world), follow=True)

    shown = [(group["count"], group["words"]) for group in page.context["groups"]]
    assert shown == [
        (1, "In Salesforce already, added to the campaign"),
        (1, "Would need an answer: No valid email"),
    ]
    assert "2 participants were looked at. Nothing was written." in page.content.decode()
    assert (world.control("state", method="GET"), list(OutboxEntry.objects.values())) == before
    chosen: Any = admin_client.get(url_of(world), {"show": "g1"}).context["chosen"]
    assert [row["name"] for row in chosen["rows"]] == ["No Email"]
    one = reverse("admin:connector_outboxentry_preview", args=[world.entry("p3").pk])
    assert chosen["rows"][0]["url"] == one


def test_a_changed_link_and_people_not_looked_at_are_said(world: World, admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(link=world.link)
    groups = [{"verdict": "update", "effect": "", "reason": "", "ids": [entry.pk]}]
    EventPreviewFactory.create(link=world.link, groups=groups, entry_count=4, config_version=7)
    page = admin_client.get(url_of(world)).content.decode()
    assert "The event has 3 more participants, who were not looked at" in page
    assert "The link was changed since: look again." in page


def test_a_long_group_comes_in_pages_with_as_many_queries_as_a_short_one(
    world: World, admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    entries = OutboxEntryFactory.create_batch(60, link=world.link)
    groups = [{"verdict": "update", "effect": "", "reason": "", "ids": [entry.pk for entry in entries]}]
    EventPreviewFactory.create(link=world.link, groups=groups, entry_count=60)
    with django_assert_max_num_queries(8):
        first = admin_client.get(url_of(world), {"show": "g0"})
    assert len(first.context["chosen"]["rows"]) == 50
    assert len(admin_client.get(url_of(world), {"show": "g0", "page": "2"}).context["chosen"]["rows"]) == 10


def test_looking_takes_the_right_to_see_participants(world: World, sign_in: SignIn) -> None:
    client = sign_in("view_campaignlink")
    assert client.get(url_of(world)).status_code == 403
    assert client.post(url_of(world)).status_code == 403
    assert not EventPreview.objects.exists()
