"""Person Accounts, owners and record types: what Salesforce refuses, and what it does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.seed import read_seed
from simulator.server import SimulatorServer
from tests.simulator.client import Client
from tests.simulator.test_rows import LEAD, read, refusal


@pytest.fixture
def people(api: Client) -> Client:
    """Have Person Accounts."""
    api.settings(person_accounts=True)
    return api


PERSON = {"FirstName": "Ada", "LastName": "Roy", "PersonEmail": "Ada@Example.com", "Track__pc": "Other"}


def test_an_account_with_a_last_name_is_a_person_whose_contact_shows_the_same(people: Client) -> None:
    account = read(people, "Account", people.created("Account", PERSON))
    assert (account["Name"], account["IsPersonAccount"]) == ("Ada Roy", True)
    contact = read(people, "Contact", account["PersonContactId"])
    shown = {name: contact[name] for name in ("Name", "Email", "Track__c", "AccountId", "IsPersonAccount")}
    assert shown == {
        "Name": "Ada Roy",
        "Email": "ada@example.com",
        "Track__c": "Other",
        "AccountId": account["Id"],
        "IsPersonAccount": True,
    }


def test_what_is_written_to_the_account_shows_on_the_contact(people: Client) -> None:
    account_id = people.created("Account", PERSON)
    values = {"PersonTitle": "CTO", "LastName": "Lovelace", "PersonMailingCity": "London", "Phone": "1"}
    assert people.send("PATCH", f"sobjects/Account/{account_id}", json=values).status_code == 204
    contact = read(people, "Contact", read(people, "Account", account_id)["PersonContactId"])
    shown = [contact[name] for name in ("Title", "Name", "MailingCity", "Phone", "Email")]
    assert shown == ["CTO", "Ada Lovelace", "London", "1", "ada@example.com"]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        pytest.param({"Name": "x"}, ["Name"], id="a person's name is put together"),
        pytest.param({"PersonTitle": "x" * 81}, ["PersonTitle"], id="the title of a person is shorter"),
    ],
)
def test_a_persons_account_refuses(people: Client, values: dict[str, str], fields: list[str]) -> None:
    account_id = people.created("Account", PERSON)
    status, _code, named = refusal(people.send("PATCH", f"sobjects/Account/{account_id}", json=values))
    assert (status, named) == (400, fields)


def test_a_company_has_no_fields_of_persons(people: Client) -> None:
    account_id = people.created("Account", {"Name": "Roy SA"})
    refused = people.send("PATCH", f"sobjects/Account/{account_id}", json={"PersonTitle": "x"})
    assert refusal(refused) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["PersonTitle"])


def test_a_person_account_has_no_contacts(people: Client) -> None:
    account_id = people.created("Account", PERSON)
    refused = people.create("Contact", {"LastName": "Roy", "AccountId": account_id})
    assert refusal(refused) == (400, "FIELD_INTEGRITY_EXCEPTION", ["AccountId"])


def test_a_lead_without_a_company_is_converted_into_a_person_account(people: Client) -> None:
    lead_id = people.created("Lead", {"LastName": "Roy", "Email": "roy@example.com", "Title": "CTO"})
    (contact_id,) = people.control("POST", "convert", {"ids": [lead_id]})["contact_ids"]
    contact = read(people, "Contact", contact_id)
    assert (contact["IsPersonAccount"], contact["Email"], contact["Title"]) == (True, "roy@example.com", "CTO")


def test_an_assignment_rule_also_takes_leads_that_are_updated(api: Client) -> None:
    queue = api.id_of("Group", "Event leads")
    kept, taken = api.created("Lead", LEAD), api.created("Lead", LEAD)
    api.settings(assignment_rule_owner=queue)
    api.send("PATCH", f"sobjects/Lead/{kept}", json={"Title": "x"}, headers={"Sforce-Auto-Assign": "FALSE"})
    api.send("PATCH", f"sobjects/Lead/{taken}", json={"Title": "x"})
    assert [read(api, "Lead", one)["OwnerId"] == queue for one in (kept, taken)] == [False, True]


def test_a_queue_owns_only_what_it_is_for(api: Client) -> None:
    queue = api.id_of("Group", "Event leads")
    assert api.create("Lead", {**LEAD, "OwnerId": queue}).status_code == 201
    other = api.control("POST", "rows", {"sobject": "Group", "records": [{"Name": "Cases", "Type": "Queue"}]})["ids"][0]
    assert refusal(api.create("Lead", {**LEAD, "OwnerId": other}))[1:] == ("INVALID_CROSS_REFERENCE_KEY", ["OwnerId"])
    assert api.rows("SELECT SobjectType, Queue.Name FROM QueueSobject") == [
        {"SobjectType": "Lead", "Queue": {"attributes": _of(queue), "Name": "Event leads"}}
    ]


def _of(queue: str) -> dict[str, Any]:
    return {"type": "Group", "url": f"/services/data/v64.0/sobjects/Group/{queue}"}


@pytest.fixture
def typed() -> Iterator[Client]:
    """Have record types of leads: two active ones and an old one."""
    field = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"], "relationship": "RecordType"}
    seed = {**read_seed(None)}
    seed["custom_fields"] = {**seed["custom_fields"], "Lead": [*seed["custom_fields"]["Lead"], field]}
    types = [{"Name": name, "DeveloperName": name, "SobjectType": "Lead", "IsActive": name != "Old"}
             for name in ("Visitor", "Speaker", "Old")]  # fmt: skip
    seed["rows"] = {**seed["rows"], "RecordType": types}
    with SimulatorServer(seed=seed) as server:
        yield Client(server)


def test_a_record_type_is_given_if_it_is_active_else_the_first_is(typed: Client) -> None:
    ids = {row["Name"]: row["Id"] for row in typed.rows("SELECT Id, Name FROM RecordType")}
    given = typed.created("Lead", {**LEAD, "RecordTypeId": ids["Speaker"]})
    default = typed.created("Lead", LEAD)
    assert [read(typed, "Lead", one)["RecordTypeId"] for one in (given, default)] == [ids["Speaker"], ids["Visitor"]]
    refused = typed.create("Lead", {**LEAD, "RecordTypeId": ids["Old"]})
    assert refusal(refused) == (400, "INVALID_CROSS_REFERENCE_KEY", ["RecordTypeId"])
