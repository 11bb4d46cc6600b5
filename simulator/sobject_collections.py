"""Up to 200 rows at a time: /composite/sobjects.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
Answers 200 with one result a row, in the order of the request, whatever happened to the rows.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

from simulator.call import Call, fault_error
from simulator.dml import delete_row, existing_row, insert_row, update_row
from simulator.errors import ApiError, RowError
from simulator.ids import normalise_id
from simulator.locks import locked_row
from simulator.schema import Field, SObject
from simulator.shapes import Answer, Json, Row
from simulator.sobjects import campaigns_of, key_field, record, rows_by_key

MAX_CHUNKS = 10
MAX_SAME_ID = 12
"""How often one id may stand in an update (known from live error texts)."""

WriteOne = Callable[[SObject, Row], Json]


def create_many(call: Call) -> Answer:
    """Create rows."""

    def write(sobject: SObject, values: Row) -> Json:
        row_id = insert_row(call.org, sobject=sobject, values=values, caller=call.caller)
        return {"id": row_id, "success": True, "errors": []}

    return _write_all(call, records=_records(call), write=write)


def update_many(call: Call) -> Answer:
    """Change rows; each carries its id."""
    records = _records(call)
    times = Counter(normalise_id(_id_of(one)) for one in records)

    def write(sobject: SObject, values: Row) -> Json:
        row_id = _id_of(values)
        if row_id is None:
            raise RowError("MISSING_ARGUMENT", "Id not specified in an update call")
        if times[normalise_id(row_id)] > MAX_SAME_ID:
            message = (
                f"Maximum number of duplicate updates in one batch ({MAX_SAME_ID} allowed). "
                f"Attempt to update Id more than once in this Api call: {row_id}"
            )
            raise RowError("DUPLICATE_VALUE", message)
        changed = update_row(call.org, sobject=sobject, row_id=row_id, values=values, caller=call.caller)
        return {"id": changed, "success": True, "errors": []}

    return _write_all(call, records=records, write=write)


def upsert_many(call: Call, *, name: str, key: str) -> Answer:
    """Change or create rows by an external id; one key twice in a request: both are refused."""
    sobject = call.sobject(name)
    field = key_field(sobject, key=key)
    records = _records(call)
    times = Counter(_key_of(one, key=field.name).lower() for one in records)

    def write(_: SObject, values: Row) -> Json:
        value = _key_of(values, key=field.name)
        if value and times[value.lower()] > 1:
            raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [field.name])
        rows = rows_by_key(call, sobject=sobject, field=field, value=value) if value else []
        if len(rows) > 1:
            raise RowError("DUPLICATE_EXTERNAL_ID", f"{field.name}: more than one record found for external id field")
        if not rows and value and field.type == "id":
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if rows:
            row_id = update_row(call.org, sobject=sobject, row_id=rows[0]["Id"], values=values, caller=call.caller)
        else:
            row_id = insert_row(call.org, sobject=sobject, values=values, caller=call.caller)
        return {"id": row_id, "success": True, "errors": [], "created": not rows}

    return _write_all(call, records=records, write=write, refused={"created": False})


def delete_many(call: Call) -> Answer:
    """Delete the rows named in ?ids=."""
    ids = [one for one in call.args.get("ids", "").split(",") if one]
    _check_count(ids, limit=call.org.settings.max_collection_rows)
    records = [{"attributes": {"type": call.org.store.object_of(one) or "Name"}, "id": one} for one in ids]

    def write(sobject: SObject, values: Row) -> Json:
        delete_row(call.org, sobject=sobject, row_id=values["id"])
        return {"id": normalise_id(values["id"]), "success": True, "errors": []}

    all_or_none = call.args.get("allOrNone", "").lower() == "true"
    return _write_all(call, records=records, write=write, all_or_none=all_or_none)


def read_many(call: Call, *, name: str) -> Answer:
    """Read rows by id; null stands for one that is not there."""
    sobject = call.sobject(name)
    body = call.body if isinstance(call.body, dict) else {}
    ids = body.get("ids") or call.args.get("ids", "").split(",")
    names = body.get("fields") or call.args.get("fields", "Id").split(",")
    if not isinstance(ids, list) or not isinstance(names, list):
        raise ApiError(400, code="JSON_PARSER_ERROR", message="ids and fields must be lists")
    fields = [field for one in names if (field := sobject.field(one.strip()))]
    call.trace["rows"] = len(ids)
    return Answer(200, [_read_one(call, sobject=sobject, row_id=one, fields=fields) for one in ids])


def _read_one(call: Call, *, sobject: SObject, row_id: str, fields: list[Field]) -> Json:
    try:
        row = existing_row(call.org, sobject=sobject, row_id=row_id)
    except RowError:
        return None
    return record(call, sobject=sobject, row=row, fields=fields)


def _records(call: Call) -> list[Json]:
    records = call.body_object().get("records")
    if not isinstance(records, list):
        raise ApiError(400, code="JSON_PARSER_ERROR", message="records must be a list")
    _check_count(records, limit=call.org.settings.max_collection_rows)
    return records


def _check_count(rows: Sequence[Json], *, limit: int) -> None:
    if len(rows) > limit:
        message = f"record limit reached. cannot submit more than {limit} records into this call"
        raise ApiError(400, code="EXCEEDED_ID_LIMIT", message=message)


def _write_all(
    call: Call, *, records: list[Json], write: WriteOne, refused: Json = None, all_or_none: bool | None = None
) -> Answer:
    """Write each row under the locks of its campaign; with allOrNone undo all if one was refused."""
    org = call.org
    whole = all_or_none if all_or_none is not None else bool(isinstance(call.body, dict) and call.body.get("allOrNone"))
    kinds = [_type_of(one) for one in records]
    _check_chunks(kinds)
    call.trace.update(rows=len(records), sobjects=sorted({kind for kind in kinds if kind}))
    campaigns = [_campaigns(call, values=row, kind=kind) for row, kind in zip(records, kinds, strict=True)]
    locked: set[str] = set().union(*campaigns)
    with org.locks.hold(locked, wait_seconds=org.settings.lock_wait_seconds) as missed:
        blocked = [next(iter(one & missed), None) for one in campaigns]
        guarded = _guarded(call, records=records, kinds=kinds, write=write, blocked=blocked)
        with org.store.transaction() as undo:
            results = [_result(guarded, position=n, refused=refused or {}) for n in range(len(records))]
            if whole and not all(one["success"] for one in results):
                undo()
                results = [_rolled_back(one, refused=refused or {}) for one in results]
        if locked and org.settings.lock_hold_ms:
            time.sleep(org.settings.lock_hold_ms / 1000)
    return Answer(200, results)


Guarded = Callable[[int], Json]


def _guarded(
    call: Call, *, records: list[Json], kinds: list[str | None], write: WriteOne, blocked: list[str | None]
) -> Guarded:
    """Return the function that writes the row at a position, or raises what stands against it."""
    limit = call.org.settings.max_subrequest_rows_before_limit_exception
    fault = call.row_fault(sobjects={kind for kind in kinds if kind}, kind="collections")

    def write_at(position: int) -> Json:
        values, kind = records[position], kinds[position]
        _check_attributes(call, values=values, kind=kind)
        error = fault_error(fault, position=position) if fault else None
        if error is not None:
            raise error
        sobject = call.org.catalog.get((kind or "").lower())
        if sobject is None:
            raise RowError("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        locked = blocked[position]
        if locked is not None:
            raise locked_row(locked)
        if limit is not None and len(records) > limit:
            message = f"{sobject.name}Trigger: System.LimitException: Apex CPU time limit exceeded"
            raise RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
        return write(sobject, values)

    return write_at


def _result(write_at: Guarded, *, position: int, refused: Json) -> Json:
    try:
        return write_at(position)
    except RowError as exc:
        return {"success": False, "errors": [exc.in_collection()], **refused}


def _rolled_back(result: Json, *, refused: Json) -> Json:
    if not result["success"]:
        return result
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    error = RowError("ALL_OR_NONE_OPERATION_ROLLED_BACK", message).in_collection()
    return {"success": False, "errors": [error], **refused}


def _check_attributes(call: Call, *, values: Json, kind: str | None) -> None:
    first = next(iter(values), None) if isinstance(values, dict) else None
    if kind is None or (call.org.settings.attributes_first and first != "attributes"):
        message = "Nested object for polymorphic foreign key must have an attributes field before any other fields."
        raise RowError("JSON_PARSER_ERROR", message)


def _check_chunks(kinds: list[str | None]) -> None:
    """Refuse a request whose rows change their type too often (assumption: this code)."""
    if sum(1 for _ in groupby(kinds)) > MAX_CHUNKS:
        message = f"Cannot have more than {MAX_CHUNKS} chunks in a single operation. Please rearrange the data"
        raise ApiError(400, code="LIMIT_EXCEEDED", message=message)


def _campaigns(call: Call, *, values: Json, kind: str | None) -> set[str]:
    sobject = call.org.catalog.get((kind or "").lower())
    return campaigns_of(call, sobject=sobject, values=values) if sobject else set()


def _type_of(values: Json) -> str | None:
    attributes = values.get("attributes") if isinstance(values, dict) else None
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    return kind if isinstance(kind, str) else None


def _id_of(values: Json) -> str | None:
    found = values.get("id", values.get("Id")) if isinstance(values, dict) else None
    return found if isinstance(found, str) else None


def _key_of(values: Json, *, key: str) -> str:
    if not isinstance(values, dict):
        return ""
    found = next((value for name, value in values.items() if name.lower() == key.lower()), None)
    return str(found or "").strip()
