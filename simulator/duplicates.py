"""Duplicate rules: a new row that looks like an old one is refused, or saved when the request's own header allows.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
Block cannot be overridden; Alert can, by allowSave=true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import RowError
from simulator.schema import SObject
from simulator.shapes import Caller, Json, Row

if TYPE_CHECKING:
    from simulator.org import Org

_ADVICE = "You're creating a duplicate record. We recommend you use an existing record instead."


def check_duplicates(org: Org, *, sobject: SObject, row: Row, caller: Caller) -> None:
    """Refuse a new row that the object's duplicate rule matches. Raises RowError."""
    rule = org.settings.duplicate_rules.get(sobject.name)
    if not rule:
        return
    matches = _matches(org, sobject=sobject.name, row=row, fields=rule.get("match", ["Email"]))
    can_save = rule["action"] == "alert"
    if matches and not (can_save and caller.allow_duplicates):
        detail = _detail(org, sobject=sobject.name, matches=matches, can_save=can_save)
        raise RowError("DUPLICATES_DETECTED", _ADVICE, detail=detail)


def _matches(org: Org, *, sobject: str, row: Row, fields: list[str]) -> list[Row]:
    """Return the living rows equal in all the fields, none of them empty."""
    wanted = [str(row.get(name) or "").lower() for name in fields]
    if not all(wanted):
        return []
    if org.store.is_indexed(sobject, field=fields[0]):
        pool = org.store.find(sobject, field=fields[0], value=row[fields[0]])
    else:
        pool = org.store.all(sobject)
    return [
        one for one in pool if not one["IsDeleted"] and [str(one.get(name) or "").lower() for name in fields] == wanted
    ]


def _detail(org: Org, *, sobject: str, matches: list[Row], can_save: bool) -> Json:
    body = {
        "allowSave": can_save,
        "duplicateRule": f"Standard_{sobject}_Duplicate_Rule",
        "duplicateRuleEntityType": sobject,
        "errorMessage": _ADVICE,
        "matchResults": [_match_result(sobject, matches)],
    }
    return {org.settings.duplicate_key: body}


def _match_result(sobject: str, matches: list[Row]) -> Json:
    return {
        "entityType": sobject,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": [_match_record(sobject, row_id=one["Id"]) for one in matches],
        "rule": f"Standard_{sobject}_Match_Rule",
        "size": len(matches),
        "success": True,
    }


def _match_record(sobject: str, *, row_id: str) -> Json:
    attributes = {"type": sobject, "url": f"/services/data/v54.0/sobjects/{sobject}/{row_id}"}
    return {
        "additionalInformation": [],
        "fieldDiffs": [],
        "matchConfidence": 100.0,
        "record": {"attributes": attributes, "Id": row_id},
    }
