"""Connect an organisation by a log-in in somebody's browser, and disconnect one.

Nothing here may run inside a transaction: each function but `begin_log_in` can make HTTP calls.
"""

import logging
from dataclasses import dataclass

from connector.models import SalesforceOrg
from connector.models.fields import Secret, WrongEncryptionKey
from connector.pipeline.connection.connect import recover_org
from connector.pipeline.connection.sign_in import (
    REASON_MAX_LENGTH,
    check_same_organization,
    credentials_of,
    first_broken,
    give_back,
    host_rules,
    keep_token,
    sign_in_terms,
)
from connector.pipeline.connection.turn import turn_to_renew
from connector.salesforce import authorize
from connector.salesforce.auth import CodeGrant, Token, exchange_code
from connector.salesforce.authorize import LogIn
from connector.salesforce.errors import SalesforceError, SignInFailed

__all__ = [
    "CodeGrant", "Disconnection", "LogIn", "SalesforceError", "begin_log_in", "disconnect", "finish_log_in",
    "needs_log_in",
]  # fmt: skip

logger = logging.getLogger(__name__)

GRANT_COLUMNS = ("login_url", "auth", "client_id")
"""Whose change makes a refresh token worthless; a new consumer secret does not."""


@dataclass(frozen=True, slots=True)
class Disconnection:
    """What disconnecting did."""

    had_tokens: bool
    is_revoked: bool
    """Whether Salesforce was told of all of them, or knew them no longer."""


def needs_log_in(org: SalesforceOrg) -> bool:
    """Say whether only a log-in in a browser can connect an organisation."""
    return org.auth == SalesforceOrg.Auth.WEB_SERVER and not org.refresh_token


def begin_log_in(org: SalesforceOrg, *, redirect_uri: str) -> LogIn:
    """Make the address on which somebody logs in. Raises SignInFailed, ForbiddenHost, WrongEncryptionKey."""
    if org.auth != SalesforceOrg.Auth.WEB_SERVER:
        raise SignInFailed("changed_meanwhile", "The organisation signs in another way now.")
    return authorize.begin_log_in(credentials_of(org), redirect_uri=redirect_uri, hosts=host_rules())


def finish_log_in(org: SalesforceOrg, grant: CodeGrant) -> Token:
    """Turn what a log-in brought into stored tokens, and let the organisation and its links go on at once.

    A token of another Salesforce organisation is given back and refused. Raises SignInFailed, RemoteUnavailable,
    LimitReached, ForbiddenHost, WrongEncryptionKey; nothing is stored then.
    """
    row = SalesforceOrg.objects.get(pk=org.pk)
    token = exchange_code(credentials_of(row), grant, sign_in_terms())
    try:
        check_same_organization(row, token)
        if not _store_grant(row, token):
            raise SignInFailed("changed_meanwhile", "The organisation was changed while somebody logged in.")
    except SignInFailed:
        give_back(row, token.refresh_token)
        raise
    recover_org(row)
    return token


def _store_grant(row: SalesforceOrg, token: Token) -> bool:
    """Store the tokens unless the organisation is another one by now than the log-in was meant for."""
    meant = {name: getattr(row, name) for name in GRANT_COLUMNS}
    meant_for = SalesforceOrg.objects.filter(
        pk=row.pk, auth=SalesforceOrg.Auth.WEB_SERVER, organization_id=row.organization_id
    )
    return keep_token(meant_for.filter(**meant), row, token)


def wait_for_log_in(org: SalesforceOrg) -> None:
    """Let an organisation wait until somebody logs in."""
    SalesforceOrg.objects.filter(pk=org.pk).update(
        state=SalesforceOrg.State.RECONNECT_NEEDED,
        broken_at=first_broken(),
        pause_code="log_in_needed",
        state_reason="log_in_needed: Nobody has logged in with Salesforce yet.",
        paused_until=None,
    )


def forget_refresh_token(org: SalesforceOrg) -> None:
    """Drop a refresh token that belongs to other credentials."""
    SalesforceOrg.objects.filter(pk=org.pk).update(refresh_token="")
    org.refresh_token = ""


def disconnect(org: SalesforceOrg, *, by: str) -> Disconnection:
    """Forget the tokens, let the links wait, and make the tokens worthless in Salesforce; safe to repeat.

    They are forgotten first: what Salesforce answers cannot keep anybody connected.
    """
    with turn_to_renew(org):
        row = SalesforceOrg.objects.get(pk=org.pk)
        SalesforceOrg.objects.filter(pk=org.pk).update(
            access_token="",
            refresh_token="",
            token_issued_at=None,
            state=SalesforceOrg.State.RECONNECT_NEEDED,
            broken_at=first_broken(),
            pause_code="disconnected",
            state_reason=f"disconnected: {by}"[:REASON_MAX_LENGTH],
            paused_until=None,
        )
    logger.info("disconnected", extra={"org_id": org.pk})
    held = [secret for secret in (row.refresh_token, row.access_token) if secret]
    return Disconnection(bool(held), all([_give_back_secret(row, secret) for secret in held]))


def _give_back_secret(row: SalesforceOrg, secret: Secret) -> bool:
    try:
        return give_back(row, secret.reveal())
    except WrongEncryptionKey:
        return False
