"""Pause and resume everything that is sent to one organisation: its events, one by one, in one click."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, ask, find_or_404
from connector.admin.frame.link_states import set_states, states_question
from connector.admin.frame.pausing import may_pause
from connector.models import CampaignLink, SalesforceOrg

State = CampaignLink.LinkState
_FROM = {State.PAUSED: State.ACTIVE, State.ACTIVE: State.PAUSED}
"""Closed events stay closed."""
_STATES = {"pause": State.PAUSED, "resume": State.ACTIVE}


def links_view(model_admin: AnyAdmin) -> Callable[..., HttpResponse]:
    """Return the view that pauses all active events of an organisation, or resumes all paused ones (`?to=`)."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        org = find_or_404(SalesforceOrg, object_id)
        if not (model_admin.has_view_permission(request, org) and may_pause(request)):
            raise PermissionDenied
        back_url = reverse("admin:connector_salesforceorg_change", args=[org.pk])
        wanted = _STATES.get(request.GET.get("to", ""))
        links = list(org.links.filter(state=_FROM[wanted]).order_by("event_name", "pk")) if wanted else []
        if wanted is None or not links:
            messages.info(request, gettext("There is no event of this organisation to pause or resume."))
            return HttpResponseRedirect(back_url)
        if request.method != "POST":
            return ask(model_admin, request, states_question(links, wanted, back_url=back_url))
        set_states(model_admin, request, links, wanted)
        return HttpResponseRedirect(back_url)

    return view


def count_states(org: SalesforceOrg) -> dict[str, int]:
    """Return how many events of an organisation can be paused and resumed; one query."""
    states = list(org.links.values_list("state", flat=True))
    return {"active_links": states.count(State.ACTIVE), "paused_links": states.count(State.PAUSED)}
