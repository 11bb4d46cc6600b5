"""Make the link that a draft describes: the plain form's own way of saving, and nothing beside it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from connector.admin.links.watched import event_url
from connector.admin.links.wizard.draft_form import DraftForm
from connector.admin.links.wizard.drafts import end_draft
from connector.models import CampaignLink, LinkDraft


def activate(model_admin: Any, request: HttpRequest, form: DraftForm) -> HttpResponse:
    """Save the link and end the draft, in one transaction; back to the last step where something does not fit.

    Pressed twice at once, the second waits for the first, or finds the event linked by it, and leads to the same link.
    """
    complaints: Iterable[Iterable[str]] = form.bound.errors.values()
    if form.bound.is_valid():
        try:
            return show_made(request, _make(model_admin, request, form))
        except IntegrityError:  # somebody linked the event, or the campaign, in another way just now
            complaints = ()
    if (made := CampaignLink.objects.filter(drafts__pk=form.draft.pk).first()) is not None:
        return show_made(request, made)
    messages.error(request, gettext("The link was not made: something does not fit any more."))
    for complaint in complaints:
        messages.error(request, " ".join(complaint))
    return HttpResponseRedirect(request.path)


def show_made(request: HttpRequest, link: CampaignLink) -> HttpResponse:
    """Say that the link is made, and lead to its page."""
    messages.success(request, _say(link))
    return HttpResponseRedirect(event_url(link))


def _make(model_admin: Any, request: HttpRequest, form: DraftForm) -> CampaignLink:
    with transaction.atomic():
        locked = LinkDraft.objects.select_for_update(of=("self",)).select_related("link")
        draft = get_object_or_404(locked, pk=form.draft.pk)
        if draft.link is not None:
            return draft.link
        link = _save(model_admin, request, form.bound)
        end_draft(draft, link)
    return link


def _save(model_admin: Any, request: HttpRequest, form: Any) -> CampaignLink:
    """Save as the admin's page of a new link does."""
    link: CampaignLink = model_admin.save_form(request, form, change=False)
    model_admin.save_model(request, link, form, False)
    model_admin.save_related(request, form, [], False)
    model_admin.log_addition(request, link, [{"added": {}}])
    return link


def _say(link: CampaignLink) -> str:
    if link.state == CampaignLink.LinkState.ACTIVE:
        return gettext("The event is linked. The people who waited are being sent; the sum below shows them arrive.")
    return gettext("The event is linked and paused: everything is kept, nothing is sent until you resume it.")
