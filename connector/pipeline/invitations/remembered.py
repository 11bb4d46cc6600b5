"""Remember, in an invited person's session, what they opened, and the credentials while they log in at Salesforce.

Sessions are stored in the database: what was entered is kept there encrypted, for as long as the log-in may take.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

from connector.models import Invitation
from connector.models.fields import Secret
from connector.pipeline.invitations.accept import LogIn, Offer
from connector.pipeline.invitations.issue import InvitationClosed

MAX_AGE = timedelta(minutes=15)
"""As long as Salesforce's authorization codes work."""
_OPENED, _LOG_IN = "invitation", "invitation_log_in"


@dataclass(frozen=True, slots=True)
class BegunLogIn:
    """A log-in at Salesforce that an invited person began."""

    offer: Offer
    verifier: str
    redirect_uri: str


def remember_opened(session: SessionBase, invitation: Invitation) -> None:
    """Bind a session to an invitation; its key changes, so that nobody who knew it before gets in."""
    session.cycle_key()
    session[_OPENED] = invitation.pk


def opened_invitation(session: SessionBase) -> int:
    """Return the key of the invitation that this session opened. Raises InvitationClosed."""
    pk = session.get(_OPENED)
    if not isinstance(pk, int):
        raise InvitationClosed
    return pk


def remember_log_in(session: SessionBase, log_in: LogIn, offer: Offer, *, redirect_uri: str, now: datetime) -> None:
    """Keep what must be known when the browser comes back; one log-in at a time."""
    kept = {"offer": asdict(offer), "verifier": log_in.verifier, "redirect_uri": redirect_uri}
    until = (now + MAX_AGE).timestamp()
    ciphertext = Secret.conceal(json.dumps(kept)).ciphertext
    session[_LOG_IN] = {"state": log_in.state, "until": until, "kept": ciphertext}


def is_invited_log_in(session: SessionBase, state: str) -> bool:
    """Say whether a log-in that comes back was begun by an invited person in this session."""
    return bool(state) and session.get(_LOG_IN, {}).get("state") == state


def take_log_in(session: SessionBase, state: str, *, now: datetime) -> BegunLogIn | None:
    """Return the log-in of that state and forget it at once; None: it did not begin here, or it is over."""
    if not is_invited_log_in(session, state):
        return None
    begun = session.pop(_LOG_IN)
    session.save()
    if now.timestamp() > begun["until"]:
        return None
    kept = json.loads(Secret(begun["kept"]).reveal())
    return BegunLogIn(Offer(**kept["offer"]), kept["verifier"], kept["redirect_uri"])
