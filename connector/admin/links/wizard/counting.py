"""Counts that take a look at Salesforce: read on request, kept with the draft until an answer changes them."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connector.admin.links.wizard.draft_form import DraftForm
from connector.admin.links.wizard.steps import belongs
from connector.core.state import State
from connector.models import LinkDraft
from connector.pipeline.previews.waiting import Unknown, Waiting, WaitingPreview, count_unknown, preview_waiting

_DECIDE_UNKNOWN = (
    "inwink_event_id", "campaign", "match", "also_contact", "also_lead", "key_contact", "key_lead", "key_source",
    "only", "excluded_domains", "consent_source", "consent_when_no", "consent_when_unknown",
)  # fmt: skip
"""Answers on which it depends whom Salesforce knows; whether a Lead or a Contact is created changes no number."""


def _key(draft: LinkDraft, waiting: Waiting, names: Collection[str] | None = None) -> str:
    answers = {key: value for key, value in draft.answers.items() if names is None or belongs(key, names)}
    text = json.dumps([answers, draft.settings, waiting.total], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def keep_unknown(form: DraftForm, waiting: Waiting) -> None:
    """Read which of the waiting people Salesforce does not know, and keep that; the caller saves the draft."""
    unknown = count_unknown(form.link, form.mappings)
    combinations = Counter(" ".join(sorted(states)) for states in unknown.states)
    form.draft.counted["unknown"] = {
        "key": _key(form.draft, waiting, _DECIDE_UNKNOWN),
        "at": timezone.now().isoformat(),
        "combinations": dict(combinations),
        "refused": unknown.refused,
        "problem_code": unknown.problem_code,
    }


def kept_unknown(draft: LinkDraft, waiting: Waiting) -> Unknown | None:
    """Return what was read, None where the answers have changed since."""
    kept = _kept(draft, "unknown", _key(draft, waiting, _DECIDE_UNKNOWN))
    if kept is None:
        return None
    states = tuple(
        frozenset(State(word) for word in words.split())
        for words, count in kept["combinations"].items()
        for _person in range(count)
    )
    return Unknown(states, kept["refused"], kept["problem_code"])


def keep_preview(form: DraftForm, waiting: Waiting) -> None:
    """Preview what the link would do, and keep that; the caller saves the draft."""
    preview = preview_waiting(form.link, form.mappings)
    at = timezone.now().isoformat()
    form.draft.counted["preview"] = {"key": _preview_key(form.draft, waiting), "at": at, **asdict(preview)}


def kept_preview(draft: LinkDraft, waiting: Waiting) -> tuple[WaitingPreview, Any] | None:
    """Return the preview and when it was read, None where the answers have changed since."""
    kept = _kept(draft, "preview", _preview_key(draft, waiting))
    if kept is None:
        return None
    values = {key: value for key, value in kept.items() if key not in ("key", "at")}
    return WaitingPreview(**values), parse_datetime(kept["at"])


def _preview_key(draft: LinkDraft, waiting: Waiting) -> str:
    names = [key for key in draft.answers if key != "state"]
    return _key(draft, waiting, names)


def _kept(draft: LinkDraft, name: str, key: str) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = draft.counted.get(name)
    return kept if kept and kept["key"] == key else None
