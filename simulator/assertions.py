"""The signed assertion of the JWT bearer flow (RFC 7523).

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from simulator.shapes import Json

MAX_AHEAD_SECONDS = 300
"""How far exp may lie ahead; the documentation says three minutes, clocks may differ by some (assumption)."""


class AssertionRefused(Exception):
    """The assertion is not acceptable; the text is the error_description."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an assertion says."""

    issuer: str
    subject: str
    audience: str


def read_assertion(text: str, *, key_of: Callable[[str], str | None], now: float) -> Claims:
    """Check the RS256 signature with the issuer's key and the time; return the claims. Raises AssertionRefused."""
    parts = text.split(".")
    if len(parts) != 3:
        raise AssertionRefused("invalid assertion")
    header, claims = _decoded(parts[0]), _decoded(parts[1])
    pem = key_of(str(claims.get("iss", "")))
    if pem is None:
        raise AssertionRefused("invalid assertion")
    if header.get("alg") != "RS256":
        raise AssertionRefused("algorithm is not RS256")
    _verify(parts, pem=pem)
    _check_time(claims, now=now)
    return Claims(str(claims.get("iss", "")), str(claims.get("sub", "")), str(claims.get("aud", "")).rstrip("/"))


def _check_time(claims: Json, *, now: float) -> None:
    """Refuse an expired assertion (assumption: these words)."""
    try:
        expires_at = float(claims.get("exp", 0))
    except (TypeError, ValueError) as exc:
        raise AssertionRefused("invalid assertion") from exc
    if not now < expires_at <= now + MAX_AHEAD_SECONDS:
        raise AssertionRefused("assertion is expired or its lifetime is too long")


def _verify(parts: list[str], *, pem: str) -> None:
    data = pem.encode()
    certificate = b"BEGIN CERTIFICATE" in data
    key = load_pem_x509_certificate(data).public_key() if certificate else load_pem_public_key(data)
    if not isinstance(key, RSAPublicKey):
        raise AssertionRefused("invalid assertion")
    try:
        key.verify(_bytes(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature as exc:
        raise AssertionRefused("invalid assertion") from exc


def _decoded(part: str) -> Json:
    try:
        found = json.loads(_bytes(part))
    except ValueError as exc:
        raise AssertionRefused("invalid assertion") from exc
    if not isinstance(found, dict):
        raise AssertionRefused("invalid assertion")
    return found


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as exc:
        raise AssertionRefused("invalid assertion") from exc
