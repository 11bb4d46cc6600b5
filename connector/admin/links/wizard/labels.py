"""Offer statuses that the campaign does not have yet: chosen here, created on a press of their own button."""

from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.labels import STATE_LABELS
from connector.models.links import STATUS_FIELDS


def offer_new_labels(form: Any, *, labels: tuple[str, ...]) -> None:
    """Add to each status field the usual word for its state, where the campaign has no such status."""
    known = {label.casefold() for label in labels}
    for state, column in STATUS_FIELDS.items():
        field: Any = form.fields[column]
        word = str(STATE_LABELS[state])
        chosen = str(form[column].value() or "")
        held = {str(value) for value, _label in field.choices}
        words = [
            one for one in dict.fromkeys([word, chosen]) if one and one.casefold() not in known and one not in held
        ]
        if words:
            new = [(one, gettext("%(label)s (to be created)") % {"label": one}) for one in words]
            field.choices = [*field.choices, *new]
