"""Everything that the page of one participant shows; plain values, so that the template only loops."""

from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.timezone import localtime

from connector.admin.frame.changes import RecordLink, payload_rows, record_links
from connector.admin.frame.explain import explain_end, explain_notes, explain_waiting, reason_label
from connector.admin.frame.labels import ANSWER_LABELS, STATE_LABELS, answer_label
from connector.admin.frame.tags import entry_tag, link_tag
from connector.admin.people.picked import answer_words, choice_words
from connector.admin.people.standing import standing_words
from connector.admin.people.timeline import timeline_context
from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry, PersonChoice

_KINDS = {EntryState.FAILED: "bad", EntryState.NEEDS_ANSWER: "warn", EntryState.RETRYING: "warn"}


def entry_context(request: HttpRequest, entry: OutboxEntry) -> dict[str, Any]:
    """Return the template's context for one participant; five queries beside the entry's own."""
    choices = choices_of(entry)
    return {
        "standing": standing_words(entry),
        "entry": entry,
        "state": entry_tag(entry),
        "link_state": link_tag(entry.link),
        "kind": _KINDS.get(EntryState(entry.state), ""),
        "inwink_state": STATE_LABELS[entry.participant_state],
        "member_label": entry.member_label,
        "target_state": STATE_LABELS[entry.target_state] if entry.target_state else "",
        "said": payload_rows(entry.payload),
        "held": payload_rows(entry.held_payload) if entry.held_payload else [],
        "waiting": explain_waiting(entry),
        "explanations": explain_end(
            reason=entry.reason, error_code=entry.error_code, error_message=entry.error_message
        ),
        "notes": explain_notes(entry.notes),
        "records": _records(entry),
        "answers": [
            *(chosen_row(choice) for choice in choices),
            *(answer_row(reason, said) for reason, said in entry.answers.items()),
        ],
        "shares_email_with": _others_with_email(entry) if entry.email_key else [],
        **timeline_context(request, entry, choices),
    }


def _records(entry: OutboxEntry) -> list[RecordLink]:
    return record_links(
        instance_url=entry.link.org.instance_url,
        person_type=entry.person_type,
        person_id=entry.person_id,
        member_id=entry.member_id if entry.member_label else "",
    )


def _others_with_email(entry: OutboxEntry) -> list[OutboxEntry]:
    same = OutboxEntry.objects.filter(email_key=entry.email_key, link=entry.link).exclude(pk=entry.pk)
    return list(same.only("pk", "participant_key", "payload", "state")[:10])


def choices_of(entry: OutboxEntry) -> list[PersonChoice]:
    """Return the record that a person chose for this email in the whole organisation, if any."""
    chosen = PersonChoice.objects.filter(org_id=entry.link.org_id, email_key=entry.email_key)
    return list(chosen.exclude(email_key=""))


def chosen_row(choice: PersonChoice) -> dict[str, Any]:
    """Return a record that a person chose for an email, as an answer."""
    return {
        "reason": reason_label(Reason.AMBIGUOUS),
        "answer": ANSWER_LABELS["pick"],
        **choice_words(choice),
        "by": choice.chosen_by,
        "at": localize(localtime(choice.chosen_at)),
    }


def answer_row(reason: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return a stored answer as people read it."""
    at = parse_datetime(str(answer.get("at", "")))
    return {
        "reason": reason_label(reason),
        "answer": answer_label(reason, str(answer.get("answer", ""))),
        **answer_words(answer),
        "by": answer.get("by", ""),
        "at": localize(localtime(at)) if at else "",
    }
