"""Guess which of a campaign's statuses stands for which state, from their names; a person confirms it."""

import re
from collections.abc import Mapping, Sequence

from connector.core.participant import fold_name
from connector.core.state import State

_WORDS: Mapping[State, re.Pattern[str]] = {
    State.NO_SHOW: re.compile(r"no show|noshow|absent|did not attend|not attend|non venu|pas venu"),
    State.NOT_REGISTERED: re.compile(r"not registered|unregistered|non inscrit|pas inscrit"),
    State.REFUSED: re.compile(r"refus|declin|cancel|annul|desinscri"),
    State.ATTENDED: re.compile(r"attend|present|venu|particip|check.?in|came"),
    State.REGISTERED: re.compile(r"regist|inscri|enregistr"),
}
"""{state: what its status is likely called}, narrow names first: "not registered" also contains "registered"."""
_REQUIRED = (State.REGISTERED, State.ATTENDED)


def suggest_labels(labels: Sequence[str]) -> dict[State, str]:
    """Return {state: label} for the required states, each the first label whose name fits no narrower state."""
    state_of = {label: _guess(fold_name(label)) for label in labels}
    found = {state: next((label for label in labels if state_of[label] is state), "") for state in _REQUIRED}
    return {state: label for state, label in found.items() if label}


def _guess(folded: str) -> State | None:
    return next((state for state, pattern in _WORDS.items() if pattern.search(folded)), None)
