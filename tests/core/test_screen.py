"""Who is held or left out before Salesforce is asked, and which rows are one person (rules 1.3 to 1.5, 2.6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.mapping import Event
from connector.core.outcomes import Outcome, Reason
from connector.core.participant import Known
from connector.core.rows import Row, make_answer
from connector.core.screen import (
    EmailGroup,
    choose_speaker,
    group_by_email,
    merge_people,
    screen_row,
    waiting_verdict,
)
from connector.core.state import State
from tests.core.cases import (
    ATTENDED,
    CONTACT,
    EMAIL,
    REFUSED,
    REGISTERED,
    START,
    known_in,
    minute,
    named,
    person,
    policy,
    ref,
    row,
)

HELD, OUT = Outcome.NEEDS_ANSWER, Outcome.LEFT_OUT
BY_HAND = (OUT, Reason.LEFT_OUT_BY_HAND)
EARLY = replace(known_in(ATTENDED), attended_at=START - timedelta(hours=12, seconds=1))
IN_TIME = replace(known_in(ATTENDED), attended_at=START - timedelta(hours=12))
ANONYMOUS = replace(known_in(REGISTERED), held_values={"email": ""})
NOTHING = Known(values={"email": EMAIL})


def answers(**words: str) -> dict[str, Any]:
    """Answer reasons with words."""
    return {reason: {"answer": word} for reason, word in words.items()}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(row(), None, id="nothing is wrong: sent"),
        pytest.param(row(known=ANONYMOUS), (HELD, Reason.LOOKS_ANONYMISED), id="looks anonymised"),
        pytest.param(row(known=ANONYMOUS, answers=answers(looks_anonymised="leave_out")), BY_HAND,
                     id="looks anonymised, answered: leave out"),
        pytest.param(row(known=ANONYMOUS, answers=answers(looks_anonymised="accept")),
                     (HELD, Reason.LOOKS_ANONYMISED), id="another message looks anonymised after one was accepted"),
        pytest.param(row(answers=answers(looks_anonymised="leave_out")), None,
                     id="left out as anonymised, then inwink sends the real person again: sent"),
        pytest.param(row(values={"email": ""}), (HELD, Reason.NO_EMAIL), id="no email"),
        pytest.param(row(values={"email": "n/a"}), (HELD, Reason.NO_EMAIL), id="something that is no email"),
        pytest.param(row(values={"email": ""}, answers=answers(no_email="pick")), None, id="no email, record picked"),
        pytest.param(row(values={"email": ""}, answers=answers(no_email="create")), None, id="no email, create"),
        pytest.param(row(values={"email": ""}, answers=answers(no_email="leave_out")), BY_HAND,
                     id="no email, leave out"),
        pytest.param(row(answers=answers(no_email="leave_out")), None,
                     id="left out for want of an email, then the email came: sent"),
        pytest.param(row(known=NOTHING), (OUT, Reason.STATE_UNKNOWN), id="no state is known"),
        pytest.param(row(known=EARLY), (HELD, Reason.TEST_SCAN), id="checked in more than 12 hours before the start"),
        pytest.param(row(known=IN_TIME), None, id="checked in 12 hours before the start"),
        pytest.param(row(known=EARLY, answers=answers(test_scan="accept")), None, id="early, but really there"),
        pytest.param(row(known=EARLY, answers=answers(test_scan="leave_out")), BY_HAND, id="early: it was a test"),
        pytest.param(row(known=IN_TIME, answers=answers(test_scan="leave_out")), None,
                     id="a test was left out, then the person really came: sent"),
        pytest.param(row(known=replace(known_in(REGISTERED), attended_at=EARLY.attended_at)), None,
                     id="a corrected test scan is no check-in any more"),
        pytest.param(row(known=replace(EARLY, values={"email": ""})), (HELD, Reason.NO_EMAIL),
                     id="no email and a test scan: the email is asked first"),
        pytest.param(row(known=replace(EARLY, values={"email": ""}), answers=answers(test_scan="leave_out")), BY_HAND,
                     id="left out as a test: not asked for the email"),
        pytest.param(row(known=replace(ANONYMOUS, states_seen=(), values={})), (HELD, Reason.LOOKS_ANONYMISED),
                     id="anonymised goes before no email and no state"),
        pytest.param(row(known=replace(NOTHING, values={})), (HELD, Reason.NO_EMAIL), id="no email before no state"),
    ],
)  # fmt: skip
def test_screen(entry: Row, expected: tuple[Outcome, Reason] | None) -> None:
    verdict = screen_row(entry, policy())
    assert (None if verdict is None else (verdict.outcome, verdict.reason)) == expected


def test_no_check_in_is_early_where_the_start_is_not_known() -> None:
    assert screen_row(row(known=EARLY), policy(event=Event(id="e"))) is None


ADA = {"first_name": "Ada", "last_name": "Lovelace"}
SHARE = Reason.SHARES_EMAIL


def answered(number: int, first: str, last: str, word: str, **more: Any) -> Row:
    """Return an entry whose shared email was answered."""
    picked = more.pop("picked", None)
    entry = named(number, first, last, **more)
    return replace(entry, answers={SHARE: make_answer(entry, SHARE, word, picked=picked)})


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        pytest.param([named(1, "Ada", "Lovelace"), named(2, "ADA", "LOVELÀCE")], {}, [[1, 2]], id="the same name"),
        pytest.param([named(1, "Ada", "Lovelace"), named(2, "Lovelace", "Ada")], {}, [[1, 2]], id="names swapped"),
        pytest.param([named(1, "Ada", "Lovelace"), named(2, "Bob", "Byron")], {}, [[1], [2]], id="two names"),
        pytest.param([named(1, "Ada", "Lovelace"), named(2, "Bob", "Byron")], {"is_one_member_an_email": True},
                     [[1, 2]], id="two names, the link treats an email as one member"),
        pytest.param([named(1, "", ""), named(2, "Ada", "Lovelace")], {}, [[1, 2]],
                     id="a row without a name belongs to the name, also where it came first"),
        pytest.param([named(1, "", ""), named(2, "", "")], {}, [[1, 2]], id="nobody has a name"),
        pytest.param([answered(1, "Ada", "Lovelace", "create"), named(2, "Bob", "Byron"), named(3, "", "")], {},
                     [[1], [2, 3]], id="a row without a name never joins an independent one"),
        pytest.param([answered(1, "Ada", "Lovelace", "create"), named(2, "Ada", "Lovelace")], {}, [[1, 2]],
                     id="a second row of an independent name joins it: nobody is created twice"),
        pytest.param([answered(1, "Ada", "L", "create"), answered(2, "Ada", "L", "create")], {}, [[1, 2]],
                     id="two rows of one name, both to be created: once"),
        pytest.param([answered(1, "Ada", "L", "pick", picked=ref(CONTACT, 1)),
                      answered(2, "Bob", "B", "pick", picked=ref(CONTACT, 1))], {}, [[1, 2]],
                     id="two rows, the same record picked"),
        pytest.param([answered(1, "Ada", "L", "pick", picked=ref(CONTACT, 1)),
                      answered(2, "Ada", "L", "pick", picked=ref(CONTACT, 2))], {}, [[1], [2]],
                     id="two rows of one name, two records picked"),
        pytest.param([answered(1, "", "", "create"), answered(2, "", "", "create")], {}, [[1], [2]],
                     id="two rows without a name, both to be created"),
        pytest.param([named(1, "Ada", "L", values={"email": "n/a"}), named(2, "Ada", "L", values={"email": "n/a"})],
                     {}, [[1], [2]], id="what is no email is not shared"),
        pytest.param([named(1, "Ada", "L", is_claimed=False)], {}, [], id="nobody of the email is claimed"),
    ],
)  # fmt: skip
def test_grouping(rows: list[Row], more: dict[str, Any], expected: list[list[int]]) -> None:
    groups = group_by_email(reversed(rows), policy(**more))
    assert [[entry.id for entry in one.rows] for group in groups for one in group.people] == expected


def group(*rows: Row) -> EmailGroup:
    """Group rows that share an email."""
    (found,) = group_by_email(rows, policy())
    return found


ANN, BOB, CAROL = ("ann", "smith"), ("bob", "jones"), ("carol", "king")


@pytest.mark.parametrize(
    ("rows", "record", "speaker", "waiting"),
    [
        pytest.param([named(1, "Ann", "Smith"), named(2, "Bob", "Jones")], None, [1], [2], id="none there: the first"),
        pytest.param([named(1, "Ann", "Smith"), named(2, "Bob", "Jones")], BOB, [2], [1],
                     id="the one whose name is the record's"),
        pytest.param([named(1, "Ann", "Smith"), named(2, "Bob", "Jones")], CAROL, [1], [2],
                     id="the record has a third name: the first"),
        pytest.param([named(1, "Ann", "Smith"),
                      named(2, "Robert", "Jones", person=ref(CONTACT, 1), matched_email=EMAIL)], BOB, [2], [1],
                     id="who was sent is renamed in inwink: keeps the record"),
        pytest.param([named(1, "Ann", "Smith", person=ref(CONTACT, 1), matched_email="old@example.org"),
                      named(2, "Bob", "Jones")], None, [1], [2], id="sent under another email is no claim to this one"),
        pytest.param([named(1, "Ann", "Smith"), answered(2, "Bob", "Jones", "leave_out")], BOB, [1], [2],
                     id="left out: never goes on, whatever the record's name"),
        pytest.param([answered(1, "Ann", "Smith", "leave_out")], None, [1], [],
                     id="left out, but nobody shares the email any more: goes on"),
        pytest.param([answered(1, "Ann", "Smith", "leave_out"), answered(2, "Bob", "Jones", "leave_out")], None,
                     None, [1, 2], id="everybody is left out"),
        pytest.param([answered(1, "Ann", "Smith", "create"),
                      answered(2, "Bob", "Jones", "pick", picked=ref(CONTACT, 1))], None, None, [],
                     id="everybody stands alone: nobody speaks"),
        pytest.param([answered(1, "Ann", "Smith", "create"), named(2, "Bob", "Jones")], None, [2], [],
                     id="one stands alone, the other goes on"),
        pytest.param([named(1, "Ann", "Smith"), named(2, "Bob", "Jones"), answered(3, "Robert", "J", "same_person")],
                     BOB, [2, 3], [1], id="the same person joins the one who goes on, not the first"),
        pytest.param([answered(1, "Anna", "S", "same_person"), named(2, "Ann", "Smith")], None, [2, 1], [],
                     id="the same person as a later row: the later one leads"),
        pytest.param([answered(1, "Ann", "Smith", "same_person")], None, [1], [],
                     id="the same person as somebody who is gone: goes on"),
    ],
)  # fmt: skip
def test_who_goes_on(
    rows: list[Row], record: tuple[str, ...] | None, speaker: list[int] | None, waiting: list[int]
) -> None:
    chosen, others = choose_speaker(group(*rows), record_names=record)
    assert (None if chosen is None else [entry.id for entry in chosen.rows]) == speaker
    assert [entry.id for one in others for entry in one.rows] == waiting


@pytest.mark.parametrize(
    ("entry", "changed", "expected"),
    [
        pytest.param(answered(2, "Bob", "Jones", "same_person"), named(2, "Carol", "King"), "",
                     id="the same person, then passed on to somebody else: asked again"),
        pytest.param(answered(2, "Bob", "Jones", "leave_out"), named(2, "Carol", "King"), "",
                     id="left out, then passed on to somebody else: asked again"),
        pytest.param(answered(2, "Bob", "Jones", "create"), named(2, "Robert", "Jones"), "create",
                     id="created, then the name is corrected: still created"),
        pytest.param(answered(2, "Bob", "Jones", "create"),
                     named(2, "Bob", "Jones", values={"email": "bob@example.org"}), "",
                     id="created on a shared email, then gets an email: not asked for any more"),
        pytest.param(answered(2, "Bob", "Jones", "leave_out"), named(2, "BOB", "JONES"), "leave_out",
                     id="left out, then written in capitals: still left out"),
    ],
)  # fmt: skip
def test_what_an_answer_is_about(entry: Row, changed: Row, expected: str) -> None:
    assert replace(changed, answers=entry.answers).answer(SHARE) == expected


def test_how_those_who_wait_end() -> None:
    left = waiting_verdict(person(answered(2, "Bob", "Jones", "leave_out")))
    asked = waiting_verdict(person(named(2, "Bob", "Jones")))
    assert (left.outcome, left.reason) == BY_HAND
    assert (asked.outcome, asked.reason) == (HELD, SHARE)


def test_one_person_of_two_rows_takes_the_latest_fields_and_fills_blanks_from_the_other() -> None:
    first = row(1, REGISTERED, values={**ADA, "company": "A", "position": "CTO", "custom": {"f.a": 1, "f.b": 1}})
    second = row(2, REGISTERED, values={**ADA, "company": "B", "position": "", "custom": {"f.b": 2, "f.a": None}},
                 changed=5)  # fmt: skip
    values = person(first, second).values()
    assert (values["company"], values["position"], values["custom"]) == ("B", "CTO", {"f.a": 1, "f.b": 2})


def test_names_are_never_put_together_from_two_people() -> None:
    ann = named(1, "Ann", "Smith", changed=1)
    bob = named(2, "Bob", "", changed=2)
    nobody = named(3, "", "", changed=3)
    values = person(ann, bob, nobody).values()
    assert (values.get("first_name"), values.get("last_name")) == ("Bob", None)


def test_something_that_is_no_email_is_not_sent() -> None:
    assert "email" not in person(row(values={"email": "n/a"})).values()


def test_one_person_of_two_rows_has_the_highest_state_and_the_first_check_in() -> None:
    late = replace(known_in(ATTENDED), attended_at=minute(30))
    early = replace(known_in(ATTENDED), attended_at=minute(3))
    corrected = replace(known_in(REFUSED), attended_at=minute(1))
    facts = person(row(1, known=late), row(2, known=early), row(3, known=corrected)).facts(policy())
    assert (facts.state, facts.attended_at) == (ATTENDED, minute(3))


def test_a_correction_is_a_wish_to_send_again() -> None:
    assert person(row(is_correction=True)).any_forced()
    assert not person(row(is_correction=True, is_claimed=False)).any_forced()


NAMES = st.sampled_from([("Ann", "Smith"), ("Bob", "Jones"), ("SMITH", "ann"), ("", "")])
ROWS = st.lists(st.tuples(NAMES, st.sampled_from(State), st.integers(0, 9)), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(drawn=ROWS, claimed=st.sets(st.integers(1, 5)), seed=st.randoms(use_true_random=False))
def test_who_is_one_person_depends_neither_on_the_order_nor_on_the_batch(
    drawn: list[tuple[tuple[str, str], State, int]], claimed: set[int], seed: Any
) -> None:
    rows = [named(n, *name, state, changed=at) for n, (name, state, at) in enumerate(drawn, start=1)]
    some = [replace(entry, is_claimed=entry.id in claimed or entry.id == 1) for entry in rows]
    seed.shuffle(some)
    (whole,), (cut,) = group_by_email(rows, policy()), group_by_email(some, policy())
    assert [merge_people([one]).values() for one in whole.people] == [one.values() for one in cut.people]
    assert [one.target(policy()) for one in whole.people] == [one.target(policy()) for one in cut.people]
