"""Which state a history of a participant comes to (rules 1.2, 1.6 and 4.5)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.state import (
    Registration,
    State,
    fold_states,
    highest,
    latest_state,
    remember_state,
    replaces,
    state_to_show,
)
from tests.core.cases import ATTENDED, NO_SHOW, NOT_REGISTERED, REFUSED, REGISTERED

ALL = frozenset(State)
ONLY_REQUIRED = frozenset({REGISTERED, ATTENDED})


@pytest.mark.parametrize(
    ("registration", "came", "default", "expected"),
    [
        pytest.param("registered", True, None, ATTENDED, id="registered and came: attended"),
        pytest.param("refused", True, None, ATTENDED, id="refused and came: attended"),
        pytest.param(None, True, None, ATTENDED, id="only came is known: attended"),
        pytest.param("registered", False, None, REGISTERED, id="registered, has not come"),
        pytest.param("registered", None, None, REGISTERED, id="registered, nothing known of coming"),
        pytest.param("refused", False, None, REFUSED, id="refused"),
        pytest.param("not_registered", None, None, NOT_REGISTERED, id="invited and has not answered"),
        pytest.param(None, False, None, None, id="not come and no registration: nothing to say"),
        pytest.param(None, None, REGISTERED, REGISTERED, id="nothing known, the source only reports registrations"),
        pytest.param("refused", None, REGISTERED, REFUSED, id="a refusal is not overruled by the source's default"),
    ],
)
def test_latest_state(
    registration: str | None, came: bool | None, default: State | None, expected: State | None
) -> None:
    word = Registration(registration) if registration else None
    assert latest_state(registration=word, came=came, default_state=default) is expected


# new state → the present states that it replaces while a status never goes back
REPLACES = {
    ATTENDED: {REGISTERED, REFUSED, NOT_REGISTERED, NO_SHOW},
    REGISTERED: {REFUSED, NOT_REGISTERED},
    REFUSED: {REGISTERED, NOT_REGISTERED},
    NO_SHOW: {REGISTERED, REFUSED, NOT_REGISTERED},
    NOT_REGISTERED: set(),
}


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_what_replaces_what(new: State, old: State) -> None:
    assert replaces(new, old) == (old in REPLACES[new])


@pytest.mark.parametrize(
    ("history", "sendable", "never_downgrade", "expected"),
    [
        pytest.param([], ALL, True, None, id="nothing was ever known"),
        pytest.param([REGISTERED], ALL, True, REGISTERED, id="registered"),
        pytest.param([REGISTERED, ATTENDED], ALL, True, ATTENDED, id="registered, then came"),
        pytest.param([ATTENDED, REGISTERED], ALL, True, ATTENDED, id="a check-in is final"),
        pytest.param([ATTENDED, REFUSED], ALL, True, ATTENDED, id="a refusal after the check-in changes nothing"),
        pytest.param([REGISTERED, REFUSED], ALL, True, REFUSED, id="a cancellation replaces the registration"),
        pytest.param([REFUSED, REGISTERED], ALL, True, REGISTERED, id="registered again after a refusal"),
        pytest.param([REGISTERED, NOT_REGISTERED], ALL, True, REGISTERED, id="not registered replaces nothing"),
        pytest.param([REGISTERED, NO_SHOW], ALL, True, NO_SHOW, id="marked as no-show"),
        pytest.param([REGISTERED, NO_SHOW, REFUSED], ALL, True, NO_SHOW, id="a no-show does not refuse afterwards"),
        pytest.param([REGISTERED, NO_SHOW, ATTENDED], ALL, True, ATTENDED, id="a late check-in replaces the no-show"),
        pytest.param([REGISTERED, REFUSED], ONLY_REQUIRED, True, REGISTERED, id="no label for refused: passed over"),
        pytest.param([REFUSED], ONLY_REQUIRED, True, None, id="only in a state without a label"),
        pytest.param([NOT_REGISTERED, REGISTERED], ALL, True, REGISTERED, id="invited, then registered"),
        pytest.param([REGISTERED, NOT_REGISTERED], ALL, False, NOT_REGISTERED, id="may go back: the latest counts"),
        pytest.param([REGISTERED, NO_SHOW, REFUSED], ALL, False, REFUSED, id="may go back: also from no-show"),
        pytest.param([ATTENDED, REFUSED], ALL, False, ATTENDED, id="may go back: but a check-in is never lost"),
        pytest.param([REGISTERED, REFUSED], ONLY_REQUIRED, False, REGISTERED, id="may go back: still needs a label"),
    ],
)  # fmt: skip
def test_fold(history: list[State], sendable: frozenset[State], never_downgrade: bool, expected: State | None) -> None:
    seen: tuple[State, ...] = ()
    for state in history:
        seen = remember_state(seen, state)
    assert fold_states(seen, sendable=sendable, never_downgrade=never_downgrade) is expected


@pytest.mark.parametrize(
    ("said", "shown", "sendable", "expected"),
    [
        pytest.param(REFUSED, REFUSED, ONLY_REQUIRED, None, id="cancelled, and shown as that: stays"),
        pytest.param(REFUSED, REGISTERED, ONLY_REQUIRED, REGISTERED, id="cancelled, and never shown as that"),
        pytest.param(REFUSED, None, ONLY_REQUIRED, REGISTERED, id="nothing is shown yet"),
        pytest.param(REGISTERED, REFUSED, ONLY_REQUIRED, REGISTERED, id="registered again"),
        pytest.param(REFUSED, REFUSED, ALL, REFUSED, id="still written"),
    ],
)
def test_a_status_stays_when_its_state_is_no_longer_written(
    said: State, shown: State | None, sendable: frozenset[State], expected: State | None
) -> None:
    history = (REGISTERED, REFUSED) if said is REFUSED else (REFUSED, REGISTERED)
    found = state_to_show(history, said=said, shown=shown, sendable=sendable, never_downgrade=True)
    assert found is expected


def test_highest_of_several_rows() -> None:
    assert highest([REGISTERED, None, ATTENDED, REFUSED]) is ATTENDED
    assert highest([REFUSED, NOT_REGISTERED]) is REFUSED
    assert highest([None]) is None


STATES = st.lists(st.sampled_from(State), max_size=12)
SENDABLE = st.frozensets(st.sampled_from(State)).map(lambda some: some | ONLY_REQUIRED)


def fold_one_by_one(history: list[State], sendable: frozenset[State], *, never_downgrade: bool) -> State | None:
    """Fold a whole history as the rule reads, state by state, forgetting nothing."""
    target: State | None = None
    for state in history:
        if state not in sendable or target is ATTENDED:
            continue
        if target is None or not never_downgrade or replaces(state, target):
            target = state
    return target


@settings(max_examples=80, deadline=None)
@given(history=STATES, sendable=SENDABLE, never_downgrade=st.booleans())
def test_remembering_each_state_once_is_enough(
    history: list[State], sendable: frozenset[State], never_downgrade: bool
) -> None:
    seen: tuple[State, ...] = ()
    for state in history:
        seen = remember_state(seen, state)
    expected = fold_one_by_one(history, sendable, never_downgrade=never_downgrade)
    assert fold_states(seen, sendable=sendable, never_downgrade=never_downgrade) is expected


@settings(max_examples=60, deadline=None)
@given(history=STATES, sendable=SENDABLE)
def test_a_status_never_steps_back(history: list[State], sendable: frozenset[State]) -> None:
    seen: tuple[State, ...] = ()
    before: State | None = None
    for state in history:
        seen = remember_state(seen, state)
        now = fold_states(seen, sendable=sendable, never_downgrade=True)
        assert before is None or now is before or (now is not None and replaces(now, before))
        before = now
