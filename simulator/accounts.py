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
    requires_pkce: bool


@dataclass(slots=True)
class Session:
    """A token that was given out."""

    token: str
    user_id: str
    client_id: str
    last_used: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorization code that waits to be changed into a token."""

    client_id: str
    user_id: str
    redirect_uri: str
    challenge: str | None
    scope: str


class Accounts:
    """Sessions, refresh tokens and codes; safe for threads."""

    def __init__(self, seed: Json, *, refs: dict[str, str]) -> None:
        self._guard = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._refresh: dict[str, tuple[str, str]] = {}
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

    def open_session(self, *, user_id: str, client_id: str, organization_id: str) -> Session:
        """Give out a token."""
        session = Session(f"{organization_id[:15]}!{secrets.token_urlsafe(60)}", user_id, client_id)
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
        """Make a token, access or refresh, invalid; tell whether there was one."""
        with self._guard:
            access = self._sessions.pop(token, None)
            refresh = self._refresh.pop(token, None)
            return access is not None or refresh is not None

    def adopt_sessions(self, old: Accounts) -> None:
        """Keep the tokens of another state of the same org valid."""
        with old._guard:
            self._sessions, self._refresh = dict(old._sessions), dict(old._refresh)

    def end_all_sessions(self, *, with_refresh: bool) -> None:
        """Make all tokens invalid, with the refresh tokens or without."""
        with self._guard:
            self._sessions.clear()
            if with_refresh:
                self._refresh.clear()

    def give_refresh_token(self, *, user_id: str, client_id: str) -> str:
        """Give out a refresh token."""
        token = f"5Aep{secrets.token_urlsafe(60)}"
        with self._guard:
            self._refresh[token] = (user_id, client_id)
        return token

    def refresh_owner(self, token: str, *, client_id: str) -> str | None:
        """Return the user whose refresh token it is, if the app is the one it was given to."""
        with self._guard:
            user_id, owner = self._refresh.get(token, (None, None))
            return user_id if owner == client_id else None

    def give_code(self, grant: Grant) -> str:
        """Give out an authorization code."""
        code = f"aPrx{secrets.token_urlsafe(40)}"
        with self._guard:
            self._codes[code] = grant
        return code

    def take_code(self, code: str) -> Grant | None:
        """Return what a code stands for; it works once."""
        with self._guard:
            return self._codes.pop(code, None)


def _read_app(spec: Json, *, refs: dict[str, str]) -> App:
    return App(
        client_id=spec["client_id"],
        client_secret=spec.get("client_secret", ""),
        run_as=resolve(spec.get("run_as"), refs=refs),
        flows=tuple(spec.get("flows", ("client_credentials",))),
        redirect_uris=tuple(spec.get("redirect_uris", ())),
        certificate=spec.get("certificate") or spec.get("public_key"),
        is_approved=spec.get("approved", True),
        requires_pkce=spec.get("requires_pkce", False),
    )
