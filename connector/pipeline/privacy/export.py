"""Hand out everything that is held here on a person, as JSON values."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from connector.inwink.identity import list_raw
from connector.models import OutboxEntry, UnlinkedParticipant, WebhookMessage
from connector.pipeline.privacy.held import Sought, find_person, messages_about

Json = Any

_WORKINGS = frozenset({
    "id", "link", "source", "run", "message", "place", "entry", "org", "same_person_of", "claim_token",
    "claimed_generation", "lease_expires_at", "claimed_email", "generation", "synced_generation", "expired_count",
    "timeout_count", "sent_hash", "sent_person_hash", "duration_ms",
})  # fmt: skip
"""Columns that say how the connector works and nothing about the person."""


def export_participant(sought: Sought) -> dict[str, Json]:
    """Return what is held on a person: the same rows that forgetting erases."""
    found = find_person(sought)
    entries = OutboxEntry.objects.filter(pk__in=found.entry_ids).select_related("link").order_by("pk")
    waiting = UnlinkedParticipant.objects.filter(pk__in=found.unlinked_ids).order_by("pk")
    return {
        "emails": sorted(found.identity.emails),
        "ids": [{"event": event, "id": one} for event, one in sorted(found.identity.ids)],
        "participants": [
            {"event": entry.link.inwink_event_id, "campaign": entry.link.campaign_id, **_columns(entry)}
            for entry in entries
        ],
        "not_linked_yet": _rows(waiting),
        "messages": [_message(message, places) for message, places in messages_about(found.identity)],
        "message_readings": _rows(found.readings()),
        "attempts": _rows(found.attempts()),
        "choices": _rows(found.choices()),
    }


def _rows(rows: Iterable[models.Model]) -> list[dict[str, Json]]:
    return [_columns(row) for row in rows]


def _columns(row: models.Model) -> dict[str, Json]:
    fields = (field for field in row._meta.concrete_fields if field.name not in _WORKINGS)
    return _plain({field.name: field.value_from_object(row) for field in fields})


def _message(message: WebhookMessage, places: list[int]) -> dict[str, Json]:
    """Return what one message says about the person, not about others; a text that nobody could read as it is."""
    raw = list_raw(message.body)
    said = [raw[place] for place in places] if places else message.body
    return _plain({"message_id": message.message_id, "received_at": message.received_at, "said": said})


def _plain(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return values that any JSON writer takes: times become text."""
    plain: dict[str, Json] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False))
    return plain
