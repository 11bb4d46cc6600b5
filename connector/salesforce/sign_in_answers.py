"""Judge what the token endpoint answers: a token, or why none came."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.salesforce.errors import LimitReached, RemoteUnavailable, SalesforceError, SignInFailed
from connector.salesforce.ids import id_18
from connector.salesforce.redact import redact
from connector.salesforce.session import SalesforceSession
from connector.salesforce.token import Token

_CODE_OF_DESCRIPTION: Mapping[str, str] = {
    "expired access/refresh token": "refresh_token_expired",
    "expired authorization code": "log_in_expired",
    "invalid authorization code": "log_in_expired",
    "invalid code verifier": "log_in_expired",
    "user hasn't approved this consumer": "user_not_approved",
    "user is not admin approved to access this app": "user_not_admin_approved",
    "audience validation failed": "audience_refused",
    "audience is invalid": "audience_refused",
    "invalid assertion": "assertion_refused",
    "assertion is expired": "assertion_refused",
    "ip restricted": "ip_restricted",
    "no client credentials user enabled": "no_run_as_user",
    "request not supported on this domain": "my_domain_required",
}
"""{beginning of Salesforce's description: code of ours}: `invalid_grant` alone tells nobody what to do.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
https://github.com/forceworkbench/forceworkbench/issues/772 (an address outside the ranges)
"""


class TokenSession(SalesforceSession):
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


def parse_token(raw: Mapping[str, Any], *, now: datetime) -> Token:
    """Read the answer; `id` is https://{host}/id/{organisation}/{user}, `issued_at` a text of epoch milliseconds.

    The answer to an assertion has no `issued_at`: the token is then of `now`.
    """
    try:
        organization_id, user_id = urlsplit(str(raw["id"])).path.strip("/").split("/")[-2:]
        return Token(
            access_token=raw["access_token"],
            instance_url=raw["instance_url"].rstrip("/"),
            organization_id=id_18(organization_id),
            user_id=id_18(user_id),
            issued_at=_moment(raw["issued_at"]) if "issued_at" in raw else now,
            refresh_token=str(raw.get("refresh_token") or ""),
        )
    except (KeyError, ValueError, OverflowError) as exc:
        raise SignInFailed("unreadable_answer", "The sign-in does not say whose token it is.") from exc


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC)


def _read_object(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refusal(http_status: int, body: Mapping[str, Any]) -> SalesforceError:
    """Name why no token came."""
    error = str(body.get("error") or f"http_{http_status}")
    description = str(body.get("error_description") or "")
    message = redact(error, description) or f"The sign-in got HTTP status {http_status}."
    if error == "rate_limit_exceeded" or http_status == requests.codes.too_many:
        return LimitReached(error, message, is_daily=False, http_status=http_status)
    if http_status >= requests.codes.server_error:
        return RemoteUnavailable(error, message, write_unclear=False, http_status=http_status)
    if http_status < requests.codes.bad_request:
        return SignInFailed("redirected", "The sign-in address leads elsewhere.", http_status=http_status)
    return SignInFailed(code_of_refusal(error, description), message, http_status=http_status)


def code_of_refusal(error: str, description: str) -> str:
    """Return the code under which advice explains a refusal: ours where the description says more than the error."""
    said = description.strip().lower()
    return next((code for start, code in _CODE_OF_DESCRIPTION.items() if said.startswith(start)), error)
