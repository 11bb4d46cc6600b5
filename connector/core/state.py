"""Fold what inwink says about a participant into one state (rules 1.2, 1.6 and 4.5)."""

from collections.abc import Collection, Iterable
from enum import StrEnum


class Registration(StrEnum):
    """What inwink says about the registration; three-valued, and unknown is None."""

    REGISTERED = "registered"
    REFUSED = "refused"
    NOT_REGISTERED = "not_registered"


class State(StrEnum):
    """Where a participant stands in the event."""

    ATTENDED = "attended"
    REGISTERED = "registered"
    REFUSED = "refused"
    NOT_REGISTERED = "not_registered"
    NO_SHOW = "no_show"
    """Never sent by inwink: a person marks it after the event (rule 1.2)."""


RANK: dict[State, int] = {
    State.NOT_REGISTERED: 0,
    State.REFUSED: 1,
    State.REGISTERED: 2,
    State.NO_SHOW: 3,
    State.ATTENDED: 4,
}
"""Which of several rows of one person counts (rule 2.6): the highest."""


def latest_state(
    *, registration: Registration | None, came: bool | None, default_state: State | None = None
) -> State | None:
    """Name the state that the newest values describe; None when neither value says anything."""
    if came:
        return State.ATTENDED
    if registration is None:
        return default_state
    return State(registration.value)


def remember_state(states_seen: Iterable[State], state: State | None) -> tuple[State, ...]:
    """Return the states ever seen, each once, in the order in which each was last heard of, attended at the end.

    That order is all that the fold needs, so that the result does not depend on when a worker ran; a check-in is final
    whenever it came.
    """
    seen = tuple(states_seen)
    heard = (*(other for other in seen if other is not state), *(() if state is None else (state,)))
    others = tuple(other for other in heard if other is not State.ATTENDED)
    return (*others, State.ATTENDED) if State.ATTENDED in heard else others


def replaces(new: State, old: State) -> bool:
    """Say whether `new` takes the place of `old` while statuses never step back (rule 4.5)."""
    if new is old or old is State.ATTENDED:
        return False
    if new is State.ATTENDED:
        return True
    return old is not State.NO_SHOW and new is not State.NOT_REGISTERED


def fold_states(states_seen: Iterable[State], *, sendable: Collection[State], never_downgrade: bool) -> State | None:
    """Reduce a history to the state whose label the campaign should show.

    States without a label are passed over, as a worker that ran between two messages would have done.
    With `never_downgrade` off the newest sendable state wins, but a check-in is still never lost.
    """
    target: State | None = None
    for state in states_seen:
        if state not in sendable:
            continue
        if target is None or replaces(state, target) or (not never_downgrade and target is not State.ATTENDED):
            target = state
    return target


def state_to_show(
    states_seen: Iterable[State],
    *,
    said: State | None,
    shown: State | None,
    sendable: Collection[State],
    never_downgrade: bool,
) -> State | None:
    """Return the state whose label the campaign should show for a row, None where nothing is to be written.

    `said` is what inwink says now, `shown` what was sent last. Where the campaign shows what inwink says, and the link
    has since stopped writing that state, the status stays: the fold would take back a cancellation.
    """
    if said is not None and said is shown and said not in sendable:
        return None
    return fold_states(states_seen, sendable=sendable, never_downgrade=never_downgrade)


def highest(states: Iterable[State | None]) -> State | None:
    """Return the highest of several rows' states (rule 2.6), None when none is known."""
    known = [state for state in states if state is not None]
    return max(known, key=RANK.__getitem__, default=None)
