"""Ask a Salesforce administrator or an integrator: make the link, and show it once inside the letter."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from connector.addresses import invitation_link
from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.permissions import holds_any
from connector.admin.invitations.forms import NewOrgForm, NewSourceForm
from connector.admin.invitations.letters import letters
from connector.models import Invitation, SalesforceOrg, WebhookSource
from connector.models.fields import Secret
from connector.pipeline.invitations.issue import VALID_FOR, Issued, invite_integrator, invite_salesforce_admin

View = Callable[..., HttpResponse]


def ask_salesforce_view(model_admin: Any) -> View:
    """Return the page that asks an administrator of Salesforce: for `?org=`, else for a new organisation."""

    def view(request: HttpRequest) -> HttpResponse:
        org = find_or_404(SalesforceOrg, request.GET["org"]) if request.GET.get("org") else None
        _demand(request, "change_salesforceorg" if org else "add_salesforceorg")
        form = None if org else NewOrgForm(request.POST or None)
        if request.method != "POST" or (form is not None and not form.is_valid()):
            context = {"form": form, "target": org, "is_salesforce": True}
            return _render(model_admin, request, gettext("Ask my Salesforce administrator"), context)
        name = org.name if org else form.cleaned_data["name"] if form else ""
        with transaction.atomic():
            issued = invite_salesforce_admin(org=org, name=name, by=_who(request), now=timezone.now())
            _log(model_admin, request, issued.invitation, org, name=gettext_noop("invited a Salesforce administrator"))
        return _to_letter(request, issued)

    return view


def ask_integrator_view(model_admin: Any) -> View:
    """Return the page that asks an integrator: for `?source=`, else for a new source, which it makes."""

    def view(request: HttpRequest) -> HttpResponse:
        source = find_or_404(WebhookSource, request.GET["source"]) if request.GET.get("source") else None
        _demand(request, "change_webhooksource" if source else "add_webhooksource")
        form = None if source else NewSourceForm(request.POST or None)
        if request.method != "POST" or (form is not None and not form.is_valid()):
            context = {"form": form, "target": source, "is_salesforce": False}
            return _render(model_admin, request, gettext("Ask my integrator"), context)
        with transaction.atomic():
            made = source or WebhookSource.objects.create(name=form.cleaned_data["name"] if form else "")
            issued = invite_integrator(made, by=_who(request), now=timezone.now())
            _log(model_admin, request, issued.invitation, made, name=gettext_noop("invited an integrator"))
        return _to_letter(request, issued)

    return view


def letter_view(model_admin: Any) -> View:
    """Return the page of one invitation: how it stands, and the letter; with the link once, to who made it."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        invitation = find_or_404(Invitation.objects.select_related("org", "source"), object_id)
        if not may_manage(request, invitation):
            raise PermissionDenied
        kept = request.session.pop(_session_key(invitation), None)
        link = invitation_link(request, Secret(kept).reveal()) if kept else ""
        context = {
            "invitation": invitation,
            "link": link,
            "letters": letters(request, invitation, link=link),
            "is_open": Invitation.objects.usable(timezone.now()).filter(pk=invitation.pk).exists(),
            "state": model_admin.state_tag(invitation),
        }
        title = gettext("Text for %(name)s") % {"name": invitation.get_kind_display()}
        template = "admin/connector/invitation/letter.html"
        return render_page(model_admin, request, template, title=title, context=context)

    return view


def may_manage(request: HttpRequest, invitation: Invitation) -> bool:
    """Say whether a person may see and revoke an invitation: whoever may change what it is for."""
    model = "salesforceorg" if invitation.kind == Invitation.Kind.SALESFORCE else "webhooksource"
    return holds_any(request, f"connector.add_{model}", f"connector.change_{model}")


def _demand(request: HttpRequest, codename: str) -> None:
    if not request.user.has_perm(f"connector.{codename}"):
        raise PermissionDenied


def _who(request: HttpRequest) -> str:
    return request.user.get_username()


def _render(model_admin: Any, request: HttpRequest, title: str, context: Mapping[str, Any]) -> HttpResponse:
    template = "admin/connector/invitation/ask.html"
    return render_page(model_admin, request, template, title=title, context={**context, "days": VALID_FOR.days})


def _log(
    model_admin: Any, request: HttpRequest, invitation: Invitation, row: SalesforceOrg | WebhookSource | None,
    *, name: str,
) -> None:  # fmt: skip
    """Note in the history of what exists who asked somebody, and of the invitation that it was made."""
    model_admin.log_addition(request, invitation, [{"added": {}}])
    if row is not None:
        model_admin.log_change(request, row, [{"changed": {"fields": [name]}}])


def _session_key(invitation: Invitation) -> str:
    return f"invitation_once_{invitation.pk}"


def _to_letter(request: HttpRequest, issued: Issued) -> HttpResponse:
    # sessions are stored in the database, where no token may be readable
    request.session[_session_key(issued.invitation)] = Secret.conceal(issued.token).ciphertext
    return HttpResponseRedirect(reverse("admin:connector_invitation_change", args=[issued.invitation.pk]))
