"""Which status a campaign's labels are likely to mean."""

import pytest

from connector.core.checking.suggest import suggest_labels
from connector.core.state import State

CASES = [
    (["Sent", "Registered", "Attended"], {State.REGISTERED: "Registered", State.ATTENDED: "Attended"}),
    (["Envoyé", "Non inscrit", "Inscrit", "Présent"], {State.REGISTERED: "Inscrit", State.ATTENDED: "Présent"}),
    (["Not Registered", "No Show", "Sent"], {}),
    (["Did not attend", "Attended - On Demand"], {State.ATTENDED: "Attended - On Demand"}),
    (["Désinscrit", "Est venu"], {State.ATTENDED: "Est venu"}),
    ([], {}),
]


@pytest.mark.parametrize(("labels", "expected"), CASES)
def test_labels_are_suggested_by_name(labels: list[str], expected: dict[State, str]) -> None:
    assert suggest_labels(labels) == expected
