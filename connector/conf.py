"""Read the settings of the connector: the only module that does, so that each has one name, one type and one unit.

Functions, not constants: tests that override a setting see the new value at once. Values are as project/settings.py
read them from the environment variable of the same name; connector/checks.py says which combinations are refused.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

DRAIN_CLAIM_SECONDS = 45
"""Seconds after which a drain claims nothing new, so that a task ends well before Q_CLUSTER's timeout."""

LEASE_MARGIN_SECONDS = 30
"""Seconds that a lease outlives the longest HTTP call made under it."""

_RATE = re.compile(r"(?P<requests>\d+)/(?P<period>[smh])")
_PERIOD_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    period_seconds: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of row is kept."""

    messages: timedelta
    attempts: timedelta
    runs: timedelta
    unlinked: timedelta


@dataclass(frozen=True, slots=True)
class WorkerPool:
    """The numbers of Q_CLUSTER that the design depends on; times in seconds."""

    workers: int
    timeout_seconds: int
    retry_seconds: int
    queue_limit: int


def field_encryption_keys() -> tuple[str, ...]:
    """Return FIELD_ENCRYPTION_KEYS: the first encrypts, all decrypt; each 32 bytes in url-safe base64."""
    return tuple(settings.FIELD_ENCRYPTION_KEYS)


def secret_key() -> str:
    """Return SECRET_KEY, for keyed hashes."""
    return settings.SECRET_KEY


def worker_pool() -> WorkerPool:
    """Return Q_WORKERS and the time limits of the pool."""
    pool = settings.Q_CLUSTER
    return WorkerPool(
        workers=int(pool["workers"]),
        timeout_seconds=int(pool["timeout"]),
        retry_seconds=int(pool["retry"]),
        queue_limit=int(pool["queue_limit"]),
    )


def salesforce_extra_hosts() -> frozenset[str]:
    """Return SALESFORCE_EXTRA_HOSTS in lower case: hosts allowed beside *.salesforce.com and *.force.com."""
    return frozenset(host.strip().lower() for host in settings.SALESFORCE_EXTRA_HOSTS if host.strip())


def salesforce_timeout_seconds() -> int:
    """Return SALESFORCE_TIMEOUT_SECONDS: the total time of one HTTP call, connecting and reading together."""
    return int(settings.SALESFORCE_TIMEOUT_SECONDS)


def salesforce_settle_seconds() -> int:
    """Return SALESFORCE_SETTLE_SECONDS: how long a create whose answer was lost may still come into effect."""
    return int(settings.SALESFORCE_SETTLE_SECONDS)


def claim_lease_seconds() -> int:
    """Return CLAIM_LEASE_SECONDS: how long a claim holds without being renewed."""
    return int(settings.CLAIM_LEASE_SECONDS)


def webhook_max_bytes() -> int:
    """Return WEBHOOK_MAX_BYTES: the largest accepted body."""
    return int(settings.WEBHOOK_MAX_BYTES)


def webhook_rate() -> Rate | None:
    """Return WEBHOOK_RATE per source, written `6000/m` (s, m or h); None = no limit, written `0` or left empty.

    Raises ValueError when it is written otherwise.
    """
    text = settings.WEBHOOK_RATE.strip()
    if text in {"", "0"}:
        return None
    found = _RATE.fullmatch(text)
    if found is None or not int(found["requests"]):
        raise ValueError(f"WEBHOOK_RATE is {text!r}; write a number and a period, like 6000/m (s, m or h).")
    return Rate(int(found["requests"]), _PERIOD_SECONDS[found["period"]])


def retention() -> Retention:
    """Return RETENTION_DAYS_MESSAGES, _ATTEMPTS, _RUNS and _UNLINKED."""
    return Retention(
        messages=timedelta(days=settings.RETENTION_DAYS_MESSAGES),
        attempts=timedelta(days=settings.RETENTION_DAYS_ATTEMPTS),
        runs=timedelta(days=settings.RETENTION_DAYS_RUNS),
        unlinked=timedelta(days=settings.RETENTION_DAYS_UNLINKED),
    )


def alert_emails() -> tuple[str, ...]:
    """Return ALERT_EMAILS: who is told when the connector needs a person."""
    return tuple(settings.ALERT_EMAILS)


def language() -> str:
    """Return LANGUAGE_CODE: the language of mails, and of pages where a browser asks for none of ours."""
    return str(settings.LANGUAGE_CODE)


def public_origin() -> str:
    """Return where people reach this installation, as https://connector.example.org; "" where no setting says so.

    The first of CSRF_TRUSTED_ORIGINS, else the first of ALLOWED_HOSTS, that names one host.
    """
    scheme = "https" if is_https_only() else "http"
    origins = [*settings.CSRF_TRUSTED_ORIGINS, *(f"{scheme}://{host}" for host in settings.ALLOWED_HOSTS)]
    return next((origin for origin in origins if "*" not in origin and "://." not in origin), "")


def can_send_mail() -> bool:
    """Return whether EMAIL_URL is set; without it mail is dropped."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def metrics_token() -> str:
    """Return METRICS_TOKEN: the bearer token of /metrics; empty = /metrics is off."""
    return settings.METRICS_TOKEN


def is_https_only() -> bool:
    """Return HTTPS_ONLY: addresses that we show start with https."""
    return bool(settings.HTTPS_ONLY)


def proxy_count() -> int:
    """Return PROXY_COUNT: how many proxies stand in front, each of which adds its caller to X-Forwarded-For."""
    return int(settings.PROXY_COUNT)


def time_zone() -> str:
    """Return TIME_ZONE: the zone in which dates of inwink without one are meant, and in which dates are sent."""
    return str(settings.TIME_ZONE)
