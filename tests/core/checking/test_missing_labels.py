"""Which member statuses are made on request, and how (rule 4.3)."""

import pytest

from connector.core.checking.missing_labels import missing_labels
from connector.core.state import State

R, A, X, N, S = State.REGISTERED, State.ATTENDED, State.REFUSED, State.NOT_REGISTERED, State.NO_SHOW
USUAL = ["Sent", "Responded"]


@pytest.mark.parametrize(
    ("statuses", "labels", "made"),
    [
        ({R: "Registered", A: "Attended"}, USUAL, {"Registered": True, "Attended": True}),
        ({R: "Registered", A: "Attended", X: "Declined", S: "No show", N: ""}, USUAL,
         {"Registered": True, "Attended": True, "Declined": False, "No show": False}),
        ({R: "Registered", A: "Attended"}, [*USUAL, "Registered"], {"Attended": True}),
        ({R: "Registered", A: "Attended"}, ["Registered", "Attended"], {}),
        # another spelling is mended on the link, not made a second time
        ({R: "registered", A: "Attended "}, ["Registered", "Attended"], {}),
        # one label for two states is made once, and counts as responded if one of them does
        ({R: "Came", A: "Came"}, USUAL, {"Came": True}),
        ({R: "Booked", A: "Came", X: "Booked"}, USUAL, {"Booked": True, "Came": True}),
    ],
)  # fmt: skip
def test_missing_labels(statuses: dict[State, str], labels: list[str], made: dict[str, bool]) -> None:
    assert missing_labels(statuses, labels) == made
