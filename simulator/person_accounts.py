"""Person Accounts: one person as an Account and a Contact; only the Account can be written, the Contact shows it.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import RowError
from simulator.person_names import account_name
from simulator.shapes import Row

if TYPE_CHECKING:
    from simulator.org import Org

_AUDIT = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
"""System fields that both halves have in common: one write makes or changes them."""


def check_contact(org: Org, *, row: Row) -> None:
    """Refuse to change the Contact of a Person Account (assumption: this code). Raises RowError."""
    if org.settings.person_accounts and row.get("IsPersonAccount"):
        message = "Unable to create/update fields: this contact belongs to a person account; write its account"
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message)


def check_parent(org: Org, *, given: Row) -> None:
    """Refuse a Contact under a Person Account, which has no contacts (assumption: this code). Raises RowError."""
    account = org.store.get("Account", row_id=given.get("AccountId"))
    if account is not None and account.get("IsPersonAccount"):
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "a person account cannot have contacts", ["AccountId"])


def check_account(org: Org, *, row: Row, given: Row) -> None:
    """Refuse the name of a person as a whole, and the fields of a person on a company. Raises RowError."""
    if not org.settings.person_accounts:
        return
    is_person = bool(row.get("IsPersonAccount"))
    people_only = {name for name in given if name.startswith("Person") or name.endswith("__pc")}
    refused = sorted(
        ({"Name"} & given.keys()) if is_person else people_only | ({"FirstName", "LastName"} & given.keys())
    )
    if refused:
        message = f"Unable to create/update fields: {', '.join(refused)}."
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, refused)


def before_insert(row: Row, *, given: Row) -> None:
    """Make an account with a last name that of a person (assumption: Salesforce also looks at its record type)."""
    if given.get("LastName") and not given.get("Name"):
        row["IsPersonAccount"] = True
        row["Name"] = full_name(row)


def full_name(row: Row) -> str:
    """Return first and last name in one."""
    return " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)


def reflect(org: Org, *, account_id: str) -> None:
    """Bring the Contact of a Person Account up to its Account; make it where there is none yet.

    Call holding the store's lock, after every write of an account.
    """
    account = org.store.get("Account", row_id=account_id)
    if account is None or not account.get("IsPersonAccount"):
        return
    contact_id = account.get("PersonContactId") or org.store.new_id("Contact")
    there = org.full_catalog["account"]
    shown = {
        field.name: account.get(account_name(field.name))
        for field in org.full_catalog["contact"].fields.values()
        if field.createable and there.field(account_name(field.name)) and account_name(field.name) in account
    }
    own = {"Id": contact_id, "IsPersonAccount": True, "AccountId": account_id, "OwnerId": account["OwnerId"]}
    own |= {name: account[name] for name in _AUDIT}
    if org.store.get("Contact", row_id=contact_id) is None:
        own["IsDeleted"] = False
    org.put_row("Contact", values={**shown, **own})
    org.store.put("Account", row={**account, "Name": full_name(account), "PersonContactId": contact_id})
