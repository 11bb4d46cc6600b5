"""Settings that would lose or repeat work are refused, with what to do about it."""

import base64
from collections.abc import Sequence

import pytest
from django.core.checks import CheckMessage
from django.db import connection
from pytest_django import Settings

from connector import checks


def _ids(messages: Sequence[CheckMessage]) -> list[str]:
    assert all(message.hint for message in messages), "each message says what to do"
    return [str(message.id) for message in messages]


def test_delivered_settings_pass() -> None:
    for check in (
        checks.check_time_limits,
        checks.check_encryption_keys,
        checks.check_webhook_rate,
        checks.check_proxy_count,
        checks.check_sqlite_options,
    ):
        assert check(None) == []


@pytest.mark.parametrize(("call", "lease", "ids"), [(120, 150, []), (120, 149, ["connector.E001"]), (60, 90, [])])
def test_lease_outlives_a_call(settings: Settings, call: int, lease: int, ids: list[str]) -> None:
    settings.SALESFORCE_TIMEOUT_SECONDS, settings.CLAIM_LEASE_SECONDS = call, lease
    assert _ids(checks.check_time_limits(None)) == ids


@pytest.mark.parametrize(("call", "ids"), [(144, []), (145, ["connector.E002"])])
def test_task_outlives_a_drain(settings: Settings, call: int, ids: list[str]) -> None:
    settings.SALESFORCE_TIMEOUT_SECONDS, settings.CLAIM_LEASE_SECONDS = call, 1000
    assert _ids(checks.check_time_limits(None)) == ids


@pytest.mark.parametrize(("retry", "ids"), [(1920, []), (1919, ["connector.E003"])])
def test_waiting_tasks_are_not_handed_out_twice(settings: Settings, retry: int, ids: list[str]) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "retry": retry}
    assert _ids(checks.check_time_limits(None)) == ids


@pytest.mark.parametrize(
    "bad_key", ["", "short", base64.urlsafe_b64encode(b"x" * 31).decode(), "é" * 44, "a" * 43 + "!"]
)
def test_malformed_key_is_named_by_its_place_only(settings: Settings, bad_key: str) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [*settings.FIELD_ENCRYPTION_KEYS, bad_key]
    messages = checks.check_encryption_keys(None)
    assert _ids(messages) == ["connector.E004"]
    assert "Key 2 of 2" in messages[0].msg
    assert not bad_key or bad_key not in messages[0].msg


def test_a_number_of_proxies_below_none_is_refused(settings: Settings) -> None:
    settings.PROXY_COUNT = -1
    assert _ids(checks.check_proxy_count(None)) == ["connector.E008"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's options")
@pytest.mark.parametrize("change", [{"transaction_mode": "DEFERRED"}, {"timeout": 1}, {"init_command": ""}])
def test_sqlite_that_fails_instead_of_waiting_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {**connection.settings_dict["OPTIONS"], **change})
    assert _ids(checks.check_sqlite_options(None)) == ["connector.E005"]


def test_unreadable_webhook_rate_is_reported(settings: Settings) -> None:
    settings.WEBHOOK_RATE = "fast"
    assert _ids(checks.check_webhook_rate(None)) == ["connector.E006"]


def test_production_wants_own_keys_https_and_a_way_to_send_alerts(settings: Settings) -> None:
    settings.SECRET_KEY = "not-secret-for-development-only"
    settings.HTTPS_ONLY = False
    settings.ALERT_EMAILS = ["ops@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert _ids(checks.check_production(None)) == ["connector.E007", "connector.W001", "connector.W002"]


def test_known_encryption_key_is_refused_in_production(settings: Settings) -> None:
    settings.HTTPS_ONLY = True
    settings.FIELD_ENCRYPTION_KEYS = [base64.urlsafe_b64encode(b"not-secret-for-development-only!").decode()]
    assert _ids(checks.check_production(None)) == ["connector.E007"]


def test_good_production_settings_pass(settings: Settings) -> None:
    settings.HTTPS_ONLY = True
    assert checks.check_production(None) == []
