"""SOQL: what comes back, in which shape, and how mistakes are named."""
# ruff: noqa: S608 - SOQL with ids, no SQL

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.simulator.client import Client

PEOPLE = [
    {"FirstName": "Zoé", "LastName": "O'Hara", "Email": "Zoe+1@Example.com", "Title": None},
    {"FirstName": "Al", "LastName": "Smith", "Email": "al@example.com", "Title": "CEO"},
    {"FirstName": "Bo", "LastName": "smith", "Email": "bo@example.com", "Title": "100%_\\x"},
]


@pytest.fixture
def people(api: Client) -> list[str]:
    ids: list[str] = api.control("POST", "rows", {"sobject": "Contact", "records": PEOPLE})["ids"]
    return ids


def last_names(api: Client, where: str) -> list[str]:
    return [row["LastName"] for row in api.rows(f"SELECT LastName FROM Contact WHERE {where}")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Email = 'ZOE+1@EXAMPLE.COM'", ["O'Hara"]),
        (r"LastName = 'o\'hara'", ["O'Hara"]),
        ("LastName IN ('SMITH') ORDER BY Email", ["Smith", "smith"]),
        ("LastName LIKE 'sm_th' AND Title != null ORDER BY Email DESC", ["smith", "Smith"]),
        (r"Title LIKE '100\%\_\\%'", ["smith"]),
        ("Title = null AND LastName LIKE 'O%'", ["O'Hara"]),
        ("Title != 'CEO' AND Email LIKE '%example.com' ORDER BY Email", ["smith", "O'Hara"]),
        ("NOT LastName LIKE '%mith' AND Email LIKE '%@example.com'", ["O'Hara"]),
        ("Email NOT IN ('al@example.com','bo@example.com') AND Email LIKE '%@example.com'", ["O'Hara"]),
        ("(FirstName = 'Al' OR FirstName = 'Bo') AND Title = 'CEO'", ["Smith"]),
        ("CreatedDate = TODAY AND FirstName = 'Al'", ["Smith"]),
        ("CreatedDate >= 2020-01-01T00:00:00Z AND CreatedDate < TOMORROW AND FirstName = 'Al'", ["Smith"]),
        ("HasOptedOutOfEmail = false AND FirstName = 'Bo'", ["smith"]),
        ("Account.Name = 'acme'", ["Martin"]),
        ("AccountId IN (SELECT Id FROM Account WHERE Name = 'Acme')", ["Martin"]),
        ("Email LIKE '%@example.com' ORDER BY Title ASC NULLS LAST, Email LIMIT 2", ["smith", "Smith"]),
        ("Email LIKE '%@example.com' ORDER BY Title, Email LIMIT 1 OFFSET 1", ["smith"]),
    ],
)
def test_conditions_and_order(api: Client, people: list[str], where: str, expected: list[str]) -> None:
    assert last_names(api, where) == expected


def test_ids_of_15_and_18_characters_find_the_same_row(api: Client, people: list[str]) -> None:
    for one in (people[0], people[0][:15]):
        assert api.rows(f"SELECT Id FROM Contact WHERE Id = '{one}'") == [{"Id": people[0]}]


def test_related_fields_and_child_rows_are_nested(api: Client, campaign_id: str, contact_id: str) -> None:
    api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id, "Status": "Attended"})
    (row,) = api.query(
        "SELECT id, account.name, Owner.IsActive, ReportsTo.Name, (SELECT Status, Campaign.Name FROM CampaignMembers "
        f"WHERE CampaignId = '{campaign_id}') FROM Contact c WHERE c.Id = '{contact_id}'"
    )["records"]
    assert list(row) == ["attributes", "Id", "Account", "Owner", "ReportsTo", "CampaignMembers"]
    assert row["Account"]["Name"] == "Acme"
    assert row["Account"]["attributes"]["type"] == "Account"
    assert row["Owner"]["IsActive"] is True
    assert row["ReportsTo"] is None
    assert row["CampaignMembers"]["totalSize"] == 1
    assert row["CampaignMembers"]["done"] is True
    assert row["CampaignMembers"]["records"][0]["Campaign"]["Name"] == "Salon 2026"


def test_a_person_without_children_has_null_there(api: Client, lead_id: str) -> None:
    assert api.rows("SELECT (SELECT Id FROM CampaignMembers) FROM Lead") == [{"CampaignMembers": None}]


def test_fields_of_the_person_show_on_the_member_and_can_be_asked_for(
    api: Client, campaign_id: str, contact_id: str
) -> None:
    api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": contact_id})
    where = f"WHERE Email = 'camille.martin@acme.example' AND LeadOrContactId = '{contact_id}'"
    assert api.rows(f"SELECT Name, CompanyOrAccount, Type FROM CampaignMember {where}") == [
        {"Name": "Camille Martin", "CompanyOrAccount": "Acme", "Type": "Contact"}
    ]


def test_counts_and_groups(api: Client, campaign_id: str) -> None:
    assert api.query("SELECT COUNT() FROM CampaignMemberStatus") == {"totalSize": 5, "done": True, "records": []}
    grouped = api.rows("SELECT HasResponded, COUNT(Id) n, MIN(Label) FROM CampaignMemberStatus GROUP BY HasResponded")
    assert grouped == [
        {"HasResponded": False, "n": 3, "expr0": "Declined"},
        {"HasResponded": True, "n": 2, "expr0": "Attended"},
    ]


def test_pages_are_followed_by_their_address_also_those_of_children(
    api: Client, campaign_id: str, people: list[str]
) -> None:
    api.settings(page_size=2)
    members = [{"CampaignId": campaign_id, "ContactId": one} for one in people]
    assert all(one["success"] for one in api.collection("POST", members, sobject="CampaignMember"))
    text = "SELECT Id, (SELECT Id FROM CampaignMembers) FROM Campaign"
    children = api.query(text)["records"][0]["CampaignMembers"]
    pages = [api.query("SELECT Id FROM Contact ORDER BY CreatedDate"), children]
    for page, total in zip(pages, (4, 3), strict=True):
        assert (page["totalSize"], page["done"], len(page["records"])) == (total, False, 2)
        url = page["nextRecordsUrl"]
        assert re.fullmatch(r"/services/data/v64\.0/query/0r8\w+-2", url)
        rest = api.http.get(api.server.url + url, timeout=10).json()
        assert (rest["totalSize"], rest["done"], "nextRecordsUrl" in rest) == (total, True, False)
        assert len(rest["records"]) == total - 2


def test_query_all_shows_deleted_and_merged_rows(api: Client, people: list[str], campaign_id: str) -> None:
    api.created("CampaignMember", {"CampaignId": campaign_id, "ContactId": people[1]})
    api.control("POST", "merge", {"winner": people[0], "losers": [people[2]]})
    api.send("DELETE", f"sobjects/Contact/{people[1]}")
    text = "SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE Id IN ('{}','{}')".format(*people[1:])
    assert api.rows(text) == []
    assert api.rows(text, path="queryAll") == [
        {"Id": people[1], "IsDeleted": True, "MasterRecordId": None},
        {"Id": people[2], "IsDeleted": True, "MasterRecordId": people[0]},
    ]
    children = f"SELECT (SELECT Id FROM CampaignMembers{{}}) FROM Contact WHERE Id = '{people[1]}'"
    assert api.rows(children.format(""), path="queryAll")[0]["CampaignMembers"]["totalSize"] == 1
    assert api.rows(children.format(" WHERE IsDeleted = false"), path="queryAll") == [{"CampaignMembers": None}]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("SELECT Id FROM Foo", "INVALID_TYPE", "ERROR at Row:1:Column:16\nsObject type 'Foo' is not supported."),
        ("SELECT Foo__c FROM Contact", "INVALID_FIELD", "No such column 'Foo__c' on entity 'Contact'. If you are"),
        ("SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope' on entity 'Contact'"),
        ("SELECT Boss.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path"),
        ("SELECT (SELECT Id FROM Things) FROM Contact", "INVALID_TYPE", "Didn't understand relationship 'Things'"),
        ("SELECT Id FROM Contact WHERE Id = 'junk'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: junk"),
        ("SELECT Id FROM Contact WHERE Birthdate = 'x'", "INVALID_FIELD", "must be of type date and should not be"),
        ("SELECT Id FROM Contact WHERE Email = 1", "INVALID_FIELD", "must be of type email and should be enclosed"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        (
            "SELECT Id FROM Contact WHERE Email = 'a' AND Id = null OR Id = null",
            "MALFORMED_QUERY",
            "unexpected token: 'OR'",
        ),
        (r"SELECT Id FROM Contact WHERE Email = 'a\q'", "MALFORMED_QUERY", "escape"),
        ("SELECT Id FROM Contact WHERE Email = 'a", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact WHERE Email IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT FROM Contact", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
    ],
)
def test_mistakes_are_named_with_their_place(api: Client, text: str, code: str, words: str) -> None:
    status, found, message = api.query_error(text)
    assert (status, found) == (400, code)
    assert words in message


def test_a_literal_beyond_4000_characters_is_refused(api: Client) -> None:
    assert api.query_error(f"SELECT Id FROM Contact WHERE Email = '{'x' * 4001}'")[1] == "MALFORMED_QUERY"


def test_hidden_fields_cannot_be_asked_for(api: Client) -> None:
    api.settings(hidden_fields={"Contact": ["HasOptedOutOfEmail"]})
    assert api.query_error("SELECT HasOptedOutOfEmail FROM Contact")[1] == "INVALID_FIELD"


def test_sharing_hides_rows_until_the_user_may_view_all(api: Client) -> None:
    api.settings(view_all=False, sharing_hides={"Contact": "not_owned"})
    rights = "SELECT PermissionSet.PermissionsViewAllData FROM PermissionSetAssignment WHERE AssigneeId = '{}'"
    user_id = api.rows("SELECT Id FROM User WHERE Username = 'integration@simulator.example'")[0]["Id"]

    def view_all() -> Any:
        return api.rows(rights.format(user_id))[0]["PermissionSet"]["PermissionsViewAllData"]

    assert (api.rows("SELECT Id FROM Contact"), view_all()) == ([], False)
    api.settings(view_all=True)
    assert (len(api.rows("SELECT Id FROM Contact")), view_all()) == (1, True)
