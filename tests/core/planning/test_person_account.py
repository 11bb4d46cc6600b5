"""How a Person Account is written: through its Account, under the names that people map (rule 2.9)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.mapping import Mode
from connector.core.matching.match import Matched
from connector.core.outcomes import Note, Operation
from connector.core.planning.field_values import Context
from connector.core.planning.person_account import account_field, account_values, as_contact
from connector.core.planning.plan import PersonPlan, plan_person
from connector.core.schema import SObject
from tests.core.cases import (
    EMAIL,
    REGISTERED,
    RESPONDED,
    SCHEMAS,
    contact,
    member,
    person,
    policy,
    row,
    rule,
    schema,
    spec,
)

ACCOUNT_ID = "001000000000001AAA"
ACCOUNT = schema(
    "Account", spec("Name"), spec("FirstName"), spec("LastName"), spec("Phone", "phone"), spec("Description"),
    spec("PersonEmail", "email", length=80), spec("PersonTitle", length=10), spec("PersonMailingCity"),
    spec("Track__pc", "picklist", choices=SCHEMAS[SObject.CONTACT].fields["Track__c"].choices),
    spec("Track__c"), spec("ns__Level__pc"), spec("PersonHasOptedOutOfEmail", "boolean", is_updateable=False),
)  # fmt: skip
TITLE = rule("Title", "position")


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("FirstName", "FirstName"),
        ("Title", "PersonTitle"),
        ("Email", "PersonEmail"),
        ("MailingCity", "PersonMailingCity"),
        ("Phone", "Phone"),
        ("Track__c", "Track__pc"),
        ("ns__Level__c", "ns__Level__pc"),
        ("Other__c", None),
        ("Description", None),
        ("Name", None),
    ],
)
def test_a_field_of_the_contact_has_another_name_on_the_account(name: str, there: str | None) -> None:
    found = account_field(name, ACCOUNT)
    assert (found.name if found else None) == there


def test_values_are_renamed_and_those_of_no_field_left_out() -> None:
    assert account_values({"Title": "x", "Track__c": "WEB", "Other__c": 1}, ACCOUNT) == {
        "PersonTitle": "x",
        "Track__pc": "WEB",
    }


def test_limits_and_rights_are_those_of_the_account() -> None:
    seen = as_contact(SCHEMAS[SObject.CONTACT], ACCOUNT, names=["title", "HasOptedOutOfEmail", "Gone__c"])
    assert {name: (one.length, one.is_updateable) for name, one in seen.fields.items()} == {
        "Title": (10, True),
        "HasOptedOutOfEmail": (0, False),
    }


def plan(*mappings: Any, now: dict[str, Any], account: Any = ACCOUNT, **values: Any) -> PersonPlan:
    """Plan Ada, who is a Person Account and a member already; `now` is what her Contact shows."""
    known = row(1, REGISTERED, values=values, **({"sent_values": now.pop("sent")} if "sent" in now else {}))
    record = contact(1, member=member(), is_person_account=True, account_id=ACCOUNT_ID, values=now)
    known = replace(known, person=record.ref, synced_state=REGISTERED)
    schemas = {**SCHEMAS, **({SObject.ACCOUNT: account} if account else {})}
    context = Context(policy(update_existing=True, mappings=mappings), schemas, RESPONDED)
    return plan_person(person(known), Matched(record), context)


def test_a_changed_field_is_written_to_the_account_and_known_by_the_contacts_name() -> None:
    planned = plan(TITLE, now={"Title": "CEO"}, position="CTO")
    assert planned.record.operation is Operation.UPDATE
    assert (planned.record.values, planned.record.before) == ({"Title": "CTO"}, {"Title": "CEO"})
    assert (planned.record.account_id, planned.record.account_values) == (ACCOUNT_ID, {"PersonTitle": "CTO"})
    assert planned.notes == ()


def test_what_is_the_same_is_not_written() -> None:
    assert plan(TITLE, now={"Title": "CTO"}, position="CTO").record.operation is Operation.NONE


def test_ours_until_changed_works_as_for_everybody() -> None:
    if_new = rule("Title", "position", mode=Mode.IF_NEW)
    ours = plan(if_new, now={"Title": "CEO", "sent": {"Contact.Title": "CEO"}}, position="CTO")
    theirs = plan(if_new, now={"Title": "PDG", "sent": {"Contact.Title": "CEO"}}, position="CTO")
    assert [one.record.account_values for one in (ours, theirs)] == [{"PersonTitle": "CTO"}, {}]


def test_a_value_must_fit_the_account() -> None:
    planned = plan(TITLE, now={"Title": "CEO"}, position="Chief technology officer")
    assert planned.verdict is not None
    assert planned.verdict.code == "value_too_long"


def test_a_field_that_the_account_lacks_is_left_out_and_noted() -> None:
    planned = plan(rule("Formula__c", "position"), TITLE, now={"Title": "CEO"}, position="CTO")
    assert (dict(planned.record.account_values), planned.notes) == ({"PersonTitle": "CTO"}, (Note.FIELD_DROPPED,))


REFUSED = replace(ACCOUNT, is_updateable=False)


@pytest.mark.parametrize("account", [None, REFUSED])
@pytest.mark.parametrize(
    ("mapping", "now", "position", "is_noted"),
    [
        pytest.param(TITLE, {"Title": "CEO"}, "CTO", True, id="a value would be changed"),
        pytest.param(TITLE, {"Title": "CTO"}, "CTO", False, id="it is the same"),
        pytest.param(replace(TITLE, mode=Mode.IF_EMPTY), {"Title": "CEO"}, "CTO", False, id="it would stay"),
        pytest.param(TITLE, {"Title": "CEO"}, "", False, id="inwink has none"),
        pytest.param(TITLE, {"Title": "CEO"}, "x" * 41, True, id="a value that fits nowhere fails nobody"),
    ],
)
def test_without_the_right_only_the_membership_is_written_and_noted_where_fields_differ(
    account: Any, mapping: Any, now: dict[str, Any], position: str, is_noted: bool
) -> None:
    planned = plan(mapping, now=now, account=account, position=position)
    assert (planned.verdict, planned.record.operation) == (None, Operation.NONE)
    assert planned.notes == ((Note.PERSON_ACCOUNT,) if is_noted else ())


def test_a_link_that_updates_nobody_holds_nothing_back() -> None:
    record = contact(1, is_person_account=True, account_id=ACCOUNT_ID, values={"Title": "CEO"})
    context = Context(policy(mappings=(TITLE,)), {**SCHEMAS, SObject.ACCOUNT: REFUSED}, RESPONDED)
    planned = plan_person(person(row(1, REGISTERED, values={"position": "CTO"})), Matched(record), context)
    assert planned.notes == ()


def test_the_right_is_not_missed_for_a_field_that_the_account_lacks() -> None:
    lacking = schema("Account", spec("LastName"))
    planned = plan(TITLE, now={"Title": "CEO"}, account=replace(lacking, is_updateable=False), position="CTO")
    assert planned.notes == ()


@pytest.mark.parametrize(
    ("account", "written", "notes"),
    [
        pytest.param(ACCOUNT, {"PersonEmail": EMAIL}, (), id="it follows"),
        pytest.param(schema("Account", spec("LastName")), {}, (Note.FIELD_DROPPED,), id="no right to the field"),
    ],
)
def test_a_new_address_goes_to_the_account(account: Any, written: dict[str, Any], notes: tuple[Note, ...]) -> None:
    record = contact(1, email="old@example.org", member=member(), is_person_account=True, account_id=ACCOUNT_ID)
    ours = row(1, REGISTERED, person=record.ref, created_by_us=True, matched_email="old@example.org",
               synced_state=REGISTERED)  # fmt: skip
    context = Context(policy(mappings=()), {**SCHEMAS, SObject.ACCOUNT: account}, RESPONDED)
    planned = plan_person(person(ours), Matched(record, corrects_email=True), context)
    assert (dict(planned.record.account_values), planned.notes) == (written, notes)
