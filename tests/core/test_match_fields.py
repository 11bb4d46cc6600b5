"""Who a participant is where a link has further email fields or a key (rule 2.9)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.match_fields import MatchFields, MatchKey
from connector.core.matching.choose import Held, Matched
from connector.core.matching.match import match_group, match_person
from connector.core.matching.match_key import asked_keys, key_of, keys_of
from connector.core.outcomes import Reason
from connector.core.rows import Ambiguous, LinkPolicy, PersonRecord, PersonRef, Row
from connector.core.screen import Person, group_by_email
from tests.core.cases import (
    CONTACT,
    EMAIL,
    LEAD,
    NOBODY,
    contact,
    converted,
    lead,
    member,
    named,
    person,
    policy,
    read,
    ref,
    row,
    told,
)

C1, C2, L1, L2 = ref(CONTACT, 1), ref(CONTACT, 2), ref(LEAD, 1), ref(LEAD, 2)
AMBIGUOUS = Reason.AMBIGUOUS
EMMA, WORK = "emma@example.org", "work@example.org"
K1, K2 = "k1", "k2"
KEYS = MatchFields(key=MatchKey("inwink.id", {CONTACT: "Inwink_Id__c", LEAD: "Inwink_Id__c"}))
MOST_RECENT = {"ambiguous": Ambiguous.MOST_RECENT}
LEAD_ONLY = {"match": (LEAD,)}
CORRECTS = "corrects the email"


def keyed(**more: Any) -> LinkPolicy:
    """Return the policy of a link with a key."""
    return policy(match_fields=KEYS, **more)


def holder(number: int = 1, *emails: str, **more: Any) -> PersonRecord:
    """Return a contact with these addresses, the first one in the field Email."""
    return contact(number, email=emails[0], emails=emails, **more)


# further email fields


@pytest.mark.parametrize(
    ("found", "more", "expected"),
    [
        pytest.param([holder(1, EMMA, EMAIL)], {}, C1, id="a further field holds the address"),
        pytest.param([holder(1, "", EMAIL)], {}, C1, id="the main field is empty"),
        pytest.param([holder(1, EMAIL, EMAIL)], {}, C1, id="both fields hold it: one record"),
        pytest.param([holder(1, EMMA, EMAIL), holder(2, EMAIL, "")], {}, AMBIGUOUS,
                     id="two people, each by another field: a person must choose"),
        pytest.param([holder(1, EMMA, EMAIL, last_activity_at="2026-01-01"), holder(2, EMAIL, "")], MOST_RECENT, C2,
                     id="most recent: the first field goes before the latest activity"),
        pytest.param([holder(1, EMMA, EMAIL, member=member()), holder(2, EMAIL, "")], {}, C1,
                     id="a member by the further field goes first: nobody is added twice"),
        pytest.param([holder(1, EMMA, EMAIL), lead(1)], {}, C1, id="a contact by the further field, a lead too"),
        pytest.param([holder(1, EMMA, EMAIL)], LEAD_ONLY, Reason.EXISTS_AS_CONTACT,
                     id="only the excluded object has it, by the further field: nobody is created"),
    ],
)  # fmt: skip
def test_an_address_in_any_listed_field_is_the_persons(
    found: list[PersonRecord], more: dict[str, Any], expected: object
) -> None:
    assert told(match_person(person(row()), read(*found), policy=policy(**more), choices={})) == expected


@pytest.mark.parametrize(
    ("found", "expected", "corrects"),
    [
        pytest.param([holder(1, "old@example.org", ""), holder(2, EMMA, EMAIL)], C2, False,
                     id="the new address stands in a further field of another record: moves there"),
        pytest.param([holder(1, "old@example.org", EMAIL)], C1, False, id="the record has it in a further field"),
        pytest.param([holder(1, "old@example.org", WORK)], C1, True, id="nobody has it: Email follows"),
        pytest.param([holder(1, EMMA, "old@example.org")], C1, True, id="matched by a further field before"),
    ],
)  # fmt: skip
def test_a_changed_email_and_further_fields(found: list[PersonRecord], expected: PersonRef, corrects: bool) -> None:
    who = person(row(person=C1, matched_email="old@example.org", matched_last_name="Lovelace"))
    match = match_person(who, read(*found), policy=policy(), choices={})
    assert isinstance(match, Matched)
    assert (match.record.ref, match.corrects_email) == (expected, corrects)


def test_a_record_that_gives_up_its_email_keeps_the_address_of_another_field() -> None:
    records = read(holder(1, EMAIL, WORK), holder(2, EMMA, EMMA), holder(3, ""))
    for number in (1, 2, 3):
        records.move_email(ref(CONTACT, number))
    found = {email: [one.ref for one in records.with_email(email)] for email in (EMAIL, WORK, EMMA)}
    assert found == {EMAIL: [], WORK: [C1], EMMA: [C2]}


# the key


def with_key(key: object = K1, **more: Any) -> Row:
    """Return Ada's entry with inwink's id."""
    return row(values={"id": key, **more.pop("values", {})}, **more)


@pytest.mark.parametrize(
    ("found", "more", "expected"),
    [
        pytest.param([contact(1, key=K1, email=EMMA)], {}, C1, id="key and names agree, nobody has the email"),
        pytest.param([contact(1, key=K1, email="", first_name="")], {}, C1, id="the record has no first name"),
        pytest.param([contact(1, key=K1, email=EMMA, first_name="Bob")], {}, NOBODY,
                     id="same last name only, another email: a ticket handed over in the family"),
        pytest.param([contact(1, key=K1, email=EMMA, first_name="Emma", last_name="Hopper")], {}, NOBODY,
                     id="names and email are another's: a ticket handed over"),
        pytest.param([contact(1), contact(2, key=K1)], {}, C2, id="of two with the email the one that has the key"),
        pytest.param([contact(1, member=member()), contact(2, key=K1)], {}, C2,
                     id="key and email go before another member with that email"),
        pytest.param([contact(1), lead(1, key=K1)], {}, L1, id="the key goes before the order of the objects"),
        pytest.param([contact(1), contact(2, key=K1, email=EMMA)], {}, AMBIGUOUS,
                     id="the key says one person, the email another: a person must choose"),
        pytest.param([contact(1), contact(2, key=K1, email=EMMA)], MOST_RECENT, C2,
                     id="the same where nobody is to be asked: the key goes before the email"),
        pytest.param([contact(1), contact(2, key=K1, email=EMMA, last_name="Hopper")], {}, C1,
                     id="the key is on a stranger's record: the email decides"),
        pytest.param([contact(1, key=K1), contact(2, key="K1")], {}, AMBIGUOUS, id="two records with one key"),
        pytest.param([contact(1, key=K1, email=EMMA), contact(2, key=K1, email=EMMA)], {}, AMBIGUOUS,
                     id="two records with one key, without the email"),
        pytest.param([contact(1, key="K1", email=EMMA)], {}, C1, id="Salesforce compares keys without case"),
        pytest.param([contact(1, key="K1", email=EMMA, is_key_case_sensitive=True)], {}, NOBODY,
                     id="unless the field is case-sensitive"),
        pytest.param([contact(1, key=K1, email=EMMA)], LEAD_ONLY, Reason.EXISTS_AS_CONTACT,
                     id="the key is on an object that the policy excludes"),
        pytest.param([replace(converted(1, 2), key=K1), contact(2, email=EMMA)], {}, C2,
                     id="the key is on a converted lead: its contact"),
        pytest.param([replace(converted(1, 2), key=K1)], {}, Reason.CONVERTED_WITHOUT_CONTACT,
                     id="converted, with the email, and no contact any more: nobody is created"),
        pytest.param([contact(1, key=K1, email=EMMA, is_deleted=True)], {}, NOBODY, id="deleted"),
    ],
)  # fmt: skip
def test_by_key(found: list[PersonRecord], more: dict[str, Any], expected: object) -> None:
    assert told(match_person(person(with_key()), read(*found), policy=keyed(**more), choices={})) == expected


def test_a_choice_settles_what_key_and_email_say_differently() -> None:
    records = read(contact(1), contact(2, key=K1, email=EMMA))
    for choice in (C1, C2):
        match = match_person(person(with_key()), records, policy=keyed(), choices={EMAIL: choice})
        assert told(match) == choice


@pytest.mark.parametrize(
    ("who", "found", "expected"),
    [
        pytest.param(with_key(person=C1, matched_email=EMAIL), [contact(1), contact(2, key=K1)], C1,
                     id="a stored record that still has the email stays"),
        pytest.param(with_key(person=C1, matched_email="old@example.org", matched_last_name="Lovelace"),
                     [contact(1, key=K1, email="old@example.org"), contact(2)], C2,
                     id="new email of another record: moves there, although the key stays behind"),
        pytest.param(with_key(person=C1, matched_email="old@example.org", matched_last_name="Hopper"),
                     [contact(1, key=K1, email="old@example.org")], NOBODY, id="handed over: the key finds nobody"),
        pytest.param(with_key(person=C2, matched_email=EMAIL), [contact(1, key=K1, email=EMMA)], C1,
                     id="the stored record was deleted, another has the key"),
    ],
)  # fmt: skip
def test_the_key_beside_a_stored_record(who: Row, found: list[PersonRecord], expected: object) -> None:
    assert told(match_person(person(who), read(*found), policy=keyed(), choices={})) == expected


def test_a_key_corrects_the_email_only_where_nobody_has_the_new_one() -> None:
    alone = match_person(person(with_key()), read(contact(1, key=K1, email=EMMA)), policy=keyed(), choices={})
    assert isinstance(alone, Matched)
    assert alone.corrects_email
    both = read(contact(1, key=K1, email=EMMA), contact(2))
    beside = match_person(person(with_key()), both, policy=keyed(**MOST_RECENT), choices={})
    assert isinstance(beside, Matched)
    assert not beside.corrects_email


ANN, BOB = ("Ann", "Smith"), ("Bob", "Jones")


def ann(**more: Any) -> Row:
    """Return Ann's entry, with her key."""
    return named(1, *ANN, values={"id": K1}, **more)


def bob(**more: Any) -> Row:
    """Return Bob's entry, on Ann's email, with his own key."""
    return named(2, *BOB, values={"id": K2}, **more)


def record(number: int, names: tuple[str, str], key: str = "") -> PersonRecord:
    """Return a contact of that name."""
    return contact(number, first_name=names[0], last_name=names[1], key=key)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([record(1, ANN, K1), record(2, BOB, K2)], {1: C1, 2: C2}, id="both have a record with their key"),
        pytest.param([record(1, ANN, K1), record(2, BOB)], {1: C1, 2: C2}, id="the second by key, the first by name"),
        pytest.param([record(2, BOB, K2)], {1: Reason.SHARES_EMAIL, 2: C2}, id="only Bob has one: Ann is asked about"),
        pytest.param([record(1, ANN, K2)], {1: C1, 2: Reason.SHARES_EMAIL},
                     id="Bob's key is on Ann's record: not his"),
    ],
)  # fmt: skip
def test_keys_tell_two_names_on_one_email_apart(found: list[PersonRecord], expected: dict[int, object]) -> None:
    (group,) = group_by_email([ann(), bob()], keyed())
    matches = match_group(group, read(*found), policy=keyed(), choices={})
    assert {one.lead_row.id: told(match) for one, match in matches} == expected


def test_a_key_needs_no_question_about_who_was_asked_before() -> None:
    """Ann was sent under the shared email; Bob's record has his key: both go on."""
    owned = ann(person=C1, matched_email=EMAIL, matched_last_name="Smith")
    (group,) = group_by_email([owned, bob()], keyed())
    matches = match_group(group, read(record(1, ("Anna", "Smith")), record(2, BOB, K2)), policy=keyed(), choices={})
    assert {one.lead_row.id: told(match) for one, match in matches} == {1: C1, 2: C2}
    assert not any(isinstance(match, Held) for _one, match in matches)


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("inwink.id", {"id": K1}, K1),
        ("inwink.id", {}, ""),
        ("fields.badge", {"custom": {"fields.badge": " 42 "}}, "42"),
        ("fields.badge", {"custom": {"fields.badge": 42}}, "42"),
        ("fields.badge", {"custom": {"fields.badge": ["a", "b"]}}, ""),
        ("fields.badge", {"custom": {"fields.badge": True}}, ""),
        ("fields.badge", {}, ""),
    ],
)
def test_the_key_of_a_row(source: str, values: dict[str, Any], expected: str) -> None:
    fields = MatchFields(key=MatchKey(source, {CONTACT: "Key__c"}))
    assert key_of(row(values=values), policy(match_fields=fields)) == expected
    assert key_of(row(values=values), policy()) == ""


def test_each_row_of_a_person_has_its_own_key() -> None:
    who = Person((with_key(K2), with_key(K1), with_key(K2)), EMAIL)
    assert keys_of(who, keyed()) == (K2, K1)


@pytest.mark.parametrize(
    ("more", "is_asked"),
    [
        ({}, True),
        ({"person": C1, "matched_email": EMAIL}, True),
        ({"person": C1, "matched_email": EMAIL, "sent_values": {"Contact.Inwink_Id__c": K1}}, False),
        ({"person": C1, "matched_email": EMMA, "sent_values": {"Contact.Inwink_Id__c": K1}}, True),
        ({"person": C1, "matched_email": EMAIL, "sent_values": {"Contact.Inwink_Id__c": K1}, "is_forced": True}, True),
    ],
)
def test_a_key_that_is_known_to_be_in_place_is_not_searched(more: dict[str, Any], is_asked: bool) -> None:
    assert asked_keys([person(with_key(**more))], keyed()) == ({K1} if is_asked else set())
