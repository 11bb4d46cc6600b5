"""What arrives is merged into the outbox, made due, and asked for; whatever state the row was in."""

from collections.abc import Sequence
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

from connector.core.merging.merge import MergeResult
from connector.core.outcomes import EntryState, Priority
from connector.core.participant import Participant
from connector.models import CampaignLink, DrainRequest, OutboxEntry, SalesforceOrg, WebhookSource
from connector.pipeline.outbox.enqueue import queue_drains, request_drain, store_participants
from connector.pipeline.outbox.hearing import Telling
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory, WebhookSourceFactory
from tests.pipeline.said import said

pytestmark = [pytest.mark.both, pytest.mark.django_db]

LATER = NOW + timedelta(minutes=5)


def store(
    link: CampaignLink,
    participants: Sequence[Participant],
    *,
    at: Any = NOW,
    priority: Priority = Priority.LIVE,
    source: WebhookSource | None = None,
) -> list[str]:
    with transaction.atomic():
        effects = store_participants(link, participants, telling=Telling(source, at), priority=priority)
    return [effect.result.value for effect in effects]


def entry_for(state: EntryState, **columns: Any) -> OutboxEntry:
    """Return an entry in a state whose payload is what `said()` says."""
    link = CampaignLinkFactory.create(inwink_event_id="e1")
    payload = dict(said().values)
    return OutboxEntryFactory.create(link=link, participant_key="p1", payload=payload, state=state.value, **columns)


def test_a_new_participant_is_due_at_once() -> None:
    link, source = CampaignLinkFactory.create(), WebhookSourceFactory.create()
    assert store(link, [said(email=" ADA@Example.org ", came=True)], source=source) == ["accepted"]
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.generation, entry.synced_generation) == ("pending", 1, 0)
    assert (entry.available_at, entry.dirty_since, entry.first_seen_at) == (NOW, NOW, NOW)
    assert (entry.email_key, entry.target_state, entry.priority) == ("ada@example.org", "attended", 0)
    assert (entry.source, entry.attended_at, entry.changed_at) == (source, NOW, NOW)


@pytest.mark.parametrize("state", [state for state in EntryState if state is not EntryState.CLAIMED])
def test_a_difference_makes_a_row_in_any_state_due(state: EntryState) -> None:
    entry = entry_for(state, attempt_count=7, error_code="X", error_message="x", candidates=[{"id": "1"}])
    assert store(entry.link, [said(company="Other")], at=LATER) == ["accepted"]
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.generation, stored.available_at, stored.attempt_count) == ("pending", 2, LATER, 0)
    assert (stored.reason, stored.error_code, stored.error_message, stored.candidates) == ("", "", "", [])
    assert stored.payload["company"] == "Other"
    assert stored.dirty_since == (LATER if state is EntryState.SYNCED else NOW)


def test_a_claimed_row_keeps_its_claim_and_gets_the_new_generation() -> None:
    entry = entry_for(EntryState.CLAIMED, attempt_count=3)
    store(entry.link, [said(company="Other")], at=LATER)
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.claim_token, stored.lease_expires_at) == (
        "claimed", entry.claim_token, entry.lease_expires_at,
    )  # fmt: skip
    assert (stored.generation, stored.claimed_generation, stored.attempt_count) == (2, 1, 3)
    assert (stored.payload["company"], stored.dirty_since, stored.available_at) == ("Other", NOW, NOW)


@pytest.mark.parametrize("state", list(EntryState))
def test_the_same_again_revives_nothing(state: EntryState) -> None:
    entry = entry_for(state)
    before = OutboxEntry.objects.values().get()
    assert store(entry.link, [said()], at=LATER) == ["unchanged"]
    assert OutboxEntry.objects.values().get() == before


def test_a_newer_time_alone_is_kept_but_changes_nothing() -> None:
    entry = entry_for(EntryState.FAILED, source_updated_at=NOW)
    assert store(entry.link, [said(updated_at=LATER)], at=LATER) == ["unchanged"]
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.generation, stored.source_updated_at) == ("failed", 1, LATER)
    assert store(entry.link, [said(updated_at=NOW, company="Old")], at=LATER) == ["stale"]
    assert OutboxEntry.objects.get().payload == stored.payload


@pytest.mark.parametrize(
    ("state", "before", "arriving", "after"),
    [
        (EntryState.PENDING, Priority.LIVE, Priority.BACKFILL, 0),
        (EntryState.PENDING, Priority.BACKFILL, Priority.LIVE, 0),
        (EntryState.FAILED, Priority.MANUAL, Priority.BACKFILL, 1),
        (EntryState.CLAIMED, Priority.BACKFILL, Priority.LIVE, 0),
        (EntryState.SYNCED, Priority.LIVE, Priority.BACKFILL, 2),
        (EntryState.SYNCED, Priority.BACKFILL, Priority.LIVE, 0),
    ],
)
def test_the_better_priority_holds_until_the_row_is_synced(
    state: EntryState, before: Priority, arriving: Priority, after: int
) -> None:
    entry = entry_for(state, priority={"live": 0, "manual": 1, "backfill": 2}[before])
    store(entry.link, [said(company="Other")], priority=arriving)
    assert OutboxEntry.objects.get().priority == after


def test_a_row_that_waits_for_an_unclear_create_still_does() -> None:
    entry = entry_for(EntryState.RETRYING, create_sent_at=NOW)
    store(entry.link, [said(company="Other")], at=LATER)
    assert OutboxEntry.objects.get().create_sent_at == NOW


def test_participants_of_one_key_are_merged_in_their_order() -> None:
    link = CampaignLinkFactory.create()
    results = store(link, [said(), said("p2"), said(registration="refused"), said(registration="refused"), said()])
    assert results == ["accepted", "accepted", "accepted", "unchanged", "accepted"]
    entry = OutboxEntry.objects.get(participant_key="p1")
    assert (entry.generation, entry.states_seen) == (3, ["refused", "registered"])


def test_the_state_to_send_knows_which_labels_the_link_has() -> None:
    link = CampaignLinkFactory.create(status_refused="Declined")
    store(link, [said(), said(registration="refused")])
    assert OutboxEntry.objects.get().target_state == "refused"
    other = CampaignLinkFactory.create()
    store(other, [said(), said(registration="refused")])
    assert OutboxEntry.objects.get(link=other).target_state == "registered"


def test_a_source_can_suppose_a_state() -> None:
    source = WebhookSourceFactory.create(default_state="registered")
    store(CampaignLinkFactory.create(), [said(registration=None)], source=source)
    assert OutboxEntry.objects.get().target_state == "registered"


def test_a_text_too_long_for_an_email_is_no_email() -> None:
    store(CampaignLinkFactory.create(), [said(email="x" * 400)])
    assert OutboxEntry.objects.get().email_key == ""


def test_the_number_of_queries_does_not_depend_on_the_number_of_participants() -> None:
    counts = set()
    for size in (1, 500):
        link = CampaignLinkFactory.create()
        store(link, [said(f"old{n}") for n in range(size)])
        mixed = [said(f"new{n}") for n in range(size)] + [said(f"old{n}", company="Other") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert set(store(link, mixed)) == {"accepted"}
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 8


STATES = st.sampled_from(["registered", "refused", "not_registered", None])
MESSAGES = st.lists(
    st.builds(
        lambda key, registration, came, minute, company: said(
            key,
            registration=registration,
            came=came,
            company=company,
            updated_at=None if minute is None else NOW + timedelta(minutes=minute),
        ),
        key=st.sampled_from(["a", "b", "c"]),
        registration=STATES,
        came=st.sampled_from([True, False, None]),
        minute=st.sampled_from([None, 1, 2, 3]),
        company=st.sampled_from(["", "X", "Y"]),
    ),
    max_size=12,
)


class TestCuts(TestCase):
    """How messages are cut into webhooks changes nothing (rule 1.6)."""

    @settings(max_examples=60)
    @given(messages=MESSAGES, cuts=st.sets(st.integers(1, 11)))
    def test_any_cut_of_a_sequence_gives_the_same_rows(self, messages: list[Participant], cuts: set[int]) -> None:
        whole, cut = CampaignLinkFactory.create(), CampaignLinkFactory.create()
        expected = store(whole, messages)
        edges = [0, *sorted(edge for edge in cuts if edge < len(messages)), len(messages)]
        parts = [messages[start:end] for start, end in zip(edges, edges[1:], strict=False)]
        assert [result for part in parts for result in store(cut, part)] == expected
        assert _rows(cut) == _rows(whole)


def _rows(link: CampaignLink) -> list[dict[str, Any]]:
    rows = list(OutboxEntry.objects.filter(link=link).order_by("participant_key").values())
    return [{name: value for name, value in row.items() if name not in ("id", "link_id")} for row in rows]


# Asking for a drain


def drains() -> list[int]:
    return [task.task["args"][0] for task in OrmQ.objects.order_by("id")]


def test_a_drain_is_asked_for_after_the_commit_and_once(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link = CampaignLinkFactory.create()
    with django_capture_on_commit_callbacks(execute=True):
        request_drain([link.pk, link.pk])
        assert drains() == []
    with django_capture_on_commit_callbacks(execute=True):
        request_drain([link.pk])
    assert drains() == [link.pk]
    assert DrainRequest.objects.get().requested_at is not None


def test_a_drain_that_was_lost_is_asked_for_again() -> None:
    link = CampaignLinkFactory.create()
    assert [queue_drains([link.pk], now=NOW + timedelta(seconds=after)) for after in (0, 60, 61)] == [1, 0, 1]


def test_a_drain_that_has_begun_can_be_asked_for_again() -> None:
    link = CampaignLinkFactory.create()
    queue_drains([link.pk], now=NOW)
    DrainRequest.objects.update(requested_at=None)
    assert queue_drains([link.pk], now=NOW) == 1


def test_a_link_that_does_not_send_gets_no_drain() -> None:
    waiting = SalesforceOrgFactory.create(state=SalesforceOrg.State.RECONNECT_NEEDED)
    links = [
        CampaignLinkFactory.create(state=CampaignLink.LinkState.PAUSED),
        CampaignLinkFactory.create(state=CampaignLink.LinkState.CLOSED),
        CampaignLinkFactory.create(pause_kind="configuration"),
        CampaignLinkFactory.create(org=waiting),
    ]
    assert queue_drains([link.pk for link in links], now=NOW) == 0
    assert drains() == []


def test_held_messages_are_a_change_that_is_planned_again() -> None:
    entry = entry_for(EntryState.SYNCED)
    assert store(entry.link, [said(email="", last_name="", first_name="")]) == [MergeResult.ACCEPTED.value]
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.payload["last_name"], stored.email_key) == ("pending", "Lovelace", "p1@example.org")
    assert stored.held_payload is not None
