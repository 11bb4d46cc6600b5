"""The signed assertion of the JWT bearer flow, and the private key that signs it.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connector.salesforce.hosts import SHARED_HOSTS
from connector.salesforce.token import Credentials

LIFETIME = timedelta(seconds=120)
"""Salesforce refuses more than three minutes; this leaves a minute to a clock of ours that is fast."""
MIN_KEY_BITS = 2048
"""Below this a certificate is refused by Salesforce and by everybody else."""

_ENCRYPTED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED")


class UnusableKey(ValueError):
    """A text is no private key that can sign; `code` says why, and the text is not repeated."""

    def __init__(self, code: str) -> None:
        """Keep the code: not_a_private_key, encrypted_private_key, not_an_rsa_key, short_rsa_key."""
        super().__init__(code)
        self.code = code


def normalise_pem(text: str) -> str:
    """Return a pasted PEM with line ends of its own: environment variables often hold `\\n` in two characters."""
    lines = text.replace("\\n", "\n").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip()) + "\n" if text.strip() else ""


def read_private_key(pem: str) -> RSAPrivateKey:
    """Return the key. Raises UnusableKey."""
    if _ENCRYPTED.search(pem):
        raise UnusableKey("encrypted_private_key")
    try:
        key = load_pem_private_key(normalise_pem(pem).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise UnusableKey("not_a_private_key") from exc
    if not isinstance(key, RSAPrivateKey):
        raise UnusableKey("not_an_rsa_key")
    if key.key_size < MIN_KEY_BITS:
        raise UnusableKey("short_rsa_key")
    return key


def sign_assertion(credentials: Credentials, *, audience: str, now: datetime) -> str:
    """Return the assertion for one user of one app. Raises UnusableKey."""
    claims = {
        "iss": credentials.client_id,
        "sub": credentials.username,
        "aud": audience,
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode(claims, read_private_key(credentials.private_key), algorithm="RS256")


def audiences(login_url: str) -> Iterator[str]:
    """Yield who an assertion may be meant for, the likeliest first.

    Documented are the shared hosts, login for production and test for sandboxes. Organisations are reported that
    take their My Domain only, and others that take the shared host only:
    https://github.com/n8n-io/n8n/pull/29016, https://github.com/simple-salesforce/simple-salesforce/issues/672
    """
    yield login_url.rstrip("/")
    host = urlsplit(login_url).hostname or ""
    if host not in SHARED_HOSTS:
        yield "https://test.salesforce.com" if ".sandbox." in host else "https://login.salesforce.com"
