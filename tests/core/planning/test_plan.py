"""What is written for a participant: person, fields and membership together (rules 1.5, 2.8, 3, 4 and 5)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.checking.mapping_defaults import DEFAULT_MAPPINGS
from connector.core.mapping import MappingRule, Mode
from connector.core.matching.match import Match, Matched, NoMatch, match_person
from connector.core.matching.unite import unite_records
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.planning.plan import PersonPlan, plan_person
from connector.core.rows import PersonRecord, Row
from connector.core.schema import SObject
from connector.core.screen import Person
from connector.core.state import State
from tests.core.cases import (
    ATTENDED,
    CONTACT,
    DEFAULT_LABELS,
    EMAIL,
    LEAD,
    NOT_REGISTERED,
    REFUSED,
    REGISTERED,
    contact,
    context,
    converted,
    lead,
    member,
    minute,
    person,
    policy,
    read,
    ref,
    row,
)

C1, L1 = ref(CONTACT, 1), ref(LEAD, 1)
ADA = {"FirstName": "Ada", "LastName": "Lovelace", "Email": EMAIL}
CREATE_CONTACT = {"match": (CONTACT, LEAD), "create": CONTACT}
DIETARY = MappingRule(SObject.CAMPAIGN_MEMBER, "Dietary__c", "fields.dietary")
WITH_DIETARY = {"mappings": (*DEFAULT_MAPPINGS, DIETARY)}
VEGAN = {"custom": {"fields.dietary": "vegan"}}
TITLED = contact(1, values={"FirstName": "Ada", "LastName": "Lovelace", "Title": "CTO"})


def plan(who: Person, *found: PersonRecord, **more: Any) -> PersonPlan:
    """Match and plan a person."""
    link = policy(**more)
    return plan_person(who, match_person(who, read(*found), policy=link, choices={}), context(link))


def told(planned: PersonPlan) -> tuple[object, ...]:
    """Say what is planned: (why not,) or (what happens to the person, to the member, their values)."""
    if planned.verdict is not None:
        return (planned.verdict.reason,)
    return (
        f"{planned.record.operation} {planned.creates or (planned.ref and planned.ref.type)}",
        f"{planned.member.operation} member",
        dict(planned.record.values),
        dict(planned.member.values),
    )


REG, CAME = {"Status": "Registered"}, {"Status": "Attended"}
NO, NONE, NEW = "none", "none member", "create member"
COMPANY = {"Company": "[not provided]"}


@pytest.mark.parametrize(
    ("who", "found", "more", "expected"),
    [
        pytest.param(person(row(1, REGISTERED)), [], {}, ("create Lead", NEW, {**ADA, **COMPANY}, REG),
                     id="unknown, registered: a lead and a member"),
        pytest.param(person(row(1, ATTENDED)), [], {}, ("create Lead", NEW, {**ADA, **COMPANY}, CAME),
                     id="unknown, came: a lead and a member who attended"),
        pytest.param(person(row(1, REGISTERED)), [], CREATE_CONTACT, ("create Contact", NEW, ADA, REG),
                     id="unknown, the link creates contacts: no company"),
        pytest.param(person(row(1, REGISTERED, values={"company": "ACME", "position": "CTO"})), [], {},
                     ("create Lead", NEW, {**ADA, "Company": "ACME", "Title": "CTO"}, REG), id="unknown, all fields"),
        pytest.param(person(row(1, REGISTERED, values={"last_name": ""})), [], {},
                     ("create Lead", NEW, {"FirstName": "Ada", "Email": EMAIL, "LastName": "[not provided]", **COMPANY},
                      REG), id="unknown, no last name: the placeholder"),
        pytest.param(person(row(1, REGISTERED)), [], {"create": None}, (Reason.NO_MATCH,),
                     id="unknown, the link creates nobody"),
        pytest.param(person(row(1, NOT_REGISTERED)), [], {}, (Reason.NOT_CREATED_IN_STATE,),
                     id="unknown, only invited: not created"),
        pytest.param(person(row(1, REFUSED)), [], {}, (Reason.NOT_CREATED_IN_STATE,), id="unknown, refused"),
        pytest.param(person(row(1, REGISTERED, REFUSED)), [], {},
                     ("create Lead", NEW, {**ADA, **COMPANY}, {"Status": "Refused"}),
                     id="unknown, registered and then refused before a worker ran"),
        pytest.param(person(row(1, REGISTERED, REFUSED)), [], {"labels": DEFAULT_LABELS},
                     ("create Lead", NEW, {**ADA, **COMPANY}, REG), id="the same, refusals have no status"),
        pytest.param(person(row(1, REFUSED)), [],
                     {"labels": DEFAULT_LABELS, "create_for": frozenset({REFUSED, REGISTERED})},
                     (Reason.NOT_CREATED_IN_STATE,), id="a state without a status creates nobody"),
        pytest.param(person(row(1, NOT_REGISTERED), row(2, REGISTERED)), [], {},
                     ("create Lead", NEW, {**ADA, **COMPANY}, REG), id="two rows, one was registered"),
        pytest.param(person(row(1, REGISTERED)), [], {"can_create": False}, (Reason.VISIBILITY_NOT_CONFIRMED,),
                     id="unknown, but perhaps only invisible"),
        pytest.param(person(row(1, NOT_REGISTERED)), [], {"can_create": False, "create": None}, (Reason.NO_MATCH,),
                     id="several reasons: nobody is created goes first"),
        pytest.param(person(row(1, REGISTERED)), [contact(1), contact(2)], {"create": None}, (Reason.AMBIGUOUS,),
                     id="the match goes before the creation"),
        pytest.param(person(row(1, REGISTERED)), [contact(1)], {"can_create": False, "create": None},
                     (f"{NO} Contact", NEW, {}, REG), id="a contact: only a member is made"),
        pytest.param(person(row(1, NOT_REGISTERED)), [contact(1)], {},
                     (f"{NO} Contact", NEW, {}, {"Status": "Invited by inwink"}), id="a contact who is only invited"),
        pytest.param(person(row(1, NOT_REGISTERED)), [contact(1)], {"labels": DEFAULT_LABELS},
                     (Reason.STATUS_NOT_SENT,), id="the same, invitations have no status: nothing is written"),
        pytest.param(person(row(1, ATTENDED)), [lead(1, member=member("Registered", values={}))], {},
                     (f"{NO} Lead", "update member", {}, CAME), id="a lead who is a member and came"),
        pytest.param(person(row(1, REGISTERED)), [contact(1, member=member())], {}, (f"{NO} Contact", NONE, {}, {}),
                     id="a member with the right status: nothing is written"),
        pytest.param(person(row(1, REGISTERED, values={"position": "CEO"})), [TITLED], {},
                     (f"{NO} Contact", NEW, {}, REG), id="updates off: the title stays"),
        pytest.param(person(row(1, REGISTERED, values={"position": "CEO"})), [TITLED], {"update_existing": True},
                     ("update Contact", NEW, {"Title": "CEO"}, REG), id="updates on: the title follows"),
        pytest.param(person(row(1, REGISTERED, values={"first_name": "Augusta"})), [TITLED], {"update_existing": True},
                     (f"{NO} Contact", NEW, {}, REG), id="updates on: a first name that is there stays"),
        pytest.param(person(row(1, REGISTERED, values={"position": "x" * 41})), [TITLED], {},
                     (f"{NO} Contact", NEW, {}, REG), id="updates off: a title that is too long keeps nobody out"),
        pytest.param(person(row(1, REGISTERED, values={"position": "x" * 41})), [TITLED], {"update_existing": True},
                     (Reason.INVALID_VALUE,), id="updates on: a title that is too long fails"),
        pytest.param(person(row(1, REGISTERED, values={"position": "x" * 41})), [], {}, (Reason.INVALID_VALUE,),
                     id="unknown: a title that is too long fails"),
        pytest.param(person(row(1, REGISTERED, values={"position": "CEO"})), [replace(TITLED, is_person_account=True)],
                     {"update_existing": True}, (f"{NO} Contact", NEW, {}, REG), id="a Person Account: member only"),
        pytest.param(person(row(1, REGISTERED, values=VEGAN)), [contact(1)], WITH_DIETARY,
                     (f"{NO} Contact", NEW, {}, {"Dietary__c": "vegan", **REG}), id="a member field, new member"),
        pytest.param(person(row(1, REGISTERED, values=VEGAN)),
                     [contact(1, member=member(values={"Dietary__c": "none"}))], WITH_DIETARY,
                     (f"{NO} Contact", "update member", {}, {"Dietary__c": "vegan"}),
                     id="a member field that differs: always written"),
        pytest.param(person(row(1, REGISTERED, values=VEGAN)),
                     [contact(1, member=member("Meeting booked", values={"Dietary__c": "none"}))], WITH_DIETARY,
                     (f"{NO} Contact", "update member", {}, {"Dietary__c": "vegan"}),
                     id="the same, the status stays a colleague's"),
        pytest.param(person(row(1, REGISTERED, values=VEGAN)),
                     [contact(1, member=member(values={"Dietary__c": "vegan"}))], WITH_DIETARY,
                     (f"{NO} Contact", NONE, {}, {}), id="a member field that is the same"),
        pytest.param(person(row(1, REGISTERED)), [converted(1, 1), contact(1, email="")], {},
                     (f"{NO} Contact", NEW, {}, REG), id="a converted lead: its contact becomes a member"),
    ],
)  # fmt: skip
def test_plans(who: Person, found: list[PersonRecord], more: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert told(plan(who, *found, **more)) == expected


def ours(values: dict[str, Any], **more: Any) -> Row:
    """Return an entry whose contact we wrote: what inwink says now, what was sent."""
    sent = more.pop("sent", {})
    known = {"person": C1, "matched_email": EMAIL, "matched_last_name": "Lovelace", "last_synced_at": minute(1)}
    return row(more.pop("number", 1), REGISTERED, values=values, sent_values=sent, **{**known, **more})


NEW_EMAIL = "ada@new.example.org"


@pytest.mark.parametrize(
    ("rows", "found", "more", "expected"),
    [
        pytest.param([ours({"position": "CEO"}, sent={"Contact.Title": "CTO"})], TITLED, {}, {"Title": "CEO"},
                     id="updates off, our own value: a typo corrected at the desk arrives"),
        pytest.param([ours({"first_name": "Augusta"}, sent={"Contact.FirstName": "Ada"})], TITLED, {},
                     {"FirstName": "Augusta"}, id="the same for a name"),
        pytest.param([ours({"position": "CEO"}, sent={"Contact.Title": "CFO"})], TITLED, {}, {},
                     id="updates off, a colleague changed it: stays"),
        pytest.param([ours({"position": "CFO"}, sent={"Contact.Title": "CFO"})], TITLED, {"update_existing": True}, {},
                     id="updates on, a colleague changed it, inwink did not: stays"),
        pytest.param([ours({"position": "CEO"}, sent={"Contact.Title": "CFO"})], TITLED, {"update_existing": True},
                     {"Title": "CEO"}, id="updates on, both changed it: inwink"),
        pytest.param([ours({"position": "CFO"}, sent={"Contact.Title": "CFO"}, is_forced=True)], TITLED,
                     {"update_existing": True}, {"Title": "CFO"}, id="somebody presses Resync: inwink"),
        pytest.param([ours({"position": ""}, sent={"Contact.Title": "CTO"})], TITLED, {}, {},
                     id="inwink has none any more: stays"),
        pytest.param([ours({"position": "CEO"}, sent={"Contact.Title": "CTO"}, last_synced_at=minute(9)),
                      ours({"position": "CEO"}, sent={"Contact.Title": "CFO"}, number=2)], TITLED, {},
                     {"Title": "CEO"}, id="two rows: what the row synced last has sent counts"),
        pytest.param([ours({"email": NEW_EMAIL}, created_by_us=True)], replace(TITLED, values={}), {},
                     {"Email": NEW_EMAIL}, id="new email, created by us: the address follows"),
        pytest.param([ours({"email": NEW_EMAIL}, created_by_us=True)], replace(TITLED, email="boss@example.org"), {},
                     {}, id="new email, created by us, but a colleague changed the address: stays"),
        pytest.param([ours({"email": NEW_EMAIL})], TITLED, {}, {}, id="new email, not ours: the address stays"),
    ],
)  # fmt: skip
def test_ours_until_changed(
    rows: list[Row], found: PersonRecord, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert dict(plan(person(*rows), found, **more).record.values) == expected


OVERWRITE_EMAIL = (*(each for each in DEFAULT_MAPPINGS if each.field != "Email"),
                   MappingRule(SObject.CONTACT, "Email", "email", mode=Mode.OVERWRITE))  # fmt: skip


@pytest.mark.parametrize(("updates", "expected"), [(True, NEW_EMAIL), (False, None)])
def test_an_address_that_is_mapped_overwrite_follows_where_updates_are_on(updates: bool, expected: str | None) -> None:
    who = person(ours({"email": NEW_EMAIL}))
    planned = plan(who, TITLED, update_existing=updates, mappings=OVERWRITE_EMAIL)
    assert planned.record.values.get("Email") == expected
    assert planned.record.before.get("Email") == (EMAIL if expected else None)


def test_old_values_stand_beside_the_new_ones() -> None:
    planned = plan(person(row(1, ATTENDED, values={"position": "CEO"})), replace(TITLED, member=member()),
                   update_existing=True)  # fmt: skip
    assert planned.record.before == {"Title": "CTO"}
    assert planned.member.before == {"Status": "Registered"}
    assert (planned.label, planned.member_id) == ("Attended", member().id)


def test_values_that_agree_are_told_so_that_a_colleagues_later_change_is_respected() -> None:
    who = person(row(1, REGISTERED, values={"position": "CTO", **VEGAN}))
    found = replace(TITLED, member=member(values={"Dietary__c": "vegan"}))
    planned = plan(who, found, update_existing=True, **WITH_DIETARY)
    assert (planned.record.agreed, planned.member.agreed) == ({"Title": "CTO"}, {"Dietary__c": "vegan"})
    assert plan(who, found, **WITH_DIETARY).record.agreed == {}
    later = person(ours({"position": "CTO"}, sent={"Contact.Title": "CTO"}))
    promoted = replace(TITLED, values={"Title": "CEO"})
    assert "Title" not in plan(later, promoted, update_existing=True).record.values


def test_notes_say_what_was_kept() -> None:
    who = person(row(1, REFUSED, values={"position": "CEO"}))
    planned = plan(who, replace(TITLED, member=member("Attended"), is_person_account=True), update_existing=True)
    assert planned.notes == (Note.STATUS_NOT_LOWERED, Note.PERSON_ACCOUNT)
    assert planned.held_label == "Attended"
    assert not planned.writes


def test_a_failure_names_the_field() -> None:
    planned = plan(person(row(1, REGISTERED, values={"position": "x" * 41})))
    assert planned.verdict is not None
    assert (planned.verdict.outcome, planned.verdict.code) == (Outcome.FAILED, "value_too_long")
    assert planned.verdict.detail == "Title: 41 characters, 40 fit"


def test_who_is_left_out_gets_nothing_at_all() -> None:
    planned = plan(person(row(1, NOT_REGISTERED, values={"position": "CEO"})), TITLED, update_existing=True,
                   labels=DEFAULT_LABELS)  # fmt: skip
    assert not planned.writes


def test_a_removed_member_stays_removed_after_a_merge() -> None:
    entry = row(1, REGISTERED, person=C1, member_id="00v9", matched_email=EMAIL, synced_state=REGISTERED)
    merged = contact(1, is_deleted=True, master_id=ref(CONTACT, 2).id)
    assert told(plan(person(entry), merged, contact(2))) == (Reason.REMOVED_BY_HAND,)


def test_people_of_one_record_are_written_once() -> None:
    first, second, other = (person(row(n, state)) for n, state in ((1, REGISTERED), (2, ATTENDED), (3, REGISTERED)))
    pairs: list[tuple[Person, Match]] = [
        (second, Matched(contact(1), notes=(Note.LEFT_BEHIND,), earlier=frozenset({L1}))),
        (other, NoMatch()),
        (first, Matched(contact(1), corrects_email=True)),
    ]
    united = unite_records(pairs, policy())
    assert [[entry.id for entry in one.rows] for one, _match in united] == [[1, 2], [3]]
    assert united[0][1] == Matched(contact(1), notes=(Note.LEFT_BEHIND,), corrects_email=True, earlier=frozenset({L1}))
    planned = plan_person(*united[0], context())
    assert (planned.member.operation, planned.label) == (Operation.CREATE, "Attended")


@pytest.mark.parametrize("state", State)
def test_a_second_run_writes_nothing(state: State) -> None:
    """Whatever a first run wrote is found again by the next one: nothing differs."""
    link = policy(update_existing=True, create_for=frozenset(State), **WITH_DIETARY)
    who = person(row(1, state, values={"position": "CTO", "company": "ACME", **VEGAN}))
    first = plan_person(who, NoMatch(), context(link))
    values = dict(first.record.values)
    made = member(first.label, values={"Dietary__c": first.member.values["Dietary__c"]})
    found = lead(1, values=values, member=made)
    sent = {f"Lead.{name}": value for name, value in values.items()}
    entry = replace(who.rows[0], person=L1, member_id=made.id, matched_email=EMAIL, sent_values=sent,
                    synced_state=who.target(link), sent_label=first.label, created_by_us=True)  # fmt: skip
    again = plan_person(person(entry), Matched(found), context(link))
    assert not again.writes
    assert again.notes == ()
