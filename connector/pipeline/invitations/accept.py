"""Take credentials that an invited person offers: only such as sign in are stored, and the invitation is then used up.

Nothing here may run inside a transaction: each function but `candidate_of` can make HTTP calls.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from connector.models import Invitation, SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.connect import recover_org
from connector.pipeline.connection.org_setup import follow_org_change
from connector.pipeline.connection.sign_in import (
    CREDENTIAL_COLUMNS,
    check_same_organization,
    credentials_of,
    give_back,
    host_rules,
    keep_token,
    sign_in,
    sign_in_terms,
)
from connector.pipeline.invitations.issue import ATTEMPTS_MAX, InvitationClosed, count_attempt, reason_of, use_up
from connector.pipeline.setup.configure_secrets import environment_of
from connector.salesforce import authorize
from connector.salesforce.auth import CodeGrant, Token, exchange_code
from connector.salesforce.authorize import LogIn
from connector.salesforce.errors import SalesforceError, SignInFailed

__all__ = [
    "CHECK_AGAIN_FOR", "CodeGrant", "LogIn", "Offer", "SalesforceError", "accept_offer", "begin_offer", "finish_offer",
    "org_to_check",
]  # fmt: skip

CHECK_AGAIN_FOR = timedelta(hours=1)
"""How long the person who used an invitation may repeat the check, while they mend what it found in Salesforce."""
_SECRETS = ("client_secret", "password", "security_token", "private_key")


@dataclass(frozen=True, slots=True)
class Offer:
    """Credentials as somebody entered them."""

    auth: str
    login_url: str
    client_id: str
    username: str = ""
    client_secret: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


def accept_offer(invitation: Invitation, offer: Offer, *, now: datetime) -> SalesforceOrg:
    """Sign in with what was entered and store it; return the organisation.

    Raises SalesforceError where it does not sign in, which leaves the invitation open, and InvitationClosed.
    """
    count_attempt(invitation, now=now)
    candidate = candidate_of(invitation, offer)
    return _store(invitation, offer, sign_in(candidate), now=now)


def begin_offer(invitation: Invitation, offer: Offer, *, redirect_uri: str, now: datetime) -> LogIn:
    """Make the address on which the invited person logs in; nothing is stored. Raises as above."""
    count_attempt(invitation, now=now)
    credentials = credentials_of(candidate_of(invitation, offer))
    return authorize.begin_log_in(credentials, redirect_uri=redirect_uri, hosts=host_rules())


def finish_offer(invitation: Invitation, offer: Offer, grant: CodeGrant, *, now: datetime) -> SalesforceOrg:
    """Turn what the log-in brought into a stored organisation. Raises as above."""
    token = exchange_code(credentials_of(candidate_of(invitation, offer)), grant, sign_in_terms())
    return _store(invitation, offer, token, now=now)


def org_to_check(pk: int, *, now: datetime) -> SalesforceOrg:
    """Return the organisation that an invitation connected not long ago, and count the look at it.

    Raises InvitationClosed, also where it was looked at too often.
    """
    used = Invitation.objects.filter(pk=pk, used_at__gt=now - CHECK_AGAIN_FOR, org__isnull=False)
    if not used.filter(attempt_count__lt=ATTEMPTS_MAX).update(attempt_count=F("attempt_count") + 1):
        raise InvitationClosed
    found = used.select_related("org").first()
    if found is None or found.org is None:
        raise InvitationClosed
    return found.org


def candidate_of(invitation: Invitation, offer: Offer) -> SalesforceOrg:
    """Return the organisation as it would be with these credentials, unsaved."""
    held = SalesforceOrg.objects.filter(pk=invitation.org_id).first() if invitation.org_id else None
    row = held or SalesforceOrg(name=invitation.target_name)
    return _with_offer(row, offer)


def _with_offer(row: SalesforceOrg, offer: Offer) -> SalesforceOrg:
    for name, value in asdict(offer).items():
        setattr(row, name, Secret.conceal(value) if name in _SECRETS else value)
    row.environment = environment_of(offer.login_url)
    row.refresh_token = Secret()
    return row


def _store(invitation: Invitation, offer: Offer, token: Token, *, now: datetime) -> SalesforceOrg:
    candidate = candidate_of(invitation, offer)
    try:
        check_same_organization(candidate, token)
        with transaction.atomic():
            use_up(invitation, now=now)
            return _save(invitation, offer, token)
    except (SignInFailed, InvitationClosed):
        give_back(candidate, token.refresh_token or token.access_token)
        raise


def _save(invitation: Invitation, offer: Offer, token: Token) -> SalesforceOrg:
    row = _locked_row(invitation)
    check_same_organization(row, token)
    _with_offer(row, offer)
    # simple_history stores it beside the new row: whoever looks later sees by whose invitation it changed
    row._change_reason = reason_of(invitation)  # type: ignore[attr-defined]
    row.save()
    Invitation.objects.filter(pk=invitation.pk).update(org=row)
    follow_org_change(row, changed=CREDENTIAL_COLUMNS)
    keep_token(SalesforceOrg.objects.filter(pk=row.pk), row, token)
    row.refresh_from_db()
    recover_org(row)
    row.refresh_from_db()
    return row


def _locked_row(invitation: Invitation) -> SalesforceOrg:
    if invitation.org_id:
        held = SalesforceOrg.objects.select_for_update().filter(pk=invitation.org_id).first()
        if held is None:
            raise InvitationClosed
        return held
    if SalesforceOrg.objects.filter(name=invitation.target_name).exists():
        raise InvitationClosed  # somebody made it meanwhile; this link was for a new one
    return SalesforceOrg(name=invitation.target_name)
