"""The columns that hold what is known about a participant, shared by the outbox and the waiting room."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from connector.core.participant import Known
from connector.core.state import State


class KnownParticipant(models.Model):
    """What all messages of one row say together (`connector.core.participant.Known`)."""

    payload = models.JSONField(_("participant"), default=dict)
    states_seen = models.JSONField(default=list)
    participant_state = models.CharField(_("state in inwink"), max_length=20, blank=True, default="")
    source_updated_at = models.DateTimeField(_("changed in inwink at"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    first_registered_at = models.DateTimeField(_("first registered at"), null=True, blank=True)
    attended_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    held_payload = models.JSONField(_("held message"), null=True, blank=True)

    class Meta:
        abstract = True

    def known(self) -> Known:
        """Return the stored columns as the value that the rules work on."""
        return Known(
            values=self.payload,
            states_seen=tuple(State(state) for state in self.states_seen),
            state=State(self.participant_state) if self.participant_state else None,
            source_updated_at=self.source_updated_at,
            changed_at=self.changed_at,
            first_registered_at=self.first_registered_at,
            attended_at=self.attended_at,
            held_values=self.held_payload,
        )


def known_columns(known: Known) -> dict[str, Any]:
    """Return {column: value} for a `Known`, for creating or updating a `KnownParticipant`."""
    return {
        "payload": dict(known.values),
        "states_seen": [state.value for state in known.states_seen],
        "participant_state": known.state.value if known.state else "",
        "source_updated_at": known.source_updated_at,
        "changed_at": known.changed_at,
        "first_registered_at": known.first_registered_at,
        "attended_at": known.attended_at,
        "held_payload": dict(known.held_values) if known.held_values is not None else None,
    }
