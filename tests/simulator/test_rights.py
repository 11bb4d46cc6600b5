"""What the integration user sees and may read about itself, as its permission sets and the org's switches say."""
# ruff: noqa: S608 - SOQL with names, no SQL

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Client

HIDDEN = {"Contact": "not_owned", "Lead": "not_owned"}
SEEN = {"Contact": 1, "Lead": 1}
"""Contacts and leads of the seed."""


@pytest.fixture
def user_id(api: Client) -> str:
    api.settings(view_all=False, sharing_hides=HIDDEN)
    return str(api.rows("SELECT Id FROM User WHERE Username = 'integration@simulator.example'")[0]["Id"])


def grant(api: Client, user_id: str, *, view_all_on: tuple[str, ...] = (), **columns: Any) -> None:
    """Assign a permission set to the user; `columns` are those of the set, or of the assignment in `assignment`."""
    assignment = columns.pop("assignment", {})
    (set_id,) = add(api, "PermissionSet", Name="Events", Label="Events", Type="Regular", **columns)
    for sobject in view_all_on:
        add(api, "ObjectPermissions", ParentId=set_id, SobjectType=sobject, PermissionsViewAllRecords=True)
    values = {"PermissionSetId": set_id, "AssigneeId": user_id, "IsActive": True, **assignment}
    add(api, "PermissionSetAssignment", **values)


def add(api: Client, sobject: str, **values: Any) -> list[str]:
    ids: list[str] = api.control("POST", "rows", {"sobject": sobject, "records": [values]})["ids"]
    return ids


def seen(api: Client) -> dict[str, int]:
    return {name: len(api.rows(f"SELECT Id FROM {name}")) for name in ("Contact", "Lead")}


def test_view_all_records_shows_all_records_of_its_object(api: Client, user_id: str) -> None:
    assert seen(api) == {"Contact": 0, "Lead": 0}
    grant(api, user_id, view_all_on=("Lead",))
    assert seen(api) == {"Contact": 0, "Lead": 1}


def test_view_all_data_shows_everything(api: Client, user_id: str) -> None:
    grant(api, user_id, PermissionsViewAllData=True)
    assert seen(api) == SEEN


@pytest.mark.parametrize(
    "columns",
    [
        {"HasActivationRequired": True},
        {"assignment": {"IsActive": False}},
        {"assignment": {"ExpirationDate": "2020-01-01T00:00:00.000+0000"}},
    ],
)
def test_a_permission_set_that_does_not_act_shows_nothing(api: Client, user_id: str, columns: Any) -> None:
    grant(api, user_id, view_all_on=("Contact", "Lead"), **columns)
    assert seen(api) == {"Contact": 0, "Lead": 0}


def test_organisation_wide_defaults_tell_what_is_hidden(api: Client, user_id: str) -> None:
    defaults = "SELECT DefaultContactAccess, DefaultLeadAccess FROM Organization"
    assert api.rows(defaults) == [{"DefaultContactAccess": "None", "DefaultLeadAccess": "None"}]
    api.settings(sharing_hides={})
    usual = {"DefaultContactAccess": "ControlledByParent", "DefaultLeadAccess": "ReadEditTransfer"}
    assert api.rows(defaults) == [usual]


@pytest.mark.parametrize("sobject", ["PermissionSetAssignment", "ObjectPermissions", "DuplicateRule"])
def test_without_view_setup_permission_sets_cannot_be_read(api: Client, sobject: str) -> None:
    assert api.query(f"SELECT Id FROM {sobject}")["done"]
    api.settings(view_setup=False)
    assert api.query_error(f"SELECT Id FROM {sobject}")[1] == "INVALID_TYPE"


def test_the_flag_of_marketing_users_follows_the_switch(api: Client, user_id: str) -> None:
    flag = f"SELECT UserPermissionsMarketingUser FROM User WHERE Id = '{user_id}'"
    assert api.rows(flag) == [{"UserPermissionsMarketingUser": True}]
    api.settings(marketing_user=False)
    assert api.rows(flag) == [{"UserPermissionsMarketingUser": False}]


def test_rules_of_the_org_show_in_rows(api: Client) -> None:
    duplicates = "SELECT SobjectType FROM DuplicateRule WHERE IsActive = true"
    assert (api.rows(duplicates), api.rows("SELECT Id FROM AssignmentRule")) == ([], [])
    api.settings(duplicate_rules={"Lead": {"action": "alert"}}, assignment_rule_owner="005000000000001AAA")
    assert api.rows(duplicates) == [{"SobjectType": "Lead"}]
    assert api.rows("SELECT SobjectType, Active FROM AssignmentRule") == [{"SobjectType": "Lead", "Active": True}]
    api.settings(duplicate_rules={})
    assert api.rows(duplicates) == []
