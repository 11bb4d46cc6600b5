"""The preview of an event: counts that add up, the people behind each, and a press that only reads."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.admin.frame.long_tasks import errand_url
from connector.admin.links import preview
from connector.models import Errand, EventPreview, OutboxEntry
from connector.pipeline.errands.work import carry_out
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


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a world whose two participants are more than a page looks at."""
    monkeypatch.setattr(preview, "MOST_AT_ONCE", 1)
    world.receive(CAMILLE, NOBODY)
    return world


def test_a_large_event_is_left_to_the_workers_and_ends_in_the_same_counts(large: World, admin_client: Client) -> None:
    assert "So many are left to the workers" in admin_client.get(url_of(large)).content.decode()
    page = admin_client.post(url_of(large), follow=True)
    errand = Errand.objects.get()
    assert page.redirect_chain == [(errand_url(errand), 302)]
    assert "The workers are looking at the event now: 0 so far." in admin_client.get(url_of(large)).content.decode()
    admin_client.post(url_of(large))
    assert Errand.objects.count() == 1

    carry_out(errand.pk)

    context = admin_client.get(errand_url(errand)).context
    terms = [(term.count, str(term.word), term.url) for term in context["terms"]]
    assert terms == [
        (1, "In Salesforce already, added to the campaign", f"{url_of(large)}?show=g0#people"),
        (1, "Would need an answer: No valid email", f"{url_of(large)}?show=g1#people"),
    ]
    event = admin_client.get(url_of(large)).context
    assert [(group["count"], group["words"]) for group in event["groups"]] == [term[:2] for term in terms]
    assert event["under_way"] is None


def test_counts_lead_nowhere_once_somebody_has_looked_again(large: World, admin_client: Client) -> None:
    admin_client.post(url_of(large))
    first = Errand.objects.get()
    carry_out(first.pk)
    admin_client.post(url_of(large))
    carry_out(Errand.objects.latest("pk").pk)
    page = admin_client.get(errand_url(first))
    assert [term.url for term in page.context["terms"]] == ["", ""]
    assert "Somebody has looked again since" in page.content.decode()


def test_who_may_not_see_long_tasks_stays_on_the_page(large: World, sign_in: SignIn) -> None:
    client = sign_in("view_campaignlink", "see_people")
    page = client.post(url_of(large), follow=True)
    assert page.redirect_chain == [(url_of(large), 302)]
    assert "Open this page again in a minute." in page.content.decode()


def test_a_stopped_preview_says_that_the_last_one_stays(large: World, admin_client: Client) -> None:
    admin_client.post(url_of(large))
    page = admin_client.post(reverse("admin:connector_errand_stop", args=[Errand.objects.get().pk]), follow=True)
    assert "The last whole preview of the event stays." in page.content.decode()
