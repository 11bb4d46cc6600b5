"""Send somebody's browser to Salesforce to log in: the address, and the proof key (PKCE) that stays here.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlencode

from connector.salesforce.hosts import HostRules, check_url
from connector.salesforce.token import Credentials

_AUTHORIZE_PATH = "/services/oauth2/authorize"
_SCOPE = "api refresh_token"
"""To call the REST API, and to go on when nobody is there; nothing else is needed."""
_SECRET_BYTES = 48
"""Makes 64 characters; RFC 7636 asks for 43 to 128."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """A log-in that begins: where the browser goes, and what must be known when it comes back."""

    url: str
    state: str
    verifier: str = field(repr=False)


def begin_log_in(credentials: Credentials, *, redirect_uri: str, hosts: HostRules) -> LogIn:
    """Make the address on which somebody logs in. Raises ForbiddenHost.

    `prompt=login` asks even a browser that is logged in: an administrator would otherwise give the connector their own
    user without having been asked which one.
    """
    check_url(credentials.login_url, hosts)
    state, verifier = secrets.token_urlsafe(_SECRET_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    query = {
        "response_type": "code",
        "client_id": credentials.client_id,
        "redirect_uri": redirect_uri,
        "scope": _SCOPE,
        "state": state,
        "prompt": "login",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return LogIn(f"{credentials.login_url.rstrip('/')}{_AUTHORIZE_PATH}?{urlencode(query)}", state, verifier)


def challenge_of(verifier: str) -> str:
    """Return what is told of a verifier beforehand (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
