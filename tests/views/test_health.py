"""Monitoring learns whether the process lives and whether changes are being worked on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline import status
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory, WorkerHeartbeatFactory

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(seconds=status.DUE_LATE_SECONDS + 1)


def _readyz() -> tuple[int, dict[str, Any]]:
    with time_machine.travel(NOW, tick=False):
        response = Client().get("/readyz")
    return response.status_code, response.json()


def test_healthz_needs_no_database() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_monitoring_only_reads(path: str) -> None:
    assert Client().post(path).status_code == 405


@pytest.mark.both
@pytest.mark.django_db
def test_ready_while_a_worker_beats_and_nothing_waits() -> None:
    WorkerHeartbeatFactory.create(beat_at=NOW - timedelta(seconds=5))
    WorkerHeartbeatFactory.create(beat_at=NOW - timedelta(days=3))
    assert _readyz() == (
        200,
        {"ok": True, "problems": [], "worker_heartbeat_seconds": 5.0, "oldest_due_seconds": 0.0},
    )


@pytest.mark.django_db
def test_not_ready_before_the_first_worker() -> None:
    code, answer = _readyz()
    assert (code, answer["problems"], answer["worker_heartbeat_seconds"]) == (503, ["no_worker"], None)


@pytest.mark.django_db
def test_not_ready_when_workers_fell_silent() -> None:
    WorkerHeartbeatFactory.create(beat_at=NOW - timedelta(seconds=status.HEARTBEAT_LATE_SECONDS + 1))
    code, answer = _readyz()
    assert (code, answer["problems"]) == (503, ["no_worker"])


@pytest.mark.both
@pytest.mark.django_db
def test_not_ready_when_a_live_change_waits_too_long() -> None:
    WorkerHeartbeatFactory.create(beat_at=NOW)
    OutboxEntryFactory.create(available_at=LONG_AGO)
    code, answer = _readyz()
    assert (code, answer["problems"], answer["oldest_due_seconds"]) == (503, ["changes_wait"], 901.0)


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize(
    "waits_on_purpose",
    [
        lambda: OutboxEntryFactory.create(available_at=LONG_AGO, priority=OutboxEntry.Priorities.BACKFILL),
        lambda: OutboxEntryFactory.create(available_at=LONG_AGO, state=EntryState.SYNCED.value),
        lambda: OutboxEntryFactory.create(
            available_at=LONG_AGO, link=CampaignLinkFactory.create(state=CampaignLink.LinkState.PAUSED)
        ),
        lambda: OutboxEntryFactory.create(
            available_at=LONG_AGO,
            link=CampaignLinkFactory.create(
                org=SalesforceOrgFactory.create(state=SalesforceOrg.State.RECONNECT_NEEDED)
            ),
        ),
        lambda: OutboxEntryFactory.create(available_at=NOW + timedelta(hours=1)),
    ],
    ids=["backfill", "synced", "link paused", "org signed out", "not due yet"],
)
def test_what_waits_on_purpose_is_no_problem(waits_on_purpose: Any) -> None:
    WorkerHeartbeatFactory.create(beat_at=NOW)
    waits_on_purpose()
    assert _readyz()[0] == 200


def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(now: datetime) -> float:
        raise DatabaseError("the server is gone")

    monkeypatch.setattr(status, "worker_heartbeat_age", refuse)
    assert _readyz() == (503, {"ok": False, "problems": ["database_unavailable"]})
