"""Preview of a whole event: counts that add up, and the participants behind each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from connector.admin.errands.errand_admin import progress_words
from connector.admin.frame.base import AnyAdmin, find_or_404, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.long_tasks import errand_url, lead_to_task, say_under_way
from connector.admin.frame.names import full_name
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.preview_words import effect_colour, group_words, remark_name
from connector.admin.frame.tags import entry_tag
from connector.admin.links.tabs import link_frame
from connector.models import CampaignLink, EventPreview, OutboxEntry
from connector.pipeline.errands.previewing import ask_for_preview, open_preview
from connector.pipeline.previews.event import MOST_AT_ONCE, preview_event

View = Callable[..., HttpResponse]

LISTED = 50
"""Participants of a group on one page."""


def preview_view(model_admin: AnyAdmin) -> View:
    """Return the view that shows the latest preview of an event, and makes one on a press."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink.objects.select_related("org", "preview"), object_id)
        if not model_admin.has_view_permission(request, link) or not may_see_people():
            raise PermissionDenied
        if request.method == "POST":
            return _look(request, link)
        title = gettext("Preview of %(event)s") % {"event": link}
        context = {"link": link, **link_frame(request, link, current="preview"), **event_context(request, link)}
        template = "admin/connector/campaignlink/preview.html"
        return render_page(model_admin, request, template, title=title, context=context)

    return view


def _look(request: HttpRequest, link: CampaignLink) -> HttpResponse:
    if link.entries.count() > MOST_AT_ONCE:
        return _leave_to_workers(request, link)
    look = preview_event(link, by=request.user.get_username(), now=timezone.now())
    if look.problem_code:
        advice = explain_code(look.problem_code)
        messages.error(request, f"{advice.what} {advice.next_step} {look.problem_detail}".strip())
    else:
        count = len(look.preview.people)
        text = ngettext(
            "%(count)s participant was looked at. Nothing was written.",
            "%(count)s participants were looked at. Nothing was written.",
            count,
        )
        messages.success(request, text % {"count": count})
    return HttpResponseRedirect(reverse("admin:connector_campaignlink_preview", args=[link.pk]))


def _leave_to_workers(request: HttpRequest, link: CampaignLink) -> HttpResponse:
    """Lead to the page that shows how far it is, or back here whoever may not see long tasks."""
    started = ask_for_preview(link, requested_by=request.user.get_username())
    if request.user.has_perm("connector.view_errand"):
        return lead_to_task(request, started)
    say_under_way(request, started)
    return HttpResponseRedirect(reverse("admin:connector_campaignlink_preview", args=[link.pk]))


def event_context(request: HttpRequest, link: CampaignLink) -> dict[str, Any]:
    """Return what the template shows of the latest preview: three queries where a group is chosen."""
    kept: EventPreview | None = getattr(link, "preview", None)
    under_way = open_preview(link)
    running = {
        "under_way": under_way,
        "progress": progress_words(under_way) if under_way else "",
        "errand_url": errand_url(under_way) if under_way and request.user.has_perm("connector.view_errand") else "",
    }
    if kept is None:
        return {"preview": None, "count_now": link.entries.count(), "most": MOST_AT_ONCE, **running}
    groups = [_group(number, group) for number, group in enumerate(kept.groups)]
    remarks = [_remark(number, remark) for number, remark in enumerate(kept.remarks)]
    looked_at = sum(group["count"] for group in groups)
    return {
        **running,
        "preview": kept,
        "groups": groups,
        "remarks": remarks,
        "looked_at": looked_at,
        "left_unseen": kept.entry_count - looked_at,
        "is_outdated": kept.config_version != link.config_version,
        "chosen": _chosen(request, kept, groups, remarks),
    }


def _group(number: int, group: dict[str, Any]) -> dict[str, Any]:
    reason = group["reason"]
    return {
        "key": f"g{number}",
        "count": len(group["ids"]),
        "words": group_words(group),
        "colour": effect_colour(group["verdict"], group["effect"]),
        "advice": explain_code(reason) if reason else None,
    }


def _remark(number: int, remark: dict[str, Any]) -> dict[str, Any]:
    return {"key": f"r{number}", "count": len(remark["ids"]), "words": remark_name(remark["code"]), "advice": None}


def _chosen(
    request: HttpRequest, kept: EventPreview, groups: list[dict[str, Any]], remarks: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Return the participants of the group that the address names; None where it names none."""
    key = request.GET.get("show", "")
    stored = [*kept.groups, *kept.remarks]
    place = next((n for n, shown in enumerate([*groups, *remarks]) if shown["key"] == key), None)
    if place is None:
        return None
    page = Paginator(stored[place]["ids"], LISTED).get_page(request.GET.get("page"))
    entries = OutboxEntry.objects.filter(link=kept.link_id, pk__in=list(page.object_list)).order_by("pk")
    rows = [
        {
            "url": reverse("admin:connector_outboxentry_preview", args=[entry.pk]),
            "name": full_name(entry.payload) or "–",
            "email": entry.email_key or entry.participant_key,
            "state": entry_tag(entry),
        }
        for entry in entries
    ]
    return {"shown": [*groups, *remarks][place], "page": page, "rows": rows}
