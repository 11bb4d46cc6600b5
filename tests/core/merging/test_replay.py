"""A replayed message speaks of the time at which it first arrived: older states never win over newer ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.core.merging.effect import Effect, effect_of
from connector.core.merging.merge import MergeResult, merge_participant
from connector.core.merging.replay import merge_replayed
from connector.core.participant import Known, Participant
from connector.core.state import State

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
ACCEPTED, UNCHANGED, STALE = MergeResult.ACCEPTED, MergeResult.UNCHANGED, MergeResult.STALE


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def said(updated_at: float | None = None, **values: Any) -> Participant:
    at = None if updated_at is None else minute(updated_at)
    return Participant(event_id="e1", key="p1", values={"email": "ada@example.org", **values}, updated_at=at)


def heard(*messages: tuple[float, Participant]) -> Known:
    """Return what is known after messages that arrived at these minutes."""
    known = None
    for arrived, participant in messages:
        known = merge_participant(known, participant, received_at=minute(arrived)).known
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("first", "later", "company", "result"),
    [
        pytest.param(said(company="A"), said(company="B"), "B", STALE, id="no times: the later arrival stays"),
        pytest.param(said(1, company="A"), said(company="B"), "B", STALE, id="only the first has a time"),
        pytest.param(said(company="A"), said(11, company="B"), "B", STALE, id="only the later has a time"),
        pytest.param(said(1, company="A"), said(11, company="B"), "B", STALE, id="both have a time"),
        pytest.param(said(9, company="A"), said(5, company="B"), "A", UNCHANGED, id="it was the newest all along"),
        pytest.param(said(company="A"), said(company="A"), "A", UNCHANGED, id="nothing changed since"),
    ],
)
def test_what_changed_since_stays(first: Participant, later: Participant, company: str, result: MergeResult) -> None:
    known = heard((1, first), (12, later))
    merged = merge_replayed(known, first, received_at=minute(1))
    assert (merged.known.values["company"], merged.result) == (company, result)


def test_a_message_that_is_read_better_now_counts() -> None:
    known = heard((1, said(company="A")))
    merged = merge_replayed(known, said(company="A", position="CTO"), received_at=minute(1))
    assert (merged.known.values["position"], merged.result) == ("CTO", ACCEPTED)
    assert merged.known.changed_at == minute(1)


def test_who_is_not_known_is_taken_in_as_of_the_first_arrival() -> None:
    merged = merge_replayed(None, said(registration="registered"), received_at=minute(1))
    assert (merged.known.first_registered_at, effect_of(merged, is_new=True)) == (minute(1), Effect.NEW)


def test_a_checkin_that_was_missed_counts_however_old_it_is() -> None:
    known = heard((12, said(registration="registered", company="B")))
    merged = merge_replayed(known, said(came=True, company="A"), received_at=minute(1))
    assert (merged.known.state, merged.known.values["company"]) == (State.ATTENDED, "B")


def test_a_message_that_is_held_stays_held() -> None:
    first = said(first_name="Ada", last_name="Lovelace")
    known = heard((1, first), (5, said(email="", first_name="", last_name="")))
    assert known.held_values is not None
    merged = merge_replayed(known, first, received_at=minute(1))
    assert (merged.known, merged.result) == (known, STALE)
    again = merge_participant(heard((1, first)), said(email="", first_name="", last_name=""), received_at=minute(5))
    assert effect_of(again, is_new=False) is Effect.HELD
