"""Let an invited Salesforce administrator enter credentials, or log in, and see the check and nothing else."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.addresses import callback_url
from connector.models import Invitation, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.invitations import accept, remembered
from connector.pipeline.invitations.issue import usable_invitation
from connector.pipeline.preflight.check import Check, failed_sign_in, missing
from connector.pipeline.preflight.check_names import name_check
from connector.pipeline.preflight.connection import check_connection
from connector.views.invitations.frame import invited_page, show
from connector.views.invitations.offer_form import WAYS, Auth, OfferForm

_ABOUT = {
    Auth.CLIENT_CREDENTIALS: _("The app in Salesforce signs in as the user that you name under “Run As”."),
    Auth.JWT_BEARER: _("No secret travels: Salesforce knows a certificate, the connector keeps the private key."),
    Auth.WEB_SERVER: _("You log in as the integration user on Salesforce's page; it must be repeated when it ends."),
    Auth.PASSWORD: _("Only where an old organisation allows nothing else."),
}


@invited_page("GET", "POST")
def salesforce(request: HttpRequest) -> HttpResponse:
    """Show the forms; take one, sign in with it, and lead to the check."""
    invitation = _opened(request)
    if request.method == "GET":
        return _forms(request, invitation)
    auth = request.POST.get("auth", "")
    if auth not in WAYS:
        return _forms(request, invitation)
    form = OfferForm(auth, data=request.POST)
    if not form.is_valid():
        return _forms(request, invitation, used=form)
    try:
        if form.auth == Auth.WEB_SERVER:
            return _leave(request, invitation, form)
        accept.accept_offer(invitation, form.offer(), now=timezone.now())
    except (accept.SalesforceError, WrongEncryptionKey) as exc:
        return _forms(request, invitation, used=form, checks=[failed_sign_in(exc)])
    return redirect("invitation-check")


@invited_page("GET", "POST")
def check(request: HttpRequest) -> HttpResponse:
    """Show the check of what was just connected; each visit looks again and writes nothing to Salesforce."""
    org = accept.org_to_check(remembered.opened_invitation(request.session), now=timezone.now())
    return show(request, "checks", **_check_context(org))


@invited_page("GET")
def back(request: HttpRequest) -> HttpResponse:
    """Take what Salesforce sent along when the invited person had logged in; works once, in the session that began."""
    invitation = _opened(request)
    now = timezone.now()
    begun = remembered.take_log_in(request.session, request.GET.get("state", ""), now=now)
    code = request.GET.get("code", "")
    if begun is None or not code:
        advice = gettext("Enter the credentials again and log in within 15 minutes; choose “Allow” there.")
        text = gettext("The log-in at Salesforce was not finished.")
        return _forms(request, invitation, checks=[missing("sign_in", text, advice=advice)])
    grant = accept.CodeGrant(code=code, verifier=begun.verifier, redirect_uri=begun.redirect_uri)
    try:
        accept.finish_offer(invitation, begun.offer, grant, now=now)
    except (accept.SalesforceError, WrongEncryptionKey) as exc:
        return _forms(request, invitation, checks=[failed_sign_in(exc)])
    return redirect("invitation-check")


def _opened(request: HttpRequest) -> Invitation:
    pk = remembered.opened_invitation(request.session)
    return usable_invitation(pk, kind=Invitation.Kind.SALESFORCE, now=timezone.now())


def _leave(request: HttpRequest, invitation: Invitation, form: OfferForm) -> HttpResponse:
    """Lead to Salesforce by a link, not by a redirect: the policy of the form lets it lead nowhere but here."""
    redirect_uri, now = callback_url(request), timezone.now()
    log_in = accept.begin_offer(invitation, form.offer(), redirect_uri=redirect_uri, now=now)
    remembered.remember_log_in(request.session, log_in, form.offer(), redirect_uri=redirect_uri, now=now)
    return show(request, "leave", url=log_in.url, host=form.cleaned_data["login_url"])


def _forms(
    request: HttpRequest, invitation: Invitation, *, used: OfferForm | None = None, checks: Sequence[Check] = ()
) -> HttpResponse:
    ways = [
        {
            "form": used if used is not None and used.auth == auth else OfferForm(auth),
            "auth": auth.value,
            "label": auth.label,
            "about": _ABOUT[auth],
            "is_used": used is not None and used.auth == auth,
        }
        for auth in WAYS
    ]
    context: dict[str, Any] = {
        "invitation": invitation,
        "recommended": ways[0],
        "others": ways[1:],
        "is_other_used": any(way["is_used"] for way in ways[1:]),
        "callback_url": callback_url(request),
        "checks": _named(checks),
    }
    return show(request, "salesforce", **context)


def _check_context(org: SalesforceOrg) -> dict[str, Any]:
    checks = check_connection(org)
    bad = [one for one in checks if not one.ok]
    hints = [one for one in checks if one.ok and one.advice]
    good = [one for one in checks if one.ok and not one.advice]
    return {"org": org, "checks": _named([*bad, *hints, *good]), "bad_count": len(bad)}


def _named(checks: Sequence[Check]) -> list[dict[str, Any]]:
    return [{"check": one, "name": name_check(one.name, states={}), "kind": _kind_of(one)} for one in checks]


def _kind_of(one: Check) -> str:
    if not one.ok:
        return "bad"
    return "note" if one.advice else "good"
