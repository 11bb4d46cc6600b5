"""What a new person gets beside the mapped fields, and who is not sent at all (rules 3.2 to 3.4)."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.accounts import AccountBy, AccountRow, index_accounts
from connector.core.convert import UnfitError
from connector.core.new_people import NewPeople, find_record_type
from connector.core.outcomes import Note
from connector.core.planning.creating import created_values
from connector.core.planning.field_values import Context
from connector.core.schema import RecordType, SObject
from tests.core.cases import RESPONDED, SCHEMAS, person, policy, row, schema

CONTACT, LEAD = SObject.CONTACT, SObject.LEAD
TYPES = {
    "012000000000001AAA": RecordType("Visiteur", "Visitor"),
    "012000000000002AAA": RecordType("Speaker", "Speaker"),
    "012000000000003AAA": RecordType("Speaker", "Speaker_2"),
}
TYPED = {kind: replace(SCHEMAS[kind], record_types=TYPES) for kind in (CONTACT, LEAD)}
BASE = {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.org"}
ACCOUNTS = index_accounts(AccountBy.BY_COMPANY, [AccountRow("001000000000001AAA", "Acme")])


def created(sobject: SObject, new_people: NewPeople, **values: Any) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return what a new person gets beside the names and the email; inwink says Ada Lovelace of Acme."""
    placeholders = values.pop("placeholders", {"company": "[not provided]", "last_name": "[not provided]"})
    facts = person(row(1, values={"company": "Acme", **values})).facts(policy())
    link_policy = policy(new_people=new_people, placeholders=placeholders)
    context = Context(link_policy, {**SCHEMAS, **TYPED}, RESPONDED, ACCOUNTS)
    given, notes = created_values(sobject, facts=facts, context=context)
    return {name: value for name, value in given.items() if BASE.get(name) != value}, notes


@pytest.mark.parametrize(
    ("sobject", "new_people", "given", "notes"),
    [
        pytest.param(LEAD, NewPeople(), {}, (), id="left to the organisation"),
        pytest.param(LEAD, NewPeople(record_types={LEAD: "visitor"}), {"RecordTypeId": "012000000000001AAA"}, (),
                     id="a record type by its developer name"),
        pytest.param(LEAD, NewPeople(record_types={LEAD: "Visiteur"}), {"RecordTypeId": "012000000000001AAA"}, (),
                     id="by its label"),
        pytest.param(LEAD, NewPeople(record_types={LEAD: "012000000000009AAA"}), {"RecordTypeId": "012000000000009AAA"},
                     (), id="by its id: Salesforce judges"),
        pytest.param(LEAD, NewPeople(record_types={CONTACT: "Visitor"}), {}, (), id="of the other object"),
        pytest.param(LEAD, NewPeople(owner_id="00G1"), {"OwnerId": "00G1"}, (), id="an owner"),
        pytest.param(LEAD, NewPeople(account_id="0011"), {}, (), id="a lead has no account"),
        pytest.param(CONTACT, NewPeople(account_id="0011"), {"AccountId": "0011"}, (), id="one account for all"),
        pytest.param(CONTACT, NewPeople(account_by=AccountBy.BY_COMPANY), {"AccountId": "001000000000001AAA"}, (),
                     id="the account of the company"),
        pytest.param(CONTACT, NewPeople(account_by=AccountBy.BY_DOMAIN), {}, (Note.ACCOUNT_NOT_FOUND,),
                     id="no account, and why"),
    ],
)  # fmt: skip
def test_what_the_link_gives(
    sobject: SObject, new_people: NewPeople, given: dict[str, Any], notes: tuple[Note, ...]
) -> None:
    values, said = created(sobject, new_people)
    assert ({name: value for name, value in values.items() if name != "Company"}, said) == (given, notes)


def test_a_record_type_that_the_user_may_not_give_stops_the_row() -> None:
    with pytest.raises(UnfitError, match="RecordTypeId: .*Nobody") as caught:
        created(LEAD, NewPeople(record_types={LEAD: "Nobody"}))
    assert caught.value.code == "record_type_unknown"


def test_a_label_that_two_record_types_share_names_none() -> None:
    assert find_record_type("Speaker", TYPED[LEAD]) is None
    assert find_record_type("Speaker_2", TYPED[LEAD]) == "012000000000003AAA"


@pytest.mark.parametrize(
    ("sobject", "values", "placeholders", "missing"),
    [
        pytest.param(LEAD, {"company": None}, {"company": "", "last_name": "x"}, "Company", id="no company"),
        pytest.param(CONTACT, {"last_name": None}, {"company": "x", "last_name": ""}, "LastName", id="no last name"),
        pytest.param(LEAD, {"last_name": None, "company": ""}, {}, "LastName, Company", id="neither"),
        pytest.param(CONTACT, {"company": None}, {}, "", id="a contact needs no company"),
        pytest.param(LEAD, {"company": None}, {"company": "[x]"}, "", id="the placeholder fills it"),
    ],
)
def test_who_lacks_what_salesforce_demands_is_not_sent(
    sobject: SObject, values: dict[str, Any], placeholders: dict[str, str], missing: str
) -> None:
    if not missing:
        created(sobject, NewPeople(), placeholders=placeholders, **values)
        return
    with pytest.raises(UnfitError) as caught:
        created(sobject, NewPeople(), placeholders=placeholders, **values)
    assert (caught.value.code, caught.value.field) == ("required_field_missing", missing)


def test_a_required_field_of_the_organisation_counts_too() -> None:
    extra = schema("Lead", *SCHEMAS[LEAD].fields.values(), replace(SCHEMAS[LEAD].fields["Track__c"], is_nillable=False))
    facts = person(row(1, values={"company": "Acme"})).facts(policy())
    with pytest.raises(UnfitError, match="Track__c"):
        created_values(LEAD, facts=facts, context=Context(policy(), {**SCHEMAS, LEAD: extra}, RESPONDED))
