"""A row of a list never wins over what inwink said after the list was made, with or without a time."""

from typing import Any

import pytest

from connector.core.merging.listed import merge_listed
from connector.core.merging.merge import MergeResult, merge_participant
from connector.core.participant import Known, Participant
from connector.core.state import State
from tests.core.cases import minute, said

ACCEPTED, UNCHANGED, STALE = MergeResult.ACCEPTED, MergeResult.UNCHANGED, MergeResult.STALE
ELEVEN, NOON, ONE = 60, 120, 180
"""Minutes."""


def heard(*messages: tuple[float, Participant]) -> Known:
    """Return what is known after messages that arrived at these minutes."""
    known = None
    for arrived, participant in messages:
        known = merge_participant(known, participant, received_at=minute(arrived)).known
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("cancelled", "listed", "state", "result"),
    [
        pytest.param(None, ELEVEN, "refused", STALE, id="no time: what arrived at noon wins over a list of eleven"),
        pytest.param(None, ONE, "registered", ACCEPTED, id="no time: a list of one o'clock is newer"),
        pytest.param(None, NOON, "registered", ACCEPTED, id="no time: at the same moment the list is the last word"),
        pytest.param(None, None, "registered", ACCEPTED, id="a list without a time is the newest word"),
        pytest.param(NOON - 1, ELEVEN, "refused", STALE, id="inwink's time is later than the list"),
        pytest.param(ELEVEN - 1, ELEVEN, "registered", ACCEPTED, id="inwink's time is older, though it arrived later"),
    ],
)
def test_a_cancellation_at_noon(cancelled: float | None, listed: float | None, state: str, result: MergeResult) -> None:
    known = heard((1, said(None, registration="registered")), (NOON, said(cancelled, registration="refused")))
    merged = merge_listed(known, said(listed, registration="registered"), listed_at=None, received_at=minute(200))
    assert (merged.known.state, merged.result) == (State(state), result)


@pytest.mark.parametrize(("listed", "result"), [(ELEVEN, STALE), (ONE, ACCEPTED), (None, STALE)])
def test_a_row_with_its_own_time_is_as_new_as_its_list_beside_messages_without_one(
    listed: float | None, result: MergeResult
) -> None:
    """The webhook arrives seconds after the change that the list dates: what only the list says must not be lost."""
    known = heard((NOON, said(None, registration="registered")))
    row = said(NOON - 0.1, registration="registered", company="A")
    listed_at = None if listed is None else minute(listed)
    assert merge_listed(known, row, listed_at=listed_at, received_at=minute(200)).result is result


def test_a_later_message_without_time_counts_beside_an_earlier_one_with_a_time() -> None:
    known = heard((1, said(1, company="A")), (NOON, said(None, company="B")))
    assert merge_listed(known, said(ELEVEN, company="A"), listed_at=None, received_at=minute(200)).result is STALE


def test_a_checkin_in_an_old_list_is_never_lost() -> None:
    known = heard((NOON, said(None, registration="refused")))
    row = said(ELEVEN, registration="registered", came=True)
    merged = merge_listed(known, row, listed_at=None, received_at=minute(200))
    assert (merged.known.state, merged.known.values["registration"]) == (State.ATTENDED, "refused")


def test_the_same_list_twice_changes_nothing() -> None:
    row = said(ELEVEN, registration="registered", company="A")
    once = merge_listed(None, row, listed_at=minute(ELEVEN), received_at=minute(200)).known
    assert merge_listed(once, row, listed_at=minute(ELEVEN), received_at=minute(300)).result is UNCHANGED


@pytest.mark.parametrize(("emptied_at", "is_held"), [(None, True), (NOON, True), (ELEVEN - 1, False)])
def test_somebody_who_looks_anonymised_stays_held_beside_an_older_list(emptied_at: Any, is_held: bool) -> None:
    named = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
    emptied = said(emptied_at, first_name="", last_name="", email="")
    known = heard((1, said(None, **named)), (NOON, emptied))
    merged = merge_listed(known, said(ELEVEN, **named), listed_at=minute(ELEVEN), received_at=minute(200))
    assert (merged.known.held_values is not None) is is_held
