"""What a link's page checks in Salesforce, and creates there on request: its preflight and its member statuses."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.checks_page import Back, render_checks
from connector.admin.frame.explain import explain_code
from connector.admin.frame.pressing import lead_to_button
from connector.admin.frame.spans import ago_words
from connector.models import CampaignLink
from connector.pipeline.preflight.link import check_link
from connector.pipeline.setup.member_statuses import (
    MemberStatuses,
    create_link_statuses,
    look_at_statuses,
    stored_statuses,
)

View = Callable[..., HttpResponse]


def check_view(model_admin: Any) -> View:
    """Return the view that checks a link and shows each line; nothing is written to Salesforce."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = _changeable(model_admin, request, object_id)
        if request.method != "POST":
            return lead_to_button(request, _page_of(link))
        title = gettext("Check of %(event)s") % {"event": link}
        back = Back(_page_of(link), gettext("Back to the link"))
        return render_checks(model_admin, request, check_link(link), title=title, back=back)

    return view


def statuses_view(model_admin: Any) -> View:
    """Return the view that tells which member statuses are missing and creates them on a press (rule 4.3).

    It tells what is stored; Salesforce is asked when a button is pressed.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = _changeable(model_admin, request, object_id)
        if request.method != "POST":
            return _show(model_admin, request, link, stored_statuses(link))
        if request.POST.get("go") == "read":
            return _show(model_admin, request, link, look_at_statuses(link))
        made = create_link_statuses(link)
        if made.created:
            model_admin.log_change(request, link, [{"changed": {"fields": [f"+ {label}" for label in made.created]}}])
        if made.problem_code or made.missing:
            _warn(request, made)
            return _show(model_admin, request, link, made)
        messages.success(request, say_created(made))
        return HttpResponseRedirect(_page_of(link))

    return view


def _changeable(model_admin: Any, request: HttpRequest, object_id: str) -> CampaignLink:
    link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
    if not model_admin.has_change_permission(request, link):
        raise PermissionDenied
    return link


def _page_of(link: CampaignLink) -> str:
    return reverse("admin:connector_campaignlink_event", args=[link.pk])


def _show(model_admin: Any, request: HttpRequest, link: CampaignLink, found: MemberStatuses) -> HttpResponse:
    context = {
        "found": found,
        "problem": explain_code(found.problem_code) if found.problem_code else None,
        "campaign": link.campaign_name or link.campaign_id,
        "letter": write_letter(link, found.missing),
        "age": ago_words(found.read_at, now=timezone.now()) if found.read_at else "",
        "back_url": _page_of(link),
    }
    title = gettext("Member statuses of %(event)s") % {"event": link}
    return render_page(model_admin, request, "admin/connector/campaignlink/statuses.html", title=title, context=context)


def say_created(made: MemberStatuses) -> str:
    """Say which member statuses were made."""
    count = len(made.created)
    if not count:
        return gettext("Nothing was to be created: the campaign has every status.")
    text = ngettext("%(count)s status created: %(labels)s.", "%(count)s statuses created: %(labels)s.", count)
    return text % {"count": count, "labels": ", ".join(made.created)}


def _warn(request: HttpRequest, made: MemberStatuses) -> None:
    if made.created:
        messages.success(request, say_created(made))
    if made.refusal:
        messages.error(request, gettext("Salesforce did not create all of them: %(why)s") % {"why": made.refusal})


def write_letter(link: CampaignLink, missing: Mapping[str, bool]) -> str:
    """Write the text for somebody who may create the missing statuses in Salesforce."""
    responded = gettext("%(label)s (tick “Responded”)")
    lines = [f"- {responded % {'label': label} if counts else label}" for label, counts in missing.items()]
    text = gettext(
        "Please add these member statuses to the campaign “%(campaign)s”, for the registrations of the event "
        "“%(event)s”. Open the campaign %(url)s, related list Campaign Member Statuses, New. The names must be spelt "
        "exactly so; none of them should be the default."
    )
    url = f"{link.org.instance_url}/{link.campaign_id}".lstrip("/")
    values = {"campaign": link.campaign_name or link.campaign_id, "event": link, "url": url}
    return "\n".join([text % values, *lines])
