"""Ask which status of the campaign “No show” becomes, where a link has none: one question, not all of the settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.labels import STATE_LABELS
from connector.admin.people.answers import may_answer
from connector.core.state import State
from connector.models import CampaignLink
from connector.pipeline.no_shows import NoShowRefusal, refuse_no_shows
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.member_statuses import MemberStatuses, look_at_statuses, stored_statuses
from connector.pipeline.setup.no_show_label import (
    choose_no_show_label,
    create_no_show_label,
    free_labels,
    label_problems,
)


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A status that “No show” may become."""

    value: str
    is_new: bool = False
    """Whether the campaign lacks it: it is created in Salesforce when it is chosen."""


def label_view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that asks which status it is, where nothing else is missing: the marking asks about the rest.

    Safe to press twice: once a status is chosen, each press leads on to the question whom to mark.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
        if not may_answer(request):
            raise PermissionDenied
        is_missing = refuse_no_shows(link, now=timezone.now()) is NoShowRefusal.NO_LABEL
        if not is_missing or not model_admin.has_change_permission(request, link):
            return _lead_to_marking(link)
        return _ask_label(model_admin, request, link)

    return view


def _lead_to_marking(link: CampaignLink) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:connector_campaignlink_no_shows", args=[link.pk]))


def _ask_label(model_admin: Any, request: HttpRequest, link: CampaignLink) -> HttpResponse:
    """Show the statuses as they were last read; a press on a button reads them anew, or chooses one and goes on."""
    is_reading = request.POST.get("go") == "read"
    found = look_at_statuses(link) if is_reading else stored_statuses(link)
    if request.method != "POST" or is_reading:
        return _show(model_admin, request, link, found=found)
    label = request.POST.get("label", "")
    if label not in [choice.value for choice in label_choices(link, found)]:
        return _show(model_admin, request, link, found=found, errors=[gettext("Choose a status.")])
    return _choose(model_admin, request, link, label=label)


def label_choices(link: CampaignLink, found: MemberStatuses) -> list[LabelChoice]:
    """Return what is offered: statuses that no other state has, and the usual word where the campaign lacks it."""
    known = {label.label.casefold() for label in found.labels}
    word = str(STATE_LABELS[State.NO_SHOW])
    new = [] if word.casefold() in known else [LabelChoice(word, is_new=True)]
    return [*(LabelChoice(label) for label in free_labels(link, found)), *new]


def _choose(model_admin: Any, request: HttpRequest, link: CampaignLink, *, label: str) -> HttpResponse:
    problems = [say(problem) for problem in label_problems(link, label)]
    if problems:
        return _show(model_admin, request, link, found=stored_statuses(link), errors=problems)
    made = create_no_show_label(link, label)
    if made.created:
        model_admin.log_change(request, link, [{"changed": {"fields": [f"+ {one}" for one in made.created]}}])
    if made.problem_code or label not in [known.label for known in made.labels]:
        return _show(model_admin, request, link, found=made, errors=[_refusal(made)])
    if choose_no_show_label(link, label, now=timezone.now()):
        messages.success(request, gettext("“No show” becomes “%(label)s” in the campaign.") % {"label": label})
    return _lead_to_marking(link)


def _refusal(made: MemberStatuses) -> str:
    if made.problem_code:
        advice = explain_code(made.problem_code)
        return f"{advice.what} {advice.next_step}"
    if made.refusal:
        return gettext("Salesforce did not create it: %(why)s") % {"why": made.refusal}
    return gettext("The integration user may not create member statuses. Ask your Salesforce administrator to add it "
                   "to the campaign, then read the statuses again.")  # fmt: skip


def _show(
    model_admin: Any,
    request: HttpRequest,
    link: CampaignLink,
    *,
    found: MemberStatuses,
    errors: list[str] | None = None,
) -> HttpResponse:
    if found.problem_code and not errors:
        errors = [_refusal(found)]
    context = {
        "choices": label_choices(link, found if found.labels else stored_statuses(link)),
        "chosen": request.POST.get("label", ""),
        "errors": errors or [],
        "campaign": link.campaign_name or link.campaign_id,
        "back_url": reverse("admin:connector_campaignlink_event", args=[link.pk]),
    }
    title = gettext("What does “No show” become? %(event)s") % {"event": link}
    return render_page(
        model_admin, request, "admin/connector/campaignlink/no_show_label.html", title=title, context=context
    )
