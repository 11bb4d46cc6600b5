"""Preview a whole event and keep whom each verdict and reason concerns, so that a page can drill down."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connector.core.kept import Why
from connector.core.outcomes import Note
from connector.models import CampaignLink, EventPreview, OutboxEntry
from connector.pipeline.preview import VERDICTS, Look, PreviewRow, look_at

MOST_AT_ONCE = 1000
"""Participants that one request looks at: one batch, some five calls, a few seconds."""

_EFFECTS = ("new_contact", "new_lead", "joins", "", "same_person")
_SAID_BY_GROUP = frozenset({Note.SAME_PERSON.value, Why.UNFIT.value})
"""Remarks that a group says already."""


def preview_event(link: CampaignLink, *, by: str, now: datetime) -> Look:
    """Look at the event's newest participants and keep the counts; what was kept stays where Salesforce is away.

    Call outside a transaction: it speaks HTTP.
    """
    entries = OutboxEntry.objects.filter(link=link)
    ids = sorted(entries.order_by("-pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    look = look_at(link, ids)
    if not look.problem_code:
        keep_preview(link, look, entry_count=entries.count(), by=by, now=now)
    return look


def keep_preview(link: CampaignLink, look: Look, *, entry_count: int, by: str, now: datetime) -> None:
    """Replace what is kept of an event's preview."""
    people = look.preview.people
    columns = {
        "made_at": now,
        "made_by": by,
        "config_version": link.config_version,
        "entry_count": entry_count,
        "api_calls": look.preview.api_calls,
        "groups": group_rows(people),
        "remarks": collect_remarks(people),
    }
    EventPreview.objects.update_or_create(link=link, defaults=columns)


def group_rows(people: Iterable[PreviewRow]) -> list[dict[str, Any]]:
    """Return the groups in the order in which they are shown: what is written first, what is not last."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in people:
        found[row.verdict, row.effect, row.reason].append(row.entry_id)
    ordered = sorted(found, key=lambda key: (VERDICTS.index(key[0]), _EFFECTS.index(key[1]), -len(found[key]), key[2]))
    return [
        {"verdict": verdict, "effect": effect, "reason": reason, "ids": found[verdict, effect, reason]}
        for verdict, effect, reason in ordered
    ]


def collect_remarks(people: Iterable[PreviewRow]) -> list[dict[str, Any]]:
    """Return what else is worth knowing, the most frequent first."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in people:
        for code in dict.fromkeys([*row.notes, *(kept.why.value for kept in row.kept)]):
            if code not in _SAID_BY_GROUP:
                found[code].append(row.entry_id)
    return [{"code": code, "ids": ids} for code, ids in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))]
