"""The answers that were given: who said what and when; each can be taken back."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest

from connector.admin.frame.names import entry_url, name_of
from connector.admin.people.page import answer_row, chosen_row
from connector.models import OutboxEntry, PersonChoice
from connector.pipeline.outbox.resync import CORRECTION

ANSWERS_A_PAGE = 25


def given_context(request: HttpRequest, link_id: int | None) -> dict[str, Any]:
    """Return the context of the answers given, the newest first; three queries."""
    entries = OutboxEntry.objects.filter(answered_at__isnull=False)
    entries = entries if link_id is None else entries.filter(link_id=link_id)
    shown = entries.select_related("link").defer("sent_values", "notes", "candidates").order_by("-answered_at", "-id")
    page = Paginator(shown, ANSWERS_A_PAGE).get_page(request.GET.get("page"))
    choices = _choices(page)
    return {"page": page, "given": [_row(entry, choices) for entry in page]}


def _choices(page: Page[OutboxEntry]) -> dict[tuple[int, str], PersonChoice]:
    """Return {(organisation, email): the record that was chosen for it}."""
    emails = {entry.email_key for entry in page if entry.email_key}
    orgs = {entry.link.org_id for entry in page}
    found = PersonChoice.objects.filter(Q(email_key__in=emails), org__in=orgs)
    return {(choice.org_id, choice.email_key): choice for choice in found}


def _row(entry: OutboxEntry, choices: dict[tuple[int, str], PersonChoice]) -> dict[str, Any]:
    choice = choices.get((entry.link.org_id, entry.email_key))
    rows = [answer_row(reason, said) for reason, said in entry.answers.items() if reason != CORRECTION]
    rows += [chosen_row(choice)] if choice is not None else []
    return {"entry": entry, "name": name_of(entry), "url": entry_url(entry), "answers": rows}
