"""Actions on ticked links: pause, resume, close."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from connector.admin.frame.base import AnyAdmin
from connector.admin.frame.confirming import ask_about_posted, chosen_rows, is_confirmed
from connector.admin.frame.link_states import is_anything_to_do, set_states, states_question
from connector.models import CampaignLink


def change_selected(
    model_admin: AnyAdmin,
    request: HttpRequest,
    selected: QuerySet[CampaignLink],
    wanted: CampaignLink.LinkState,
) -> HttpResponse | None:
    """Ask about the ticked links, then change them."""
    links = list(chosen_rows(model_admin, request, selected).order_by("event_name", "pk"))
    if is_confirmed(request):
        set_states(model_admin, request, links, wanted)
        return None
    question = states_question(links, wanted, back_url=reverse("admin:connector_campaignlink_changelist"))
    counted = [link.pk for link in links] if is_anything_to_do(links, wanted) else []
    return ask_about_posted(model_admin, request, question, counted=counted)
