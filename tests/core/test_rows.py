"""What an answer says and is about, and the order of several rows of one person."""

from dataclasses import replace

import pytest

from connector.core.outcomes import Reason
from connector.core.rows import latest_first, make_answer, oldest_sync_first
from tests.core.cases import ADA, CONTACT, EMAIL, minute, ref, row


@pytest.mark.parametrize(
    ("reason", "word", "expected"),
    [
        pytest.param(Reason.AMBIGUOUS, "create", {"answer": "create", "email": EMAIL}, id="about an email"),
        pytest.param(
            Reason.SHARES_EMAIL,
            "same_person",
            {"answer": "same_person", "email": EMAIL, "names": ["ada", "lovelace"]},
            id="about a name on an email",
        ),
        pytest.param(Reason.TEST_SCAN, "accept", {"answer": "accept"}, id="about the row"),
    ],
)
def test_an_answer_says_what_it_is_about(reason: Reason, word: str, expected: dict[str, object]) -> None:
    entry = row(1, values=ADA)
    given = make_answer(entry, reason, word)
    assert given == expected
    assert replace(entry, answers={reason: given}).answer(reason) == word


def test_a_pick_names_the_record() -> None:
    entry = row()
    given = make_answer(entry, Reason.AMBIGUOUS, "pick", picked=ref(CONTACT, 7))
    assert replace(entry, answers={"ambiguous": given}).picked() == ref(CONTACT, 7)


def test_an_answer_without_its_subject_counts() -> None:
    """Answers may have been given by hand or by an older release."""
    assert row(answers={"ambiguous": {"answer": "create"}}).answer(Reason.AMBIGUOUS) == "create"


def test_nobody_answered() -> None:
    assert row().answer(Reason.AMBIGUOUS) == ""
    assert row().picked() is None


def test_rows_by_their_latest_change_and_by_their_latest_sync() -> None:
    old, new, never = row(1, changed=1, last_synced_at=minute(9)), row(2, changed=5, last_synced_at=minute(3)), row(3)
    never = replace(never, known=replace(never.known, changed_at=None))
    assert [entry.id for entry in latest_first([never, old, new])] == [2, 1, 3]
    assert [entry.id for entry in oldest_sync_first([old, new, never])] == [3, 2, 1]
    same = replace(new, id=9)
    assert [entry.id for entry in latest_first([same, new])] == [9, 2]
