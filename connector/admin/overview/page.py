"""The first page: what needs a person now on top, then one line a link; a constant number of queries."""

from typing import Any

from django.db.models import Case, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.explain import explain_link
from connector.admin.frame.tags import link_tag
from connector.admin.inwink.inbox import new_link_url, with_participants
from connector.admin.links.page import sum_terms
from connector.admin.orgs.spending import short_of_calls
from connector.admin.orgs.views import sign_in_state
from connector.admin.overview.first_run import checklist
from connector.models import CampaignLink, SalesforceOrg, UnlinkedEvent
from connector.pipeline.alerts.tell import last_error
from connector.pipeline.sums import Sum, sum_links

LINKS_SHOWN = 50
EVENTS_SHOWN = 10


_LINK_ORDER = Case(
    When(state=CampaignLink.LinkState.CLOSED, then=4),
    When(state=CampaignLink.LinkState.PAUSED, then=3),
    When(pause_kind="", degraded_fields=[], then=2),
    When(pause_kind="", then=1),
    default=0,
)
"""Links that wait for somebody first, then those that leave fields out, those that send, those that rest on purpose."""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the context of the admin's index; Unfold calls it (setting DASHBOARD_CALLBACK)."""
    if not request.user.has_perm("connector.view_campaignlink"):
        return context
    links = list(CampaignLink.objects.select_related("org").order_by(_LINK_ORDER, "-starts_at", "-pk")[:LINKS_SHOWN])
    sums = sum_links()
    return {
        **context,
        "title": gettext("Overview"),
        "is_overview": True,
        **_orgs_to_mend(request),
        "short_of_calls": short_of_calls(request),
        "alert_error": last_error(),
        "unlinked": _unlinked_rows(request),
        "links": [_link_row(link, sums.get(link.pk, Sum())) for link in links],
        **_first_steps(request),
    }


def _orgs_to_mend(request: HttpRequest) -> dict[str, Any]:
    """Name the organisations and their problems to whoever may see them; say to others only that there is one."""
    stopped = SalesforceOrg.objects.filter(state=SalesforceOrg.State.RECONNECT_NEEDED)
    if not request.user.has_perm("connector.view_salesforceorg"):
        return {"is_an_org_to_mend": stopped.exists()}
    may_log_in = request.user.has_perm("connector.change_salesforceorg")
    return {"orgs_to_mend": [_org_row(request, org, may_log_in=may_log_in) for org in stopped]}


def _org_row(request: HttpRequest, org: SalesforceOrg, *, may_log_in: bool) -> dict[str, Any]:
    state = sign_in_state(request, org)
    return {
        "org": org,
        "sign_in": state,
        "url": reverse("admin:connector_salesforceorg_change", args=[org.pk]),
        "log_in_url": reverse("admin:connector_salesforceorg_log_in", args=[org.pk])
        if may_log_in and state.is_by_browser
        else "",
    }


def _unlinked_rows(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.has_perm("connector.view_unlinkedevent"):
        return []
    events = with_participants(UnlinkedEvent.objects.filter(ignored_at=None))
    return [_event_row(event) for event in events[:EVENTS_SHOWN]]


def _event_row(event: UnlinkedEvent) -> dict[str, Any]:
    return {"event": event, "count": getattr(event, "participant_count", 0), "url": new_link_url(event)}


def _link_row(link: CampaignLink, total: Sum) -> dict[str, Any]:
    return {
        "link": link,
        "url": reverse("admin:connector_campaignlink_event", args=[link.pk]),
        "tag": link_tag(link),
        "waits": explain_link(link) if link.state == CampaignLink.LinkState.ACTIVE else "",
        "sum": sum_terms(link.pk, total),
    }


def _first_steps(request: HttpRequest) -> dict[str, Any]:
    """Return the checklist until somebody has hidden it."""
    shown = checklist(request)
    return {} if shown["is_dismissed"] else shown
