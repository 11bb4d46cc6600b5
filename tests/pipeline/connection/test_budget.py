"""When backfill may spend API calls (rule 7.4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import OutboxEntry, SalesforceOrg
from connector.pipeline.connection.budget import is_over_budget, may_send_backfill, spendings
from connector.pipeline.connection.spending import note_calls
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def org_with(own_calls: int = 0, **columns: Any) -> SalesforceOrg:
    org = SalesforceOrgFactory.create(**columns)
    CampaignLinkFactory.create(org=org)
    note_calls(org, own_calls)
    note_calls(org, 10_000, now=timezone.now() - timedelta(hours=25))
    note_calls(SalesforceOrgFactory.create(), 10_000)
    return org


@pytest.mark.parametrize(
    ("columns", "own_calls", "is_over"),
    [
        ({}, 10_000, False),
        ({"api_limit": 1000, "api_used": 799}, 0, False),
        ({"api_limit": 1000, "api_used": 800}, 0, True),
        ({"api_limit": 1000, "api_used": 500, "api_budget_percent": 50}, 0, True),
        ({"api_limit": 1000, "api_used": 0}, 99, False),
        ({"api_limit": 1000, "api_used": 0}, 100, True),
        ({"api_limit": 1000, "api_used": 0, "api_daily_max": 500}, 499, False),
        ({"api_limit": 1000, "api_used": 0, "api_daily_max": 500}, 500, True),
        ({"api_limit": 1000, "api_used": 0, "api_daily_max": 0}, 0, True),
    ],
)
def test_backfill_has_two_budgets(columns: dict[str, Any], own_calls: int, is_over: bool) -> None:
    org = org_with(own_calls, **columns)

    assert is_over_budget(org) is is_over
    assert spendings([org])[org.pk].own_calls == own_calls
    assert may_send_backfill(org.links.get().pk) is not is_over


def test_backfill_waits_for_live_work_anywhere() -> None:
    link = CampaignLinkFactory.create()
    entry = OutboxEntryFactory.create(available_at=timezone.now() - timedelta(seconds=1))
    assert not may_send_backfill(link.pk)

    OutboxEntry.objects.filter(pk=entry.pk).update(priority=OutboxEntry.Priorities.BACKFILL)

    assert may_send_backfill(link.pk)


def test_live_work_that_cannot_be_sent_holds_nobody_up() -> None:
    link = CampaignLinkFactory.create()
    due = timezone.now() - timedelta(seconds=1)
    OutboxEntryFactory.create(available_at=due, link__state="paused")
    OutboxEntryFactory.create(available_at=due, create_sent_at=timezone.now())

    assert may_send_backfill(link.pk)


def test_one_worker_is_kept_free_of_backfill(settings: Any) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": 2}
    link = CampaignLinkFactory.create()
    lease = timezone.now() + timedelta(minutes=1)
    backfill = OutboxEntry.Priorities.BACKFILL
    OutboxEntryFactory.create(state=EntryState.CLAIMED, lease_expires_at=lease, priority=backfill)
    assert not may_send_backfill(link.pk)

    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "workers": 3}

    assert may_send_backfill(link.pk)
