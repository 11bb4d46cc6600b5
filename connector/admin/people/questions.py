"""The page of questions: who needs an answer, grouped by question, answered one by one or by a rule."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.changes import payload_rows
from connector.admin.frame.explain import explain_code, reason_label
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import entry_url, name_of, people_words
from connector.admin.frame.onlooker import may_see_people
from connector.admin.people.answers import (
    BY_ID,
    AnswerForm,
    asked_of,
    can_be_found,
    give_answer,
    may_answer,
    options_for,
    picking_words,
    too_late,
)
from connector.admin.people.given import given_context
from connector.admin.people.many import bulk_choices
from connector.admin.people.problems import chosen_link, event_choices
from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.answering import count_questions

PAGE = "admin:connector_outboxentry_answers"
PEOPLE_A_PAGE = 25
GIVEN = "given"
"""The question under which the answers that were given are shown."""


def answers_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; it takes one answer by POST and comes back to the list."""

    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("connector.view_outboxentry") or not may_see_people():
            raise PermissionDenied
        if request.method == "POST":
            return _answer_one(model_admin, request)
        return _show(model_admin, request, refused=None)

    return view


def _answer_one(model_admin: AnyAdmin, request: HttpRequest) -> HttpResponse:
    if not may_answer(request):
        raise PermissionDenied
    entries = OutboxEntry.objects.select_related("link__org", "source")
    entry = find_or_404(entries, request.POST.get("entry", ""))
    form = AnswerForm(_said(request), entry=entry)
    is_still_asked = entry.state == EntryState.NEEDS_ANSWER and asked_of(request, entry).is_still(entry)
    if is_still_asked and not form.is_valid():
        return _show(model_admin, request, refused=(entry.pk, form))
    if is_still_asked:
        give_answer(request, entry, form=form)
    else:
        too_late(request)
    return HttpResponseRedirect(request.get_full_path())


def _said(request: HttpRequest) -> dict[str, str]:
    """Return the form's data; the choice of a record that was found carries its id and name: "by_id:003…:Ada King"."""
    answer, _colon, record = request.POST.get("answer", "").partition(f"{BY_ID}:")
    if record:
        record_id, _colon, name = record.partition(":")
        return {"answer": BY_ID, "record_id": record_id, "record_name": name}
    return {"answer": answer, "record_id": request.POST.get("record_id", "")}


def _show(model_admin: AnyAdmin, request: HttpRequest, *, refused: tuple[int, AnswerForm] | None) -> HttpResponse:
    link_id = chosen_link(request)
    counts = count_questions(link_id)
    wanted = request.GET.get("question", "")
    question = wanted if wanted in counts or wanted == GIVEN else next(iter(counts), "")
    tabs = _tabs(counts, question=question, link_id=link_id)
    context = {
        "events": event_choices(CampaignLink.objects.only("pk", "event_name", "inwink_event_id"), link_id),
        "question": question,
        "is_given": question == GIVEN,
        "tabs": tabs,
        "may_answer": may_answer(request),
        "is_empty": not counts,
        "here": _address(question, link_id),
    }
    if question == GIVEN:
        context |= given_context(request, link_id)
    elif question:
        context |= _question_context(request, Reason(question), link_id=link_id, refused=refused)
        context["count_words"] = people_words(counts[question])
    title = gettext("Needs an answer")
    context["page_title"] = " | ".join([*(str(tab["label"]) for tab in tabs if wanted and tab["is_current"]), title])
    return render_page(model_admin, request, "admin/connector/outboxentry/answers.html", title=title, context=context)


def _tabs(counts: dict[str, int], *, question: str, link_id: int | None) -> list[dict[str, Any]]:
    tabs = [(reason, reason_label(reason), count) for reason, count in counts.items()]
    tabs.append((GIVEN, gettext("Answers given"), 0))
    return [
        {"label": label, "count": count, "url": _address(reason, link_id), "is_current": reason == question}
        for reason, label, count in tabs
    ]


def _address(question: str, link_id: int | None) -> str:
    values = {"question": question} | ({"link": str(link_id)} if link_id is not None else {})
    return f"{reverse(PAGE)}?{urlencode(values)}"


def _question_context(
    request: HttpRequest, reason: Reason, *, link_id: int | None, refused: tuple[int, AnswerForm] | None
) -> dict[str, Any]:
    entries = OutboxEntry.objects.filter(state=EntryState.NEEDS_ANSWER, reason=reason)
    entries = entries if link_id is None else entries.filter(link_id=link_id)
    shown = entries.select_related("link__org").defer("sent_values", "notes").order_by("pk")
    page = Paginator(shown, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    others = _others_with_email(page) if reason is Reason.SHARES_EMAIL else {}
    refusals = dict([refused]) if refused else {}
    return {
        "explanation": explain_code(reason),
        "label": reason_label(reason),
        "page": page,
        "people": [_person_row(entry, others=others, refused=refusals.get(entry.pk)) for entry in page],
        "bulk": bulk_choices(reason),
        "picking": picking_words(reason),
        "can_find": can_be_found(reason),
    }


def _others_with_email(page: Page[OutboxEntry]) -> dict[tuple[int, str], list[OutboxEntry]]:
    """Return {(link, email): participants with it}, for the people on a page; one query."""
    emails = {entry.email_key for entry in page if entry.email_key}
    links = {entry.link_id for entry in page}
    found: dict[tuple[int, str], list[OutboxEntry]] = {}
    same = OutboxEntry.objects.filter(Q(email_key__in=emails), link__in=links)
    for entry in same.only("pk", "link_id", "email_key", "payload", "participant_key", "state").order_by("pk"):
        found.setdefault((entry.link_id, entry.email_key), []).append(entry)
    return found


def _person_row(
    entry: OutboxEntry, *, others: dict[tuple[int, str], list[OutboxEntry]], refused: AnswerForm | None
) -> dict[str, Any]:
    same = [other for other in others.get((entry.link_id, entry.email_key), []) if other.pk != entry.pk]
    return {
        "entry": entry,
        "name": name_of(entry),
        "url": entry_url(entry),
        "facts": _facts(entry),
        "held": _held(entry),
        "options": [option for option in options_for(entry) if option.value != BY_ID],
        "errors": [str(error) for errors in refused.errors.values() for error in errors] if refused else [],
        "same_email": [{"name": name_of(other), "url": entry_url(other), "state": other.get_state_display()}
                       for other in same[:5]],
    }  # fmt: skip


def _facts(entry: OutboxEntry) -> list[str]:
    """Return what tells a person apart, in one line."""
    said = entry.payload
    parts = [said.get("email"), said.get("position"), said.get("company"), STATE_LABELS[entry.participant_state]]
    return [str(part) for part in parts if part]


def _held(entry: OutboxEntry) -> list[dict[str, str]]:
    """Return [{field, before, after}] of a message that is held back."""
    if not entry.held_payload:
        return []
    before = dict(payload_rows(entry.payload))
    after = dict(payload_rows(entry.held_payload))
    rows = ({"field": name, "before": before.get(name, "–"), "after": value} for name, value in after.items())
    return [row for row in rows if row["before"] != row["after"]]
