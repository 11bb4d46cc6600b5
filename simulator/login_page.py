"""The page of the web server flow on which a person logs in and allows access.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from simulator.accounts import App, Grant

if TYPE_CHECKING:
    from simulator.org import Org

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Log in | Simulator</title><link rel="icon" href="data:,"><style>
body {{ font: 16px/1.5 sans-serif; background: #f3f3f3; margin: 0; padding: 3rem 1rem; }}
main {{ max-width: 24rem; margin: auto; padding: 2rem; background: #fff; border-radius: .5rem; }}
label, input {{ display: block; width: 100%; box-sizing: border-box; }}
input {{ padding: .5rem; font: inherit; }}
button {{ padding: .5rem 1rem; font: inherit; }}
[role=alert] {{ color: #ba0517; }}
</style></head>
<body><main>
<h1>Local Salesforce simulator</h1>
<p>Log in and allow <strong>{app}</strong> to act for you: {scope}.</p>
<p role="alert">{problem}</p>
<form method="post">
{hidden}
<p><label for="username">Username</label> <input id="username" name="username" value="{username}"
  autocomplete="username" required autofocus></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password"
  autocomplete="current-password" required></p>
<p><button id="allow" name="decision" value="allow">Log in and allow</button>
<button id="deny" name="decision" value="deny" formnovalidate>Deny</button></p>
</form></main></body></html>
"""
_DEFAULT_SCOPE = "api refresh_token"
"""What an app without a scope in the request asks for here; in Salesforce, all that is assigned to it."""
_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "prompt",
)

_S256_LENGTH = 43
"""Characters of a SHA-256 in unpadded base64 (RFC 7636, section 4.2)."""


def show_page(org: Org, *, values: Mapping[str, str], problem: str = "") -> Response:
    """Show the page, or say what is wrong with the request."""
    app, fault = _check(org, values=values)
    if app is None:
        return _failure(values, error=fault[0], description=fault[1])
    if fault[0]:
        return _back(values, error=fault[0], error_description=fault[1])
    hidden = "\n".join(
        f'<input type="hidden" name="{name}" value="{escape(values[name])}">' for name in _PARAMETERS if name in values
    )
    page = _PAGE.format(
        app=escape(app.client_id),
        scope=escape(values.get("scope", _DEFAULT_SCOPE)),
        problem=escape(problem),
        hidden=hidden,
        username=escape(values.get("username") or values.get("login_hint", "")),
    )
    return Response(page, status=200, content_type="text/html; charset=UTF-8")


def submit_page(org: Org, *, values: Mapping[str, str]) -> Response:
    """Take the log-in: go back to the app with a code, or with the refusal."""
    app, fault = _check(org, values=values)
    if app is None:
        return _failure(values, error=fault[0], description=fault[1])
    if fault[0]:
        return _back(values, error=fault[0], error_description=fault[1])
    if values.get("decision") == "deny":
        return _back(values, error="access_denied", error_description="end-user denied authorization")
    username = values.get("username", "")
    users = [row for row in org.store.all("User") if row["Username"].lower() == username.lower() and row["IsActive"]]
    if not users or not org.accounts.knows_password(username, password=values.get("password", "")):
        return show_page(org, values=values, problem="Please check your username and password.")
    if app.is_admin_approved_only and not org.accounts.may_use(app, user_id=users[0]["Id"]):
        denial = "user is not admin approved to access this app"
        return _back(values, error="OAUTH_APP_ACCESS_DENIED", error_description=denial)
    org.accounts.approve(app, user_id=users[0]["Id"])
    grant = Grant(
        app.client_id,
        users[0]["Id"],
        values["redirect_uri"],
        values.get("code_challenge"),
        values.get("scope", _DEFAULT_SCOPE),
    )
    return _back(values, code=org.accounts.give_code(grant))


def _check(org: Org, *, values: Mapping[str, str]) -> tuple[App | None, tuple[str, str]]:
    """Return the app and what is wrong; without an app there is no address that may be told."""
    app = org.accounts.apps.get(values.get("client_id", ""))
    if app is None or "web_server" not in app.flows:
        return None, ("invalid_client_id", "client identifier invalid")
    if values.get("redirect_uri") not in app.redirect_uris and "*" not in app.redirect_uris:
        return None, ("redirect_uri_mismatch", "redirect_uri must match configuration")
    if values.get("response_type") != "code":
        return app, ("unsupported_response_type", "response type not supported")
    challenge = values.get("code_challenge")
    if app.requires_pkce and not challenge:
        return app, ("invalid_request", "missing required code challenge")
    if challenge and (len(challenge) != _S256_LENGTH or values.get("code_challenge_method", "S256") != "S256"):
        return app, ("invalid_request", "invalid code challenge")
    return app, ("", "")


def _failure(values: Mapping[str, str], *, error: str, description: str) -> Response:
    """Show an error here: an address that is not known to the app is never redirected to."""
    return Response(
        f"error={escape(error)}&error_description={escape(description)}",
        status=400,
        content_type="text/html; charset=UTF-8",
    )


def _back(values: Mapping[str, str], **answer: str) -> Response:
    if "state" in values:
        answer["state"] = values["state"]
    joint = "&" if "?" in values["redirect_uri"] else "?"
    return Response(status=302, headers={"Location": values["redirect_uri"] + joint + urlencode(answer)})
