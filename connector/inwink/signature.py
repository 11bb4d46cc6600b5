"""Prove who sent a message: Standard Webhooks signatures, or a bearer token for senders that cannot sign.

Scheme: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import re
import secrets as randomness
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from standardwebhooks.webhooks import hmac_data

TOLERANCE_SECONDS = 300
"""How far the sender's clock may be off; the value that Standard Webhooks libraries use."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - the marker before a secret, not one
SECRET_BYTES = 32
"""Random bytes of a new secret; Standard Webhooks asks for 24 to 64."""

MESSAGE_ID_MAX_LENGTH = 200
"""Characters; ours, the length of the stored column."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


class Denial(StrEnum):
    """Why a message is not believed. For counters and logs; the sender only learns that it is 401."""

    MISSING = "missing"
    """Neither a complete signature nor a bearer token."""
    BAD_SIGNATURE = "bad_signature"
    TIMESTAMP_OFF = "timestamp_off"
    """The signature is right, but the time is unreadable or more than five minutes off."""
    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason, not a token


def authenticate(
    body: bytes,
    *,
    headers: Mapping[str, str],
    secrets: Iterable[str],
    token_digests: Iterable[str],
    now: datetime,
) -> Denial | None:
    """Check a message against a source's active secrets and token digests; None means that it is believed.

    A signed message is judged by its signature alone where the source has secrets: a token must not excuse a body
    that was changed on its way.
    """
    active = tuple(secrets)
    sent = _lower_names(headers)
    if active and "webhook-signature" in sent:
        return check_signature(body, headers=sent, secrets=active, now=now)
    if "authorization" in sent:
        return check_bearer_token(sent, token_digests=token_digests)
    return Denial.MISSING


def check_signature(body: bytes, *, headers: Mapping[str, str], secrets: Iterable[str], now: datetime) -> Denial | None:
    """Check a Standard Webhooks signature against each active secret; None means that it is right.

    The library's own `Webhook.verify` is not used: it reads the clock itself, cannot say which check failed, and
    raises on a signed body that is not UTF-8 or a header that is not base64. Its digest is.
    Raises ValueError for a secret that `decode_secret` refuses: check secrets when they are stored.
    """
    sent = _lower_names(headers)
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    message_id, timestamp, signatures = (sent.get(name, "") for name in names)
    if not (message_id and timestamp and signatures):
        return Denial.MISSING
    expected = [_digest(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in secrets]
    if not _any_equal(_version_1(signatures), expected):
        return Denial.BAD_SIGNATURE
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        return Denial.TIMESTAMP_OFF
    return None


def check_bearer_token(headers: Mapping[str, str], *, token_digests: Iterable[str]) -> Denial | None:
    """Check `Authorization: Bearer ...` against SHA-256 hex digests; None means that it is right."""
    scheme, _, token = _lower_names(headers).get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return Denial.MISSING
    known = [digest.strip().lower().encode() for digest in token_digests]
    return None if _any_equal([digest_token(token.strip()).encode()], known) else Denial.BAD_TOKEN


def sign(secret: str, *, message_id: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers with which a sender proves a body. Raises ValueError for a broken secret."""
    seconds = str(int(timestamp.timestamp()))
    digest = hmac_data(decode_secret(secret), f"{message_id}.{seconds}.".encode() + body)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def decode_secret(secret: str) -> bytes:
    """Return the key of a secret, with or without its prefix; the padding may be missing.

    Raises ValueError without repeating the secret, so that a form can refuse it.
    """
    encoded = secret.strip().removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise ValueError("the secret is not base64") from None
    if not key:
        raise ValueError("the secret is empty")
    return key


def new_secret() -> str:
    """Make a signing secret."""
    return SECRET_PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def new_bearer_token() -> str:
    """Make a bearer token; store only its `digest_token`."""
    return randomness.token_urlsafe(SECRET_BYTES)


def digest_token(token: str) -> str:
    """Return the SHA-256 of a token in hex, the form in which it is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def message_id_of(headers: Mapping[str, str], *, new_id: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Return the identity of a message: `webhook-id`, else `Idempotency-Key`, else a new UUID.

    An id that is too long or holds unusual characters is replaced by a start and its SHA-256, so that two ids never
    become one. The body is no identity: the same words can rightly be said twice.
    """
    sent = _lower_names(headers)
    for name in ("webhook-id", "idempotency-key"):
        message_id = sent.get(name, "").strip()
        if message_id:
            return _storable_id(message_id)
    return str(new_id())


def _storable_id(message_id: str) -> str:
    clean = _UNPRINTABLE.sub("", message_id)
    if clean == message_id and len(clean) <= MESSAGE_ID_MAX_LENGTH:
        return clean
    digest = digest_token(message_id)
    return f"{clean[: MESSAGE_ID_MAX_LENGTH - len(digest) - 1]}-{digest}"


def _lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _digest(secret: str, *, message_id: str, timestamp: str, body: bytes) -> bytes:
    content = f"{message_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    return hmac_data(decode_secret(secret), content)


def _version_1(signatures: str) -> list[bytes]:
    """Decode the `v1` signatures of a header; what is not one proves nothing and is passed over."""
    decoded = []
    for versioned in signatures.split():
        version, _, encoded = versioned.partition(",")
        if version == "v1" and re.fullmatch(r"[A-Za-z0-9+/]{43}=", encoded):
            decoded.append(base64.b64decode(encoded))
    return decoded


def _any_equal(sent: Iterable[bytes], known: Iterable[bytes]) -> bool:
    """Compare every pair, in a time that does not tell which one was nearly right."""
    expected = tuple(known)
    return any([hmac.compare_digest(one, other) for one in sent for other in expected])
