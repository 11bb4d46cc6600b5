"""Hold one token per organisation for all processes, renewed by one of them at a time."""

import logging
from datetime import datetime

from django.db.models import QuerySet

from connector import conf
from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret
from connector.salesforce.auth import AuthFlow, Credentials, HostRules, Token, request_token
from connector.salesforce.errors import ForbiddenHost, SignInFailed

logger = logging.getLogger(__name__)

CREDENTIAL_COLUMNS = (
    "login_url", "auth", "client_id", "username", "client_secret", "password", "security_token", "private_key",
    "refresh_token",
)  # fmt: skip
"""What a sign-in is made with; its change makes the stored token worthless."""

REASON_MAX_LENGTH = 500
"""Characters; the length of SalesforceOrg.state_reason."""


def host_rules() -> HostRules:
    """Return which hosts may be called, as the settings say."""
    return HostRules(extra_hosts=conf.salesforce_extra_hosts())


def sign_in(org: SalesforceOrg) -> Token:
    """Ask for a token with the credentials of an organisation, saved or not; nothing is stored.

    Raises SignInFailed, RemoteUnavailable, LimitReached, ForbiddenHost, WrongEncryptionKey.
    """
    return request_token(
        _credentials(org), hosts=host_rules(), timeout_seconds=float(conf.salesforce_timeout_seconds())
    )


def stored_token(org: SalesforceOrg) -> Token | None:
    """Return the token that some process stored, None where there is none. Raises WrongEncryptionKey."""
    if not org.access_token or org.token_issued_at is None:
        return None
    return Token(
        access_token=org.access_token.reveal(),
        instance_url=org.instance_url,
        organization_id=org.organization_id,
        user_id=org.user_id,
        issued_at=org.token_issued_at,
    )


def obtain_token(org: SalesforceOrg, *, refused: Token | None = None) -> Token:
    """Return a token that may be accepted: the stored one if it is not the `refused` one, else a fresh one.

    The fresh one is stored only over the token that was read before (compare-and-set), so that two processes that are
    refused together do not sign each other out. Call outside a transaction: it may sign in over HTTP.
    Raises as `sign_in`; SignInFailed has marked the organisation *reconnect needed* by then.
    """
    row = SalesforceOrg.objects.get(pk=org.pk)
    held = stored_token(row)
    if held is not None and (refused is None or held.access_token != refused.access_token):
        return held
    try:
        fresh = sign_in(row)
        check_same_organization(row, fresh)
    except (SignInFailed, ForbiddenHost) as exc:
        _need_reconnect(row, str(exc))
        raise
    return fresh if store_token(row, fresh) else _taken_by_another(row, fresh)


def check_same_organization(org: SalesforceOrg, token: Token) -> None:
    """Raise SignInFailed where the token is of another Salesforce organisation than the stored ids."""
    if org.organization_id and org.organization_id != token.organization_id:
        raise SignInFailed(
            "other_organization",
            f"These credentials lead to organisation {token.organization_id}, but the links of “{org.name}” belong to "
            f"{org.organization_id}. Add the other one as an organisation of its own.",
        )


def token_columns(token: Token) -> dict[str, Secret | str | datetime]:
    """Return {column of SalesforceOrg: value} for a token."""
    return {
        "access_token": Secret.conceal(token.access_token),
        "token_issued_at": token.issued_at,
        "instance_url": token.instance_url,
        "organization_id": token.organization_id,
        "user_id": token.user_id,
    }


def with_credentials_of(org: SalesforceOrg) -> QuerySet[SalesforceOrg]:
    """Find the row of `org`, as it was read from the database, unless a person changed the credentials since."""
    return SalesforceOrg.objects.filter(pk=org.pk, **{name: getattr(org, name) for name in CREDENTIAL_COLUMNS})


def store_token(org: SalesforceOrg, token: Token) -> bool:
    """Store a token over the one that `org` was read with; False: another process was faster, or a person."""
    columns = token_columns(token)
    unchanged = with_credentials_of(org).filter(access_token=org.access_token)
    is_stored = unchanged.update(**columns) == 1
    if is_stored and org.user_id != token.user_id:
        SalesforceSchema.objects.filter(org=org).delete()  # each user sees other fields
    return is_stored


def _taken_by_another(org: SalesforceOrg, fresh: Token) -> Token:
    return stored_token(SalesforceOrg.objects.get(pk=org.pk)) or fresh


def _need_reconnect(org: SalesforceOrg, reason: str) -> None:
    """Stop the organisation until a person acts, unless that or another process has got a token meanwhile."""
    stopped = (
        with_credentials_of(org)
        .filter(access_token=org.access_token)
        .update(state=SalesforceOrg.State.RECONNECT_NEEDED, state_reason=reason[:REASON_MAX_LENGTH], paused_until=None)
    )
    if stopped:
        logger.warning("reconnect_needed", extra={"org_id": org.pk})


def _credentials(org: SalesforceOrg) -> Credentials:
    secrets = {
        name: _revealed(getattr(org, name))
        for name in ("client_secret", "password", "security_token", "private_key", "refresh_token")
    }
    return Credentials(
        flow=AuthFlow(org.auth), login_url=org.login_url, client_id=org.client_id, username=org.username, **secrets
    )


def _revealed(secret: Secret | str) -> str:
    """Read a secret column; on an unsaved row it can still be the plain text."""
    return secret.reveal() if isinstance(secret, Secret) else secret
