"""Activity: what was received, what was sent, what failed, and the API calls, over 24 hours or 30 days."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.charts import Chart, draw_bars, end_of_scale
from connector.admin.frame.labels import labelled
from connector.admin.links.tabs import link_frame, viewable_link
from connector.models import CampaignLink
from connector.pipeline.watching.activity import DAYS, Activity, Span, activity

LINKS_OFFERED = 100
_LABELS_EVERY = {Span.HOURS: 6, Span.DAYS: 7}
_LEAST_ROOM = 3
"""Periods that a label takes: none begins so near the end."""

View = Callable[..., HttpResponse]


def link_activity_view(model_admin: Any) -> View:
    """Return the view of one event's activity."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        context = {"link": link, **link_frame(request, link, current="activity"), **_shown(request, link)}
        return _page(model_admin, request, title=str(link), context=context)

    return view


def all_activity_view(model_admin: Any) -> View:
    """Return the view of everything's activity; with `?link=` it leads to that of one event."""

    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        span = _span_of(request)
        if request.GET.get("link"):
            link = find_or_404(CampaignLink, request.GET["link"])
            url = reverse("admin:connector_campaignlink_activity", args=[link.pk])
            return HttpResponseRedirect(f"{url}?span={span.value}")
        links = CampaignLink.objects.order_by("-starts_at", "-pk")[:LINKS_OFFERED]
        context = {"links": links, **_shown(request, None)}
        return _page(model_admin, request, title=gettext("Activity"), context=context)

    return view


def _page(model_admin: Any, request: HttpRequest, *, title: str, context: dict[str, Any]) -> HttpResponse:
    template = "admin/connector/campaignlink/activity.html"
    return render_page(model_admin, request, template, title=title, context=context)


def _span_of(request: HttpRequest) -> Span:
    return Span.DAYS if request.GET.get("span") == Span.DAYS.value else Span.HOURS


def _shown(request: HttpRequest, link: CampaignLink | None) -> dict[str, Any]:
    span = _span_of(request)
    found = activity(link, span=span, now=timezone.now())
    periods = [_period(start, span=span) for start in found.starts]
    return {
        "span": span.value,
        "spans": [(Span.HOURS.value, gettext("24 hours")), (Span.DAYS.value, gettext("30 days"))],
        "charts": _charts(found, periods),
        "times": _times(found.starts, span=span),
        "columns": [gettext("Received"), gettext("Sent"), gettext("Failed"), gettext("API calls")],
        "rows": list(zip(periods, found.received, found.sent, found.failed, found.calls, strict=True))[::-1],
        "totals": [sum(numbers) for numbers in (found.received, found.sent, found.failed, found.calls)],
        "kept_days": found.kept_days if span == Span.DAYS and found.kept_days < DAYS else None,
        "is_quiet": not any((*found.received, *found.sent, *found.failed, *found.calls)),
    }


def _charts(found: Activity, periods: Sequence[str]) -> list[Chart]:
    # what flows through stands on one scale, so that the two can be compared; failures and calls are something else
    people = end_of_scale(max(*found.received, *found.sent))
    return [
        _chart("received", gettext("Received from inwink"), found.received, periods, top=people),
        _chart("sent", gettext("Sent to Salesforce"), found.sent, periods, top=people),
        _chart("failed", gettext("Failed"), found.failed, periods, top=end_of_scale(max(found.failed))),
        _chart("calls", gettext("API calls"), found.calls, periods, top=end_of_scale(max(found.calls))),
    ]


def _chart(key: str, title: str, numbers: Sequence[int], periods: Sequence[str], *, top: int) -> Chart:
    shown = [number_format(number, force_grouping=True) for number in numbers]
    words = [labelled(period, number) for period, number in zip(periods, shown, strict=True)]
    most = max(numbers)
    facts = {"title": title, "total": number_format(sum(numbers), force_grouping=True)}
    if not most:
        text = gettext("%(title)s: nothing in this time.")
    else:
        facts |= {"most": number_format(most, force_grouping=True), "when": periods[numbers.index(most)]}
        text = gettext("%(title)s: %(total)s in all, at most %(most)s (%(when)s).")
    return Chart(key, title, sum(numbers), text % facts, top, draw_bars(numbers, words, top=top))


def _period(start: datetime, *, span: Span) -> str:
    """Name a period in the table: the hour with its day, or the day."""
    # Translators: a date in few letters, e.g. "Fri 27 Nov"; see Django's date formats
    pattern = gettext("D j M")
    return date_format(localtime(start), pattern if span == Span.DAYS else f"{pattern} H:i")


def _times(starts: Sequence[datetime], *, span: Span) -> list[str]:
    """Return what stands below each bar: few enough for a phone."""
    # Translators: a day in few letters, e.g. "27 Nov"; see Django's date formats
    every, pattern = _LABELS_EVERY[span], "H:i" if span == Span.HOURS else gettext("j M")
    labelled = range(0, len(starts) - _LEAST_ROOM, every)
    return [date_format(localtime(start), pattern) if place in labelled else "" for place, start in enumerate(starts)]
