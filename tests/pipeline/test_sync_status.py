"""The sum adds up, whatever states the rows are in."""

from datetime import timedelta

import pytest

from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.status import sync_status
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory

pytestmark = pytest.mark.django_db

KEYS = {
    "rows", "pending", "claimed", "retrying", "synced", "same_person", "needs_answer", "left_out", "failed",
    "by_reason", "oldest_due_seconds", "api_used", "api_limit", "paused",
}  # fmt: skip


def test_nothing_is_all_zero() -> None:
    status = sync_status(now=NOW)
    assert set(status) == KEYS
    assert (status["rows"], status["by_reason"], status["paused"]) == (0, {}, [])
    assert (status["oldest_due_seconds"], status["api_used"], status["api_limit"]) == (0, None, None)


def test_the_sum_adds_up() -> None:
    link = CampaignLinkFactory.create()
    for count, state in enumerate(EntryState, start=1):
        OutboxEntryFactory.create_batch(count, link=link, state=state.value)
    leader = OutboxEntry.objects.filter(state=EntryState.SYNCED).order_by("pk")[0]
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED.value, same_person_of=leader)
    OutboxEntryFactory.create(link=link, state=EntryState.LEFT_OUT.value, reason=Reason.NO_MATCH.value)
    status = sync_status(now=NOW)
    parts = ("synced", "needs_answer", "left_out", "failed", "pending", "claimed", "retrying")
    assert status["rows"] == OutboxEntry.objects.count() == sum(status[part] for part in parts) == 30
    assert (status["synced"], status["same_person"]) == (5, 1)
    held = status["needs_answer"] + status["left_out"] + status["failed"]
    assert sum(status["by_reason"].values()) == held
    assert status["by_reason"]["no_match"] == 1


def test_one_link_is_told_alone() -> None:
    org = SalesforceOrgFactory.create(api_used=10, api_limit=100)
    SalesforceOrgFactory.create(api_used=5, api_limit=50)
    link = CampaignLinkFactory.create(org=org)
    OutboxEntryFactory.create(link=link)
    OutboxEntryFactory.create(state=EntryState.FAILED.value)
    status = sync_status(link, now=NOW)
    assert (status["rows"], status["pending"], status["failed"]) == (1, 1, 0)
    assert (status["api_used"], status["api_limit"]) == (10, 100)
    assert (sync_status(now=NOW)["api_used"], sync_status(now=NOW)["api_limit"]) == (15, 150)


def test_the_oldest_row_that_could_be_sent_is_told_and_pauses_do_not_count() -> None:
    entry = OutboxEntryFactory.create(available_at=NOW - timedelta(seconds=90), priority=2)
    OutboxEntryFactory.create(available_at=NOW + timedelta(hours=1))
    assert sync_status(now=NOW)["oldest_due_seconds"] == 90
    CampaignLink.objects.filter(pk=entry.link_id).update(state="paused")
    assert sync_status(now=NOW)["oldest_due_seconds"] == 0


def test_what_is_paused_is_told_with_its_reason() -> None:
    org = SalesforceOrgFactory.create(
        name="Acme", state=SalesforceOrg.State.PAUSED, state_reason="limit", paused_until=NOW + timedelta(minutes=5)
    )
    CampaignLinkFactory.create(org=org, inwink_event_id="a")
    CampaignLinkFactory.create(inwink_event_id="b", pause_kind="configuration", pause_reason="label gone")
    CampaignLinkFactory.create(inwink_event_id="c", state="paused", pause_kind="manual")
    CampaignLinkFactory.create(inwink_event_id="d", state="closed")
    CampaignLinkFactory.create(inwink_event_id="e", pause_kind="outage", paused_until=NOW)
    paused = sync_status(now=NOW)["paused"]
    until = (NOW + timedelta(minutes=5)).isoformat()
    assert sorted(paused, key=lambda row: row["name"]) == [
        {"what": "organisation", "name": "Acme", "kind": "paused", "reason": "limit", "until": until},
        {"what": "link", "name": "b", "kind": "configuration", "reason": "label gone", "until": None},
        {"what": "link", "name": "c", "kind": "manual", "reason": "", "until": None},
    ]


def test_it_takes_the_same_few_queries_for_many_rows(django_assert_max_num_queries: object) -> None:
    OutboxEntryFactory.create_batch(20)
    with django_assert_max_num_queries(10):  # type: ignore[operator] # a fixture without a type
        sync_status(now=NOW)
