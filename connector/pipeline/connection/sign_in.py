"""Hold one token per organisation for all processes, renewed by one of them at a time."""

import logging
import time
from datetime import datetime

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Now
from django.utils import timezone

from connector import conf
from connector.models import SalesforceOrg, SalesforceSchema
from connector.models.fields import Secret, WrongEncryptionKey
from connector.pipeline.connection.turn import turn_to_renew
from connector.salesforce.auth import AuthFlow, Credentials, HostRules, Terms, Token, request_token, revoke_token
from connector.salesforce.errors import ForbiddenHost, RemoteUnavailable, SalesforceError, SignInFailed

logger = logging.getLogger(__name__)

CREDENTIAL_COLUMNS = (
    "login_url", "auth", "client_id", "username", "client_secret", "password", "security_token", "private_key",
    "refresh_token",
)  # fmt: skip
"""What a sign-in is made with; its change makes the stored token worthless."""

TOKEN_COLUMNS = (
    "access_token", "refresh_token", "token_issued_at", "instance_url", "organization_id", "user_id",
)  # fmt: skip
"""What a sign-in brings."""
CODE_MAX_LENGTH, REASON_MAX_LENGTH = 80, 500
"""Characters; the lengths of SalesforceOrg.pause_code and state_reason."""
WAIT_SECONDS, POLL_SECONDS = 20.0, 0.2
"""How long to wait for another process that signs in, which takes a second or so, and how often to look."""


def host_rules() -> HostRules:
    """Return which hosts may be called, as the settings say."""
    return HostRules(extra_hosts=conf.salesforce_extra_hosts())


def sign_in_terms() -> Terms:
    """Return under which terms somebody signs in now."""
    return Terms(hosts=host_rules(), timeout_seconds=float(conf.salesforce_timeout_seconds()), now=timezone.now())


def sign_in(org: SalesforceOrg) -> Token:
    """Ask for a token with the credentials of an organisation, saved or not; nothing is stored.

    Raises SignInFailed, RemoteUnavailable, LimitReached, ForbiddenHost, WrongEncryptionKey.
    """
    return request_token(credentials_of(org), sign_in_terms())


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
    refused together do not sign each other out. An organisation that waits for a person is not signed in to. `org`
    knows by then what is stored. Call outside a transaction: it may sign in over HTTP.
    Raises as `sign_in`; SignInFailed has marked the organisation *reconnect needed* by then.
    """
    row = SalesforceOrg.objects.get(pk=org.pk)
    token = _unrefused(row, refused)
    if token is None:
        _refuse_waiting(row)
        token = _renew(row, refused)
    org.refresh_from_db(fields=TOKEN_COLUMNS)
    return token


def renew_token(org: SalesforceOrg) -> Token:
    """Sign in anew although a token is stored, also where the organisation waits to be reconnected; raises as above.

    That the token is accepted is not known by then: `recover_org` lets the organisation go on when it is.
    """
    row = SalesforceOrg.objects.get(pk=org.pk)
    token = _renew(row, stored_token(row))
    org.refresh_from_db()
    return token


def _unrefused(row: SalesforceOrg, refused: Token | None) -> Token | None:
    held = stored_token(row)
    return held if held is not None and (refused is None or held.access_token != refused.access_token) else None


def _refuse_waiting(row: SalesforceOrg) -> None:
    if row.state == SalesforceOrg.State.RECONNECT_NEEDED:
        reason = row.state_reason.removeprefix(f"{row.pause_code}: ")
        raise SignInFailed(row.pause_code or "reconnect_needed", reason)


def _renew(row: SalesforceOrg, refused: Token | None) -> Token:
    """Sign in, or take what another process gets by signing in: a refresh token is used by one at a time."""
    if row.auth != SalesforceOrg.Auth.WEB_SERVER:
        return _sign_in_and_store(row)
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        with turn_to_renew(row) as is_ours:
            if is_ours:
                row.refresh_from_db()
                return _unrefused(row, refused) or _sign_in_and_store(row)
        if time.monotonic() >= give_up_at:
            message = "Another process has been signing in for a while."
            raise RemoteUnavailable("sign_in_under_way", message, write_unclear=False)
        time.sleep(POLL_SECONDS)
        row.refresh_from_db()
        token = _unrefused(row, refused)
        if token is not None:
            return token
        _refuse_waiting(row)


def _sign_in_and_store(row: SalesforceOrg) -> Token:
    try:
        fresh = sign_in(row)
        check_same_organization(row, fresh)
    except (SignInFailed, ForbiddenHost) as exc:
        need_reconnect(row, code=exc.code, message=str(exc))
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


def token_columns(token: Token, *, held: SalesforceOrg) -> dict[str, Secret | str | datetime | None]:
    """Return {column of SalesforceOrg: value} for a token; `held` is the row that gets it.

    A refresh token only where a new one came. What was proved about another user's rights goes with that user
    (rule 3.0).
    """
    refresh = {"refresh_token": Secret.conceal(token.refresh_token)} if token.refresh_token else {}
    other_user = {} if held.user_id == token.user_id else {"visibility_proved_at": None}
    return {
        "access_token": Secret.conceal(token.access_token),
        "token_issued_at": token.issued_at,
        "instance_url": token.instance_url,
        "organization_id": token.organization_id,
        "user_id": token.user_id,
        **refresh,
        **other_user,
    }


def with_credentials_of(org: SalesforceOrg) -> QuerySet[SalesforceOrg]:
    """Find the row of `org`, as it was read from the database, unless a person changed the credentials since."""
    return SalesforceOrg.objects.filter(pk=org.pk, **{name: getattr(org, name) for name in CREDENTIAL_COLUMNS})


def store_token(org: SalesforceOrg, token: Token) -> bool:
    """Store a token over the one that `org` was read with; False: another process was faster, or a person."""
    return keep_token(with_credentials_of(org).filter(access_token=org.access_token), org, token)


def keep_token(rows: QuerySet[SalesforceOrg], org: SalesforceOrg, token: Token) -> bool:
    """Store a token in the row that the query still finds; what was known of another user is known no longer."""
    is_stored = rows.update(**token_columns(token, held=org)) == 1
    if is_stored and org.user_id != token.user_id:
        SalesforceSchema.objects.filter(org=org).delete()  # each user sees other fields
    return is_stored


def _taken_by_another(org: SalesforceOrg, fresh: Token) -> Token:
    row = SalesforceOrg.objects.get(pk=org.pk)
    token = stored_token(row)
    if token is None and row.state == SalesforceOrg.State.RECONNECT_NEEDED:
        give_back(org, fresh.refresh_token or fresh.access_token)
        _refuse_waiting(row)
    return token or fresh


def give_back(org: SalesforceOrg, token: str) -> bool:
    """Make a token worthless that is not to be used; False where Salesforce could not be told."""
    try:
        revoke_token(credentials_of(org), token, sign_in_terms())
    except (SalesforceError, WrongEncryptionKey) as exc:
        logger.warning("revoke_failed", extra={"org_id": org.pk, "error": str(exc)})
        return False
    return True


def need_reconnect(org: SalesforceOrg, *, code: str, message: str) -> None:
    """Stop the organisation until a person acts, unless that or another process has got a token meanwhile."""
    stopped = (
        with_credentials_of(org)
        .filter(access_token=org.access_token)
        .update(
            broken_at=first_broken(),
            state=SalesforceOrg.State.RECONNECT_NEEDED,
            pause_code=code[:CODE_MAX_LENGTH],
            state_reason=message[:REASON_MAX_LENGTH],
            paused_until=None,
        )
    )
    if stopped:
        logger.warning("reconnect_needed", extra={"org_id": org.pk, "code": code})


def first_broken() -> Case:
    """Return what `broken_at` becomes when a person is needed: now, unless one was needed before already."""
    return Case(When(state=SalesforceOrg.State.RECONNECT_NEEDED, then=F("broken_at")), default=Now())


def credentials_of(org: SalesforceOrg) -> Credentials:
    """Return what the sign-in of an organisation is made with. Raises WrongEncryptionKey."""
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
