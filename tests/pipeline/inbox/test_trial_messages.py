"""Whoever sends it and by whatever way: what names the reserved event is stored nowhere but in the inbox."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from connector.core.trial import TRIAL_EVENT_ID
from connector.models import CampaignLink, OutboxEntry, UnlinkedEvent, UnlinkedParticipant, WebhookMessage
from connector.pipeline.inbox.receive import receive_message
from tests.factories import CampaignLinkFactory, UnlinkedEventFactory, WebhookSourceFactory

pytestmark = pytest.mark.django_db


def test_a_message_may_hold_tests_and_others(django_capture_on_commit_callbacks: object) -> None:
    CampaignLinkFactory.create(inwink_event_id="salon")
    people = [
        {"eventId": TRIAL_EVENT_ID, "id": "t", "email": "t@example.org", "registered": True},
        {"eventId": "salon", "id": "1", "email": "a@example.org", "registered": True},
        {"eventId": "other", "id": "2", "email": "b@example.org", "registered": True},
    ]

    answer = receive_message(
        WebhookSourceFactory.create(), message_id="m", body=json.dumps(people).encode(), received_at=timezone.now()
    )

    counts = {key: answer.body[key] for key in ("accepted", "unchanged", "stale", "unlinked", "test")}
    assert counts == {"accepted": 1, "unchanged": 0, "stale": 0, "unlinked": 1, "test": 1}
    assert list(OutboxEntry.objects.values_list("participant_key", flat=True)) == ["1"]
    assert list(UnlinkedParticipant.objects.values_list("participant_key", flat=True)) == ["2"]
    assert list(UnlinkedEvent.objects.values_list("pk", flat=True)) == ["other"]
    assert WebhookMessage.objects.get().is_trial


def test_an_answer_without_tests_has_the_keys_of_always() -> None:
    answer = receive_message(WebhookSourceFactory.create(), message_id="m", body=b"[]", received_at=timezone.now())
    assert set(answer.body) == {"message_id", "accepted", "unchanged", "stale", "unlinked", "rejected"}
    assert not WebhookMessage.objects.get().is_trial


def test_no_link_and_no_waiting_room_takes_the_reserved_event() -> None:
    link = CampaignLinkFactory.create()
    with pytest.raises(IntegrityError, match="link_is_not_the_trial"), transaction.atomic():
        CampaignLink.objects.filter(pk=link.pk).update(inwink_event_id=TRIAL_EVENT_ID)
    with pytest.raises(IntegrityError, match="no_room_for_the_trial"), transaction.atomic():
        UnlinkedEventFactory.create(event_id=TRIAL_EVENT_ID)
