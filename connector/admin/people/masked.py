"""What the page of a participant shows to who may not see people: where it stands and why, not who it is."""

from typing import Any

from django.http import HttpRequest

from connector.admin.frame.explain import explain_end, explain_waiting
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import entry_url
from connector.admin.frame.onlooker import person_word
from connector.admin.frame.tags import entry_tag, link_tag
from connector.admin.people.page import choices_of
from connector.admin.people.standing import standing_words
from connector.admin.people.timeline import timeline_context
from connector.models import OutboxEntry


def masked_context(request: HttpRequest, entry: OutboxEntry) -> dict[str, Any]:
    """Return the context of the page; three queries beside the entry's own."""
    same = entry.same_person_of
    return {
        "standing": standing_words(entry),
        "entry": entry,
        "state": entry_tag(entry),
        "link_state": link_tag(entry.link),
        "inwink_state": STATE_LABELS[entry.participant_state],
        "member_label": entry.member_label,
        "waiting": explain_waiting(entry),
        "explanations": explain_end(reason=entry.reason, error_code=entry.error_code, error_message=""),
        "same_person": {"name": person_word("", same.participant_key), "url": entry_url(same)} if same else None,
        **timeline_context(request, entry, choices_of(entry)),
    }
