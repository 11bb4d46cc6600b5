"""What the page of an organisation does besides saving and testing: log in with Salesforce, disconnect."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from connector.addresses import callback_url
from connector.admin.frame.base import Question, ask, find_or_404, render_page
from connector.admin.frame.explain import explain_code, explain_log_in
from connector.admin.frame.link_states import NAMES_SHOWN
from connector.admin.frame.pressing import lead_to_button
from connector.admin.orgs.log_ins import OpenLogIn, remember_log_in, take_log_in
from connector.core.advice.explain import Advice
from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection import log_in as pipeline
from connector.pipeline.invitations.remembered import is_invited_log_in

View = Callable[..., HttpResponse]
_CODE = re.compile(r"\w{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignInState:
    """How an organisation stands with its sign-in, for the page and for the overview."""

    is_by_browser: bool
    """Somebody logs in with Salesforce; else stored credentials sign in."""
    is_connected: bool
    has_tokens: bool
    is_new: bool
    """Nobody ever signed in."""
    callback_url: str
    advice: Advice | None
    """What happened and what to do, where a person must act."""


def sign_in_state(request: HttpRequest, org: SalesforceOrg) -> SignInState:
    """Say how an organisation stands with its sign-in; no query."""
    waits = org.state == SalesforceOrg.State.RECONNECT_NEEDED
    return SignInState(
        is_by_browser=org.auth == SalesforceOrg.Auth.WEB_SERVER,
        is_connected=not waits and bool(org.access_token),
        has_tokens=bool(org.access_token or org.refresh_token),
        is_new=not org.organization_id,
        callback_url=callback_url(request),
        advice=explain_code(org.pause_code or "reconnect_needed") if waits else None,
    )


def log_in_view(model_admin: Any) -> View:
    """Return the view that sends somebody's browser to Salesforce.

    It answers with a page, not with a redirect: the Content-Security-Policy of the form lets it lead nowhere but here,
    and Salesforce may pass the browser on to a company's own log-in.
    """

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        org = find_or_404(SalesforceOrg, object_id)
        if not model_admin.has_change_permission(request, org):
            raise PermissionDenied
        if request.method != "POST":
            return lead_to_button(request, _page_url(org))
        redirect_uri = callback_url(request)
        try:
            begun = pipeline.begin_log_in(org, redirect_uri=redirect_uri)
        except (pipeline.SalesforceError, WrongEncryptionKey) as exc:
            return _failed(request, org, exc)
        remember_log_in(request.session, begun, org=org, redirect_uri=redirect_uri, now=timezone.now())
        context = {"url": begun.url, "host": org.login_url, "back_url": _page_url(org)}
        title = gettext("Log in with Salesforce")
        page = render_page(
            model_admin, request, "admin/connector/salesforceorg/leave.html", title=title, context=context
        )
        page.headers["Cache-Control"] = "no-store"
        return page

    return view


def callback_view(model_admin: Any) -> View:
    """Return the view to which Salesforce sends the browser back.

    It changes something on a GET: only for who holds the state of a log-in that began in this session. Whoever is not
    signed in here goes to the sign-in page without what Salesforce sent along.
    """

    def view(request: HttpRequest) -> HttpResponse:
        if is_invited_log_in(request.session, request.GET.get("state", "")):
            # somebody without an account here, by an invitation: one callback URL in the app serves both
            return HttpResponseRedirect(f"{reverse('invitation-back')}?{request.GET.urlencode()}")
        orgs_url = reverse("admin:connector_salesforceorg_changelist")
        if not model_admin.admin_site.has_permission(request):
            return redirect_to_login(orgs_url, reverse("admin:login"))
        open_log_in = take_log_in(request.session, request.GET.get("state", ""), now=timezone.now())
        org = SalesforceOrg.objects.filter(pk=open_log_in.org_id).first() if open_log_in else None
        if open_log_in is None or org is None:
            text = gettext(
                "This log-in did not begin here, took longer than 15 minutes, or was used already. Begin again."
            )
            messages.error(request, text)
            return HttpResponseRedirect(orgs_url)
        if not model_admin.has_change_permission(request, org):
            raise PermissionDenied
        return _finish(model_admin, request, org, open_log_in)

    return view


def _finish(model_admin: Any, request: HttpRequest, org: SalesforceOrg, begun: OpenLogIn) -> HttpResponse:
    code = request.GET.get("code", "")
    if not code:
        _explain(request, request.GET.get("error", "access_denied").lower())
        return _to_page(org)
    grant = pipeline.CodeGrant(code=code, verifier=begun.verifier, redirect_uri=begun.redirect_uri)
    try:
        token = pipeline.finish_log_in(org, grant)
    except (pipeline.SalesforceError, WrongEncryptionKey) as exc:
        return _failed(request, org, exc)
    model_admin.log_change(request, org, [{"changed": {"fields": [gettext_noop("log-in with Salesforce")]}}])
    text = gettext("Connected to the Salesforce organisation %(id)s. Waiting participants are sent now.")
    messages.success(request, text % {"id": token.organization_id})
    return _to_page(org)


def disconnect_view(model_admin: Any) -> View:
    """Return the view that asks, then gives the tokens back and lets the links wait."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        org = find_or_404(SalesforceOrg, object_id)
        if not model_admin.has_change_permission(request, org):
            raise PermissionDenied
        if request.method != "POST":
            return ask(model_admin, request, _disconnect_question(org))
        try:
            done = pipeline.disconnect(org, by=request.user.get_username())
        except WrongEncryptionKey as exc:
            return _failed(request, org, exc)
        model_admin.log_change(request, org, [{"changed": {"fields": [gettext_noop("disconnected")]}}])
        _report_disconnection(request, done)
        return _to_page(org)

    return view


def _waiting_words(org: SalesforceOrg) -> list[str]:
    """Name the events that would wait; one query."""
    links = [str(link) for link in org.links.exclude(state=CampaignLink.LinkState.CLOSED).order_by("event_name")]
    if not links:
        return []
    text = ngettext("%(count)s event waits: %(events)s.", "%(count)s events wait: %(events)s.", len(links))
    named = [*links[:NAMES_SHOWN], *(["…"] if len(links) > NAMES_SHOWN else [])]
    return [text % {"count": len(links), "events": ", ".join(named)}]


def _disconnect_question(org: SalesforceOrg) -> Question:
    return Question(
        title=gettext("Disconnect %(name)s?") % {"name": org.name},
        text=gettext(
            "The access of the connector is given back to Salesforce and forgotten here. The links of this "
            "organisation wait: messages are kept and sent when it is reconnected."
        ),
        facts=_waiting_words(org),
        button=gettext("Disconnect"),
        back_url=_page_url(org),
        is_danger=True,
    )


def _report_disconnection(request: HttpRequest, done: pipeline.Disconnection) -> None:
    if not done.had_tokens:
        messages.info(request, gettext("It was not connected. Its links wait."))
    elif done.is_revoked:
        messages.success(request, gettext("Disconnected. The access was given back; the links wait."))
    else:
        text = gettext(
            "Disconnected here, and the links wait. Salesforce could not be told: to be sure, revoke the access there, "
            "in Setup under the OAuth usage of the app."
        )
        messages.warning(request, text)


def _failed(
    request: HttpRequest, org: SalesforceOrg, exc: "pipeline.SalesforceError | WrongEncryptionKey"
) -> HttpResponse:
    _explain(request, exc.code)
    return _to_page(org)


def _explain(request: HttpRequest, code: str) -> None:
    """Say what went wrong by its code alone: what came with the address may have been written by anybody."""
    advice = explain_log_in(code)
    shown = f" ({code})" if _CODE.fullmatch(code) else ""
    messages.error(request, f"{advice.what}{shown} {advice.next_step}")


def _page_url(org: SalesforceOrg) -> str:
    return reverse("admin:connector_salesforceorg_change", args=[org.pk])


def _to_page(org: SalesforceOrg) -> HttpResponseRedirect:
    return HttpResponseRedirect(_page_url(org))
