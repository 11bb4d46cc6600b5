"""Who wrote a row: Salesforce notes the user of each write, and nobody can choose it.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm
"""

from typing import Any

import pytest

from tests.simulator.client import Client

LEAD = {"LastName": "Roy", "Company": "Roy SA", "Email": "roy@example.com"}
QUERIES = {
    "Lead": "SELECT Id, CreatedBy.Username, LastModifiedBy.Username FROM Lead",
    "Contact": "SELECT Id, CreatedBy.Username, LastModifiedBy.Username FROM Contact",
    "Account": "SELECT Id, CreatedBy.Username, LastModifiedBy.Username FROM Account",
}
US, SALES = "integration@simulator.example", "sales@simulator.example"


def writers(api: Client, sobject: str, row_id: str) -> tuple[str, str]:
    """Return who created a row and who changed it last."""
    row = next(row for row in api.rows(QUERIES[sobject]) if row["Id"] == row_id)
    return row["CreatedBy"]["Username"], row["LastModifiedBy"]["Username"]


def change(api: Client, sobject: str, row_id: str, **values: Any) -> None:
    api.control("PATCH", "rows", {"sobject": sobject, "id": row_id, "values": values})


def test_a_row_names_who_created_it_and_who_changed_it_last(api: Client) -> None:
    lead = api.created("Lead", LEAD)
    assert writers(api, "Lead", lead) == (US, US)
    change(api, "Lead", lead, Title="CTO")
    assert writers(api, "Lead", lead) == (US, SALES)
    api.send("PATCH", f"sobjects/Lead/{lead}", json={"Title": "CEO"})
    assert writers(api, "Lead", lead) == (US, US)


def test_what_was_there_before_was_written_by_a_colleague(api: Client) -> None:
    [added] = api.control("POST", "rows", {"sobject": "Lead", "records": [LEAD]})["ids"]
    seeded = api.id_of("Lead", "Louis Bernard")
    assert [writers(api, "Lead", one) for one in (added, seeded)] == [(SALES, SALES)] * 2


@pytest.mark.parametrize("name", ["CreatedById", "LastModifiedById", "CreatedDate"])
def test_nobody_chooses_who_wrote_a_row(api: Client, name: str) -> None:
    answer = api.create("Lead", {**LEAD, name: api.rows("SELECT Id FROM User")[1]["Id"]})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_conversion_and_a_merge_are_writes_of_a_colleague(api: Client) -> None:
    lead, winner, loser = api.created("Lead", LEAD), *(api.created("Lead", LEAD) for _ in range(2))
    [contact] = api.control("POST", "convert", {"ids": [lead]})["contact_ids"]
    api.control("POST", "merge", {"winner": winner, "losers": [loser]})
    assert [writers(api, "Lead", one) for one in (lead, winner)] == [(US, SALES)] * 2
    assert writers(api, "Contact", contact) == (SALES, SALES)


def test_both_halves_of_a_person_account_are_of_one_writer(api: Client) -> None:
    api.settings(person_accounts=True)
    account = api.created("Account", {"LastName": "Roy"})
    [contact] = [row["Id"] for row in api.rows("SELECT Id FROM Contact WHERE IsPersonAccount = TRUE")]
    assert writers(api, "Account", account) == writers(api, "Contact", contact) == (US, US)
