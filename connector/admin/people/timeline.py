"""What happened to one participant, the newest first: messages of inwink, attempts, and what people did.

Who may not see people gets the same moments, without what was said, what was picked and what colleagues typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from connector.admin.frame.changes import payload_rows
from connector.admin.frame.explain import reason_label
from connector.admin.frame.field_names import FieldName, field_names
from connector.admin.frame.labels import ANSWER_LABELS, NOTE_LABELS, STATE_LABELS, answer_label
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.tags import effect_tag
from connector.admin.inwink.effect_words import EFFECT_DOES
from connector.admin.log.attempts import attempt_row
from connector.admin.people.picked import answer_words, choice_words
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.inwink.identity import list_raw
from connector.inwink.payload import InvalidParticipant, read_participant
from connector.models import MessageParticipant, OutboxEntry, PersonChoice, SyncAttempt, SyncRun
from connector.pipeline.outbox.lasting import no_show_mark
from connector.pipeline.outbox.resync import CORRECTION

MOMENTS_A_PAGE = 50
MOST_PAGES = 20
"""Older ones are found in the sync log; each page reads the ones before it too."""
READ_PARTICIPANTS = 50
"""A message of more is not taken apart here; it has a page of its own."""
_COUNTS = ("accepted", "unchanged", "stale", "unlinked", "rejected", "trial")


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: datetime
    kind: str
    """message, attempt or answer: which part of the template shows it."""
    row: Mapping[str, Any]


def timeline_context(request: HttpRequest, entry: OutboxEntry, choices: list[PersonChoice]) -> dict[str, Any]:
    """Return a page of moments; three queries, however many there are."""
    number = _page_number(request)
    needed = number * MOMENTS_A_PAGE + 1
    may_read = request.user.has_perm("connector.view_webhookmessage")
    attempts = list(_attempts(entry)[:needed])
    names = field_names(entry.link.org_id, (path for attempt in attempts for path in attempt.changes))
    moments = [
        *(_message_moment(row, entry, may_read=may_read) for row in _messages(entry)[:needed]),
        *(_attempt_moment(attempt, names) for attempt in attempts),
        *_answer_moments(entry, choices),
        *_mark_moments(entry),
    ]
    moments.sort(key=attrgetter("at"), reverse=True)
    has_older = len(moments) >= needed
    return {
        "moments": moments[needed - 1 - MOMENTS_A_PAGE : needed - 1],
        "older": number + 1 if has_older and number < MOST_PAGES else None,
        "newer": number - 1 if number > 1 else None,
        "is_cut": has_older and number == MOST_PAGES,
    }


def _page_number(request: HttpRequest) -> int:
    said = request.GET.get("page", "")
    number = int(said) if said.isdecimal() and len(said) < 4 else 1
    return min(max(number, 1), MOST_PAGES)


def _messages(entry: OutboxEntry) -> QuerySet[MessageParticipant]:
    """Return what messages said of the participant; bodies come along as `short_body` where few are in them."""
    size = sum((F(f"message__{name}_count") for name in _COUNTS), Value(0))
    is_short = When(size__lte=READ_PARTICIPANTS if may_see_people() else -1, then=F("message__body"))
    rows = MessageParticipant.objects.filter(
        event_id=entry.link.inwink_event_id, participant_key=entry.participant_key
    ).annotate(size=size)
    shown = rows.annotate(short_body=Case(is_short, default=Value(""), output_field=TextField()))
    return shown.select_related("message__source").defer("message__body", "message__answer").order_by("-id")


def _attempts(entry: OutboxEntry) -> QuerySet[SyncAttempt]:
    return entry.attempts.annotate(run_trigger=F("run__trigger")).order_by("-id")


def _message_moment(row: MessageParticipant, entry: OutboxEntry, *, may_read: bool) -> Moment:
    message = row.message
    shown = {
        "url": reverse("admin:connector_webhookmessage_change", args=[message.pk]) if may_read else "",
        "source": message.source.name,
        "effect": effect_tag(row),
        "does": EFFECT_DOES[row.effect],
        "said": _said(row),
        "replayed_by": message.requested_by,
        "first_received_at": message.first_received_at,
    }
    return Moment(message.received_at, "message", shown)


def _said(row: MessageParticipant) -> list[tuple[str, str]]:
    """Return what the message said of this participant, as it is read now; nothing where that takes too long."""
    if not may_see_people():
        return []
    raw = list_raw(row.short_body) if row.short_body else []  # type: ignore[attr-defined] # annotated
    if row.place >= len(raw) or raw[row.place] is None:
        return []
    try:
        return payload_rows(read_participant(raw[row.place], locale=row.message.source.locale).values)
    except InvalidParticipant as exc:
        return [("", error) for error in exc.errors]


def _attempt_moment(attempt: SyncAttempt, names: Mapping[str, FieldName]) -> Moment:
    run_url = reverse("admin:connector_syncrun_change", args=[attempt.run_id]) if attempt.run_id else ""
    row = {**attempt_row(attempt, names), "title": _attempt_title(attempt), "run_url": run_url}
    return Moment(attempt.created_at, "attempt", row if may_see_people() else {**row, "request_reason": ""})


def _attempt_title(attempt: SyncAttempt) -> str:
    """Say what an attempt was: “sent” only where something was written in Salesforce."""
    if attempt.run_trigger == SyncRun.Trigger.PUT_BACK:  # type: ignore[attr-defined] # annotated
        return gettext("Put back")
    was_done = {attempt.person_operation, attempt.member_operation} - {Operation.NONE, ""}
    if was_done or attempt.outcome in (Outcome.CREATED, Outcome.UPDATED):
        return gettext("Sent to Salesforce")
    if attempt.outcome in (Outcome.FAILED, Outcome.RETRYING):
        return gettext("Attempt to send")
    return gettext("Looked at")


def _does(reason: str, answer: Mapping[str, Any]) -> str:
    """Say what was answered, or to which state the status was corrected."""
    word = str(answer.get("answer", ""))
    if word == "correct":
        return str(STATE_LABELS.get(answer.get("state", ""), ""))
    return answer_label(reason, word)


def _mark_moments(entry: OutboxEntry) -> Iterator[Moment]:
    """Yield when somebody marked the participant as a no-show, where the status comes from that."""
    mark = no_show_mark(entry)
    at = parse_datetime(str(mark["at"])) if mark else None
    if mark and at:
        title = str(NOTE_LABELS[Note.MARKED_NO_SHOW])
        yield Moment(at, "answer", {"title": title, "does": "", "why": "", "by": mark["by"]})


def _answer_moments(entry: OutboxEntry, choices: list[PersonChoice]) -> Iterator[Moment]:
    for reason, answer in entry.answers.items():
        at = parse_datetime(str(answer.get("at", "")))
        if at is None:
            continue
        title = gettext("Status corrected") if reason == CORRECTION else reason_label(reason)
        does = _does(reason, answer)
        told = answer_words(answer) if may_see_people() else {}
        yield Moment(at, "answer", {"title": title, "does": does, **told, "by": answer.get("by", "")})
    for choice in choices:
        told = choice_words(choice) if may_see_people() else {}
        shown = {"title": reason_label(Reason.AMBIGUOUS), "does": ANSWER_LABELS["pick"], **told}
        yield Moment(choice.chosen_at, "answer", {**shown, "by": choice.chosen_by})
