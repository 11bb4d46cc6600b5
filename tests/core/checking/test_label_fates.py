"""What becomes of each status of a campaign (rule 4.5), told before anything is sent."""

import pytest

from connector.core.checking.label_fates import Fate, label_fates
from connector.core.mapping import Event
from connector.core.rows import LinkPolicy
from connector.core.state import State

LABELS = {"Sent": False, "Registered": True, "Attended": True, "Meeting booked": True}
OURS = {State.REGISTERED: "Registered", State.ATTENDED: "Attended"}


def policy(labels: dict[State, str], *, never_downgrade: bool = True) -> LinkPolicy:
    return LinkPolicy(
        match=(), create=None, create_for=frozenset(), labels=labels, event=Event("e"), never_downgrade=never_downgrade
    )


@pytest.mark.parametrize(
    ("labels", "never_downgrade", "fates"),
    [
        (OURS, True, [Fate.REPLACED, Fate.OURS, Fate.OURS, Fate.UNTIL_ATTENDED]),
        (OURS, False, [Fate.REPLACED, Fate.OURS, Fate.OURS, Fate.REPLACED]),
        ({State.ATTENDED: "Attended"}, True, [Fate.REPLACED, Fate.REPLACED, Fate.OURS, Fate.REPLACED]),
        ({State.REGISTERED: "Registered"}, True, [Fate.REPLACED, Fate.OURS, Fate.KEPT, Fate.KEPT]),
        ({}, True, [Fate.KEPT] * 4),
    ],
)
def test_every_status_is_ours_replaced_or_kept(
    labels: dict[State, str], never_downgrade: bool, fates: list[Fate]
) -> None:
    found = label_fates(LABELS, policy(labels, never_downgrade=never_downgrade))
    assert [one.fate for one in found] == fates
    assert [one.label for one in found] == list(LABELS)


def test_a_status_of_two_states_names_both() -> None:
    shared = {State.REGISTERED: "Registered", State.ATTENDED: "Registered"}
    found = {one.label: one.states for one in label_fates(LABELS, policy(shared))}
    assert found["Registered"] == (State.REGISTERED, State.ATTENDED)
    assert found["Sent"] == ()
