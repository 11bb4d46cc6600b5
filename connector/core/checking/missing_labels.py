"""Say which member statuses a campaign lacks, and how they must be made (rule 4.3)."""

from collections.abc import Mapping, Sequence

from connector.core.checking.link import validate_labels
from connector.core.state import State

RESPONDED = frozenset({State.REGISTERED, State.ATTENDED})
"""States whose status counts as a response."""


def missing_labels(statuses: Mapping[State, str], labels: Sequence[str]) -> dict[str, bool]:
    """Return {label: whether it counts as responded} of the labels that may be made.

    One that the campaign has in another spelling is not missing: a second one beside it would only confuse.
    """
    unknown = {
        problem.key.partition(".")[2]
        for problem in validate_labels(statuses, labels)
        if problem.code == "label_unknown"
    }
    made: dict[str, bool] = {}
    for state, label in statuses.items():
        if state.value in unknown:
            made[label] = made.get(label, False) or state in RESPONDED
    return made
