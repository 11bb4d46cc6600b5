"""Who goes on, and who is asked about, where several participants were matched to one record (rules 2.6 and 2.8)."""

from typing import Any

import pytest

from connector.core.matching.choose import Match, Matched, NoMatch
from connector.core.matching.unite import find_handed_over, unite_records
from connector.core.outcomes import Reason
from connector.core.rows import PersonRecord, Row, make_answer
from connector.core.screen import Person
from tests.core.cases import CONTACT, contact, named, person, policy, ref, told

C1 = ref(CONTACT, 1)
HOME, WORK, GONE = "home@example.org", "work@example.org", "gone@example.org"
ADA, GRACE = ("Ada", "Lovelace"), ("Grace", "Hopper")
SHARE, BY_HAND = Reason.SHARES_EMAIL, Reason.LEFT_OUT_BY_HAND


def of(number: int, names: tuple[str, str], email: str, **more: Any) -> Row:
    """Return an entry of that name and address."""
    return named(number, *names, values={"email": email}, **more)


def sent(entry: Row) -> tuple[Person, Match]:
    """Say that an earlier run sent an entry to the record."""
    return person(entry), Matched(RECORD, earlier=frozenset({C1}))


def new(entry: Row) -> tuple[Person, Match]:
    """Say that an entry was matched to the record now."""
    return person(entry), Matched(RECORD)


def said(entry: Row, word: str) -> Row:
    """Answer the question about a shared email."""
    return Row(**{**{name: getattr(entry, name) for name in Row.__slots__},
                  "answers": {SHARE: make_answer(entry, SHARE, word)}})  # fmt: skip


RECORD: PersonRecord = contact(1, email=HOME, emails=(HOME, WORK))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([new(of(1, ADA, HOME)), new(of(2, ADA, WORK))], {(1, 2): C1}, id="one name by two addresses"),
        pytest.param([new(of(1, ADA, HOME)), new(of(2, GRACE, WORK))], {(1,): C1, (2,): SHARE},
                     id="two names by two addresses: the record's goes on"),
        pytest.param([new(of(1, GRACE, HOME)), sent(of(2, ADA, WORK))], {(1,): SHARE, (2,): C1},
                     id="the same, the other way round"),
        pytest.param([sent(of(1, GRACE, WORK)), new(of(2, ("Eve", "X"), HOME))], {(1,): C1, (2,): SHARE},
                     id="nobody has the record's name: who was sent before"),
        pytest.param([new(of(1, GRACE, WORK)), new(of(2, ("Eve", "X"), HOME))], {(1,): C1, (2,): SHARE},
                     id="nobody was sent before: the first"),
        pytest.param([sent(of(1, ADA, HOME)), sent(of(2, GRACE, GONE))], {(1, 2): C1},
                     id="merged by a colleague: the other's address is gone"),
        pytest.param([new(of(1, ADA, HOME)), new(of(2, ("", ""), WORK))], {(1, 2): C1}, id="one without a name"),
        pytest.param([new(of(1, ADA, HOME)), new(said(of(2, GRACE, WORK), "same_person"))], {(1, 2): C1},
                     id="the same person by a person's word"),
        pytest.param([new(of(1, ADA, HOME)), new(said(of(2, GRACE, WORK), "leave_out"))], {(1,): C1, (2,): BY_HAND},
                     id="left out by a person's word"),
        pytest.param([new(of(1, ADA, HOME)), (person(of(2, GRACE, WORK)), NoMatch())], {(1,): C1, (2,): "nobody"},
                     id="two people"),
    ],
)  # fmt: skip
def test_who_shares_a_record(pairs: list[tuple[Person, Match]], expected: dict[tuple[int, ...], object]) -> None:
    united = unite_records(pairs, policy())
    assert {tuple(entry.id for entry in one.rows): told(match) for one, match in united} == expected


def test_a_link_may_take_different_names_for_one_member() -> None:
    pairs = [new(of(1, ADA, HOME)), new(of(2, GRACE, WORK))]
    united = unite_records(pairs, policy(is_one_member_an_email=True))
    assert [[entry.id for entry in one.rows] for one, _match in united] == [[1, 2]]


EVE = ("Eve", "Lovelace")


def moved(names: tuple[str, str], *, shared: str = HOME) -> tuple[Person, Match]:
    """Say that an entry of the record has another address now, and its name."""
    entry = of(2, names, GONE, person=C1, matched_email=shared)
    return person(entry), Matched(RECORD, corrects_email=True, earlier=frozenset({C1}))


def stays(names: tuple[str, str], email: str = HOME) -> tuple[Person, Match]:
    """Say that another entry is still at the record by its address."""
    return sent(of(1, names, email, person=C1, matched_email=email))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([stays(ADA), moved(EVE)], {1: C1}, id="another name and address: a ticket handed over"),
        pytest.param([moved(EVE), stays(ADA)], {0: C1}, id="in the other order"),
        pytest.param([stays(ADA), moved(ADA)], {}, id="the same name: one person with two addresses"),
        pytest.param([stays(EVE), moved(ADA)], {}, id="the name of the record: its person moved"),
        pytest.param([stays(GRACE), moved(EVE)], {1: C1}, id="the record has a name of its own"),
        pytest.param([moved(EVE)], {}, id="nobody stayed: the person was renamed"),
        pytest.param([new(of(1, ADA, HOME)), moved(EVE)], {}, id="somebody new at the address that was left"),
        pytest.param([stays(GRACE, WORK), moved(EVE, shared=GONE)], {}, id="brought together by a merge"),
        pytest.param([stays(ADA), moved(EVE, shared=WORK)], {1: C1}, id="left another address before"),
        pytest.param([stays(("", "")), moved(EVE)], {}, id="nobody knows the name of who stayed"),
    ],
)  # fmt: skip
def test_who_has_a_ticket_that_was_handed_over(pairs: list[tuple[Person, Match]], expected: dict[int, object]) -> None:
    assert find_handed_over(pairs) == expected
