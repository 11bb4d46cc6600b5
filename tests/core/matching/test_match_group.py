"""Who goes on, and with which record, where participants of different names share an email (rule 2.6)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.core.matching.match import Held, Matched, match_group
from connector.core.outcomes import Reason
from connector.core.rows import Ambiguous, PersonRecord, PersonRef, Row, make_answer
from connector.core.screen import group_by_email
from tests.core.cases import CONTACT, EMAIL, NOBODY, contact, converted, named, policy, read, ref, told

C1, C2 = ref(CONTACT, 1), ref(CONTACT, 2)
DELETED, SHARE, BY_HAND = Reason.PERSON_DELETED, Reason.SHARES_EMAIL, Reason.LEFT_OUT_BY_HAND
EMMA = "emma@example.org"
ANN, BOB = ("Ann", "Smith"), ("Bob", "Jones")


def ann(number: int = 1, **more: Any) -> Row:
    """Return Ann's entry."""
    return named(number, *more.pop("called", ANN), **more)


def bob(number: int = 2, **more: Any) -> Row:
    """Return Bob's entry, on Ann's email."""
    return named(number, *more.pop("called", BOB), **more)


def shared(entry: Row, word: str, picked: PersonRef | None = None) -> Row:
    """Answer a shared email."""
    return replace(entry, answers={SHARE: make_answer(entry, SHARE, word, picked=picked)})


def record(number: int, first: str, last: str, **more: Any) -> PersonRecord:
    """Return a contact of that name."""
    return contact(number, first_name=first, last_name=last, **more)


OWNS_1: dict[str, Any] = {"person": C1, "matched_email": EMAIL, "matched_last_name": "Smith"}
OWNS_2: dict[str, Any] = {"person": C2, "matched_email": EMAIL, "matched_last_name": "Jones"}


@pytest.mark.parametrize(
    ("rows", "found", "expected"),
    [
        pytest.param([ann(), bob()], [], {1: NOBODY, 2: SHARE}, id="nobody there: the first is created, Bob waits"),
        pytest.param([ann(), bob()], [record(1, *ANN)], {1: C1, 2: SHARE}, id="the record is Ann's"),
        pytest.param([ann(), bob()], [record(1, *BOB)], {1: SHARE, 2: C1}, id="the record is Bob's: Ann waits"),
        pytest.param([ann(), bob()], [converted(1, 1), record(1, *BOB, email=EMMA)], {1: SHARE, 2: C1},
                     id="a converted lead whose contact is Bob's"),
        pytest.param([ann(**OWNS_1, called=("Anna", "Smith")), bob()], [record(1, *ANN)], {1: C1, 2: SHARE},
                     id="Ann is renamed in inwink: keeps her record"),
        pytest.param([ann(), bob(**OWNS_1, called=("Robert", "Jones"))], [record(1, *BOB)], {1: SHARE, 2: C1},
                     id="Bob is renamed in inwink: Ann does not get his record"),
        pytest.param([ann(**OWNS_1), shared(bob(), "create")], [record(1, *ANN)], {1: C1, 2: NOBODY},
                     id="Bob is to be created"),
        pytest.param([ann(**OWNS_1), shared(bob(), "create")], [record(1, *ANN), record(2, *BOB)], {1: C1, 2: C2},
                     id="Bob was created, the answer was lost: found by his name"),
        pytest.param([ann(**OWNS_1), shared(bob(**OWNS_2), "create")], [record(1, *ANN), record(2, *BOB)],
                     {1: C1, 2: C2}, id="both are stored"),
        pytest.param([ann(**OWNS_1, called=("Anna", "X")), shared(bob(**OWNS_2, called=("Robert", "Y")), "create")],
                     [record(1, *ANN), record(2, *BOB)], {1: C1, 2: C2}, id="both are renamed: each keeps the record"),
        pytest.param([ann(), shared(bob(**OWNS_2), "create")], [record(2, *BOB)], {1: NOBODY, 2: C2},
                     id="only Bob's record is there: Ann is created, never matched to his"),
        pytest.param([ann(), shared(bob(), "pick", C2)], [record(2, *BOB)], {1: NOBODY, 2: C2},
                     id="the same where Bob's record was picked"),
        pytest.param([ann(**OWNS_1), shared(bob(**OWNS_2), "create")],
                     [record(1, *ANN, is_deleted=True), record(2, *BOB)], {1: DELETED, 2: C2},
                     id="Ann was deleted: she does not become Bob"),
        pytest.param([ann(**OWNS_1), shared(bob(**OWNS_2), "create")], [record(1, *ANN), record(2, *BOB, email=EMMA)],
                     {1: C1, 2: C2}, id="a colleague gave Bob's record an email of its own"),
        pytest.param([ann(**OWNS_1), shared(bob(**OWNS_2), "pick", C2)], [record(1, *ANN)], {1: C1, 2: SHARE},
                     id="Bob's picked record is gone: asked again, he does not become Ann"),
        pytest.param([ann(**OWNS_1), bob(**OWNS_2)], [record(2, *BOB)], {1: SHARE, 2: C2},
                     id="both stored, Ann's record is gone: Bob goes on"),
        pytest.param([ann(**OWNS_1), bob(**OWNS_2)], [record(1, "Eve", "X"), record(2, "Eve", "Y")],
                     {1: C1, 2: SHARE}, id="both stored, both records renamed: the first goes on with its own"),
        pytest.param([ann(**OWNS_1), bob(**OWNS_2)], [record(2, "Eve", "Y")], {1: DELETED, 2: SHARE},
                     id="both stored, Ann's record is gone, Bob's renamed: Ann does not get Bob's"),
        pytest.param([ann(**OWNS_1), bob(**OWNS_1)], [record(1, "Eve", "X")], {1: C1, 2: SHARE},
                     id="both were one person and are told apart now: the first keeps the record"),
        pytest.param([ann(**{**OWNS_1, "person": C2, "matched_email": EMMA}), shared(bob(), "pick", C2)],
                     [record(2, *BOB, email=EMMA)], {1: NOBODY, 2: C2},
                     id="Ann's stored record was picked for Bob: not hers any more"),
        pytest.param([ann(), bob(**OWNS_2)], [record(1, *ANN), record(2, "Robert", "Jones")], {1: SHARE, 2: C2},
                     id="two records, Bob was sent before: Ann is asked"),
        pytest.param([ann(**OWNS_1), bob()], [record(1, *BOB)], {1: SHARE, 2: C1},
                     id="Ann was matched to Bob's record before Bob registered: from now on it is Bob's"),
        pytest.param([ann(), shared(bob(), "same_person")], [record(1, *ANN)], {1: C1},
                     id="Bob is Ann: one person"),
        pytest.param([ann(**OWNS_1), shared(bob(), "leave_out")], [record(1, *ANN)], {1: C1, 2: BY_HAND},
                     id="Bob is left out"),
        pytest.param([shared(bob(), "leave_out")], [record(1, *ANN)], {2: C1},
                     id="Bob was left out, Ann is gone: he is sent"),
        pytest.param([shared(ann(), "create"), shared(bob(), "create")], [], {1: NOBODY, 2: NOBODY},
                     id="both are to be created"),
        pytest.param([ann(), bob(), named(3, "Carol", "King")], [record(1, "Carol", "King")],
                     {1: SHARE, 2: SHARE, 3: C1}, id="three names on one email"),
    ],
)  # fmt: skip
def test_several_names_on_one_email(rows: list[Row], found: list[PersonRecord], expected: dict[int, object]) -> None:
    (group,) = group_by_email(rows, policy())
    matches = match_group(group, read(*found), policy=policy(), choices={})
    assert {one.lead_row.id: told(match) for one, match in matches} == expected


def test_who_waits_is_shown_the_records_of_the_email() -> None:
    (group,) = group_by_email([ann(), bob()], policy())
    found = [record(1, *ANN), converted(1, None)]
    waiting = match_group(group, read(*found), policy=policy(), choices={})[-1][1]
    assert isinstance(waiting, Held)
    assert waiting.candidates == (found[0],)


def test_a_choice_for_one_name_is_not_taken_for_another() -> None:
    (group,) = group_by_email([ann(), shared(bob(), "pick", C2)], policy())
    found = read(record(1, *ANN), record(2, *BOB))
    matches = match_group(group, found, policy=policy(), choices={EMAIL: C2})
    assert {one.lead_row.id: told(match) for one, match in matches} == {1: C1, 2: C2}


PEOPLE = [("Ann", "Smith"), ("Bob", "Jones"), ("Carol", "King")]


@settings(max_examples=60, deadline=None)
@given(
    stored_at=st.lists(st.one_of(st.none(), st.integers(1, 3)), min_size=3, max_size=3),
    words=st.lists(st.sampled_from(["", "create", "leave_out"]), min_size=3, max_size=3),
    present=st.sets(st.integers(1, 3)),
)
@example(stored_at=[None, None, None], words=["", "", "create"], present={1, 3})
def test_two_names_never_share_a_record_and_nobody_gets_a_record_of_another_name(
    stored_at: list[int | None], words: list[str], present: set[int]
) -> None:
    rows = []
    for number, (name, at, word) in enumerate(zip(PEOPLE, stored_at, words, strict=True), start=1):
        known: dict[str, Any] = {"person": ref(CONTACT, number), "matched_email": EMAIL} if at else {}
        entry = named(number, *name, **known)
        rows.append(shared(entry, word) if word else entry)
    found = read(*(record(n, *PEOPLE[n - 1]) for n in present))
    (group,) = group_by_email(rows, policy())
    matches = match_group(group, found, policy=policy(ambiguous=Ambiguous.MOST_RECENT), choices={})
    reached = [(one.lead_row.id, match.record.ref) for one, match in matches if isinstance(match, Matched)]
    assert len({identity for _row, identity in reached}) == len(reached)
    independent = {n for n, word in enumerate(words, start=1) if word == "create"}
    for number, identity in reached:
        owner = int(identity.id[3:])
        assert owner == number or (owner not in independent and number not in independent)
