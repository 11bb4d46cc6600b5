"""Make single-use links, find what they lead to, and take them back.

The token is random (256 bits), returned once, and kept as its SHA-256 only.
"""

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from connector.inwink.signature import digest_token
from connector.models import Invitation, SalesforceOrg, WebhookSource
from connector.pipeline.setup.sources import create_secret, create_token

logger = logging.getLogger(__name__)

VALID_FOR = timedelta(days=7)
"""Long enough for a colleague's holiday week, short enough to be forgotten in a mailbox."""
ATTEMPTS_MAX = 30
"""How often credentials may be tried by one link; then a new one is needed."""
_TOKEN_BYTES = 32


class InvitationClosed(Exception):
    """The link was used, revoked, has expired, was tried too often, or never was one; nobody is told which."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A link that was just made."""

    invitation: Invitation
    token: str = field(repr=False)


def invite_salesforce_admin(*, org: SalesforceOrg | None, name: str, by: str, now: datetime) -> Issued:
    """Make a link by which an organisation gets credentials: `org`, or where it is None a new one of that name."""
    return _issue(Invitation(kind=Invitation.Kind.SALESFORCE, org=org, target_name=name), by=by, now=now)


def invite_integrator(source: WebhookSource, *, by: str, now: datetime) -> Issued:
    """Make a link by which a new secret of a source is taken."""
    return _issue(Invitation(kind=Invitation.Kind.WEBHOOK, source=source, target_name=source.name), by=by, now=now)


def _issue(invitation: Invitation, *, by: str, now: datetime) -> Issued:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation.token_digest, invitation.invited_by = digest_token(token), by
    invitation.created_at, invitation.expires_at = now, now + VALID_FOR
    invitation.save()
    logger.info("invited", extra={"invitation_id": invitation.pk, "kind": invitation.kind})
    return Issued(invitation, token)


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """Return what a token leads to, and note that it was opened. Raises InvitationClosed."""
    found = Invitation.objects.usable(now).filter(token_digest=digest_token(token)).first()
    if found is None:
        raise InvitationClosed
    Invitation.objects.filter(pk=found.pk, opened_at=None).update(opened_at=now)
    return found


def usable_invitation(pk: int, *, kind: Invitation.Kind, now: datetime) -> Invitation:
    """Return an invitation that was opened before and still can be used. Raises InvitationClosed."""
    found = Invitation.objects.usable(now).filter(pk=pk, kind=kind).select_related("org", "source").first()
    if found is None:
        raise InvitationClosed
    return found


def revoke_invitation(pk: int, *, by: str, now: datetime) -> bool:
    """Make a link worthless; False where it is already."""
    is_revoked = Invitation.objects.usable(now).filter(pk=pk).update(revoked_at=now, revoked_by=by[:150]) == 1
    if is_revoked:
        logger.info("invitation revoked", extra={"invitation_id": pk})
    return is_revoked


def count_attempt(invitation: Invitation, *, now: datetime) -> None:
    """Count a try of credentials. Raises InvitationClosed where there were too many."""
    open_one = Invitation.objects.usable(now).filter(pk=invitation.pk, attempt_count__lt=ATTEMPTS_MAX)
    if not open_one.update(attempt_count=F("attempt_count") + 1):
        raise InvitationClosed


def use_up(invitation: Invitation, *, now: datetime) -> None:
    """Mark an invitation as used, once (compare-and-set). Call inside atomic. Raises InvitationClosed."""
    if not Invitation.objects.usable(now).filter(pk=invitation.pk).update(used_at=now):
        raise InvitationClosed
    logger.info("invitation used", extra={"invitation_id": invitation.pk})


def hand_over_secret(invitation: Invitation, *, now: datetime) -> str:
    """Make a signing secret beside the active ones and return it, once. Raises InvitationClosed."""
    with transaction.atomic():
        use_up(invitation, now=now)
        return create_secret(_source_of(invitation), reason=reason_of(invitation))


def hand_over_token(invitation: Invitation, *, now: datetime) -> str:
    """Make a bearer token beside the active ones and return it, once. Raises InvitationClosed."""
    with transaction.atomic():
        use_up(invitation, now=now)
        return create_token(_source_of(invitation), reason=reason_of(invitation))


def reason_of(invitation: Invitation) -> str:
    """Return what the history keeps beside a change made by an invitation: by whose it was."""
    return f"invitation {invitation.pk} of {invitation.invited_by}"[:100]


def _source_of(invitation: Invitation) -> WebhookSource:
    if invitation.source is None:
        raise InvitationClosed
    return invitation.source
