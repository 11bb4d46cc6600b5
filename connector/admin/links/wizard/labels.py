"""Offer statuses that the campaign does not have yet: chosen here, created on a press of their own button."""

from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.labels import STATE_LABELS
from connector.core.checking.link import validate_labels
from connector.core.state import State
from connector.models.links import STATUS_FIELDS
from connector.pipeline.preflight.check import say


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


def name_button(errors: dict[str, Any], *, statuses: dict[State, str], labels: tuple[str, ...]) -> dict[str, Any]:
    """Return the complaints with the button that creates missing statuses named first: it stands on the page."""
    text = gettext(
        "The campaign has no status “%(label)s”. Press “Create the missing statuses in Salesforce” below, "
        "or choose one of: %(labels)s."
    )
    unknown = [problem for problem in validate_labels(statuses, labels) if problem.code == "label_unknown"]
    better = {say(problem): text % problem.params for problem in unknown}
    return {name: [better.get(str(one), one) for one in found] for name, found in errors.items()}
