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
<html lang="en"><head><meta charset="utf-8"><title>Log in | Simulator</title></head>
<body><main>
<h1>Local Salesforce simulator</h1>
<p>Log in and allow <strong>{app}</strong> to use your data.</p>
<p role="alert">{problem}</p>
<form method="post">
{hidden}
<p><label for="username">Username</label> <input id="username" name="username" value="{username}" required></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" required></p>
<p><button id="allow" name="decision" value="allow">Log in and allow</button>
<button id="deny" name="decision" value="deny" formnovalidate>Deny</button></p>
</form></main></body></html>
"""
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


def show_page(org: Org, *, values: Mapping[str, str], problem: str = "") -> Response:
    """Show the page, or say what is wrong with the request."""
    app, fault = _check(org, values=values)
    if app is None:
        return _failure(values, error=fault[0], description=fault[1])
    hidden = "\n".join(
        f'<input type="hidden" name="{name}" value="{escape(values[name])}">' for name in _PARAMETERS if name in values
    )
    page = _PAGE.format(
        app=escape(app.client_id), problem=escape(problem), hidden=hidden, username=escape(values.get("login_hint", ""))
    )
    return Response(page, status=200, content_type="text/html; charset=UTF-8")


def submit_page(org: Org, *, values: Mapping[str, str]) -> Response:
    """Take the log-in: go back to the app with a code, or with the refusal."""
    app, fault = _check(org, values=values)
    if app is None:
        return _failure(values, error=fault[0], description=fault[1])
    if values.get("decision") == "deny":
        return _back(values, error="access_denied", error_description="end-user denied authorization")
    username = values.get("username", "")
    users = [row for row in org.store.all("User") if row["Username"].lower() == username.lower() and row["IsActive"]]
    if not users or not org.accounts.knows_password(username, password=values.get("password", "")):
        return show_page(org, values=values, problem="Please check your username and password.")
    grant = Grant(
        app.client_id,
        users[0]["Id"],
        values["redirect_uri"],
        values.get("code_challenge"),
        values.get("scope", "api refresh_token"),
    )
    return _back(values, code=org.accounts.give_code(grant))


def _check(org: Org, *, values: Mapping[str, str]) -> tuple[App | None, tuple[str, str]]:
    app = org.accounts.apps.get(values.get("client_id", ""))
    if app is None or "web_server" not in app.flows:
        return None, ("invalid_client_id", "client identifier invalid")
    if values.get("redirect_uri") not in app.redirect_uris and "*" not in app.redirect_uris:
        return None, ("redirect_uri_mismatch", "redirect_uri must match configuration")
    if values.get("response_type") != "code":
        return None, ("unsupported_response_type", "response type not supported")
    challenge = values.get("code_challenge")
    if (app.requires_pkce and not challenge) or (challenge and values.get("code_challenge_method", "S256") != "S256"):
        return None, ("invalid_request", "invalid code challenge")
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
