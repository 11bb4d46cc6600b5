"""Say why a sender is turned away, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from connector.core.advice.explain import Advice
from connector.inwink.signature import TOLERANCE_SECONDS, Denial
from connector.models import WebhookSource

_WORDS = {
    Denial.BAD_SIGNATURE.value: (
        _("The sender signs with another secret than those that are active here."),
        _("Compare the secrets; if in doubt make a new one and give it to the sender."),
    ),
    Denial.TIMESTAMP_OFF.value: (
        _("The secret is right, but the sender's time is more than %(minutes)s minutes off."),
        _("Set the clock of the sender, or of this server, right; a message that waited is signed anew."),
    ),
    Denial.BAD_TOKEN.value: (
        _("The sender's bearer token is none of those that are active here."),
        _("Give the sender the right one; if in doubt make a new one."),
    ),
    Denial.MISSING.value: (
        _("The request carried no proof that is asked for here: neither signature nor bearer token."),
        _("Enter the secret of this source at the sender."),
    ),
}


def explain_refusal(source: WebhookSource) -> Advice | None:
    """Explain the last request that was refused; None where nothing is known of it."""
    words = _WORDS.get(source.last_denial)
    if words is None:
        return None
    what, next_step = words
    return Advice(str(what) % {"minutes": TOLERANCE_SECONDS // 60}, str(next_step))
