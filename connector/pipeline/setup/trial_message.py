"""Write a test message of a source, proved as its sender would prove it."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from connector.inwink.signature import sign
from connector.inwink.trial import trial_body
from connector.models import WebhookSource
from connector.models.fields import reveal_list
from connector.pipeline.setup.sources import create_token, fingerprint_token, revoke_token


@dataclass(frozen=True, slots=True)
class TrialMessage:
    """What is posted to the webhook."""

    message_id: str
    body: bytes
    headers: Mapping[str, str] = field(repr=False)


@contextmanager
def trial_message(source: WebhookSource, *, now: datetime) -> Iterator[TrialMessage]:
    """Give a test message that the source accepts while the context lasts.

    It is signed with the first secret. A source that knows bearer tokens only keeps their digests, so it gets a token
    of its own for as long as this takes. Raises WrongEncryptionKey.
    """
    message_id, body = f"test-{uuid.uuid4()}", trial_body(sent_at=now)
    secrets = reveal_list(source.signing_secrets)
    if secrets or not source.bearer_token_hashes:
        headers = sign(secrets[0], message_id=message_id, timestamp=now, body=body) if secrets else {}
        yield TrialMessage(message_id, body, headers)
        return
    token = create_token(source)
    try:
        yield TrialMessage(message_id, body, {"authorization": f"Bearer {token}", "idempotency-key": message_id})
    finally:
        revoke_token(source, fingerprint_token(token))
