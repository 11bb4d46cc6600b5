"""Sending again is an enqueue: a higher generation, an empty hash, and nothing taken from a worker but by void_link."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connector.core.outcomes import EntryState
from connector.core.state import State
from connector.models import OutboxEntry
from connector.pipeline.outbox.resync import (
    CORRECTION,
    correct_status,
    refold_link,
    resync_entries,
    resync_link,
    void_link,
)
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize("state", [state for state in EntryState if state is not EntryState.CLAIMED])
def test_a_row_in_any_state_is_due_with_a_fresh_read(state: EntryState) -> None:
    OutboxEntryFactory.create(
        state=state.value, sent_hash="h", sent_person_hash="p", attempt_count=9, error_code="X", priority=2
    )
    assert resync_entries(OutboxEntry.objects.all(), requested_by="alice", now=LATER) == 1
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.reason, entry.generation, entry.attempt_count) == ("pending", "", 2, 0)
    assert (entry.sent_hash, entry.sent_person_hash, entry.error_code) == ("", "", "")
    assert (entry.is_forced, entry.requested_by, entry.priority, entry.available_at) == (True, "alice", 1, LATER)


def test_a_claimed_row_keeps_its_claim_and_is_sent_once_more() -> None:
    before = OutboxEntryFactory.create(state=EntryState.CLAIMED.value)
    resync_entries(OutboxEntry.objects.all(), requested_by="alice", now=LATER)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.claim_token, entry.claimed_generation) == ("claimed", before.claim_token, 1)
    assert (entry.generation, entry.is_forced) == (2, True)


def test_live_work_that_waits_stays_live() -> None:
    OutboxEntryFactory.create(priority=0)
    resync_entries(OutboxEntry.objects.all(), requested_by="alice")
    assert OutboxEntry.objects.get().priority == 0


def test_failed_only_takes_the_failed_ones_of_that_link(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link = CampaignLinkFactory.create()
    failed = OutboxEntryFactory.create(link=link, state=EntryState.FAILED.value)
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED.value)
    OutboxEntryFactory.create(state=EntryState.FAILED.value)
    with django_capture_on_commit_callbacks(execute=True):
        assert resync_link(link, failed_only=True, requested_by="alice") == 1
    assert list(OutboxEntry.objects.filter(is_forced=True)) == [failed]
    assert [task.task["args"] for task in OrmQ.objects.all()] == [(link.pk,)]
    assert resync_link(link, failed_only=False, requested_by="alice") == 2


def test_any_number_is_a_constant_number_of_queries() -> None:
    counts = []
    for size in (1, 300):
        link = CampaignLinkFactory.create()
        OutboxEntryFactory.create_batch(size, link=link)
        with CaptureQueriesContext(connection) as queries:
            assert resync_link(link, failed_only=False, requested_by="alice") == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_corrected_status_is_what_inwink_says_now() -> None:
    entry = OutboxEntryFactory.create(
        participant_state=State.ATTENDED.value,
        states_seen=["registered", "attended"],
        payload={"id": "p", "registration": "registered", "came": False},
        state=EntryState.SYNCED.value,
    )
    assert correct_status(entry, requested_by="alice", reason="scanned by mistake", now=LATER) == 1
    stored = OutboxEntry.objects.get()
    assert (stored.participant_state, stored.target_state, stored.states_seen) == (
        "registered", "registered", ["registered"],
    )  # fmt: skip
    assert (stored.is_correction, stored.is_forced, stored.generation) == (True, True, 2)
    assert stored.answers[CORRECTION] == {
        "answer": "correct", "state": "registered", "by": "alice", "at": LATER.isoformat(), "why": "scanned by mistake",
    }  # fmt: skip


def test_new_labels_enqueue_only_those_who_show_another_state() -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(link=link, states_seen=["registered", "refused"], state=EntryState.SYNCED.value)
    same = OutboxEntryFactory.create(link=link, state=EntryState.SYNCED.value)
    link.status_refused = "Declined"
    link.save()
    assert refold_link(link) == 1
    changed = OutboxEntry.objects.exclude(pk=same.pk).get()
    assert (changed.target_state, changed.state, changed.priority, changed.is_forced) == (
        "refused", "pending", 2, False,
    )  # fmt: skip
    assert OutboxEntry.objects.get(pk=same.pk).generation == 1
    assert refold_link(link) == 0


def test_a_voided_link_forgets_salesforce_and_takes_every_claim_away() -> None:
    link = CampaignLinkFactory.create()
    known: dict[str, Any] = {
        "person_type": "Contact", "person_id": "003000000000000AAA", "member_id": "00v000000000000AAA",
        "created_by_us": True, "sent_hash": "h", "sent_values": {"Contact.Title": "CTO"}, "sent_label": "Registered",
        "synced_state": "registered", "last_read_at": NOW, "matched_email": "a@example.org", "create_sent_at": NOW,
        "answers": {"shares_email": {"answer": "pick"}, "no_email": {"answer": "leave_out"}},
    }  # fmt: skip
    for state in EntryState:
        OutboxEntryFactory.create(link=link, state=state.value, **known)
    other = OutboxEntryFactory.create(state=EntryState.SYNCED.value, **known)
    assert void_link(link, now=LATER) == len(EntryState)
    for entry in OutboxEntry.objects.filter(link=link):
        assert (entry.state, entry.reason, entry.claim_token, entry.priority) == ("pending", "", None, 2)
        assert (entry.generation, entry.available_at, entry.dirty_since) == (2, LATER, LATER)
        assert (entry.person_type, entry.person_id, entry.member_id, entry.created_by_us) == ("", "", "", False)
        assert (entry.sent_hash, entry.sent_values, entry.sent_label, entry.synced_state) == ("", {}, "", "")
        assert (entry.last_read_at, entry.matched_email, entry.create_sent_at) == (None, "", NOW)
        assert entry.answers == {"no_email": {"answer": "leave_out"}}
    assert OutboxEntry.objects.get(pk=other.pk).person_id == "003000000000000AAA"
