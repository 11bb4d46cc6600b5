"""Whose record a call without an answer made, and what it holds from us (rule 6.1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.core.outcomes import Reason
from connector.core.planning.adopt import CLOCK_SKEW, Maker, adopt_lost_creation
from connector.core.rows import PersonRecord, PersonRef, Row
from connector.core.schema import SObject
from tests.core.cases import (
    EMAIL,
    LEAD,
    START,
    contact,
    lead,
    named,
    person,
    policy,
    read,
    ref,
    row,
    rule,
)

US, SALES = "005000000000001AAA", "005000000000002AAA"
OLD = "old@example.org"
L1, L2 = ref(LEAD, 1), ref(LEAD, 2)
OURS, THEIRS, NOTHING = "ours", "theirs", "nothing"


def at(moment: datetime) -> str:
    """Spell a time as Salesforce does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def made(number: int = 1, *, by: str = US, when: datetime = START, email: str = EMAIL, **more: Any) -> PersonRecord:
    """Return a lead of Ada's that somebody made, when the call was sent unless said otherwise."""
    more.setdefault("last_modified_by_id", by)
    return lead(number, email=email, created_by_id=by, created_at=at(when), **more)


def lost(**more: Any) -> Row:
    """Return Ada's entry after a call without an answer."""
    return row(**{"create_sent_at": START, "unclear_email": EMAIL, **more})


def moved(**more: Any) -> Row:
    """Return the same, where inwink has corrected the address since."""
    return lost(unclear_email=OLD, **more)


def asked(entry: Row) -> Row:
    """Let a person have answered that another one than the namesakes is to be created."""
    return replace(entry, answers={Reason.AMBIGUOUS: {"answer": "create", "email": entry.unclear_email}})


def adopted(entry: Row, *found: PersonRecord, maker: Maker | None = None) -> Row:
    """Return the entry after looking at what was read."""
    given = adopt_lost_creation(person(entry), read(*found), policy=policy(), maker=maker or Maker(US))
    return given.lead_row


BEFORE = START - CLOCK_SKEW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("entry", "found", "maker", "expected"),
    [
        pytest.param(lost(), [made()], Maker(US), (L1, OURS), id="made by us since: ours"),
        pytest.param(lost(), [made(when=START - CLOCK_SKEW)], Maker(US), (L1, OURS), id="by a clock that is behind"),
        pytest.param(lost(), [made(when=BEFORE)], Maker(US), NOTHING, id="made by us before: not by that call"),
        pytest.param(lost(), [made(by=SALES)], Maker(US), NOTHING, id="made by a colleague"),
        pytest.param(lost(), [made()], Maker(""), NOTHING, id="it is not known who we are"),
        pytest.param(lost(), [made(by="")], Maker(""), NOTHING, id="neither is known"),
        pytest.param(lost(), [lead(1, created_by_id=US)], Maker(US), NOTHING, id="it is not known when it was made"),
        pytest.param(lost(), [made()], Maker(US, frozenset({L1})), NOTHING, id="made for another participant"),
        pytest.param(lost(), [made(first_name="Augusta")], Maker(US), NOTHING, id="of another name"),
        pytest.param(lost(), [made(first_name="LOVELACE", last_name="ada")], Maker(US), (L1, OURS),
                     id="names in another order and case"),
        pytest.param(lost(), [made(1), made(2)], Maker(US), NOTHING, id="two of them: nobody can tell"),
        pytest.param(lost(), [made(1), made(2, by=SALES)], Maker(US), (L1, OURS), id="one of two namesakes is ours"),
        pytest.param(lost(), [made(is_converted=True)], Maker(US), NOTHING, id="converted since"),
        pytest.param(lost(), [made(email=OLD, emails=(OLD, EMAIL))], Maker(US), NOTHING,
                     id="the address stands in another field: we write Email"),
        pytest.param(lost(create_sent_at=None), [made()], Maker(US), NOTHING, id="it is not known when it was sent"),
        pytest.param(lost(unclear_email=""), [made()], Maker(US), NOTHING, id="no answer is missing"),
        pytest.param(lost(person=L2), [made()], Maker(US), (L2, THEIRS), id="the record is known already"),
        pytest.param(lost(values={"last_name": ""}), [made(last_name="[not provided]")], Maker(US), (L1, OURS),
                     id="made with a placeholder"),
        pytest.param(moved(), [made(email=OLD)], Maker(US), (L1, OURS), id="corrected address: made by us since"),
        pytest.param(moved(), [made(email=OLD, by=SALES)], Maker(US), (L1, THEIRS),
                     id="corrected address: a colleague's record, found and not doubled"),
        pytest.param(moved(), [made(email=OLD, when=BEFORE)], Maker(US), (L1, THEIRS),
                     id="corrected address: was there before, the call was about the membership"),
        pytest.param(moved(), [made(email=OLD)], Maker(""), (L1, THEIRS),
                     id="corrected address: it is not known who we are, nobody is doubled and nothing is ours"),
        pytest.param(moved(), [made(1, email=OLD, by=SALES), made(2, email=OLD, by=SALES)], Maker(US), NOTHING,
                     id="corrected address: two colleagues' records"),
        pytest.param(moved(), [made(1, email=OLD), made(2, email=OLD, by=SALES)], Maker(US), (L1, OURS),
                     id="corrected address: one of two namesakes is ours"),
        pytest.param(moved(values={"first_name": "Grace", "last_name": "Hopper"}), [made(email=OLD)], Maker(US),
                     NOTHING, id="corrected address and other names: a ticket handed over"),
        pytest.param(moved(values={"first_name": "", "last_name": ""}),
                     [made(email=OLD, by=SALES, first_name="", last_name="[not provided]")], Maker(US), NOTHING,
                     id="corrected address: a colleague's record without a name may be anybody"),
        pytest.param(asked(moved()), [made(email=OLD, when=BEFORE)], Maker(US), NOTHING,
                     id="corrected address: a person wanted another one than this namesake"),
        pytest.param(asked(moved()), [made(1, email=OLD, when=BEFORE), made(2, email=OLD)], Maker(US), (L2, OURS),
                     id="corrected address: the other one was made"),
    ],
)  # fmt: skip
def test_whose_record_it_is(
    entry: Row, found: list[PersonRecord], maker: Maker, expected: tuple[PersonRef, str] | str
) -> None:
    known = adopted(entry, *found, maker=maker)
    told = (known.person, OURS if known.created_by_us else THEIRS) if known.person else NOTHING
    assert told == expected
    assert known.is_adopted == (known.person is not None and entry.person is None)


def test_it_was_matched_by_the_address_that_the_call_carried() -> None:
    known = adopted(moved(), made(email=OLD))
    assert (known.matched_email, known.matched_last_name) == (OLD, "Lovelace")


@pytest.mark.parametrize(
    ("by", "sent"), [(US, {"Lead.FirstName": "Ada", "Lead.Title": None}), (SALES, {})], ids=["us", "a colleague"]
)
def test_what_it_holds_is_from_us_unless_somebody_else_wrote_last(by: str, sent: dict[str, Any]) -> None:
    found = made(values={"FirstName": "Ada", "Title": None, "Rating": "Hot"}, last_modified_by_id=by)
    assert adopted(lost(), found).sent_values == sent


def test_only_fields_of_its_own_object_are_from_us() -> None:
    given = adopt_lost_creation(
        person(lost()),
        read(contact(1, values={"Title": "CTO"}, created_by_id=US, created_at=at(START), last_modified_by_id=US)),
        policy=policy(mappings=(rule("Title", "position", sobject=SObject.LEAD), rule("Title", "position"))),
        maker=Maker(US),
    )
    assert given.lead_row.sent_values == {"Contact.Title": "CTO"}


def test_each_row_of_a_person_is_looked_at() -> None:
    known = adopt_lost_creation(
        person(named(1, "Ada", "Lovelace"), lost()), read(made()), policy=policy(), maker=Maker(US)
    )
    assert [one.person for one in known.rows] == [None, L1]
