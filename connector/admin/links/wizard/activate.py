"""Make the link that a draft describes: the plain form's own way of saving, and nothing beside it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from connector.admin.links.watched import event_url
from connector.admin.links.wizard.draft_form import DraftForm
from connector.models import CampaignLink


def activate(model_admin: Any, request: HttpRequest, form: DraftForm) -> HttpResponse:
    """Save the link and drop the draft, in one transaction; back to the last step where something does not fit."""
    if not form.bound.is_valid():
        messages.error(request, gettext("The link was not made: something does not fit any more."))
        for complaints in form.bound.errors.values():
            messages.error(request, " ".join(complaints))
        return HttpResponseRedirect(request.path)
    with transaction.atomic():
        link = _save(model_admin, request, form.bound)
        form.draft.delete()
    messages.success(request, _say(link))
    return HttpResponseRedirect(event_url(link))


def _save(model_admin: Any, request: HttpRequest, form: Any) -> CampaignLink:
    """Save as the admin's page of a new link does."""
    link: CampaignLink = model_admin.save_form(request, form, change=False)
    model_admin.save_model(request, link, form, False)
    model_admin.save_related(request, form, [], False)
    model_admin.log_addition(request, link, [{"added": {}}])
    return link


def _say(link: CampaignLink) -> str:
    if link.state == CampaignLink.LinkState.ACTIVE:
        return gettext("The event is linked. The people who waited are being sent; watch them arrive below.")
    return gettext("The event is linked and paused: everything is kept, nothing is sent until you resume it.")
