"""Ask about what was posted: the button posts the very same once more, confirmed."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from connector.admin.frame.base import AnyAdmin, Question, render_page


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person has pressed the button of the question."""
    return "confirmed" in request.POST


def ask_about_posted(
    model_admin: AnyAdmin, request: HttpRequest, question: Question, *, is_possible: bool = True
) -> TemplateResponse:
    """Show the question, e.g. of an action on ticked rows; without a button where nothing can be done."""
    sent = [(key, value) for key, values in request.POST.lists() for value in values if key != "csrfmiddlewaretoken"]
    context: dict[str, Any] = {
        "text": question.text,
        "facts": question.facts,
        "button": question.button,
        "back_url": question.back_url,
        "is_possible": is_possible,
        "sent": sent,
    }
    template = "admin/connector/outboxentry/confirm_many.html"
    return render_page(model_admin, request, template, title=question.title, context=context)
