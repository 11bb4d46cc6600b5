"""When inwink last said anything about an event is remembered, also where it said nothing new."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from connector.core.outcomes import Priority
from connector.inwink.payload import read_participant
from connector.models import CampaignLink, LastMessage, SyncAttempt
from connector.pipeline.inbox.linking import move_unlinked
from connector.pipeline.inbox.receive import store_by_event
from connector.pipeline.outbox.hearing import Telling
from connector.pipeline.watching.delay import delay_of
from connector.pipeline.watching.last_message import Received, is_silent, last_messages, received_of
from tests.factories import CampaignLinkFactory
from tests.world import World

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def hear(link: CampaignLink, *, at: datetime) -> None:
    """Let the same message about somebody come."""
    said = [read_participant({"eventId": link.inwink_event_id, "id": "p1", "email": "ada@acme.example"})]
    store_by_event({link.inwink_event_id: said}, telling=Telling(None, at), priority=Priority.LIVE)


@pytest.mark.django_db(transaction=True)
def test_a_message_counts_whether_or_not_it_is_new_and_only_for_its_event() -> None:
    link, other = CampaignLinkFactory.create(), CampaignLinkFactory.create()
    ids = [link.pk, other.pk]
    for minutes in (0, 7):
        with transaction.atomic():
            hear(link, at=NOON + timedelta(minutes=minutes))
    assert last_messages(ids) == {link.pk: NOON + timedelta(minutes=7)}
    with transaction.atomic():
        hear(link, at=NOON + timedelta(minutes=7, seconds=3))
    assert last_messages(ids) == {link.pk: NOON + timedelta(minutes=7)}


@pytest.mark.django_db(transaction=True)
def test_what_came_before_the_link_counts_before_and_after_it_is_moved() -> None:
    """An event whose participants came minutes before it was linked is not silent, and they are not nobody."""
    ghost = CampaignLinkFactory.build(inwink_event_id="e1")
    with transaction.atomic():
        hear(ghost, at=NOON)
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
    assert is_silent(link, last, now=NOON) is is_expected
    link.starts_at = NOON - timedelta(minutes=10)
    assert not is_silent(link, None, now=NOON)
    link.ends_at = None
    assert not is_silent(link, last, now=NOON)


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
