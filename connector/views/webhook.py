"""Take inwink's messages at /webhooks/inwink/<source id>/: one answer for each case, and never a surprise.

The checks stand in the order that the contract names: method, source, size, content type, sender, rate, content.
"""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseProblem
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from connector import conf
from connector.inwink.signature import Denial, authenticate, message_id_of
from connector.models import WebhookSource
from connector.models.fields import WrongEncryptionKey, reveal_list
from connector.pipeline.inbox.receive import count_refusal, receive_message, take_turn

logger = logging.getLogger(__name__)

UNAVAILABLE_SECONDS = 30
"""What a sender is asked to wait while nothing can be stored."""
_CHUNK_BYTES = 64 * 1024
_LENGTH_DIGITS = 18
"""Digits of a Content-Length that are worth turning into a number."""


@csrf_exempt  # senders prove themselves by signature or token; no browser session is involved
@never_cache
def receive_webhook(request: HttpRequest, source_id: str) -> JsonResponse:
    """Answer one message; 503 with Retry-After while the database or the keys of our secrets are not there."""
    if request.method != "POST":
        return _refuse(405, "method_not_allowed", headers={"Allow": "POST"})
    try:
        return _receive(request, source_id=source_id, now=timezone.now())
    except DatabaseProblem as exc:
        logger.error("webhook not stored", extra={"source_id": source_id, "error": type(exc).__name__})
    except WrongEncryptionKey:
        logger.error("webhook secrets unreadable", extra={"source_id": source_id})
    return _refuse(503, "unavailable", headers={"Retry-After": str(UNAVAILABLE_SECONDS)})


def _receive(request: HttpRequest, *, source_id: str, now: datetime) -> JsonResponse:
    source = _find_source(source_id)
    if source is None:
        return _refuse(404, "unknown_source")
    body = _read_body(request, max_bytes=conf.webhook_max_bytes())
    if body is None:
        return _refuse(413, "too_large", detail=f"a message may have {conf.webhook_max_bytes()} bytes")
    if not _is_json(request):
        return _refuse(415, "unsupported_media_type", detail="send application/json, not compressed")
    denial = _denial_of(request, source=source, body=body, now=now)
    if denial is not None:
        count_refusal(source, denial, now=now)
        return _refuse(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
    rate = conf.webhook_rate()
    wait_seconds = take_turn(source, rate=rate, now=now) if rate else 0
    if wait_seconds:
        return _refuse(429, "too_many_requests", headers={"Retry-After": str(wait_seconds)})
    answer = receive_message(source, message_id=message_id_of(request.headers), body=body, received_at=now)
    return JsonResponse(answer.body, status=answer.status)


def _find_source(source_id: str) -> WebhookSource | None:
    try:
        key = uuid.UUID(source_id)
    except ValueError:
        return None
    return WebhookSource.objects.filter(pk=key, is_active=True).first()


def _read_body(request: HttpRequest, *, max_bytes: int) -> bytes | None:
    """Read the body; None as soon as it is too large, whatever its Content-Length says.

    A sender that went away in the middle has sent what it has sent: no signature fits it, and nobody reads the answer.
    """
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdecimal() and (len(declared) > _LENGTH_DIGITS or int(declared) > max_bytes):
        return None
    body = bytearray()
    try:
        while chunk := request.read(_CHUNK_BYTES):
            body += chunk
            if len(body) > max_bytes:
                return None
    except UnreadablePostError:
        logger.info("webhook body cut off", extra={"bytes": len(body)})
    return bytes(body)


def _is_json(request: HttpRequest) -> bool:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    return request.content_type == "application/json" and encoding in ("", "identity")


def _denial_of(request: HttpRequest, *, source: WebhookSource, body: bytes, now: datetime) -> Denial | None:
    denial = authenticate(
        body,
        headers=request.headers,
        secrets=reveal_list(source.signing_secrets),
        token_digests=source.bearer_token_hashes,
        now=now,
    )
    if denial is not None:
        logger.info("webhook refused", extra={"source_id": str(source.pk), "denial": denial.value})
    return denial


def _refuse(status: int, error: str, *, detail: str = "", headers: Mapping[str, str] | None = None) -> JsonResponse:
    body: dict[str, Any] = {"error": error, **({"detail": detail} if detail else {})}
    return JsonResponse(body, status=status, headers=headers)
