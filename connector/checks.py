"""System checks of the connector's settings; each message says what to do.

Numbers are kept: connector.E001 means the same in every release.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from connector import conf

_DEVELOPMENT_KEY_PREFIX = "not-secret"


@register(Tags.compatibility)
def check_time_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check that a lease outlives a call, a task outlives a drain, and no waiting task is handed out twice."""
    call, lease, pool = conf.salesforce_timeout_seconds(), conf.claim_lease_seconds(), conf.worker_pool()
    messages: list[CheckMessage] = []
    if call + conf.LEASE_MARGIN_SECONDS > lease:
        messages.append(_lease_too_short(call, lease))
    longest = conf.DRAIN_CLAIM_SECONDS + 3 * call
    if longest >= pool.timeout_seconds:
        messages.append(_task_too_short(longest, pool.timeout_seconds))
    needed = (pool.queue_limit + 2) * pool.timeout_seconds
    if pool.retry_seconds < needed:
        messages.append(_retry_too_short(pool.retry_seconds, needed))
    return messages


def _lease_too_short(call: int, lease: int) -> Error:
    return Error(
        f"CLAIM_LEASE_SECONDS is {lease}, but one call to Salesforce may take {call} seconds.",
        hint=f"Set CLAIM_LEASE_SECONDS to {call + conf.LEASE_MARGIN_SECONDS} or more, or lower "
        "SALESFORCE_TIMEOUT_SECONDS: a lease must not expire while its worker waits for an answer.",
        id="connector.E001",
    )


def _task_too_short(longest: int, timeout: int) -> Error:
    return Error(
        f"A drain may take {longest} seconds, but Q_CLUSTER's timeout kills a task after {timeout}.",
        hint="Lower SALESFORCE_TIMEOUT_SECONDS, or raise Q_CLUSTER's timeout (and with it retry) in settings.py.",
        id="connector.E002",
    )


def _retry_too_short(retry: int, needed: int) -> Error:
    return Error(
        f"Q_CLUSTER's retry is {retry} seconds; tasks that wait in a worker would be handed out twice.",
        hint=f"Set retry in settings.py to (queue_limit + 2) × timeout = {needed} or more.",
        id="connector.E003",
    )


@register(Tags.security)
def check_encryption_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check that each key is 32 bytes in url-safe base64; name a bad one by its place, never by its value."""
    keys = conf.field_encryption_keys()
    return [
        Error(
            f"Key {place} of {len(keys)} in FIELD_ENCRYPTION_KEYS is not 32 bytes in url-safe base64.",
            hint="Replace it by the key that the stored secrets were encrypted with, or in a new installation by a new "
            "key: python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'",
            id="connector.E004",
        )
        for place, key in enumerate(keys, start=1)
        if not _is_fernet_key(key)
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


@register(Tags.compatibility)
def check_webhook_rate(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check that WEBHOOK_RATE can be read."""
    try:
        conf.webhook_rate()
    except ValueError as exc:
        return [Error(str(exc), hint="Leave WEBHOOK_RATE empty for no limit.", id="connector.E006")]
    return []


@register(Tags.compatibility)
def check_proxy_count(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check that PROXY_COUNT is a number of proxies."""
    if conf.proxy_count() >= 0:
        return []
    hint = "Write how many proxies add an address to X-Forwarded-For; 0 where people reach the web server itself."
    return [Error(f"PROXY_COUNT is {conf.proxy_count()}.", hint=hint, id="connector.E008")]


@register(Tags.database)
def check_sqlite_options(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that each SQLite database waits for its turn instead of failing with "database is locked"."""
    return [
        Error(
            f"The SQLite database {alias!r} lacks transaction_mode IMMEDIATE, a timeout or WAL.",
            hint="Keep DATABASES in settings.py as it is delivered, or use PostgreSQL through DATABASE_URL.",
            id="connector.E005",
        )
        for alias in connections
        if connections[alias].vendor == "sqlite" and not _is_sqlite_safe(connections[alias].settings_dict["OPTIONS"])
    ]


def _is_sqlite_safe(options: dict[str, Any]) -> bool:
    return (
        options.get("transaction_mode") == "IMMEDIATE"
        and options.get("timeout", 0) >= 5
        and "journal_mode=wal" in str(options.get("init_command", "")).lower()
    )


@register(Tags.security, deploy=True)
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Check what only matters in production (`check --deploy`)."""
    messages: list[CheckMessage] = []
    if _is_development_key():
        messages.append(
            Error(
                "The keys are the ones that every copy of this project knows.",
                hint="Set SECRET_KEY and FIELD_ENCRYPTION_KEYS to values of your own and turn DEBUG off.",
                id="connector.E007",
            )
        )
    if not conf.is_https_only():
        messages.append(
            Warning(
                "HTTPS_ONLY is off: log-ins and webhooks may cross the network in clear text.",
                hint="Set HTTPS_ONLY=1, behind a proxy that ends TLS and sets X-Forwarded-Proto.",
                id="connector.W001",
            )
        )
    return messages + _mail_warnings()


def _is_development_key() -> bool:
    keys = [conf.secret_key(), *(_decoded(key) for key in conf.field_encryption_keys())]
    return any(key.startswith(_DEVELOPMENT_KEY_PREFIX) for key in keys)


def _decoded(key: str) -> str:
    try:
        return base64.urlsafe_b64decode(key).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError):
        return ""  # check_encryption_keys reports it


def _mail_warnings() -> list[CheckMessage]:
    if conf.can_send_mail() or not conf.alert_emails():
        return []
    return [
        Warning(
            "ALERT_EMAILS names people, but no mail can be sent.",
            hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.",
            id="connector.W002",
        )
    ]
