"""Signing in: /services/oauth2/token with its flows, revoke, userinfo and the identity address.

https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flows.htm
https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.accounts import App
from simulator.assertions import AssertionRefused, read_assertion
from simulator.shapes import Answer, Json, Row

if TYPE_CHECKING:
    from simulator.org import Org

NO_STORE = {"Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private"}
_LOGIN_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A form sent to the token endpoint, and where it was sent."""

    org: Org
    form: Mapping[str, str]
    authorization: str
    host: str
    own_url: str
    """The simulator's own address: instance_url, and an audience of assertions."""


class Refused(Exception):
    """Refuse to give a token: 400 with error and error_description."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def answer(self) -> Answer:
        """Return the refusal as recorded."""
        return Answer(400, {"error": self.error, "error_description": self.description}, NO_STORE)


def post_token(request: TokenRequest) -> Answer:
    """Answer the token endpoint."""
    grant = request.form.get("grant_type", "")
    try:
        flow = _FLOWS.get(grant)
        if flow is None:
            raise Refused("unsupported_grant_type", "grant type not supported")
        return Answer(200, flow(request), NO_STORE)
    except Refused as exc:
        return exc.answer()


def _client_credentials(request: TokenRequest) -> Json:
    app = _app(request, flow="client_credentials", needs_secret=True)
    if request.host.split(":")[0].lower() in request.org.settings.login_hosts:
        raise Refused("invalid_grant", "request not supported on this domain")
    if app.run_as is None:
        raise Refused("invalid_grant", "no client credentials user enabled")
    return _token(request, app=app, user_id=app.run_as, scope="api")


def _password(request: TokenRequest) -> Json:
    app = _app(request, flow="password", needs_secret=True)
    form = request.form
    if not request.org.accounts.knows_password(form.get("username", ""), password=form.get("password", "")):
        raise Refused("invalid_grant", "authentication failure")
    user = _user_named(request.org, username=form["username"])
    answer = _token(request, app=app, user_id=user["Id"], scope="")
    del answer["scope"]
    return answer


def _jwt_bearer(request: TokenRequest) -> Json:
    accounts = request.org.accounts
    try:
        claims = read_assertion(
            request.form.get("assertion", ""),
            key_of=lambda issuer: _jwt_app(request.org, client_id=issuer).certificate,
            now=time.time(),
        )
    except AssertionRefused as exc:
        raise Refused("invalid_grant", str(exc)) from exc
    app = _jwt_app(request.org, client_id=claims.issuer)
    if claims.audience not in _audiences(request):
        raise Refused("invalid_grant", "Audience validation failed")
    user = _user_named(request.org, username=claims.subject)
    if not accounts.may_use(app, user_id=user["Id"]):
        raise _not_approved(app)
    answer = _token(request, app=app, user_id=user["Id"], scope="api")
    return {name: answer[name] for name in ("access_token", "scope", "instance_url", "id", "token_type")}


def _jwt_app(org: Org, *, client_id: str) -> App:
    """Return the app that an assertion names as its issuer. Raises Refused."""
    app = org.accounts.apps.get(client_id)
    if app is None or "jwt_bearer" not in app.flows:
        raise Refused("invalid_client_id", "client identifier invalid")
    return app


def _audiences(request: TokenRequest) -> set[str]:
    allowed = request.org.settings.jwt_audiences
    return {
        *(_LOGIN_AUDIENCES if "shared" in allowed else ()),
        *((request.own_url, f"https://{request.host}") if "my_domain" in allowed else ()),
    }


def _not_approved(app: App) -> Refused:
    if app.is_admin_approved_only:
        return Refused("invalid_app_access", "user is not admin approved to access this app")
    return Refused("invalid_grant", "user hasn't approved this consumer")


def _refresh_token(request: TokenRequest) -> Json:
    app = _app(request, flow="refresh_token", needs_secret="client_secret" in request.form)
    accounts, rotates = request.org.accounts, request.org.settings.refresh_token_rotation
    held = accounts.take_refresh_token(request.form.get("refresh_token", ""), client_id=app.client_id, rotates=rotates)
    if held is None:
        raise Refused("invalid_grant", "expired access/refresh token")
    answer = _token(request, app=app, user_id=held.user_id, scope=held.scope, family=held.family)
    if rotates:
        answer["refresh_token"] = accounts.give_refresh_token(
            user_id=held.user_id, client_id=app.client_id, scope=held.scope, family=held.family
        )
    return answer


def _authorization_code(request: TokenRequest) -> Json:
    form, accounts = request.form, request.org.accounts
    app = _app(request, flow="web_server", needs_secret=True)
    grant = accounts.take_code(form.get("code", ""), lives_seconds=request.org.settings.code_seconds)
    if grant is None or grant.client_id != app.client_id:
        raise Refused("invalid_grant", "expired authorization code")
    if grant.redirect_uri != form.get("redirect_uri"):
        raise Refused("redirect_uri_mismatch", "redirect_uri must match configuration")
    if grant.challenge is not None and not _proves(form.get("code_verifier", ""), challenge=grant.challenge):
        raise Refused("invalid_grant", "invalid code verifier")
    with_refresh = bool({"refresh_token", "offline_access"} & set(grant.scope.split()))
    family = uuid.uuid4().hex if with_refresh else ""
    answer = _token(request, app=app, user_id=grant.user_id, scope=grant.scope, family=family)
    if with_refresh:
        answer["refresh_token"] = accounts.give_refresh_token(
            user_id=grant.user_id, client_id=app.client_id, scope=grant.scope, family=family
        )
    return answer


_FLOWS: dict[str, Callable[[TokenRequest], Json]] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt_bearer,
    "refresh_token": _refresh_token,
    "authorization_code": _authorization_code,
}


def _proves(verifier: str, *, challenge: str) -> bool:
    """Tell whether the verifier is the one whose SHA-256 was sent (PKCE, RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _app(request: TokenRequest, *, flow: str, needs_secret: bool) -> App:
    """Return the app that asks, by HTTP Basic or by the form. Raises Refused."""
    client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as exc:
            raise Refused("invalid_client", "invalid client credentials") from exc
    app = request.org.accounts.apps.get(client_id)
    if app is None:
        raise Refused("invalid_client_id", "client identifier invalid")
    if needs_secret and not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
        raise Refused("invalid_client", "invalid client credentials")
    if flow not in app.flows:
        raise Refused(
            "invalid_grant",
            "no client credentials user enabled" if flow == "client_credentials" else "authentication failure",
        )
    return app


def _user_named(org: Org, *, username: str) -> Row:
    """Find an active user. Raises Refused."""
    for user in org.store.all("User"):
        if user["Username"].lower() == username.lower():
            if not user["IsActive"]:
                raise Refused("inactive_user", "user is inactive")
            return user
    raise Refused("invalid_grant", "authentication failure")


def _token(request: TokenRequest, *, app: App, user_id: str, scope: str, family: str = "") -> Json:
    user = request.org.store.get("User", row_id=user_id)
    if user is None or not user["IsActive"]:
        raise Refused("inactive_user", "user is inactive")
    organization_id = request.org.organization_id
    session = request.org.accounts.open_session(
        user_id=user_id, client_id=app.client_id, organization_id=organization_id, family=family
    )
    identity = f"{request.own_url}/id/{organization_id}/{user_id}"
    issued_at = str(int(time.time() * 1000))
    signed = hmac.digest(app.client_secret.encode(), (identity + issued_at).encode(), "sha256")
    return {
        "access_token": session.token,
        "signature": base64.b64encode(signed).decode(),
        "scope": scope,
        "instance_url": request.own_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def identity(org: Org, *, user_id: str, own_url: str) -> Answer:
    """Answer the identity address: who the token's user is.

    https://help.salesforce.com/s/articleView?id=sf.remoteaccess_using_openid.htm
    """
    user = org.store.get("User", row_id=user_id) or {}
    organization_id = org.organization_id
    return Answer(
        200,
        {
            "id": f"{own_url}/id/{organization_id}/{user_id}",
            "asserted_user": True,
            "user_id": user_id,
            "organization_id": organization_id,
            "username": user.get("Username"),
            "nick_name": user.get("Alias"),
            "display_name": user.get("Name"),
            "email": user.get("Email"),
            "first_name": user.get("FirstName"),
            "last_name": user.get("LastName"),
            "active": user.get("IsActive"),
            "user_type": "STANDARD",
            "language": user.get("LanguageLocaleKey"),
            "locale": user.get("LocaleSidKey"),
            "urls": {"rest": f"{own_url}/services/data/v{{version}}/"},
        },
    )


def userinfo(org: Org, *, user_id: str, own_url: str) -> Answer:
    """Answer /services/oauth2/userinfo (OpenID Connect)."""
    user = org.store.get("User", row_id=user_id) or {}
    organization_id = org.organization_id
    return Answer(
        200,
        {
            "sub": f"{own_url}/id/{organization_id}/{user_id}",
            "user_id": user_id,
            "organization_id": organization_id,
            "preferred_username": user.get("Username"),
            "nickname": user.get("Alias"),
            "name": user.get("Name"),
            "email": user.get("Email"),
            "email_verified": True,
            "active": user.get("IsActive"),
        },
    )
