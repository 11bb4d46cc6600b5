"""What a sign-in needs, and what it brings."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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
    """PEM."""
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
    refresh_token: str = field(default="", repr=False)
    """What the next token is asked for with, in place of what was used before; "" where that stays good."""
