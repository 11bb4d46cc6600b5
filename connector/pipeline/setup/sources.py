"""Make and revoke what proves who a webhook source is; what is made is returned once and kept in no readable form."""

import hashlib

from django.db import transaction

from connector.inwink.signature import digest_token, new_bearer_token, new_secret
from connector.models import WebhookSource
from connector.models.fields import WrongEncryptionKey, conceal_list, reveal_list

FINGERPRINT_LENGTH = 8
"""Hex digits; enough to tell the few secrets of one source apart."""


SIGNING_SECRET, BEARER_TOKEN = "Signing secret", "Bearer token"
"""What the history calls them, in English."""
REASON_LENGTH = 100
"""Characters of a reason that the history keeps (simple_history)."""


def fingerprint_secret(secret: str) -> str:
    """Return a short name for a signing secret that reveals nothing of it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def fingerprint_token(token: str) -> str:
    """Return a short name for a bearer token: the beginning of the digest that is kept."""
    return digest_token(token)[:FINGERPRINT_LENGTH]


def list_secrets(source: WebhookSource) -> list[str]:
    """Return the fingerprints of the active signing secrets, oldest first; raises WrongEncryptionKey."""
    return [fingerprint_secret(secret) for secret in reveal_list(source.signing_secrets)]


def list_tokens(source: WebhookSource) -> list[str]:
    """Return the fingerprints of the active bearer tokens, oldest first."""
    return [digest[:FINGERPRINT_LENGTH] for digest in source.bearer_token_hashes]


def create_secret(source: WebhookSource, *, reason: str = "") -> str:
    """Add a signing secret beside the active ones and return it; it cannot be shown again.

    `reason` is what the history keeps where nobody is signed in.
    """
    secret = new_secret()
    with transaction.atomic():
        locked = _lock(source)
        locked._change_reason = _why(reason, SIGNING_SECRET, fingerprint_secret(secret))  # type: ignore[attr-defined]
        locked.signing_secrets = conceal_list([*reveal_list(locked.signing_secrets), secret])
        locked.save(update_fields=["signing_secrets"])
    return secret


def replace_unreadable(source: WebhookSource) -> str | None:
    """Throw signing secrets away that no key decrypts any more, and return a new one in their place.

    None where they can be read: then nothing is thrown away.
    """
    secret = new_secret()
    with transaction.atomic():
        locked = _lock(source)
        try:
            reveal_list(locked.signing_secrets)
        except WrongEncryptionKey:
            locked.signing_secrets = conceal_list([secret])
            locked.save(update_fields=["signing_secrets"])
            return secret
    return None


def create_token(source: WebhookSource, *, reason: str = "") -> str:
    """Add a bearer token beside the active ones and return it; only its digest is kept. `reason` as above."""
    token = new_bearer_token()
    with transaction.atomic():
        locked = _lock(source)
        locked._change_reason = _why(reason, BEARER_TOKEN, fingerprint_token(token))  # type: ignore[attr-defined]
        locked.bearer_token_hashes = [*locked.bearer_token_hashes, digest_token(token)]
        locked.save(update_fields=["bearer_token_hashes"])
    return token


def revoke_secret(source: WebhookSource, fingerprint: str) -> bool:
    """Remove a signing secret; False where it is gone already."""
    with transaction.atomic():
        locked = _lock(source)
        before = reveal_list(locked.signing_secrets)
        after = [secret for secret in before if fingerprint_secret(secret) != fingerprint]
        locked.signing_secrets = conceal_list(after)
        locked.save(update_fields=["signing_secrets"])
    return len(after) < len(before)


def revoke_token(source: WebhookSource, fingerprint: str) -> bool:
    """Remove a bearer token; False where it is gone already."""
    with transaction.atomic():
        locked = _lock(source)
        before = locked.bearer_token_hashes
        locked.bearer_token_hashes = [digest for digest in before if digest[:FINGERPRINT_LENGTH] != fingerprint]
        locked.save(update_fields=["bearer_token_hashes"])
    return len(locked.bearer_token_hashes) < len(before)


def _why(reason: str, name: str, fingerprint: str) -> str | None:
    """Return what the history keeps where nobody is signed in, with the fingerprint of what was made."""
    made = f"; {name} {fingerprint}"
    return f"{reason[: REASON_LENGTH - len(made)]}{made}" if reason else None


def _lock(source: WebhookSource) -> WebhookSource:
    return WebhookSource.objects.select_for_update().get(pk=source.pk)
