"""Everything that the page of one message shows: what became of each participant, how it was read, what was wrong."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connector.admin.frame.tags import effect_tag, entry_tag
from connector.admin.inwink.effect_words import EFFECT_DOES
from connector.admin.inwink.reading_words import ROWS_SHOWN, has_lines, malformed_words, tried_row
from connector.core.merging.effect import Effect
from connector.inwink.identity import list_raw
from connector.models import MessageParticipant, OutboxEntry, WebhookMessage
from connector.pipeline.inbox.receive import REJECTED_BODY_LENGTH
from connector.pipeline.inbox.try_reading import MalformedBody, TriedParticipant, try_places
from connector.pipeline.sentences import say_stored

Key = tuple[str, str]
"""Event and participant."""


def reading_context(request: HttpRequest, message: WebhookMessage) -> dict[str, Any]:
    """Return how the participants of a message were read, those with trouble first; three queries.

    The reading is done again, as the source is set now; what became of each is what happened then.
    """
    raw = list_raw(message.body)
    if not raw:
        return {"malformed": _why_unreadable(message)}
    stored = {row.place: row for row in message.participants.all()}
    order = sorted(range(len(raw)), key=lambda place: (not _is_trouble(stored.get(place)), place))
    page = Paginator(order, ROWS_SHOWN).get_page(request.GET.get("page"))
    readable = [place for place in page if raw[place] is not None]
    tried = try_places(message.body.encode(), message.source, wanted=readable, now=timezone.now())
    entries = _entries_of(stored[place] for place in page if place in stored)
    return {
        "page": page,
        "here": "?",
        "count": len(raw),
        "has_lines": has_lines(message.body),
        "rows": _rows(page, stored=stored, tried=tried, entries=entries),
    }


def _is_trouble(row: MessageParticipant | None) -> bool:
    return row is not None and row.effect in {Effect.REJECTED, Effect.HELD}


def _why_unreadable(message: WebhookMessage) -> str:
    """Say why nothing could be read; "" where the message is empty, or nothing of it is kept."""
    if len(message.body) < REJECTED_BODY_LENGTH and message.body:
        try:
            try_places(message.body.encode(), message.source, wanted=(), now=timezone.now())
        except MalformedBody as exc:
            return malformed_words(exc)
    return say_stored(str(message.answer.get("detail", "")))


def _entries_of(rows: Iterable[MessageParticipant]) -> dict[Key, OutboxEntry]:
    keys = {(row.event_id, row.participant_key) for row in rows}
    found = OutboxEntry.objects.filter(
        link__inwink_event_id__in={event for event, _key in keys}, participant_key__in={key for _event, key in keys}
    )
    shown = found.select_related("link").only("participant_key", "state", "link__inwink_event_id")
    return {(entry.link.inwink_event_id, entry.participant_key): entry for entry in shown}


def _rows(
    page: Page[int],
    *,
    stored: Mapping[int, MessageParticipant],
    tried: Mapping[int, TriedParticipant],
    entries: Mapping[Key, OutboxEntry],
) -> list[dict[str, Any]]:
    rows = []
    for place in page:
        became = stored.get(place)
        entry = entries.get((became.event_id, became.participant_key)) if became else None
        read = tried_row(tried[place], number=place + 1) if place in tried else {"number": place + 1, "is_erased": True}
        rows.append({**read, **_became(became), **_stands(entry)})
    return rows


def _became(row: MessageParticipant | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"effect": effect_tag(row), "does": EFFECT_DOES[row.effect], "key": row.participant_key}


def _stands(entry: OutboxEntry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    url = reverse("admin:connector_outboxentry_change", args=[entry.pk])
    return {"entry_url": url, "entry_state": entry_tag(entry)}


def pretty(body: str) -> str:
    """Return a body with one value a line; as it is where it is no JSON."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # a message is also refused for its nesting
        return body
