"""Sign in: turn an organisation's credentials into a token.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from simple_salesforce.login import SalesforceLogin
from urllib3.exceptions import HTTPError

from connector.salesforce.errors import ForbiddenHost, LimitReached, RemoteUnavailable, SalesforceError, SignInFailed
from connector.salesforce.hosts import HostRules, check_url
from connector.salesforce.ids import id_18
from connector.salesforce.redact import redact
from connector.salesforce.session import SalesforceSession
from connector.salesforce.transport import lost

__all__ = ["AuthFlow", "Credentials", "ForbiddenHost", "HostRules", "Token", "check_url", "request_token"]

_TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 -- an address
_SHARED_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
_CLIENT_NAME = "inwink-connector"


class AuthFlow(StrEnum):
    """The ways to sign in."""

    CLIENT_CREDENTIALS = "client_credentials"
    JWT_BEARER = "jwt_bearer"
    WEB_SERVER = "web_server"
    PASSWORD = "password"  # noqa: S105 -- the name of the flow


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one organisation's sign-in needs; its repr shows no secret."""

    flow: AuthFlow
    login_url: str
    """Scheme and host, such as https://acme.my.salesforce.com."""
    client_id: str
    client_secret: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """The right to call one organisation as one user, until Salesforce answers 401."""

    access_token: str = field(repr=False)
    instance_url: str
    organization_id: str
    """18 characters."""
    user_id: str
    """18 characters."""
    issued_at: datetime


def request_token(credentials: Credentials, *, hosts: HostRules, timeout_seconds: float) -> Token:
    """Sign in and return a fresh token; it does not count as an API call.

    Raises SignInFailed (a person must act), RemoteUnavailable, LimitReached or ForbiddenHost.
    """
    arguments = _login_arguments(credentials)
    session = _SignInSession(
        hosts=hosts,
        timeout_seconds=timeout_seconds,
        client_name=_CLIENT_NAME,
        address=lambda _: credentials.login_url.rstrip("/") + _TOKEN_PATH,
    )
    with session:
        try:
            SalesforceLogin(session=session, **arguments)
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, session.last_call, is_write=False) from exc
    token = _parse_token(session.answer)
    check_url(token.instance_url, hosts)
    return token


class _SignInSession(SalesforceSession):
    """A session that judges the token endpoint's answer before simple-salesforce sees it.

    simple-salesforce knows only hosts under salesforce.com, returns the token without the ids of organisation and
    user, and stumbles over answers that are no JSON object.
    """

    answer: Mapping[str, Any] = {}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send the sign-in and return its answer if it holds a token; raise otherwise."""
        response = super().send(request, **kwargs)
        body = _read_object(response)
        if response.status_code != requests.codes.ok:
            raise _refusal(response.status_code, body)
        if not isinstance(body.get("access_token"), str) or not isinstance(body.get("instance_url"), str):
            raise RemoteUnavailable(
                "unreadable_answer", "The answer to the sign-in holds no token.", write_unclear=False, http_status=200
            )
        self.answer = body
        return response


def _login_arguments(credentials: Credentials) -> dict[str, Any]:
    """Choose the branch of simple-salesforce; its `domain` must be no shared one, the session knows the real host."""
    common = {
        "consumer_key": credentials.client_id,
        "consumer_secret": credentials.client_secret,
        "domain": "my-domain.my",
    }
    if credentials.flow is AuthFlow.CLIENT_CREDENTIALS:
        if (urlsplit(credentials.login_url).hostname or "") in _SHARED_HOSTS:
            raise SignInFailed("my_domain_required", "This sign-in works on the My Domain address only.")
        return common
    if credentials.flow is AuthFlow.PASSWORD:
        password = credentials.password + credentials.security_token
        return {**common, "username": credentials.username, "password": password}
    raise SignInFailed("flow_not_built", f"The sign-in {credentials.flow.value} is not available yet.")


def _read_object(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(http_status: int, body: Mapping[str, Any]) -> SalesforceError:
    """Name why no token came.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
    """
    code = str(body.get("error") or f"http_{http_status}")
    message = redact(code, str(body.get("error_description") or "")) or f"The sign-in got HTTP status {http_status}."
    if code == "rate_limit_exceeded" or http_status == requests.codes.too_many:
        return LimitReached(code, message, is_daily=False, http_status=http_status)
    if http_status >= requests.codes.server_error:
        return RemoteUnavailable(code, message, write_unclear=False, http_status=http_status)
    if http_status < requests.codes.bad_request:
        return SignInFailed("redirected", "The sign-in address leads elsewhere.", http_status=http_status)
    return SignInFailed(code, message, http_status=http_status)


def _parse_token(raw: Mapping[str, Any]) -> Token:
    """Read the answer; `id` is https://{host}/id/{organisation}/{user}, `issued_at` a text of epoch milliseconds."""
    try:
        organization_id, user_id = urlsplit(str(raw["id"])).path.strip("/").split("/")[-2:]
        return Token(
            access_token=raw["access_token"],
            instance_url=raw["instance_url"].rstrip("/"),
            organization_id=id_18(organization_id),
            user_id=id_18(user_id),
            issued_at=datetime.fromtimestamp(int(raw["issued_at"]) / 1000, tz=UTC),
        )
    except (KeyError, ValueError, OverflowError) as exc:
        raise SignInFailed("unreadable_answer", "The sign-in does not say whose token it is.") from exc
