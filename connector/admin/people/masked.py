"""What the page of a participant shows to who may not see people: where it stands and why, not who it is."""

from typing import Any

from connector.admin.frame.explain import explain_end, explain_waiting
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.onlooker import person_word
from connector.admin.frame.tags import entry_tag, link_tag
from connector.admin.log.attempts import attempt_row
from connector.admin.people.names import entry_url
from connector.models import OutboxEntry

ATTEMPTS_SHOWN = 25


def masked_context(entry: OutboxEntry) -> dict[str, Any]:
    """Return the context of the page; one query beside the entry's own."""
    attempts = entry.attempts.defer("changes").order_by("-pk")[:ATTEMPTS_SHOWN]
    same = entry.same_person_of
    return {
        "entry": entry,
        "state": entry_tag(entry),
        "link_state": link_tag(entry.link),
        "inwink_state": STATE_LABELS[entry.participant_state],
        "waiting": explain_waiting(entry),
        "explanations": explain_end(reason=entry.reason, error_code=entry.error_code, error_message=""),
        "same_person": {"name": person_word("", same.participant_key), "url": entry_url(same)} if same else None,
        "attempts": [_row(attempt_row(attempt)) for attempt in attempts],
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    shown = ("url", "at", "outcome", "operations", "why")
    return {name: row[name] for name in shown}
