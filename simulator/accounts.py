"""Who may sign in: users with passwords, apps with secrets, and the tokens they were given."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from simulator.refs import resolve
from simulator.shapes import Json


@dataclass(frozen=True, slots=True)
class App:
    """A connected app or external client app."""

    client_id: str
    client_secret: str
    run_as: str | None
    """Id of the user of client_credentials."""
    flows: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    certificate: str | None
    """PEM of a certificate or public key for the JWT flow."""
    is_approved: bool
    """Users may use it without having approved it first."""
    is_admin_approved_only: bool
    """"Admin approved users are pre-authorized": nobody may approve it for themselves."""
    requires_pkce: bool


@dataclass(slots=True)
class Session:
    """A token that was given out."""

    token: str
    user_id: str
    client_id: str
    family: str = ""
    """The log-in it goes back to, where that gave a refresh token too."""
    last_used: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token stands for."""

    user_id: str
    client_id: str
    scope: str
    family: str
    """The log-in it goes back to: all tokens of it live and die together."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorization code that waits to be changed into a token."""

    client_id: str
    user_id: str
    redirect_uri: str
    challenge: str | None
    scope: str
    given_at: float = field(default_factory=time.monotonic)


MAX_GRANTS = 5
"""Log-ins that one user may have in one app: the oldest loses its tokens to the sixth.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_request_manage.htm
"""


class Accounts:
    """Sessions, refresh tokens and codes; safe for threads."""

    def __init__(self, seed: Json, *, refs: dict[str, str]) -> None:
        self._guard = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._refresh: dict[str, Refresh] = {}
        self._spent: dict[str, str] = {}
        """{refresh token that was replaced: its family}"""
        self._approvals: set[tuple[str, str]] = set()
        self._codes: dict[str, Grant] = {}
        self._passwords = {
            user["Username"].lower(): (user.get("password", ""), user.get("security_token", ""))
            for user in seed.get("users", [])
        }
        self.apps = {spec["client_id"]: _read_app(spec, refs=refs) for spec in seed.get("apps", [])}
        self.integration_user_id = next((app.run_as for app in self.apps.values() if app.run_as), None)

    def knows_password(self, username: str, *, password: str) -> bool:
        """Tell whether the password, alone or followed by the security token, is the user's."""
        known = self._passwords.get(username.lower())
        return known is not None and bool(password) and password in (known[0], known[0] + known[1])

    def open_session(self, *, user_id: str, client_id: str, organization_id: str, family: str = "") -> Session:
        """Give out a token."""
        session = Session(f"{organization_id[:15]}!{secrets.token_urlsafe(60)}", user_id, client_id, family)
        with self._guard:
            self._sessions[session.token] = session
        return session

    def session(self, token: str, *, idle_seconds: float) -> Session | None:
        """Return the living session of a token and note its use."""
        with self._guard:
            session = self._sessions.get(token)
            if session is None:
                return None
            if time.monotonic() - session.last_used > idle_seconds:
                del self._sessions[token]
                return None
            session.last_used = time.monotonic()
            return session

    def end_session(self, token: str) -> bool:
        """Make a token invalid, a refresh token with all that came from it; tell whether there was one.

        https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm
        """
        with self._guard:
            refresh = self._refresh.get(token)
            if refresh is not None:
                self._end_family(refresh.family)
            return self._sessions.pop(token, None) is not None or refresh is not None

    def adopt_sessions(self, old: Accounts) -> None:
        """Keep the tokens of another state of the same org valid."""
        with old._guard:
            self._sessions, self._refresh = dict(old._sessions), dict(old._refresh)
            self._spent, self._approvals = dict(old._spent), set(old._approvals)

    def end_all_sessions(self, *, with_refresh: bool) -> None:
        """Make all tokens invalid, with the refresh tokens or without."""
        with self._guard:
            self._sessions.clear()
            if with_refresh:
                self._refresh.clear()

    def may_use(self, app: App, *, user_id: str) -> bool:
        """Tell whether a user may use an app: by its policy, or having approved it once."""
        with self._guard:
            return app.is_approved or (app.client_id, user_id) in self._approvals

    def approve(self, app: App, *, user_id: str) -> None:
        """Note that a user allowed an app to act for them."""
        with self._guard:
            self._approvals.add((app.client_id, user_id))

    def give_refresh_token(self, *, user_id: str, client_id: str, scope: str, family: str) -> str:
        """Give out the refresh token of a log-in; the oldest of more than MAX_GRANTS log-ins dies."""
        token = f"5Aep{secrets.token_urlsafe(60)}"
        with self._guard:
            self._refresh[token] = Refresh(user_id, client_id, scope, family)
            own = [one.family for one in self._refresh.values() if (one.user_id, one.client_id) == (user_id, client_id)]
            for old in own[:-MAX_GRANTS]:
                self._end_family(old)
        return token

    def take_refresh_token(self, token: str, *, client_id: str, rotates: bool) -> Refresh | None:
        """Return what a refresh token stands for, if the app is the one it was given to.

        Where tokens rotate it works once, and a second use ends everything that came from the same log-in.
        https://help.salesforce.com/s/articleView?id=005316711
        """
        with self._guard:
            if token in self._spent:
                self._end_family(self._spent[token])
                return None
            refresh = self._refresh.get(token)
            if refresh is None or refresh.client_id != client_id:
                return None
            if rotates:
                del self._refresh[token]
                self._spent[token] = refresh.family
            return refresh

    def _end_family(self, family: str) -> None:
        self._refresh = {token: one for token, one in self._refresh.items() if one.family != family}
        self._sessions = {token: one for token, one in self._sessions.items() if one.family != family}

    def give_code(self, grant: Grant) -> str:
        """Give out an authorization code."""
        code = f"aPrx{secrets.token_urlsafe(40)}"
        with self._guard:
            self._codes[code] = grant
        return code

    def take_code(self, code: str, *, lives_seconds: float) -> Grant | None:
        """Return what a code stands for; it works once, and not for long."""
        with self._guard:
            grant = self._codes.pop(code, None)
        return grant if grant is not None and time.monotonic() - grant.given_at <= lives_seconds else None


def _read_app(spec: Json, *, refs: dict[str, str]) -> App:
    return App(
        client_id=spec["client_id"],
        client_secret=spec.get("client_secret", ""),
        run_as=resolve(spec.get("run_as"), refs=refs),
        flows=tuple(spec.get("flows", ("client_credentials",))),
        redirect_uris=tuple(spec.get("redirect_uris", ())),
        certificate=spec.get("certificate") or spec.get("public_key"),
        is_approved=spec.get("approved", True),
        is_admin_approved_only=spec.get("admin_approved_only", False),
        requires_pkce=spec.get("requires_pkce", False),
    )
