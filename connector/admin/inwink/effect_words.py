"""Say what became of one participant of a message, and what a person can do about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connector.core.merging.effect import Effect

EFFECT_DOES: dict[str, str | Promise] = {
    Effect.NEW: _("Taken in for the first time."),
    Effect.CHANGED: _("Something new was taken in."),
    Effect.UNCHANGED: _("It said what was known already: there was nothing to send."),
    Effect.STALE: _("Something newer was known already: nothing of it was taken."),
    Effect.HELD: _("It looks anonymised: it is kept apart until somebody answers on the participant's page."),
    Effect.REJECTED: _(
        "Nothing of it was taken. Correct it where it comes from and let it be sent again; where a setting of the "
        "source was wrong, correct that and replay the message."
    ),
    Effect.TRIAL: _("A test: it stopped here, nothing was sent."),
}
