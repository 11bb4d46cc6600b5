"""Who a participant is in Salesforce (rules 2.1 to 2.7)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.matching.match import Matched, NoMatch, match_person
from connector.core.outcomes import Note, Reason
from connector.core.rows import Ambiguous, PersonRecord, PersonRef, Row, make_answer
from connector.core.screen import Person
from tests.core.cases import (
    CONTACT,
    EMAIL,
    LEAD,
    NOBODY,
    START,
    contact,
    converted,
    lead,
    member,
    person,
    policy,
    read,
    ref,
    row,
    told,
)

CONTACT_FIRST: dict[str, Any] = {}
LEAD_FIRST = {"match": (LEAD, CONTACT)}
CONTACT_ONLY = {"match": (CONTACT,), "create": CONTACT}
LEAD_ONLY = {"match": (LEAD,)}
MOST_RECENT = {"ambiguous": Ambiguous.MOST_RECENT}
C1, C2, C3, L1, L2 = ref(CONTACT, 1), ref(CONTACT, 2), ref(CONTACT, 3), ref(LEAD, 1), ref(LEAD, 2)
AMBIGUOUS, DELETED, NO_CONTACT = Reason.AMBIGUOUS, Reason.PERSON_DELETED, Reason.CONVERTED_WITHOUT_CONTACT
BY_HAND = Reason.LEFT_OUT_BY_HAND
EMMA = "emma@example.org"


@pytest.mark.parametrize(
    ("found", "more", "expected"),
    [
        pytest.param([], CONTACT_FIRST, NOBODY, id="nobody has the email"),
        pytest.param([contact(1)], CONTACT_FIRST, C1, id="one contact"),
        pytest.param([lead(1)], CONTACT_FIRST, L1, id="one lead"),
        pytest.param([contact(1), lead(1)], CONTACT_FIRST, C1, id="contact first: a contact and a lead"),
        pytest.param([contact(1), lead(1)], LEAD_FIRST, L1, id="lead first: a contact and a lead"),
        pytest.param([contact(1), lead(1)], CONTACT_ONLY, C1, id="contacts only: a contact and a lead"),
        pytest.param([lead(1)], CONTACT_ONLY, Reason.EXISTS_AS_LEAD, id="contacts only: there is only a lead"),
        pytest.param([contact(1)], LEAD_ONLY, Reason.EXISTS_AS_CONTACT, id="leads only: there is only a contact"),
        pytest.param([contact(1), lead(1, member=member())], CONTACT_FIRST, L1,
                     id="a lead who is a member goes before the contact"),
        pytest.param([contact(1, member=member()), lead(1)], LEAD_FIRST, C1,
                     id="a contact who is a member goes before the lead"),
        pytest.param([contact(1, member=member()), lead(1, member=member(number=2))], LEAD_FIRST, L1,
                     id="both are members: the policy's first"),
        pytest.param([contact(1, member=member())], LEAD_ONLY, C1, id="leads only: a contact who is a member already"),
        pytest.param([lead(1, member=member())], CONTACT_ONLY, L1, id="contacts only: a lead who is a member already"),
        pytest.param([contact(1), contact(2)], CONTACT_FIRST, AMBIGUOUS, id="two contacts: a person must choose"),
        pytest.param([contact(1), contact(2, member=member())], CONTACT_FIRST, C2, id="two contacts, one is a member"),
        pytest.param([contact(1, member=member()), contact(2, member=member(number=2))], CONTACT_FIRST, AMBIGUOUS,
                     id="two contacts, both members: a person must choose"),
        pytest.param([contact(1), lead(1), lead(2)], CONTACT_FIRST, C1, id="one contact and two leads, contact first"),
        pytest.param([contact(1), lead(1), lead(2)], LEAD_FIRST, AMBIGUOUS, id="one contact and two leads, lead first"),
        pytest.param([contact(1, created_at="2025"), contact(2, created_at="2024", last_activity_at="2026-01-01")],
                     MOST_RECENT, C2, id="most recent: by the last activity"),
        pytest.param([contact(1, created_at="2025"), contact(2, created_at="2024")], MOST_RECENT, C1,
                     id="most recent: else by the creation"),
        pytest.param([contact(1), contact(2)], MOST_RECENT, C2, id="most recent: else by the id"),
        pytest.param([converted(1, 2), contact(2, email=EMMA)], CONTACT_FIRST, C2, id="a converted lead: its contact"),
        pytest.param([converted(1, 2), contact(2, email=EMMA), lead(2)], CONTACT_FIRST, L2,
                     id="a converted lead ranks after a living one"),
        pytest.param([converted(1, None)], CONTACT_FIRST, NO_CONTACT, id="a converted lead without a contact"),
        pytest.param([converted(1, 2), contact(2, is_deleted=True)], CONTACT_FIRST, NO_CONTACT,
                     id="a converted lead, its contact was deleted: nobody is created"),
        pytest.param([converted(1, 2), contact(2, is_deleted=True, master_id=C3.id), contact(3, email=EMMA)],
                     CONTACT_FIRST, C3, id="a converted lead, its contact was merged"),
        pytest.param([converted(1, 2), contact(2, email=EMMA)], LEAD_ONLY, Reason.EXISTS_AS_CONTACT,
                     id="leads only: a converted lead"),
        pytest.param([converted(1, 2), contact(2, email=EMMA, member=member())], LEAD_ONLY, C2,
                     id="leads only: a converted lead whose contact is a member"),
        pytest.param([converted(1, 2), converted(2, 3), contact(2, email=EMMA), contact(3, email=EMMA)], CONTACT_FIRST,
                     AMBIGUOUS, id="two converted leads, two contacts"),
        pytest.param([converted(1, 2), converted(2, 2), contact(2, email=EMMA)], CONTACT_FIRST, C2,
                     id="two converted leads, one contact"),
        pytest.param([contact(1, is_deleted=True)], CONTACT_FIRST, NOBODY, id="a deleted record is not found by email"),
    ],
)  # fmt: skip
def test_by_email(found: list[PersonRecord], more: dict[str, Any], expected: object) -> None:
    assert told(match_person(person(row()), read(*found), policy=policy(**more), choices={})) == expected


@pytest.mark.parametrize(
    ("found", "more", "choice", "expected"),
    [
        pytest.param([contact(1), contact(2)], CONTACT_FIRST, C1, C1, id="a remembered choice"),
        pytest.param([contact(1), contact(2)], CONTACT_FIRST, C3, AMBIGUOUS, id="the chosen record disappeared"),
        pytest.param([contact(1, email=EMMA), contact(2)], CONTACT_FIRST, C1, C2, id="the chosen one has a new email"),
        pytest.param([contact(1), contact(2, is_deleted=True, master_id=C1.id), contact(3)], CONTACT_FIRST, C2, C1,
                     id="the chosen one was merged"),
        pytest.param([contact(1), contact(2, member=member())], CONTACT_FIRST, C1, C2,
                     id="another one is a member already: nobody is added twice"),
        pytest.param([contact(1, member=member()), contact(2, member=member(number=2))], CONTACT_FIRST, C1, C1,
                     id="several members: the chosen one"),
        pytest.param([contact(1), lead(1)], LEAD_ONLY, C1, L1, id="chosen elsewhere on an object not searched here"),
        pytest.param([contact(1), lead(1)], CONTACT_FIRST, L1, L1, id="chosen on an object that is searched second"),
        pytest.param([converted(1, 2), converted(2, 3), contact(2, email=EMMA), contact(3, email=EMMA)], CONTACT_FIRST,
                     C3, C3, id="a choice among the contacts of converted leads"),
    ],
)  # fmt: skip
def test_remembered_choices(
    found: list[PersonRecord], more: dict[str, Any], choice: PersonRef, expected: object
) -> None:
    match = match_person(person(row()), read(*found), policy=policy(**more), choices={EMAIL: choice})
    assert told(match) == expected


def stored(identity: PersonRef = C1, email: str = EMAIL, last_name: str = "Lovelace", **more: Any) -> Person:
    """Return Ada, whom an earlier run matched to a record by an email and a last name."""
    return person(row(person=identity, matched_email=email, matched_last_name=last_name, **more))


CORRECTS, LEFT = "corrects the email", Note.LEFT_BEHIND


@pytest.mark.parametrize(
    ("who", "found", "expected", "signs"),
    [
        pytest.param(stored(), [contact(1)], C1, set(), id="nothing changed"),
        pytest.param(stored(), [contact(1), contact(2)], C1, set(), id="a duplicate appeared: the stored one stays"),
        pytest.param(stored(), [contact(1, email=EMMA)], C1, set(), id="a colleague changed the record's email"),
        pytest.param(stored(), [contact(1, email=EMMA), contact(2)], C2, set(),
                     id="a colleague moved the address to another record: that one has it"),
        pytest.param(stored(member_id="00v1"), [contact(1, email=EMMA, member=member()), contact(2)], C2, {LEFT},
                     id="the same, and the old one is a member: left behind"),
        pytest.param(stored(member_id="00v1"), [contact(1, email=EMMA), contact(2)], C2, set(),
                     id="the same, and the old one was taken out of the campaign: nothing is left behind"),
        pytest.param(stored(email="old@example.org"), [contact(1, email="old@example.org")], C1, {CORRECTS},
                     id="new email, nobody has it, same last name: the record stays and follows"),
        pytest.param(stored(email="old@example.org", last_name="LOVELÀCE"), [contact(1, email="old@example.org")], C1,
                     {CORRECTS}, id="the same, the name in capitals"),
        pytest.param(stored(email="old@example.org", last_name="Hopper"), [contact(1, email="old@example.org")],
                     NOBODY, set(), id="new email and new last name: a ticket passed on, another person"),
        pytest.param(stored(email="old@example.org", last_name="Hopper", member_id="00v1"),
                     [contact(1, email="old@example.org", member=member())], NOBODY, {LEFT},
                     id="the same, and the one who passed it on is a member: left behind"),
        pytest.param(stored(email="old@example.org", member_id="00v1"),
                     [contact(1, email="old@example.org", member=member()), lead(1)], L1, {LEFT},
                     id="new email, another record has it: moves there"),
        pytest.param(stored(email="old@example.org"), [contact(1), contact(2)], C1, set(),
                     id="new email, the stored record has it already"),
        pytest.param(stored(L1, member_id="00v1"), [converted(1, 2), contact(2)], C2, set(),
                     id="the lead was converted: its contact"),
        pytest.param(stored(C1), [contact(1, is_deleted=True, master_id=C2.id), contact(2)], C2, set(),
                     id="the record was merged: its master"),
        pytest.param(stored(C1, member_id="00v1"), [contact(1, is_deleted=True, master_id=C2.id),
                     contact(2, email=EMMA)], C2, set(), id="merged into a record with another email"),
        pytest.param(stored(), [contact(1, is_deleted=True)], DELETED, set(), id="deleted in Salesforce: respected"),
        pytest.param(stored(), [], DELETED, set(), id="deleted for good, or not visible any more: respected"),
        pytest.param(stored(), [contact(1, is_deleted=True), lead(1)], L1, set(),
                     id="deleted, but somebody has the email"),
        pytest.param(stored(email="old@example.org"), [contact(1, is_deleted=True)], DELETED, set(),
                     id="deleted, then the address is corrected in inwink: still respected"),
        pytest.param(stored(email="old@example.org", last_name="Hopper"), [contact(1, is_deleted=True)], NOBODY, set(),
                     id="deleted, then the ticket is passed on: another person"),
        pytest.param(stored(answers={"person_deleted": {"answer": "accept"}}), [contact(1, is_deleted=True)], NOBODY,
                     set(), id="deleted, released by a person: created again"),
        pytest.param(stored(L1), [converted(1, None)], NO_CONTACT, set(), id="converted, and the contact is gone"),
    ],
)  # fmt: skip
def test_a_stored_record(who: Person, found: list[PersonRecord], expected: object, signs: set[object]) -> None:
    match = match_person(who, read(*found), policy=policy(), choices={})
    assert told(match) == expected
    notes = set(match.notes) if isinstance(match, (Matched, NoMatch)) else set()
    assert notes | ({CORRECTS} if isinstance(match, Matched) and match.corrects_email else set()) == signs


def answered(reason: Reason, word: str, *, picked: PersonRef | None = None, **more: Any) -> Row:
    """Return Ada's entry with an answer."""
    entry = row(**more)
    return replace(entry, answers={reason: make_answer(entry, reason, word, picked=picked)})


def moved(entry: Row, email: str) -> Row:
    """Return an entry after inwink changed its email; the answers stay."""
    return replace(entry, email=email)


NO_EMAIL: dict[str, Any] = {"values": {"email": ""}}
UNCLEAR: dict[str, Any] = {"create_sent_at": START}
BOB1, BOB2 = contact(1, first_name="Bob"), contact(2, first_name="Bob")


@pytest.mark.parametrize(
    ("entry", "found", "expected"),
    [
        pytest.param(answered(AMBIGUOUS, "pick", picked=C2), [contact(1), contact(2)], C2, id="several: picked"),
        pytest.param(answered(AMBIGUOUS, "pick", picked=C3), [contact(1), contact(2)], AMBIGUOUS,
                     id="the picked record is gone: asked again"),
        pytest.param(answered(AMBIGUOUS, "pick", picked=L1), [converted(1, 3), contact(3, email=EMMA), contact(2)], C3,
                     id="the picked lead was converted since"),
        pytest.param(moved(answered(AMBIGUOUS, "pick", picked=C2), EMMA), [contact(2)], NOBODY,
                     id="picked, then the row got another email: the pick was about the old one"),
        pytest.param(answered(AMBIGUOUS, "leave_out"), [contact(1), contact(2)], BY_HAND, id="several: left out"),
        pytest.param(answered(AMBIGUOUS, "leave_out"), [contact(1)], C1,
                     id="several: left out, then merged in Salesforce: sent"),
        pytest.param(answered(AMBIGUOUS, "create"), [BOB1, BOB2], NOBODY, id="several, none of them is right: created"),
        pytest.param(answered(AMBIGUOUS, "create", **UNCLEAR), [BOB1, BOB2, contact(3)], C3,
                     id="created, the answer was lost: found by its names, not made twice"),
        pytest.param(answered(AMBIGUOUS, "create", **UNCLEAR), [contact(1), contact(2)], AMBIGUOUS,
                     id="created, the answer was lost and several carry the same names: asked which"),
        pytest.param(answered(AMBIGUOUS, "create"), [contact(1), contact(2)], NOBODY,
                     id="to be created although namesakes have the address: a person saw them and asked for another"),
        pytest.param(answered(AMBIGUOUS, "create", person=C3, matched_email=EMAIL), [BOB1, BOB2,
                     contact(3, email=EMMA)], C3, id="created, then a colleague changed its email: stays"),
        pytest.param(answered(AMBIGUOUS, "create", person=C3, matched_email=EMAIL), [BOB1, BOB2], DELETED,
                     id="created, then deleted in Salesforce: not made again"),
        pytest.param(answered(AMBIGUOUS, "create", values={"first_name": "", "last_name": ""}),
                     [contact(1, first_name="", last_name=""), BOB2], NOBODY,
                     id="to be created without a name: a record without a name is not it"),
        pytest.param(answered(NO_CONTACT, "create"), [converted(1, None)], NOBODY, id="converted, no contact: created"),
        pytest.param(answered(NO_CONTACT, "create", person=L1, matched_email=EMAIL), [converted(1, None)], NOBODY,
                     id="the same for a lead that we knew"),
        pytest.param(answered(NO_CONTACT, "pick", picked=C2), [converted(1, None), contact(2, email=EMMA)], C2,
                     id="converted, no contact: picked"),
        pytest.param(answered(NO_CONTACT, "leave_out"), [converted(1, None)], BY_HAND, id="converted: left out"),
        pytest.param(answered(Reason.NO_EMAIL, "pick", picked=C2, **NO_EMAIL), [contact(2)], C2, id="no email: picked"),
        pytest.param(answered(Reason.NO_EMAIL, "pick", picked=C2, **NO_EMAIL), [], Reason.NO_EMAIL,
                     id="no email, the picked record is gone: asked again, never created"),
        pytest.param(answered(Reason.NO_EMAIL, "create", **NO_EMAIL), [contact(2, email="")], NOBODY,
                     id="no email: created"),
        pytest.param(answered(Reason.NO_EMAIL, "create", **NO_EMAIL, **UNCLEAR), [], Reason.NO_EMAIL,
                     id="no email, created, the answer was lost: nobody can be found, a person must look"),
        pytest.param(answered(Reason.NO_EMAIL, "create", **NO_EMAIL, person=C2), [contact(2, email="")], C2,
                     id="no email, created earlier"),
        pytest.param(answered(DELETED, "leave_out", person=C1, matched_email=EMAIL), [], BY_HAND,
                     id="deleted: left out"),
    ],
)  # fmt: skip
def test_answers(entry: Row, found: list[PersonRecord], expected: object) -> None:
    assert told(match_person(person(entry), read(*found), policy=policy(), choices={})) == expected


def test_nobody_is_matched_without_an_email() -> None:
    everybody = read(contact(1, email=""), lead(1, email=""))
    match = match_person(person(row(**NO_EMAIL)), everybody, policy=policy(), choices={})
    assert told(match) is Reason.NO_EMAIL


def test_an_address_is_never_corrected_to_none() -> None:
    earlier: dict[str, Any] = {"person": C1, "matched_email": EMMA, "matched_last_name": "Lovelace"}
    entry = answered(Reason.NO_EMAIL, "pick", picked=C3, **earlier, **NO_EMAIL)
    match = match_person(person(entry), read(contact(1, email=EMMA)), policy=policy(), choices={})
    assert isinstance(match, Matched)
    assert (match.record.ref, match.corrects_email) == (C1, False)
