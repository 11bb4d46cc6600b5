"""What has been kept long enough goes; what waits stays (rule 6.9)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import Task

from connector.core.outcomes import EntryState
from connector.models import (
    LinkDraft,
    MessageParticipant,
    OutboxEntry,
    SyncAttempt,
    SyncRun,
    UnlinkedEvent,
    UnlinkedParticipant,
    UploadedExport,
    WebhookMessage,
)
from connector.pipeline.privacy.prune import Pruned, prune
from connector.pipeline.privacy.uploads import KEPT, delete_uploads, prune_uploads
from tests.factories import (
    NOW,
    LinkDraftFactory,
    MessageParticipantFactory,
    OutboxEntryFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookMessageFactory,
)

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def ago(days: float) -> Any:
    return NOW - timedelta(days=days)


def message_of(event: str, *, days: float) -> WebhookMessage:
    body = json.dumps([{"id": "p1", "eventId": event}])
    return WebhookMessageFactory.create(received_at=ago(days), body=body, unlinked_count=1)


def counts(pruned: Pruned) -> dict[str, int]:
    """Return what went, by kind; without what nothing went of."""
    return {name: count for name in Pruned.__slots__ if (count := getattr(pruned, name))}


def test_each_kind_is_kept_as_long_as_its_setting_says() -> None:
    for days in (29, 31):
        WebhookMessageFactory.create(received_at=ago(days))
    for days in (179, 181):
        SyncAttemptFactory.create(created_at=ago(days), run=None)
        SyncRunFactory.create(started_at=ago(days))
        Task.objects.create(id=str(days), name=str(days), func="f", started=ago(days), stopped=ago(days), success=False)
    for days in (-1, 1):
        Session.objects.create(session_key=str(days), session_data="", expire_date=ago(days))

    assert counts(prune(now=NOW)) == {"messages": 1, "attempts": 1, "runs": 1, "tasks": 1, "sessions": 1}

    assert [WebhookMessage.objects.count(), SyncAttempt.objects.count(), Task.objects.count()] == [1, 1, 1]
    assert counts(prune(now=NOW)) == {}


def test_what_became_of_participants_goes_with_their_message() -> None:
    old, kept = (WebhookMessageFactory.create(received_at=ago(days)) for days in (31, 29))
    for message in (old, kept):
        MessageParticipantFactory.create(message=message)
    kept.replay_of, kept.first_received_at, kept.requested_by = old, old.received_at, "olga"
    kept.save()
    assert counts(prune(now=NOW)) == {"messages": 1}
    assert [row.message_id for row in MessageParticipant.objects.all()] == [kept.pk]
    [left] = WebhookMessage.objects.all()
    assert (left.replay_of, left.requested_by) == (None, "olga")


def test_an_attempt_outlives_the_run_that_it_was_part_of() -> None:
    run = SyncRunFactory.create(started_at=ago(200))
    attempt = SyncAttemptFactory.create(created_at=ago(1), run=run)
    prune(now=NOW)
    attempt.refresh_from_db()
    assert attempt.run is None
    assert not SyncRun.objects.exists()


def test_participants_of_links_stay_however_old_they_are() -> None:
    for state in EntryState:
        OutboxEntryFactory.create(state=state.value, first_seen_at=ago(2000))
    assert counts(prune(now=NOW)) == {}
    assert OutboxEntry.objects.count() == len(EntryState)


def test_messages_of_an_event_that_is_not_linked_stay_until_it_is() -> None:
    event = UnlinkedEventFactory.create(event_id="waiting", last_message_at=ago(900))
    UnlinkedParticipantFactory.create(event_id="waiting")
    kept = message_of("waiting", days=900)
    message_of("linked-meanwhile", days=900)
    WebhookMessageFactory.create(received_at=ago(900))

    assert counts(prune(now=NOW)) == {"messages": 2}
    assert [message.pk for message in WebhookMessage.objects.all()] == [kept.pk]
    assert UnlinkedParticipant.objects.exists(), "nobody is forgotten because nobody has linked the event yet"

    event.delete()  # the mover removes it once it is linked
    assert counts(prune(now=NOW)) == {"messages": 1}


def test_an_event_ignored_on_purpose_ends_by_its_setting() -> None:
    UnlinkedEventFactory.create(event_id="ignored", ignored_at=ago(500), last_message_at=ago(399))
    UnlinkedParticipantFactory.create_batch(2, event_id="ignored")
    message_of("ignored", days=31)

    assert counts(prune(now=NOW)) == {"messages": 1}
    assert counts(prune(now=NOW + timedelta(days=2))) == {"unlinked": 2}
    assert not UnlinkedEvent.objects.exists()


def test_a_link_in_preparation_goes_when_nobody_went_on_with_it_for_a_month() -> None:
    left, recent = LinkDraftFactory.create_batch(2)
    LinkDraft.objects.filter(pk=left.pk).update(updated_at=ago(31))
    LinkDraft.objects.filter(pk=recent.pk).update(updated_at=ago(29))
    assert counts(prune(now=NOW)) == {"drafts": 1}
    assert LinkDraft.objects.get() == recent


def test_uploaded_files_go_without_being_read() -> None:
    for uploaded_at in (NOW - KEPT - timedelta(seconds=1), NOW):
        UploadedExport.objects.create(name="a.csv", content=b"a", size=1, uploaded_by="olga", uploaded_at=uploaded_at)
    with CaptureQueriesContext(connection) as queries:
        assert prune_uploads(errands_before=ago(30), now=NOW) == 1
        assert UploadedExport.objects.count() == 1
        delete_uploads()
    assert not UploadedExport.objects.exists()
    assert not [query["sql"] for query in queries if '"content"' in query["sql"]]
