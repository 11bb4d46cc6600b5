"""Remember, in the session of whoever pressed the button, the log-ins at Salesforce that have begun.

What comes back is taken for ours only if the same session sent it out: `state` is the key, it works once, and not for
long. Sessions are stored in the database, so the proof key is kept encrypted.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from connector.models import SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.log_in import LogIn

MAX_AGE = timedelta(minutes=15)
"""As long as Salesforce's authorization codes work; more is not needed to log in."""
MAX_OPEN = 5
"""Log-ins of one session that may be open at a time, in several tabs; the oldest is forgotten."""
_KEY = "salesforce_log_ins"


@dataclass(frozen=True, slots=True)
class OpenLogIn:
    """A log-in that began here."""

    org_id: int
    redirect_uri: str
    verifier: str = field(repr=False)


def remember_log_in(
    session: SessionBase, log_in: LogIn, *, org: SalesforceOrg, redirect_uri: str, now: datetime
) -> None:
    """Keep what must be known when the browser comes back."""
    begun: dict[str, Any] = {
        "org_id": org.pk,
        "redirect_uri": redirect_uri,
        "verifier": Secret.conceal(log_in.verifier).ciphertext,
        "until": (now + MAX_AGE).timestamp(),
    }
    others = list(session.get(_KEY, {}).items())[-(MAX_OPEN - 1) :]
    session[_KEY] = {**dict(others), log_in.state: begun}


def take_log_in(session: SessionBase, state: str, *, now: datetime) -> OpenLogIn | None:
    """Return the log-in of that state and forget it at once; None: it did not begin here, or it is over."""
    held = dict(session.get(_KEY, {}))
    begun = held.pop(state, None)
    if begun is None:
        return None
    session[_KEY] = held
    session.save()
    if now.timestamp() > begun["until"]:
        return None
    return OpenLogIn(begun["org_id"], begun["redirect_uri"], Secret(begun["verifier"]).reveal())
