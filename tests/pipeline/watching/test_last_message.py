"""When inwink last said anything about an event is remembered, also where it said nothing new."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from connector.core.outcomes import Priority
from connector.inwink.payload import read_participant
from connector.models import CampaignLink, LastMessage, SyncAttempt, WebhookSource
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.inbox.receive import store_by_event
from connector.pipeline.outbox.hearing import Telling
from connector.pipeline.watching.delay import delay_of
from connector.pipeline.watching.last_message import Received, is_silent, received_of
from tests.factories import CampaignLinkFactory, WebhookSourceFactory
from tests.world import World

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def hear(link: CampaignLink, *, at: datetime, source: WebhookSource | None) -> None:
    """Let the same message about somebody come, or the same file where nobody sent it."""
    said = [read_participant({"eventId": link.inwink_event_id, "id": "p1", "email": "ada@acme.example"})]
    store_by_event({link.inwink_event_id: said}, telling=Telling(source, at), priority=Priority.LIVE)


def last_messages(ids: Collection[int]) -> dict[int, datetime]:
    """Return {link: when inwink last said anything}, without links that it said nothing of."""
    return {pk: found.last_at for pk, found in received_of(ids).items() if found.last_at}


@pytest.mark.django_db(transaction=True)
def test_a_message_counts_whether_or_not_it_is_new_and_only_for_its_event() -> None:
    link, other, source = CampaignLinkFactory.create(), CampaignLinkFactory.create(), WebhookSourceFactory.create()
    ids = [link.pk, other.pk]
    for minutes in (0, 7):
        with transaction.atomic():
            hear(link, at=NOON + timedelta(minutes=minutes), source=source)
    assert last_messages(ids) == {link.pk: NOON + timedelta(minutes=7)}
    with transaction.atomic():
        hear(link, at=NOON + timedelta(minutes=7, seconds=3), source=source)
    assert last_messages(ids) == {link.pk: NOON + timedelta(minutes=7)}


@pytest.mark.django_db(transaction=True)
def test_what_came_before_the_link_counts_before_and_after_it_is_moved() -> None:
    """An event whose participants came minutes before it was linked is not silent, and they are not nobody."""
    ghost = CampaignLinkFactory.build(inwink_event_id="e1")
    with transaction.atomic():
        hear(ghost, at=NOON, source=WebhookSourceFactory.create())
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    assert received_of([link.pk]) == {link.pk: Received(NOON, unmoved=1)}
    move_unlinked(link, now=NOON + timedelta(minutes=1))
    assert received_of([link.pk]) == {link.pk: Received(NOON, unmoved=0)}
    assert last_messages([link.pk]) == {link.pk: NOON}


@pytest.mark.django_db(transaction=True)
def test_a_link_that_nobody_waited_for_heard_nothing() -> None:
    link = CampaignLinkFactory.create()
    move_unlinked(link, now=NOON)
    assert received_of([link.pk]) == {link.pk: Received()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heard_minutes_ago", "state", "is_expected"),
    [(31, "active", True), (29, "active", False), (None, "active", True), (31, "paused", True), (31, "closed", False)],
)
def test_only_a_running_event_can_be_silent(heard_minutes_ago: int | None, state: str, is_expected: bool) -> None:
    hours = timedelta(hours=1)
    link = CampaignLinkFactory.build(starts_at=NOON - hours, ends_at=NOON + hours, state=state)
    last = None if heard_minutes_ago is None else NOON - timedelta(minutes=heard_minutes_ago)
    assert is_silent(link, Received(last), now=NOON) is is_expected
    link.starts_at = NOON - timedelta(minutes=10)
    assert not is_silent(link, Received(), now=NOON)
    link.ends_at = None
    assert not is_silent(link, Received(last), now=NOON)


@pytest.mark.django_db(transaction=True)
def test_an_import_is_no_message_of_inwink_before_the_link_and_after() -> None:
    ghost, source = CampaignLinkFactory.build(inwink_event_id="e1"), WebhookSourceFactory.create()
    minute = timedelta(minutes=1)
    with transaction.atomic():
        hear(ghost, at=NOON, source=None)
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    assert received_of([link.pk]) == {link.pk: Received(unmoved=1)}
    with transaction.atomic():
        hear(ghost, at=NOON + minute, source=None)
    move_unlinked(link, now=NOON + 2 * minute)
    assert received_of([link.pk]) == {link.pk: Received(imported_at=NOON + minute)}

    for at, told_by in ((NOON + 3 * minute, source), (NOON + 9 * minute, None)):
        with transaction.atomic():
            hear(link, at=at, source=told_by)

    assert received_of([link.pk]) == {link.pk: Received(NOON + 3 * minute, imported_at=NOON + 9 * minute)}


@pytest.mark.django_db(transaction=True)
def test_what_was_told_and_then_imported_into_a_waiting_room_keeps_the_time_of_the_message() -> None:
    ghost = CampaignLinkFactory.build(inwink_event_id="e1")
    for at, told_by in ((NOON, WebhookSourceFactory.create()), (NOON + timedelta(hours=1), None)):
        with transaction.atomic():
            hear(ghost, at=at, source=told_by)
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    assert received_of([link.pk]) == {link.pk: Received(NOON, unmoved=1)}
    move_unlinked(link)
    assert last_messages([link.pk]) == {link.pk: NOON}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("heard_minutes_ago", "imported_minutes_ago", "is_expected"),
    [
        pytest.param(31, 1, True, id="the webhook is cut off, an import does not mend it"),
        pytest.param(29, None, False, id="inwink speaks"),
        pytest.param(None, 61, False, id="it lives on an import every hour"),
        pytest.param(None, 121, True, id="the imports stopped too"),
    ],
)
def test_imports_are_no_sign_of_life_unless_the_event_lives_on_them(
    heard_minutes_ago: int | None, imported_minutes_ago: int | None, is_expected: bool
) -> None:
    link = CampaignLinkFactory.build(starts_at=NOON - timedelta(hours=3), ends_at=NOON + timedelta(hours=1))
    heard, imported = (
        None if minutes is None else NOON - timedelta(minutes=minutes)
        for minutes in (heard_minutes_ago, imported_minutes_ago)
    )
    assert is_silent(link, Received(heard, imported), now=NOON) is is_expected


def test_the_delay_is_taken_of_live_changes_only(world: World) -> None:
    world.send({"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True})
    now = datetime.now(UTC)
    delay = delay_of(world.link.pk, now=now, span=timedelta(hours=1))
    assert delay is not None
    assert delay.count == 1
    assert delay.median < 60
    world.receive(
        {"id": "p2", "email": "grace@acme.example", "lastName": "Hopper", "registered": True},
        priority=Priority.BACKFILL,
    )
    world.drain()
    assert SyncAttempt.objects.get(participant_key="p2").delay_ms is None
    assert LastMessage.objects.count() == 0
