"""How messages about one participant merge (rules 1.1 to 1.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.merging.merge import (
    MergeResult,
    correct_state,
    join_known,
    mark_no_show,
    merge_participant,
)
from connector.core.participant import Known, Participant
from connector.core.state import State, fold_states
from tests.core.cases import ADA, ANONYMOUS, ATTENDED, LABELS, NO_SHOW, REFUSED, REGISTERED, heard, minute, said

ACCEPTED, UNCHANGED, STALE = MergeResult.ACCEPTED, MergeResult.UNCHANGED, MergeResult.STALE


@pytest.mark.parametrize(
    ("first", "second", "expected", "result"),
    [
        pytest.param({"company": "A"}, {"position": "CTO"}, {"company": "A", "position": "CTO"}, ACCEPTED,
                     id="a key that is absent keeps its value"),
        pytest.param({"company": "A"}, {"company": None}, {"company": None}, ACCEPTED, id="null blanks"),
        pytest.param({"company": "A"}, {"company": ""}, {"company": ""}, ACCEPTED, id="an empty text blanks"),
        pytest.param({"company": "A"}, {"company": "B"}, {"company": "B"}, ACCEPTED, id="the newer value counts"),
        pytest.param({"company": "A"}, {"company": "A"}, {"company": "A"}, UNCHANGED, id="the same again"),
        pytest.param({"company": "A"}, {}, {"company": "A"}, UNCHANGED, id="a message that says nothing"),
        pytest.param({"company": "A"}, {"position": None}, {"company": "A"}, UNCHANGED,
                     id="blanking what was never there is no change"),
        pytest.param({"company": None}, {"company": ""}, {"company": None}, UNCHANGED, id="blank stays blank"),
        pytest.param({"custom": {"fields.a": 1, "fields.b": 2}}, {"custom": {"fields.b": 3}},
                     {"custom": {"fields.a": 1, "fields.b": 3}}, ACCEPTED, id="custom fields merge one by one"),
        pytest.param({"custom": {"fields.a": 1}}, {"custom": {"fields.a": None}}, {"custom": {"fields.a": None}},
                     ACCEPTED, id="null blanks a custom field"),
    ],
)  # fmt: skip
def test_values_merge(first: dict[str, Any], second: dict[str, Any], expected: Any, result: MergeResult) -> None:
    merged = merge_participant(heard(said(1, **first)), said(2, **second), received_at=minute(9))
    assert (merged.known.values, merged.result) == (expected, result)


@pytest.mark.parametrize(
    ("times", "company", "result"),
    [
        pytest.param((5, 6), "new", ACCEPTED, id="newer by inwink's time"),
        pytest.param((5, 5), "new", ACCEPTED, id="the same time: last received wins"),
        pytest.param((5, None), "new", ACCEPTED, id="no time: last received wins"),
        pytest.param((None, 5), "new", ACCEPTED, id="the stored one has no time: last received wins"),
        pytest.param((5, 4), "old", STALE, id="older than what is stored: stale"),
    ],
)
def test_stale(times: tuple[float | None, float | None], company: str, result: MergeResult) -> None:
    known = heard(said(times[0], company="old"))
    merged = merge_participant(known, said(times[1], company="new", registration="refused"), received_at=minute(200))
    assert (merged.known.values["company"], merged.result) == (company, result)
    assert (merged.known.state is REFUSED) == (result is ACCEPTED)


def test_a_message_without_time_does_not_make_older_ones_fresh() -> None:
    assert heard(said(5, company="A"), said(None, company="B"), said(4, company="C")).values["company"] == "B"


def test_a_repeat_that_is_newer_makes_what_lies_between_stale() -> None:
    assert heard(said(1, company="A"), said(9, company="A"), said(5, company="B")).values["company"] == "A"


@pytest.mark.parametrize(
    ("messages", "default", "state", "seen"),
    [
        pytest.param([said(1, registration="registered", came=True)], None, ATTENDED, (REGISTERED, ATTENDED),
                     id="registered and came at once: was registered too"),
        pytest.param([said(1, came=True), said(2, registration="registered")], None, ATTENDED, (REGISTERED, ATTENDED),
                     id="the registration is heard of after the check-in: was registered too"),
        pytest.param([said(1, registration="registered"), said(2, registration=None)], None, REGISTERED, (REGISTERED,),
                     id="a blanked registration leaves the last state"),
        pytest.param([said(1, registration="refused"), said(2, registration=None)], REGISTERED, REFUSED, (REFUSED,),
                     id="a blanked refusal is not the source's default"),
        pytest.param([said(1, company="A")], None, None, (), id="nothing said about the state: unknown"),
        pytest.param([said(1, company="A")], REGISTERED, REGISTERED, (REGISTERED,), id="the source's default"),
        pytest.param([said(1, company="A"), said(2, registration="refused")], REGISTERED, REFUSED,
                     (REGISTERED, REFUSED), id="a refusal after the source's default"),
        pytest.param([said(1, came=True), said(2, came=False)], None, ATTENDED, (ATTENDED,),
                     id="came is taken back: attended until a person corrects it"),
        pytest.param([said(1, came=True), said(2, came=None)], None, ATTENDED, (ATTENDED,), id="came is blanked"),
        pytest.param([said(5, registration="refused"), said(1, came=True)], None, ATTENDED, (REFUSED, ATTENDED),
                     id="a check-in that arrives late and old counts"),
        pytest.param([said(5, came=False), said(1, came=True)], None, ATTENDED, (ATTENDED,),
                     id="an old check-in counts although inwink later said no"),
        pytest.param([said(5, registration="refused"), said(1, registration="registered")], None, REFUSED, (REFUSED,),
                     id="an old registration does not count"),
        pytest.param([said(1, **ADA), said(2, **ANONYMOUS, came=True)], None, ATTENDED, (ATTENDED,),
                     id="the check-in of a held message counts"),
        pytest.param([said(1, **ADA), said(2, **ANONYMOUS, registration="refused")], None, None, (),
                     id="nothing else of a held message counts"),
    ],
)  # fmt: skip
def test_states(
    messages: list[Participant], default: State | None, state: State | None, seen: tuple[State, ...]
) -> None:
    known = heard(*messages, default_state=default)
    assert (known.state, known.states_seen) == (state, seen)


@pytest.mark.parametrize(
    ("messages", "registered", "attended"),
    [
        pytest.param([said(3, came=True), said(7, came=True)], None, 3, id="an edit later does not move the check-in"),
        pytest.param([said(7, came=True), said(3, came=True)], None, 3, id="the first check-in in either order"),
        pytest.param([said(3, came=True), said(5, came=False), said(7, came=True)], None, 7,
                     id="taken back after a test of the scanners, then really came"),
        pytest.param([said(None, came=True)], None, 100, id="no time: the arrival"),
        pytest.param([said(3, registration="registered"), said(7, registration="registered")], 3, None,
                     id="first registered"),
        pytest.param([said(3, registration="registered", came=True)], 3, 3, id="both at once"),
    ],
)  # fmt: skip
def test_times(messages: list[Participant], registered: float | None, attended: float | None) -> None:
    known = heard(*messages)
    assert known.first_registered_at == (None if registered is None else minute(registered))
    assert known.attended_at == (None if attended is None else minute(attended))


def test_a_corrected_check_in_stays_corrected_when_it_is_heard_again() -> None:
    corrected = correct_state(heard(said(1, registration="registered"), said(5, came=True), said(6, came=False)))
    assert (corrected.state, corrected.states_seen) == (REGISTERED, (REGISTERED,))
    repeated = merge_participant(corrected, said(5, came=True), received_at=minute(300))
    assert (repeated.known, repeated.result) == (corrected, STALE)


def test_a_later_check_in_counts_after_a_correction() -> None:
    corrected = correct_state(heard(said(1, registration="registered"), said(5, came=True), said(6, came=False)))
    came = merge_participant(corrected, said(9, came=True), received_at=minute(300)).known
    assert (came.state, came.attended_at) == (ATTENDED, minute(9))


def test_a_correction_keeps_a_check_in_that_inwink_never_took_back() -> None:
    assert correct_state(heard(said(5, registration="registered"), said(1, came=True))).state is ATTENDED


def test_no_show_is_marked_for_registered_people_only() -> None:
    registered, refused = heard(said(1, registration="registered")), heard(said(1, registration="refused"))
    assert mark_no_show(registered).states_seen == (REGISTERED, NO_SHOW)
    assert mark_no_show(registered).state is REGISTERED
    assert mark_no_show(refused) == refused


def test_an_edit_after_the_event_leaves_a_no_show_alone() -> None:
    marked = mark_no_show(heard(said(1, registration="registered")))
    edited = merge_participant(marked, said(9, registration="registered", company="A"), received_at=minute(9)).known
    assert fold_states(edited.states_seen, sendable=LABELS, never_downgrade=False) is NO_SHOW


WORDS = st.sampled_from(["registered", "refused", "not_registered", None])
MESSAGES = st.lists(
    st.builds(
        lambda number, values: said(number, **values),
        st.one_of(st.none(), st.integers(0, 30)),
        st.fixed_dictionaries(
            {},
            optional={
                "registration": WORDS,
                "came": st.sampled_from([True, False, None]),
                "company": st.sampled_from(["A", "B", "", None]),
                "first_name": st.sampled_from(["Ada", "Grace", "Anonymous", ""]),
                "last_name": st.sampled_from(["Lovelace", "Anonymous", ""]),
                "email": st.sampled_from(["ada@example.org", "x@gone.invalid", ""]),
                "custom": st.dictionaries(st.sampled_from(["fields.a", "fields.b"]), st.sampled_from([1, None])),
            },
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES, seed=st.randoms(use_true_random=False))
def test_a_check_in_is_never_lost_in_any_order(messages: list[Participant], seed: Any) -> None:
    shuffled = list(messages)
    seed.shuffle(shuffled)
    came = any(message.values.get("came") is True for message in messages)
    known = heard(*shuffled)
    assert (known.state is ATTENDED) == came
    assert (ATTENDED in known.states_seen) == came
    assert (fold_states(known.states_seen, sendable=LABELS, never_downgrade=False) is ATTENDED) == came
    assert (known.attended_at is not None) == came


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES)
def test_each_message_twice_changes_nothing(messages: list[Participant]) -> None:
    """Redelivery at once, as a sender does that got no answer."""
    known: Known | None = None
    for message in messages:
        first = merge_participant(known, message, received_at=minute(50))
        second = merge_participant(first.known, message, received_at=minute(50))
        assert second.result in (UNCHANGED, STALE)
        assert second.known == first.known
        known = first.known


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES)
def test_no_state_that_was_heard_of_is_forgotten(messages: list[Participant]) -> None:
    known: Known | None = None
    for message in messages:
        after = merge_participant(known, message, received_at=minute(50)).known
        assert set(known.states_seen if known else ()) <= set(after.states_seen)
        known = after


def test_whole_messages_come_to_the_same_in_every_order() -> None:
    """Messages that say everything and carry a time: only the newest values count, and every check-in."""
    messages = [
        said(1, **ADA, registration="registered", came=False, company="A"),
        said(2, **ADA, registration="registered", came=True, company="B"),
        said(3, **ADA, registration="refused", came=False, company="C"),
    ]
    ends = {
        (str(sorted(known.values.items())), known.state, known.source_updated_at, known.attended_at)
        for order in permutations(messages)
        for known in [replace(heard(*order), states_seen=())]
    }
    assert len(ends) == 1


@settings(max_examples=60, deadline=None)
@given(waiting=MESSAGES, later=MESSAGES)
def test_accounts_that_were_kept_apart_join_without_losing_a_state(
    waiting: list[Participant], later: list[Participant]
) -> None:
    joined = join_known(heard(*waiting), heard(*later))
    assert (joined.state is ATTENDED) == (heard(*waiting, *later).state is ATTENDED)
    assert (joined.attended_at is not None) == (joined.state is ATTENDED)
    assert joined.state is None or joined.state in joined.states_seen


def test_joined_accounts_read_as_if_they_had_been_one() -> None:
    waiting = [said(1, **ADA, registration="registered", company="A"), said(2, came=True)]
    later = [said(3, registration="refused", company="B"), said(4, position="CTO")]
    joined, whole = join_known(heard(*waiting), heard(*later)), heard(*waiting, *later)
    assert joined.values == whole.values
    assert (joined.state, set(joined.states_seen)) == (whole.state, set(whole.states_seen))
    assert (joined.attended_at, joined.source_updated_at) == (whole.attended_at, whole.source_updated_at)


def test_a_held_account_is_joined_held() -> None:
    joined = join_known(heard(said(1, **ADA, registration="registered")), heard(said(2, **ANONYMOUS)))
    assert joined.held_values == heard(said(2, **ANONYMOUS)).held_values
    assert (joined.values, joined.state) == ({**ADA, "registration": "registered"}, REGISTERED)


def test_a_later_account_that_names_nobody_leaves_the_question_open() -> None:
    joined = join_known(heard(said(1, **ADA), said(2, **ANONYMOUS)), heard(said(3, company="A")))
    assert joined.held_values == {**ANONYMOUS, "company": "A"}


def test_a_time_in_the_future_does_not_make_the_real_changes_stale() -> None:
    wrong = Participant("e1", "p1", {"company": "A"}, updated_at=datetime(2099, 1, 1, tzinfo=UTC))
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    known = merge_participant(None, wrong, received_at=now).known
    merged = merge_participant(
        known, Participant("e1", "p1", {"company": "B"}, updated_at=now), received_at=now + timedelta(minutes=1)
    )

    assert (merged.result, merged.known.values["company"]) == (MergeResult.ACCEPTED, "B")


def test_a_check_in_that_turns_out_to_be_earlier_does_not_age_what_was_said_last() -> None:
    known = heard(said(came=True), said(company="Initech"), said(4, came=True))
    assert (known.attended_at, known.changed_at) == (minute(4), minute(101))
