"""The page that says how a linked event is doing, and what can be done about it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from connector.admin.frame.base import render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.pausing import may_pause
from connector.admin.frame.spans import ago_words, exact_words
from connector.admin.frame.tags import link_tag, org_tag, tag
from connector.admin.links.comparison import compare, together_notes
from connector.admin.links.needs import needs_of
from connector.admin.links.no_shows import may_mark_no_shows
from connector.admin.links.page import ledger
from connector.admin.links.tabs import link_frame, viewable_link
from connector.admin.links.watched import Watched, event_url, watch
from connector.admin.log.put_back import may_put_back
from connector.admin.log.runs import ends_words
from connector.models import CampaignLink, SyncRun
from connector.pipeline.connection.budget import spendings
from connector.pipeline.status import HEARTBEAT_LATE_SECONDS, worker_heartbeat_age
from connector.pipeline.watching.campaign import count_members, last_count
from connector.pipeline.watching.delay import Delay, delay_of
from connector.pipeline.watching.members import known_members
from connector.pipeline.watching.runs import last_runs, new_people_of, spent_of

_DAY = timedelta(hours=24)
_RUNS_SHOWN = 5

View = Callable[..., HttpResponse]


def event_view(model_admin: Any) -> View:
    """Return the view that shows one linked event; it reads our own tables only."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        [one] = watch([link], now=timezone.now())
        context = {
            "link": link,
            **link_frame(request, link, current="event"),
            "state_tag": link_tag(link),
            "campaign_url": f"{link.org.instance_url}/{link.campaign_id}" if link.org.instance_url else "",
            "needs": needs_of(request, one),
            "now_url": reverse("admin:connector_campaignlink_event_now", args=[link.pk]),
            **_sum(one),
            **_campaign(request, one),
            **_pulse(request, one),
            **actions_context(model_admin, request, link),
        }
        template = "admin/connector/campaignlink/event.html"
        return render_page(model_admin, request, template, title=str(link), context=context)

    return view


def event_now_view(model_admin: Any) -> View:
    """Return the view that answers the sum as it is now, as the piece of HTML that changes while people wait."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        [one] = watch([link], now=timezone.now())
        return TemplateResponse(request, "admin/connector/campaignlink/event_now.html", _sum(one))

    return view


def _sum(one: Watched) -> dict[str, Any]:
    return {"one": one, "ledger": ledger(one.link, one.standing.total), "event_url": event_url(one.link)}


def count_view(model_admin: Any) -> View:
    """Return the view that counts the members of the campaign in Salesforce because somebody asked."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        if request.method == "POST":
            code = count_members(link)
            if code:
                advice = explain_code(code)
                messages.error(request, f"{advice.what} {advice.next_step}")
            else:
                messages.success(request, gettext("The campaign was counted. Nothing was written."))
        return HttpResponseRedirect(event_url(link))

    return view


def _campaign(request: HttpRequest, one: Watched) -> dict[str, Any]:
    counted = last_count(one.link)
    known = known_members(one.link, counted_at=counted.counted_at if counted else None)
    rows = compare(one, counted=counted, known=known)
    there_total = sum(row.there or 0 for row in rows)
    together = together_notes(one.standing.total, there=there_total, known=known) if counted else []
    return {
        "rows": rows,
        "counted": counted,
        "counted_words": ago_words(counted.counted_at, now=one.now) if counted else "",
        "synced_since": known.synced_since,
        "here_total": sum(row.here or 0 for row in rows),
        "there_total": there_total,
        "together_notes": together,
        "reconciliation_url": reverse("admin:connector_campaignlink_reconciliation", args=[one.link.pk])
        if request.user.has_perm("connector.reconcile_participants")
        else "",
    }


def _pulse(request: HttpRequest, one: Watched) -> dict[str, Any]:
    link = one.link
    may_see_org = request.user.has_perm("connector.view_salesforceorg")
    spent = spent_of(link.pk, since=one.now - _DAY)
    runs = last_runs(link.pk, count=_RUNS_SHOWN) if request.user.has_perm("connector.view_syncrun") else []
    new_people = new_people_of([run.pk for run in runs])
    return {
        "delays": _delays(one),
        "late_words": _late_words(spent.written),
        "calls_today": spent.api_calls,
        "spending": spendings([link.org])[link.org_id],
        "org_tag": org_tag(link.org),
        "org_url": reverse("admin:connector_salesforceorg_change", args=[link.org_id]) if may_see_org else "",
        "worker": worker_words(one),
        "runs": [_run_row(run, one, new_people.get(run.pk, {})) for run in runs],
        "runs_url": f"{reverse('admin:connector_syncrun_changelist')}?link__id__exact={link.pk}",
        "log_url": f"{reverse('admin:connector_syncattempt_changelist')}?link__id__exact={link.pk}",
    }


def worker_words(one: Watched) -> str:
    """Say when a worker last gave a sign of life, as a coloured word."""
    age = worker_heartbeat_age(one.now)
    if age is None:
        return tag(gettext("never seen"), colour="bad")
    words = ago_words(one.now - timedelta(seconds=age), now=one.now)
    return tag(words, colour="bad" if age > HEARTBEAT_LATE_SECONDS else "good")


def _delays(one: Watched) -> list[tuple[str, str, str, int]]:
    spans: list[tuple[str, Delay | None]] = [
        (gettext("last hour"), one.delay),
        (gettext("last 24 hours"), delay_of(one.link.pk, now=one.now, span=_DAY)),
    ]
    return [(name, exact_words(delay.median), exact_words(delay.slow), delay.count) for name, delay in spans if delay]


def _late_words(count: int) -> str:
    """Say how many were written in 24 hours; shown where nothing live was sent in them."""
    text = ngettext(
        "no message was sent live in the last 24 hours; %(count)s participant was sent who had come before (before the "
        "link, by an import) or was sent again",
        "no message was sent live in the last 24 hours; %(count)s participants were sent who had come before (before "
        "the link, by an import) or were sent again",
        count,
    )
    return text % {"count": count} if count else ""


def _run_row(run: SyncRun, one: Watched, new_people: Mapping[str, int]) -> dict[str, Any]:
    return {
        "run": run,
        "url": reverse("admin:connector_syncrun_change", args=[run.pk]),
        "ago": ago_words(run.started_at, now=one.now),
        "ends": ends_words(run, new_people),
    }


def actions_context(model_admin: Any, request: HttpRequest, link: CampaignLink) -> dict[str, Any]:
    """Return which of a link's actions a person may take now."""
    return {
        "may_change": model_admin.has_change_permission(request, link),
        "may_pause": may_pause(request),
        "may_resync": request.user.has_perm("connector.resync_campaignlink"),
        "may_put_back": may_put_back(request),
        "may_mark_no_shows": may_mark_no_shows(request, link),
    }
