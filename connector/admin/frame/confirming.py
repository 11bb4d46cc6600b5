"""Ask about what was posted: the button posts the very same once more, confirmed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from connector.admin.frame.base import AnyAdmin, Question, render_page
from connector.admin.frame.keys import ids_in

COUNTED = "counted"
"""The field in which rows are named once they were counted: their ids, by comma; one field, however many there are."""


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person has pressed the button of the question; for all of a list it says which rows they were."""
    return "confirmed" in request.POST and (not _is_whole_list(request) or COUNTED in request.POST)


def chosen_rows(model_admin: AnyAdmin, request: HttpRequest, selected: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows that an action is about: once confirmed, of all of a list those that were counted.

    What came into the list while the person read the question was in no number that was shown.
    """
    if not (_is_whole_list(request) and is_confirmed(request)):
        return selected
    return model_admin.get_queryset(request).filter(pk__in=ids_in(request.POST[COUNTED].split(",")))


def ask_about_posted(
    model_admin: AnyAdmin, request: HttpRequest, question: Question, *, counted: Sequence[int]
) -> TemplateResponse:
    """Show the question, e.g. of an action on ticked rows; without a button where nobody is counted."""
    sent = posted_again(request, counted=counted if _is_whole_list(request) else None)
    context: dict[str, Any] = {
        "text": question.text,
        "facts": question.facts,
        "button": question.button,
        "back_url": question.back_url,
        "is_possible": bool(counted),
        "sent": sent,
    }
    template = "admin/connector/outboxentry/confirm_many.html"
    return render_page(model_admin, request, template, title=question.title, context=context)


def posted_again(request: HttpRequest, *, counted: Sequence[object] | None, besides: str = "") -> list[tuple[str, str]]:
    """Return what was posted, for the button of the question; those who were `counted` are named, if any, in one field.

    `besides` is a field that they take the place of.
    """
    left = {"csrfmiddlewaretoken"} if counted is None else {"csrfmiddlewaretoken", COUNTED, besides}
    sent = [(key, str(value)) for key, values in request.POST.lists() for value in values if key not in left]
    return sent if counted is None else [*sent, (COUNTED, ",".join(map(str, counted)))]


def _is_whole_list(request: HttpRequest) -> bool:
    """Whether all rows that the list finds are meant, also on pages that were not shown."""
    return request.POST.get("select_across") == "1"
