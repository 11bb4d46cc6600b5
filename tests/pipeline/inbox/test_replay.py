"""What became of each participant of a message is kept beside it, and a message can be read once more."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector.models import (
    CampaignLink,
    LastMessage,
    MessageParticipant,
    OutboxEntry,
    UnlinkedParticipant,
    WebhookMessage,
    WebhookSource,
)
from connector.pipeline.inbox.receive import receive_message
from connector.pipeline.inbox.replay import Replayed, replay_messages, replayable
from connector.pipeline.privacy.forget import forget_participant
from connector.pipeline.privacy.held import Sought
from tests.factories import NOW, CampaignLinkFactory, WebhookSourceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def source() -> WebhookSource:
    return WebhookSourceFactory.create()


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="e1")


def said(key: str = "p1", **more: Any) -> dict[str, Any]:
    return {"id": key, "eventId": "e1", "email": f"{key}@example.org", "registered": True, **more}


def receive(source: WebhookSource, *participants: Any, at: datetime = NOW, message_id: str = "m1") -> WebhookMessage:
    body = json.dumps({"participants": list(participants)}).encode()
    receive_message(source, message_id=message_id, body=body, received_at=at)
    return WebhookMessage.objects.get(source=source, message_id=message_id)


def replay(*messages: WebhookMessage) -> Replayed:
    return replay_messages([message.pk for message in messages], requested_by="olga", now=LATER)


def effects(message: WebhookMessage) -> list[tuple[str, str, str]]:
    rows = message.participants.order_by("place")
    return [(row.event_id, row.participant_key, row.effect) for row in rows]


def test_each_participant_of_a_message_has_a_row(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said("same"), said("old", updatedAt="2026-11-23T09:00:00Z"), message_id="m0")
    message = receive(
        source,
        said("new"),
        said("same"),
        said("same", company="Acme"),
        said("old", updatedAt="2026-11-22T09:00:00Z", company="Late"),
        said("same", email="", firstName="anonymous", lastName="anonymous"),
        said("odd", registered="perhaps"),
        "no object",
        said("waits", eventId="e2"),
        said("trial", eventId="connector-test"),
        at=NOW + timedelta(minutes=1),
    )
    assert effects(message) == [
        ("e1", "new", "new"),
        ("e1", "same", "unchanged"),
        ("e1", "same", "changed"),
        ("e1", "old", "stale"),
        ("e1", "same", "held"),
        ("e1", "odd", "rejected"),
        ("", "", "rejected"),
        ("e2", "waits", "new"),
        ("connector-test", "trial", "trial"),
    ]


def test_a_repeat_adds_no_rows(source: WebhookSource, link: CampaignLink) -> None:
    for _ in range(2):
        receive(source, said())
    assert MessageParticipant.objects.count() == 1


def test_the_number_of_queries_does_not_depend_on_the_number_of_participants(
    source: WebhookSource, link: CampaignLink
) -> None:
    counts = []
    for number, size in enumerate((2, 200)):
        people = [said(f"p{number}-{index}") for index in range(size)]
        with CaptureQueriesContext(connection) as queries:
            receive(source, *people, message_id=f"m{number}")
        inserted = [one["sql"] for one in queries if "messageparticipant" in one["sql"]]
        # SQLite runs one prepared statement a row inside the process, logged as one
        counts.append((len(queries), len(inserted)))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_a_replay_is_a_message_of_its_own(source: WebhookSource, link: CampaignLink) -> None:
    first = receive(source, said(), said("odd", registered="perhaps"))
    done = replay(first)

    assert (done.messages, done.unchanged, done.rejected, done.accepted) == (1, 1, 1, 0)
    again = WebhookMessage.objects.exclude(pk=first.pk).get()
    assert done.last == again
    assert (again.replay_of, again.first_received_at, again.requested_by) == (first, NOW, "olga")
    assert (again.received_at, again.body, again.answer_status) == (LATER, first.body, 202)
    assert effects(again) == [("e1", "p1", "unchanged"), ("e1", "odd", "rejected")]
    assert WebhookMessage.objects.get(pk=first.pk).repeat_count == 0


def test_older_states_do_not_win_over_newer_ones(source: WebhookSource, link: CampaignLink) -> None:
    first = receive(source, said(company="A"))
    receive(source, said(company="B", registered="Refused"), at=NOW + timedelta(minutes=5), message_id="m2")
    generation = OutboxEntry.objects.get().generation

    assert replay(first).stale == 1

    entry = OutboxEntry.objects.get()
    assert (entry.payload["company"], entry.participant_state) == ("B", "refused")
    assert entry.generation == generation, "nothing is sent again"


def test_several_are_replayed_in_the_order_in_which_they_arrived(source: WebhookSource, link: CampaignLink) -> None:
    second = receive(source, said(company="B"), at=NOW + timedelta(minutes=5), message_id="m2")
    OutboxEntry.objects.all().delete()
    first = receive(source, said(company="A"), at=NOW)
    OutboxEntry.objects.all().delete()

    done = replay(second, first)

    assert (done.messages, done.accepted) == (2, 2)
    assert OutboxEntry.objects.get().payload["company"] == "B"


def test_what_was_refused_for_a_setting_is_taken_once_it_is_mended(source: WebhookSource, link: CampaignLink) -> None:
    first = receive(source, said(registered=None))
    assert OutboxEntry.objects.get().participant_state == ""
    source.default_state = "registered"
    source.save()

    assert replay(first).accepted == 1
    assert OutboxEntry.objects.get().participant_state == "registered"
    assert replay(first).unchanged == 1, "twice is the same as once"


def test_participants_of_an_event_that_is_not_linked_wait_again(source: WebhookSource) -> None:
    first = receive(source, said())
    UnlinkedParticipant.objects.all().delete()
    assert replay(first).unlinked == 1
    assert UnlinkedParticipant.objects.count() == 1


def test_a_replay_is_no_sign_of_life_of_inwink(
    source: WebhookSource, link: CampaignLink, django_capture_on_commit_callbacks: Any
) -> None:
    first = receive(source, said())
    with django_capture_on_commit_callbacks(execute=True):
        replay(first)
    assert not LastMessage.objects.exists()


def test_who_was_erased_does_not_come_back(source: WebhookSource, link: CampaignLink) -> None:
    first = receive(source, said(), said("p2"))
    forget_participant(Sought(email="p1@example.org"), by="olga")

    done = replay(first)

    assert (done.unchanged, done.rejected) == (1, 0)
    assert effects(WebhookMessage.objects.exclude(pk=first.pk).get()) == [("e1", "p2", "unchanged")]


def test_a_message_of_which_only_the_head_is_kept_is_passed_over(source: WebhookSource) -> None:
    receive_message(source, message_id="m1", body=b"{broken", received_at=NOW)
    assert not replayable(WebhookMessage.objects.all()).exists()
    assert replay(*WebhookMessage.objects.all()) == Replayed()
