"""Hand the secret of a webhook over to an invited integrator: once, on their screen, and nowhere else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from connector.addresses import webhook_address
from connector.core.trial import TRIAL_EVENT_ID
from connector.models import Invitation
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.invitations.issue import hand_over_secret, hand_over_token, usable_invitation
from connector.pipeline.invitations.remembered import opened_invitation
from connector.views.invitations.frame import invited_page, show

_MAKERS = {"signature": hand_over_secret, "token": hand_over_token}


@invited_page("GET", "POST")
def webhook(request: HttpRequest) -> HttpResponse:
    """Show the address; on a press make the secret, show it, and use the invitation up."""
    now = timezone.now()
    invitation = usable_invitation(opened_invitation(request.session), kind=Invitation.Kind.WEBHOOK, now=now)
    context: dict[str, Any] = {
        "invitation": invitation,
        "address": webhook_address(request, invitation.source) if invitation.source else "",
        "trial_event": TRIAL_EVENT_ID,
    }
    make = _MAKERS.get(request.POST.get("proof", ""))
    if make is None:
        return show(request, "webhook", **context)
    try:
        secret = make(invitation, now=now)
    except WrongEncryptionKey:  # of the secrets beside which the new one would stand; nothing is used up
        return show(request, "webhook", **context, is_locked=True)
    return show(request, "webhook_secret", proof=request.POST["proof"], secret=secret, **context)
