"""Sign in: turn an organisation's credentials into a token, and give tokens back.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, assert_never
from urllib.parse import urlsplit

import requests
from simple_salesforce.login import SalesforceLogin
from urllib3.exceptions import HTTPError

from connector.salesforce.assertion import UnusableKey, audiences, sign_assertion
from connector.salesforce.errors import ForbiddenHost, SignInFailed
from connector.salesforce.hosts import SHARED_HOSTS, HostRules, check_url
from connector.salesforce.session import SalesforceSession
from connector.salesforce.sign_in_answers import TokenSession, parse_token
from connector.salesforce.token import AuthFlow, Credentials, Token
from connector.salesforce.transport import lost

__all__ = [
    "AuthFlow", "CodeGrant", "Credentials", "ForbiddenHost", "HostRules", "Terms", "Token", "check_url",
    "exchange_code", "request_token", "revoke_token",
]  # fmt: skip

_TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 -- an address
_REVOKE_PATH = "/services/oauth2/revoke"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLIENT_NAME = "inwink-connector"


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which a sign-in is made."""

    hosts: HostRules
    timeout_seconds: float
    """Total, of each request."""
    now: datetime


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What Salesforce gave to the browser of somebody who logged in, and what we kept to prove that it is ours."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


def request_token(credentials: Credentials, terms: Terms) -> Token:
    """Sign in and return a fresh token; it does not count as an API call.

    Raises SignInFailed (a person must act), RemoteUnavailable, LimitReached or ForbiddenHost.
    """
    match credentials.flow:
        case AuthFlow.CLIENT_CREDENTIALS | AuthFlow.PASSWORD:
            return _sign_in_by_library(credentials, terms)
        case AuthFlow.JWT_BEARER:
            return _sign_in_by_assertion(credentials, terms)
        case AuthFlow.WEB_SERVER:
            return _refresh(credentials, terms)
        case _:
            assert_never(credentials.flow)


def exchange_code(credentials: Credentials, grant: CodeGrant, terms: Terms) -> Token:
    """Turn the code of a log-in into a token with a refresh token. Raises as `request_token`.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
    """
    form = {
        "grant_type": "authorization_code",
        "code": grant.code,
        "code_verifier": grant.verifier,
        "redirect_uri": grant.redirect_uri,
    }
    token = _post_form(credentials, {**form, **_own_name(credentials)}, terms)
    if not token.refresh_token:
        raise SignInFailed("no_refresh_token", "Salesforce gave no refresh token.")
    return token


def revoke_token(credentials: Credentials, token: str, terms: Terms) -> bool:
    """Make a token worthless, a refresh token with all that came from it; False: Salesforce did not know it.

    Raises RemoteUnavailable, LimitReached or ForbiddenHost.
    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm
    """
    with _open(SalesforceSession, credentials, _REVOKE_PATH, terms) as session:
        session.is_empty_answer_good = True
        try:
            response = session.post(credentials.login_url, data={"token": token})
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, session.last_call, is_write=False) from exc
    return bool(response.status_code == requests.codes.ok)


def _sign_in_by_library(credentials: Credentials, terms: Terms) -> Token:
    arguments = _library_arguments(credentials)
    with _open(TokenSession, credentials, _TOKEN_PATH, terms) as session:
        try:
            SalesforceLogin(session=session, **arguments)
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, session.last_call, is_write=False) from exc
    return _accept(session, terms)


def _library_arguments(credentials: Credentials) -> dict[str, Any]:
    """Choose the branch of simple-salesforce; its `domain` must be no shared one, the session knows the real host."""
    common = {
        "consumer_key": credentials.client_id,
        "consumer_secret": credentials.client_secret,
        "domain": "my-domain.my",
    }
    if credentials.flow is AuthFlow.PASSWORD:
        password = credentials.password + credentials.security_token
        return {**common, "username": credentials.username, "password": password}
    if (urlsplit(credentials.login_url).hostname or "") in SHARED_HOSTS:
        raise SignInFailed("my_domain_required", "This sign-in works on the My Domain address only.")
    return common


def _sign_in_by_assertion(credentials: Credentials, terms: Terms) -> Token:
    """Sign in by a signed assertion; simple-salesforce can name neither every host nor every audience."""
    *first, last = audiences(credentials.login_url)
    for audience in first:
        try:
            return _post_form(credentials, _assertion_form(credentials, audience, terms), terms)
        except SignInFailed as exc:
            if exc.code != "audience_refused":
                raise
    return _post_form(credentials, _assertion_form(credentials, last, terms), terms)


def _assertion_form(credentials: Credentials, audience: str, terms: Terms) -> dict[str, str]:
    try:
        assertion = sign_assertion(credentials, audience=audience, now=terms.now)
    except UnusableKey as exc:
        raise SignInFailed(exc.code, "The stored private key cannot sign.") from exc
    return {"grant_type": _JWT_GRANT, "assertion": assertion}


def _refresh(credentials: Credentials, terms: Terms) -> Token:
    if not credentials.refresh_token:
        raise SignInFailed("log_in_needed", "Nobody has logged in with Salesforce yet.")
    form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
    return _post_form(credentials, {**form, **_own_name(credentials)}, terms)


_Session = TypeVar("_Session", bound=SalesforceSession)


def _open(kind: type[_Session], credentials: Credentials, path: str, terms: Terms) -> _Session:
    """Make a session whose every request goes to one path of the login address."""
    return kind(
        hosts=terms.hosts,
        timeout_seconds=terms.timeout_seconds,
        client_name=_CLIENT_NAME,
        address=lambda _: credentials.login_url.rstrip("/") + path,
    )


def _own_name(credentials: Credentials) -> dict[str, str]:
    return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}


def _post_form(credentials: Credentials, form: Mapping[str, str], terms: Terms) -> Token:
    with _open(TokenSession, credentials, _TOKEN_PATH, terms) as session:
        try:
            session.post(credentials.login_url, data=form)
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, session.last_call, is_write=False) from exc
    return _accept(session, terms)


def _accept(session: TokenSession, terms: Terms) -> Token:
    token = parse_token(session.answer, now=terms.now)
    check_url(token.instance_url, terms.hosts)
    return token
