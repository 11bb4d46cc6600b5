"""Open an invitation.

The token stands in the link's fragment (`/invitation/#…`), which browsers send to no server: it is in no access log, no
referrer, and nothing that fetches links ahead of people (mail scanners, previews) gets it, let alone uses it. A small
script posts it to this page and clears it from the address; without scripts the person pastes it.
"""

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie

from connector.models import Invitation
from connector.pipeline.invitations.issue import InvitationClosed, open_invitation
from connector.pipeline.invitations.remembered import remember_opened
from connector.views.client_address import client_address
from connector.views.invitations.frame import invited_page, show

WRONG_MAX = 20
"""Wrong tokens from one address in WRONG_SECONDS, after which none is looked up: nobody guesses 256 bits, and nobody
keeps the database busy by trying."""
WRONG_SECONDS = 600
_PAGES = {Invitation.Kind.SALESFORCE: "invitation-salesforce", Invitation.Kind.WEBHOOK: "invitation-webhook"}


@invited_page("GET", "POST")
@ensure_csrf_cookie
def landing(request: HttpRequest) -> HttpResponse:
    """Take the token, bind the session to the invitation, and lead to its page."""
    if request.method == "GET":
        return show(request, "landing")
    key = f"invitation-wrong:{sha256(client_address(request).encode()).hexdigest()}"
    if int(cache.get(key, 0)) >= WRONG_MAX:
        raise InvitationClosed
    token = request.POST.get("token", "").strip().rpartition("#")[2]
    try:
        invitation = open_invitation(token, now=timezone.now())
    except InvitationClosed:
        _count_wrong(key)
        raise
    remember_opened(request.session, invitation)
    return redirect(_PAGES[Invitation.Kind(invitation.kind)])


def _count_wrong(key: str) -> None:
    cache.add(key, 0, WRONG_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it was there, and its time was over just now
        cache.set(key, 1, WRONG_SECONDS)
