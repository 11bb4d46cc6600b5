"""Prometheus reads the state of the outbox, and nobody else does."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from connector.core.outcomes import EntryState
from tests.factories import (
    AlertFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
    WorkerHeartbeatFactory,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOKEN = "scrape-me"


def _scrape(token: str = TOKEN) -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        response = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert isinstance(response, HttpResponse)
    return response


def _samples() -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(_scrape().getvalue().decode())
    return {
        (sample.name, "".join(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_metrics_are_off_without_a_token(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert _scrape("").status_code == 404


@pytest.mark.parametrize("token", ["", "wrong", "é", TOKEN + "x"])
def test_wrong_token_is_refused(settings: Settings, token: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    response = _scrape(token)
    assert (response.status_code, response["WWW-Authenticate"], response.getvalue()) == (401, "Bearer", b"")


@pytest.mark.both
@pytest.mark.django_db
def test_metrics_hold_the_whole_state(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    WorkerHeartbeatFactory.create(beat_at=NOW - timedelta(seconds=7))
    OutboxEntryFactory.create(available_at=NOW - timedelta(seconds=30))
    OutboxEntryFactory.create(state=EntryState.FAILED.value)
    SyncAttemptFactory.create(created_at=NOW - timedelta(minutes=5), outcome="failed")
    SyncAttemptFactory.create(created_at=NOW - timedelta(minutes=65), outcome="failed")
    SalesforceOrgFactory.create(name="Acme", api_used=120, api_limit=15000)
    AlertFactory.create(error="SMTPAuthenticationError 535")
    samples = _samples()
    assert samples["connector_worker_heartbeat_seconds", ""] == 7
    assert samples["connector_oldest_due_seconds", ""] == 30
    assert samples["connector_entries", "failed"] == 1
    assert samples["connector_entries", "needs_answer"] == 0
    assert samples["connector_attempts_last_hour", "failed"] == 1
    assert samples["connector_api_calls_used", "Acme"] == 120
    assert samples["connector_api_calls_limit", "Acme"] == 15000
    assert samples["connector_queued_tasks", ""] == 0
    assert samples["connector_alerts_unsent", ""] == 1
    assert samples["connector_unlinked_participants", ""] == 0


@pytest.mark.django_db
def test_a_scrape_costs_a_fixed_number_of_queries(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.METRICS_TOKEN = TOKEN
    for _ in range(3):
        SyncAttemptFactory.create(created_at=NOW)
    with django_assert_num_queries(9):
        _scrape()
