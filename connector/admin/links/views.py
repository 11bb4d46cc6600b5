"""What the page of a link asks and does besides saving: the picker's questions, pause and resume, sending again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from connector.admin.frame.base import Question, ask, find_or_404
from connector.admin.frame.enqueued import say_enqueued
from connector.admin.frame.explain import explain_code, explain_link
from connector.admin.frame.keys import id_in
from connector.admin.frame.link_states import trace_of, waiting_words
from connector.admin.frame.long_tasks import lead_to_task
from connector.admin.frame.names import people_words
from connector.admin.frame.pausing import may_pause
from connector.admin.links.campaigns import describe_choice, seal, unseal
from connector.admin.links.found import describe_found
from connector.models import CampaignLink, Errand, SalesforceOrg
from connector.pipeline.errands.start import Order, start_once
from connector.pipeline.outbox.resync import resync_link
from connector.pipeline.setup.find_by_name import FoundRecords, find_accounts, find_owners
from connector.pipeline.setup.link_setup import load_labels, offer_campaigns, set_state
from connector.pipeline.sums import sum_link

View = Callable[..., HttpResponse]

AT_ONCE = 1_000
"""Participants that are enqueued while the person who asked waits; more are left to a worker."""


def search_view(model_admin: Any) -> View:
    """Return the view that answers the campaigns whose name contains `q`, as JSON."""

    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        org = _find_org(request.POST.get("org", ""))
        if org is None:
            return _no_org()
        offer = offer_campaigns(org, request.POST.get("q", ""))
        found = [
            {"value": seal(org.pk, choice), "name": choice.name, "detail": describe_choice(choice)}
            for choice in offer.choices
        ]
        return JsonResponse({"found": found, "problem": _problem(offer.problem_code)})

    return view


def owners_view(model_admin: Any) -> View:
    """Return the view that answers who may own new people and has `q` in the name, as JSON."""
    return _records_view(model_admin, lambda org, post: find_owners(
        org, post.get("q", ""), create_as=post.get("create_as", "")))  # fmt: skip


def accounts_view(model_admin: Any) -> View:
    """Return the view that answers the accounts that have `q` in the name, as JSON."""
    return _records_view(model_admin, lambda org, post: find_accounts(org, post.get("q", "")))


def _records_view(model_admin: Any, find: Callable[[SalesforceOrg, QueryDict], FoundRecords]) -> View:
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
            raise PermissionDenied
        org = _find_org(request.POST.get("org", ""))
        if org is None:
            return _no_org()
        answer = find(org, request.POST)
        found = [
            {"value": record.id, "name": record.name, "detail": describe_found(record)} for record in answer.records
        ]
        return JsonResponse({"found": found, "problem": _problem(answer.problem_code)})

    return view


def _no_org() -> JsonResponse:
    return JsonResponse({"found": [], "problem": gettext("Choose the Salesforce organisation first.")})


def labels_view(model_admin: Any) -> View:
    """Return the view that answers the statuses of a chosen campaign and which states they likely mean, as JSON."""

    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        picked = unseal(request.POST.get("campaign", ""))
        org = SalesforceOrg.objects.filter(pk=picked.org_id).first() if picked else None
        if picked is None or org is None:
            return JsonResponse({"labels": [], "problem": gettext("Search and choose a campaign.")}, status=400)
        facts = load_labels(org, picked.id, refresh=True)
        suggested = {state.value: label for state, label in facts.suggested.items()}
        problem = _problem(facts.problem_code)
        return JsonResponse({"labels": list(facts.labels), "suggested": suggested, "problem": problem})

    return view


def chosen_name(token: str) -> str:
    """Return the name of the campaign in a form that comes back with errors."""
    picked = unseal(token)
    return picked.name if picked else ""


def _find_org(number: str) -> SalesforceOrg | None:
    return SalesforceOrg.objects.filter(pk=id_in(number) or 0).first()


def _problem(code: str) -> str:
    if not code:
        return ""
    advice = explain_code(code)
    return f"{advice.what} {advice.next_step}"


def resync_view(model_admin: Any) -> View:
    """Return the view that sends the failed ones (`?what=failed`) or everybody of a link again."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink, object_id)
        if not request.user.has_perm("connector.resync_campaignlink"):
            raise PermissionDenied
        back_url = reverse("admin:connector_campaignlink_event", args=[link.pk])
        is_failed_only = request.GET.get("what") == "failed"
        count = _people_of(link, is_failed_only=is_failed_only)
        if not count:
            messages.info(request, _nobody_words(is_failed_only=is_failed_only))
            return HttpResponseRedirect(back_url)
        if request.method != "POST":
            question = _resync_question(link, count, is_failed_only=is_failed_only, back_url=back_url)
            return ask(model_admin, request, question)
        by = request.user.get_username()
        if count > AT_ONCE:
            terms = {"failed_only": is_failed_only}
            order = Order(Errand.Kind.RESYNC, requested_by=by, link=link, terms=terms)
            return lead_to_task(request, start_once(order))
        say_enqueued(request, [(link, resync_link(link, failed_only=is_failed_only, requested_by=by))])
        return HttpResponseRedirect(back_url)

    return view


def _nobody_words(*, is_failed_only: bool) -> str:
    if is_failed_only:
        return gettext("Nobody has failed here: there is nobody to send again.")
    return gettext("There is nobody yet who could be sent again.")


def _resync_question(link: CampaignLink, count: int, *, is_failed_only: bool, back_url: str) -> Question:
    blocked = explain_link(link)
    added = "" if is_failed_only else gettext("People whom a colleague removed from the campaign are added again.")
    return Question(
        title=gettext("Send again: %(people)s of %(event)s") % {"people": people_words(count), "event": link},
        text=gettext(
            "Each person is read anew in Salesforce and compared; only what differs is written. "
            "Check-ins that arrive meanwhile go first."
        ),
        facts=[fact for fact in (added, blocked) if fact],
        button=gettext("Send again"),
        back_url=back_url,
    )


def _people_of(link: CampaignLink, *, is_failed_only: bool) -> int:
    total = sum_link(link.pk)
    return total.failed if is_failed_only else total.rows


_STATES: dict[str, CampaignLink.LinkState] = {
    "pause": CampaignLink.LinkState.PAUSED,
    "resume": CampaignLink.LinkState.ACTIVE,
    "close": CampaignLink.LinkState.CLOSED,
}


def state_view(model_admin: Any) -> View:
    """Return the view that pauses, resumes or closes a link (`?to=`); closing is asked first."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink, object_id)
        if not may_pause(request):
            raise PermissionDenied
        back_url = reverse("admin:connector_campaignlink_event", args=[link.pk])
        wanted = _STATES.get(request.GET.get("to", ""))
        if wanted is None:
            return HttpResponseRedirect(back_url)
        if request.method != "POST":
            return ask(model_admin, request, _state_question(link, wanted, back_url=back_url))
        if set_state(link, wanted):
            model_admin.log_change(request, link, trace_of(wanted))
        messages.success(request, _STATE_MESSAGES[wanted]())
        return HttpResponseRedirect(back_url)

    return view


_STATE_MESSAGES: dict[CampaignLink.LinkState, Callable[[], str]] = {
    CampaignLink.LinkState.PAUSED: lambda: gettext("Paused. Messages are kept and sent when you resume."),
    CampaignLink.LinkState.ACTIVE: lambda: gettext("Active. What was kept is being sent."),
    CampaignLink.LinkState.CLOSED: lambda: gettext("Closed. Messages are kept, nothing is sent."),
}


def _state_question(link: CampaignLink, wanted: CampaignLink.LinkState, *, back_url: str) -> Question:
    texts = {
        CampaignLink.LinkState.PAUSED: (gettext("Pause %(event)s?"), gettext("Pause"), gettext(
            "Messages from inwink are kept and sent when you resume. Nothing is lost.")),
        CampaignLink.LinkState.ACTIVE: (gettext("Resume %(event)s?"), gettext("Resume"), gettext(
            "Everything that was kept is sent now.")),
        CampaignLink.LinkState.CLOSED: (gettext("Close %(event)s?"), gettext("Close"), gettext(
            "Later messages are kept and not sent. You can reopen the link at any time.")),
    }  # fmt: skip
    title, button, text = texts[wanted]
    if wanted is CampaignLink.LinkState.ACTIVE and link.state == CampaignLink.LinkState.CLOSED:
        title, button = gettext("Reopen %(event)s?"), gettext("Reopen")
    facts = [waiting_words([link], wanted)]
    return Question(title=title % {"event": link}, text=text, facts=facts, button=button, back_url=back_url)
