"""The event-day view: what a phone shows while people arrive, and the piece of it that is asked for again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connector.core.outcomes import EntryState
from connector.core.state import State
from tests.admin.links.forms import url_of
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db

ATTENDED = {"participant_state": State.ATTENDED, "target_state": State.ATTENDED, "first_registered_at": NOW}
REGISTERED = {"participant_state": State.REGISTERED, "target_state": State.REGISTERED}


def test_the_big_numbers_say_who_is_expected_who_came_and_who_arrived(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(4, link=link, state=EntryState.SYNCED, synced_state="registered", **REGISTERED)
    OutboxEntryFactory.create_batch(3, link=link, state=EntryState.SYNCED, synced_state="attended", **ATTENDED)
    OutboxEntryFactory.create_batch(2, link=link, state=EntryState.PENDING, synced_state="registered", **ATTENDED)
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED, **ATTENDED)
    OutboxEntryFactory.create(link=link, state=EntryState.NEEDS_ANSWER, **REGISTERED)
    tiles = admin_client.get(url_of(link, "day")).context["tiles"]
    assert {tile["key"]: tile["count"] for tile in tiles} == {
        "expected": 11, "came": 6, "arrived": 3, "waiting": 2, "held": 1, "failed": 1,
    }  # fmt: skip
    assert [tile["word"] for tile in tiles if tile["key"] == "held"] == ["needs an answer"]
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED, participant_state="refused", target_state="refused")
    for tile in tiles:
        listed = admin_client.get(tile["url"]).context["cl"].result_count
        assert listed == (6 if tile["key"] == "arrived" else tile["count"]), "a number leads to those it counts"


def test_a_walk_in_is_among_those_who_came_and_nobody_expected_them(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(3, link=link, **REGISTERED)
    OutboxEntryFactory.create_batch(2, link=link, **ATTENDED)
    page = admin_client.get(url_of(link, "day_now"))
    assert page.context["expected_words"] == "5 expected = 3 still to come + 2 checked in."

    OutboxEntryFactory.create(link=link, **{**ATTENDED, "first_registered_at": None})
    no_show = {"participant_state": State.NO_SHOW, "target_state": State.NO_SHOW, "first_registered_at": NOW}
    OutboxEntryFactory.create(link=link, **no_show)

    page = admin_client.get(url_of(link, "day_now"))
    expected, came = page.context["tiles"][:2]
    assert (expected["count"], came["count"]) == (6, 3)
    words = "6 expected = 3 still to come + 2 checked in + 1 no-show. 1 more was checked in without a registration."
    assert words in page.content.decode()
    assert admin_client.get(expected["url"]).context["cl"].result_count == 6


def test_only_the_check_ins_of_five_minutes_are_listed_the_newest_first(admin_client: Client) -> None:
    link, now = CampaignLinkFactory.create(), timezone.now()
    for minutes in (9, 4, 1, 2):
        OutboxEntryFactory.create(
            link=link, participant_key=f"m{minutes}", attended_at=now - timedelta(minutes=minutes), **ATTENDED
        )
    OutboxEntryFactory.create(attended_at=now, **ATTENDED)
    page = admin_client.get(url_of(link, "day_now"))
    assert page.context["checkins"].count == 3
    assert page.context["checkins"].a_minute == 0.6
    assert [person["name"] for person in page.context["people"]] == [f"Ada Lovelace m{n}" for n in (1, 2, 4)]
    assert "<html" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_names_are_shown_only_to_whoever_may_see_participants(sign_in: Callable[..., Client]) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(link=link, attended_at=timezone.now(), **ATTENDED)
    text = sign_in("view_campaignlink").get(url_of(link, "day")).content.decode()
    assert "Names are shown to whoever may see participants." in text
    assert "Lovelace" not in text


def test_the_view_is_refused_without_permission(sign_in: Callable[..., Client]) -> None:
    link = CampaignLinkFactory.create()
    client = sign_in("view_syncrun")
    assert client.get(url_of(link, "day")).status_code == 403
    assert client.get(url_of(link, "day_now")).status_code == 403


def test_a_refresh_costs_the_same_however_many_people_arrive(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(30, link=link, attended_at=timezone.now(), **ATTENDED)
    admin_client.get(url_of(link, "day_now"))
    with django_assert_num_queries(10):
        admin_client.get(url_of(link, "day_now"))
