"""Insert, update, upsert and delete of one row, with the checks that Salesforce makes.

All functions are called holding the store's lock, so a check and its write are one step.
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator import campaigns, duplicates, members, people, person_accounts
from simulator.clock import now_text
from simulator.errors import RowError
from simulator.ids import normalise_id
from simulator.schema import Field, SObject
from simulator.shapes import Caller, Row
from simulator.validate import stored_value

if TYPE_CHECKING:
    from simulator.org import Org


def insert_row(org: Org, *, sobject: SObject, values: Row, caller: Caller) -> str:
    """Create a row and return its id. Raises RowError.

    What a user without the right to create or edit an object is told, code and words, is an assumption.
    """
    if not sobject.createable:
        raise RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {sobject.name}")
    if org.settings.storage_full:
        raise RowError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
    given = _read_values(org, sobject=sobject, values=values, writing="createable")
    row = _new_row(org, sobject=sobject, given=given, caller=caller)
    _before_insert(org, row=row, sobject=sobject, given=given, caller=caller)
    _check_required(sobject, row=row)
    _check_references(org, sobject=sobject, given={**given, "OwnerId": row.get("OwnerId")})
    _check_rules(org, sobject=sobject, row=row)
    _check_unique(org, sobject=sobject, row=row)
    duplicates.check_duplicates(org, sobject=sobject, row=row, caller=caller)
    org.store.put(sobject.name, row=row)
    _after_write(org, sobject=sobject, row=row)
    return str(row["Id"])


def update_row(org: Org, *, sobject: SObject, row_id: Any, values: Row, caller: Caller) -> str:
    """Change a row and return its id. Raises RowError."""
    old = existing_row(org, sobject=sobject, row_id=row_id)
    if not sobject.updateable:
        raise RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be updated: {sobject.name}")
    people.check_editable(org, sobject=sobject.name, row=old)
    given = _read_values(org, sobject=sobject, values=values, writing="updateable")
    row = {**old, **given, **_stamp(caller)}
    if sobject.name == "CampaignMember":
        members.before_update(org, row=row, given=given)
    elif sobject.name == "CampaignMemberStatus":
        campaigns.check_kept(org, row=row, old=old)
    elif sobject.name in people.NAMED:
        people.compose_name(row)
        people.assign_owner(org, sobject=sobject.name, row=row, caller=caller)
    elif sobject.name == "Account":
        person_accounts.check_account(org, row=row, given=given)
    _check_required(sobject, row=row, only=given)
    _check_references(org, sobject=sobject, given=given)
    people.check_owner(org, sobject=sobject.name, row=row, given=given)
    _check_rules(org, sobject=sobject, row=row)
    _check_unique(org, sobject=sobject, row=row)
    org.store.put(sobject.name, row=row)
    _after_write(org, sobject=sobject, row=row, old=old)
    return str(row["Id"])


def delete_row(org: Org, *, sobject: SObject, row_id: Any) -> None:
    """Mark a row deleted, and what hangs on it by a cascading relationship. Raises RowError."""
    row = existing_row(org, sobject=sobject, row_id=row_id)
    if not sobject.deletable:
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    campaigns.check_deletable(org, sobject=sobject.name, row=row)
    org.erase(sobject.name, row=row)


def existing_row(org: Org, *, sobject: SObject, row_id: Any) -> Row:
    """Return the living row the caller may see. Raises RowError for a bad, unknown or deleted id."""
    full = normalise_id(row_id)
    if full is None:
        message = f"{sobject.label} ID: id value of incorrect type: {row_id}"
        raise RowError("MALFORMED_ID", message, ["Id"])
    row = org.store.get(sobject.name, row_id=full)
    if row is None or not org.can_see(sobject.name, row):
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row["IsDeleted"]:
        raise RowError("ENTITY_IS_DELETED", "entity is deleted")
    return row


def _read_values(org: Org, *, sobject: SObject, values: Row, writing: str) -> Row:
    """Return {field name: value to store}. Raises RowError for unknown, unwritable or unfit fields."""
    given: Row = {}
    refused: list[str] = []
    loose = org.settings.restricted_picklists.get(sobject.name, ())
    for name, value in values.items():
        if name == "attributes" or name.lower() == "id":
            continue
        field = sobject.field(name)
        if field is None:
            raise RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        if not getattr(field, writing):
            refused.append(field.name)
            continue
        given[field.name] = stored_value(field, value=value, restricted=field.restricted or field.name in loose)
    if refused:
        message = (
            f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings of this "
            "field and verify that it is read/write for your profile or permission set."
        )
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, refused)
    return given


def _new_row(org: Org, *, sobject: SObject, given: Row, caller: Caller) -> Row:
    full = org.full_catalog[sobject.name.lower()]
    row: Row = {field.name: field.default for field in full.fields.values() if field.default is not None}
    row.update({name: value for name, value in given.items() if value is not None or name not in row})
    row["Id"] = org.store.new_id(sobject.name)
    row["IsDeleted"] = False
    if full.field("OwnerId") and not row.get("OwnerId"):
        row["OwnerId"] = caller.user_id
    if full.field("CreatedDate"):
        row.update(_stamp(caller))
        row.update(CreatedDate=row["LastModifiedDate"], CreatedById=caller.user_id)
    return row


def _stamp(caller: Caller) -> Row:
    now = now_text()
    return {"LastModifiedDate": now, "LastModifiedById": caller.user_id, "SystemModstamp": now}


def _before_insert(org: Org, *, row: Row, sobject: SObject, given: Row, caller: Caller) -> None:
    if sobject.name == "CampaignMember":
        members.before_insert(org, row=row)
    elif sobject.name == "CampaignMemberStatus":
        campaigns.check_label(org, row=row)
    elif sobject.name in people.NAMED:
        people.compose_name(row)
        people.settle_record_type(org, sobject=sobject.name, row=row, given=given)
        people.assign_owner(org, sobject=sobject.name, row=row, caller=caller)
        people.check_owner(org, sobject=sobject.name, row=row, given={"OwnerId": row.get("OwnerId")})

    elif sobject.name == "Campaign":
        people.check_owner(org, sobject=sobject.name, row=row, given={"OwnerId": row.get("OwnerId")})
    elif sobject.name == "Account":
        person_accounts.before_insert(row, given=given)
        person_accounts.check_account(org, row=row, given=given)


def _after_write(org: Org, *, sobject: SObject, row: Row, old: Row | None = None) -> None:
    if sobject.name == "Campaign" and old is None:
        campaigns.add_standard_labels(org, campaign=row)
    elif sobject.name == "CampaignMemberStatus":
        campaigns.after_label_write(org, row=row, old=old)
    elif sobject.name == "Account":
        person_accounts.reflect(org, account_id=row["Id"])


def _check_required(sobject: SObject, *, row: Row, only: Row | None = None) -> None:
    """Refuse a row that lacks required fields; on update only those given count."""
    missing = [
        field.name
        for field in sobject.fields.values()
        if _is_required(field) and row.get(field.name) is None and (only is None or field.name in only)
    ]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)


def _is_required(field: Field) -> bool:
    return field.createable and not field.nillable and field.type != "boolean"


def _check_references(org: Org, *, sobject: SObject, given: Row) -> None:
    people.check_queue(org, sobject=sobject.name, given=given)
    if sobject.name == "Contact":
        person_accounts.check_parent(org, given=given)
    for name, value in given.items():
        field = sobject.field(name)
        if value is None or field is None or field.type != "reference":
            continue
        target = org.store.object_of(value)
        if target not in field.reference_to:
            message = f"{field.label}: id value of incorrect type: {value}"
            raise RowError("MALFORMED_ID", message, [field.name])
        row = org.store.get(target, row_id=value) if target else None
        if row is None:
            message = f"insufficient access rights on cross-reference id: {value[:15]}"
            raise RowError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message)
        if row.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")


def _check_rules(org: Org, *, sobject: SObject, row: Row) -> None:
    for rule in org.settings.validation_rules:
        if rule["sobject"] == sobject.name and row.get(rule["field"]) == rule["equals"]:
            raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule["message"], [rule["field"]])


def _check_unique(org: Org, *, sobject: SObject, row: Row) -> None:
    for field in org.full_catalog[sobject.name.lower()].fields.values():
        if not field.unique or row.get(field.name) is None:
            continue
        for other in org.store.find(sobject.name, field=field.name, value=row[field.name]):
            if other["Id"] != row["Id"] and not other["IsDeleted"]:
                message = f"duplicate value found: {field.name} duplicates value on record with id: {other['Id'][:15]}"
                raise RowError("DUPLICATE_VALUE", message)
