"""Participants of events that are not linked yet wait, and nobody is lost when the link is made."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoCaptureOnCommitCallbacks

from connector.core.outcomes import EntryState, Priority
from connector.core.participant import Participant
from connector.models import CampaignLink, OutboxEntry, UnlinkedEvent, UnlinkedParticipant, WebhookSource
from connector.pipeline.inbox.linking import links_with_unlinked, move_unlinked, request_move
from connector.pipeline.inbox.receive import store_by_event
from connector.pipeline.outbox.hearing import Telling
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    OutboxEntryFactory,
    UnlinkedParticipantFactory,
    WebhookSourceFactory,
)
from tests.pipeline.said import said

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def hear(*participants: Participant, at: Any = NOW, source: WebhookSource | None = None) -> None:
    """Store participants of event e1 as a webhook would."""
    with transaction.atomic():
        store_by_event({"e1": participants}, telling=Telling(source, at), priority=Priority.LIVE)


def make_link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="e1")


def test_what_waits_is_merged_like_the_outbox() -> None:
    source = WebhookSourceFactory.create()
    hear(said(company="A"), said(registration="refused"), at=NOW, source=source)
    hear(said("p2"), said(registration="registered", position="CTO"), at=NOW + timedelta(minutes=1), source=source)
    rows = list(UnlinkedParticipant.objects.order_by("participant_key"))
    assert [(row.event_id, row.participant_key) for row in rows] == [("e1", "p1"), ("e1", "p2")]
    assert rows[0].states_seen == ["refused", "registered"]
    assert (rows[0].payload["company"], rows[0].payload["position"]) == ("A", "CTO")
    event = UnlinkedEvent.objects.get()
    assert (event.first_message_at, event.last_message_at) == (NOW, NOW + timedelta(minutes=1))


def test_everybody_who_waited_is_moved_as_backfill(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    source = WebhookSourceFactory.create()
    hear(*[said(f"p{n}", came=n == 3) for n in range(7)], source=source)
    link = make_link()
    assert list(links_with_unlinked()) == [link]
    with django_capture_on_commit_callbacks(execute=True):
        assert move_unlinked(link, chunk=3) == 7
    entries = list(OutboxEntry.objects.order_by("participant_key"))
    assert [(entry.participant_key, entry.state, entry.priority) for entry in entries] == [
        (f"p{n}", "pending", 2) for n in range(7)
    ]
    assert [entry.target_state for entry in entries] == ["registered"] * 3 + ["attended"] + ["registered"] * 3
    assert {entry.source for entry in entries} == {source}
    assert (UnlinkedParticipant.objects.count(), UnlinkedEvent.objects.count()) == (0, 0)
    assert [task.task["func"] for task in OrmQ.objects.all()] == ["connector.tasks.drain"]
    assert move_unlinked(link) == 0
    assert not links_with_unlinked().exists()


def test_a_move_that_was_cut_off_goes_on_where_it_stopped() -> None:
    hear(*[said(f"p{n}") for n in range(5)])
    link = make_link()

    def stop(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DELETE") and OutboxEntry.objects.count() > 2:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(stop):
        move_unlinked(link, chunk=2)
    assert (OutboxEntry.objects.count(), UnlinkedParticipant.objects.count()) == (2, 3)
    assert move_unlinked(link, chunk=2) == 3
    assert OutboxEntry.objects.count() == 5


def test_other_events_stay() -> None:
    UnlinkedParticipantFactory.create(event_id="another")
    hear(said())
    assert move_unlinked(make_link()) == 1
    assert UnlinkedParticipant.objects.get().event_id == "another"


def test_a_participant_in_both_places_is_joined_in_the_order_of_time() -> None:
    hear(said(company="Old", position="CTO"))
    link = make_link()
    hear(said(registration="refused", company="New"), at=NOW + timedelta(minutes=1))
    move_unlinked(link)
    entry = OutboxEntry.objects.get()
    assert entry.states_seen == ["registered", "refused"]
    assert (entry.payload["company"], entry.payload["position"]) == ("New", "CTO")
    assert (entry.participant_state, entry.generation, entry.priority) == ("refused", 2, 0)
    assert entry.first_registered_at == NOW


def test_times_of_inwink_decide_which_account_is_older() -> None:
    hear(said(updated_at=NOW + timedelta(hours=1), company="Newest"))
    link = make_link()
    hear(said(updated_at=NOW, company="Older", registration="refused"))
    move_unlinked(link)
    entry = OutboxEntry.objects.get()
    assert (entry.payload["company"], entry.states_seen) == ("Newest", ["refused", "registered"])
    assert entry.source_updated_at == NOW + timedelta(hours=1)


def test_a_check_in_that_waited_is_not_lost() -> None:
    hear(said(came=True))
    link = make_link()
    hear(said(came=False), at=NOW + timedelta(minutes=1))
    move_unlinked(link)
    assert OutboxEntry.objects.get().target_state == "attended"


def test_what_waited_for_a_claimed_row_leaves_its_claim() -> None:
    hear(said(company="Waited"))
    link = make_link()
    OutboxEntryFactory.create(link=link, participant_key="p1", payload={"id": "p1"}, state=EntryState.CLAIMED.value)
    move_unlinked(link)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.generation, entry.claimed_generation) == ("claimed", 2, 1)
    assert entry.payload["company"] == "Waited"


def test_a_chunk_is_a_constant_number_of_queries() -> None:
    counts = []
    for event, size in (("a", 2), ("b", 200)):
        UnlinkedParticipantFactory.create_batch(size, event_id=event)
        link = CampaignLinkFactory.create(inwink_event_id=event)
        with CaptureQueriesContext(connection) as queries:
            assert move_unlinked(link) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_new_link_is_moved_to_in_the_background(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link = make_link()
    with django_capture_on_commit_callbacks(execute=True):
        request_move(link)
        assert not OrmQ.objects.exists()
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("connector.tasks.move", (link.pk,))


FULL = st.builds(
    lambda registration, came, company: said(registration=registration, came=came, company=company),
    registration=st.sampled_from(["registered", "refused", "not_registered"]),
    came=st.sampled_from([True, False]),
    company=st.sampled_from(["", "X", "Y"]),
)


class TestWhenTheLinkIsMade(TestCase):
    """It does not matter between which messages the link is made, nor when what waited is moved."""

    @settings(max_examples=60, deadline=None)
    @given(before=st.lists(FULL, min_size=1, max_size=4), after=st.lists(FULL, max_size=4))
    def test_the_row_is_the_same_as_if_the_link_had_always_been_there(
        self, before: list[Participant], after: list[Participant]
    ) -> None:
        hear(*before)
        link = make_link()
        hear(*after)
        move_unlinked(link)
        moved = OutboxEntry.objects.values(*_WHAT_COUNTS).get()
        OutboxEntry.objects.all().delete()
        hear(*before, *after)
        assert moved == OutboxEntry.objects.values(*_WHAT_COUNTS).get()


_WHAT_COUNTS = ("payload", "states_seen", "participant_state", "target_state", "attended_at", "first_registered_at")
