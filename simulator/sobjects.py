"""One row at a time: create, read, change, delete, and upsert by an external id.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/using_resources_working_with_records.htm
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.call import Call, fault_error
from simulator.clock import http_date, parse_datetime
from simulator.derived import getter
from simulator.dml import delete_row, existing_row, insert_row, update_row
from simulator.errors import ApiError, RowError, not_found
from simulator.ids import normalise_id
from simulator.locks import locked_row
from simulator.schema import Field, SObject
from simulator.shapes import Answer, Json, Row


def create(call: Call, *, name: str) -> Answer:
    """Create a row: 201 with its id and Location."""
    sobject = call.sobject(name)
    values = call.body_object()

    def write() -> Answer:
        row_id = insert_row(call.org, sobject=sobject, values=values, caller=call.caller)
        return created(call, sobject=sobject, row_id=row_id)

    return _write(call, sobject=sobject, values=values, write=write)


def created(call: Call, *, sobject: SObject, row_id: str) -> Answer:
    """Answer a creation."""
    location = f"/services/data/{call.version}/sobjects/{sobject.name}/{row_id}"
    return Answer(201, {"id": row_id, "success": True, "errors": []}, {"Location": location})


def read(call: Call, *, name: str, row_id: str) -> Answer:
    """Read a row, whole or the fields asked for."""
    sobject = call.sobject(name)
    row = _row(call, sobject=sobject, row_id=row_id)
    fields = _wanted(call, sobject=sobject)
    body = record(call, sobject=sobject, row=row, fields=fields)
    modified = parse_datetime(row.get("LastModifiedDate") or "")
    return Answer(200, body, {"Last-Modified": http_date(modified)} if modified else {})


def update(call: Call, *, name: str, row_id: str) -> Answer:
    """Change a row: 204 without body."""
    sobject = call.sobject(name)
    if normalise_id(row_id) is None:
        raise _no_such_key(row_id)
    values = call.body_object()

    def write() -> Answer:
        update_row(call.org, sobject=sobject, row_id=row_id, values=values, caller=call.caller)
        return Answer(204)

    return _write(call, sobject=sobject, values={**values, "Id": row_id}, write=write)


def delete(call: Call, *, name: str, row_id: str) -> Answer:
    """Delete a row: 204 without body."""
    sobject = call.sobject(name)
    if normalise_id(row_id) is None:
        raise _no_such_key(row_id)

    def write() -> Answer:
        delete_row(call.org, sobject=sobject, row_id=row_id)
        return Answer(204)

    return _write(call, sobject=sobject, values={"Id": row_id}, write=write)


def read_by_key(call: Call, *, name: str, key: str, value: str) -> Answer:
    """Read the row with a value in an external-id field; several: 300 with their addresses."""
    sobject = call.sobject(name)
    field = key_field(sobject, key=key)
    rows = rows_by_key(call, sobject=sobject, field=field, value=value)
    if not rows:
        raise not_found()
    if len(rows) > 1:
        return several(call, sobject=sobject, rows=rows)
    return Answer(200, record(call, sobject=sobject, row=rows[0], fields=_wanted(call, sobject=sobject)))


def upsert(call: Call, *, name: str, key: str, value: str) -> Answer:
    """Change the row with a value in an external-id field, or create it; several: 300 with their addresses.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
    """
    sobject = call.sobject(name)
    field = key_field(sobject, key=key)
    values = call.body_object()

    def write() -> Answer:
        rows = rows_by_key(call, sobject=sobject, field=field, value=value)
        if len(rows) > 1:
            return several(call, sobject=sobject, rows=rows)
        if rows:
            row_id = update_row(call.org, sobject=sobject, row_id=rows[0]["Id"], values=values, caller=call.caller)
            return Answer(200, {"id": row_id, "success": True, "errors": [], "created": False})
        if call.args.get("updateOnly", "").lower() == "true":
            raise not_found()
        keyed = {**values, field.name: value}
        row_id = insert_row(call.org, sobject=sobject, values=keyed, caller=call.caller)
        answer = created(call, sobject=sobject, row_id=row_id)
        return Answer(201, {**answer.body, "created": True}, answer.headers)

    return _write(call, sobject=sobject, values=values, write=write)


def key_field(sobject: SObject, *, key: str) -> Field:
    """Find a field that may stand for the id. Raises ApiError NOT_FOUND."""
    field = sobject.field(key)
    if field is None or not (field.external_id or field.id_lookup):
        raise _no_such_key(key)
    return field


def rows_by_key(call: Call, *, sobject: SObject, field: Field, value: str) -> list[Row]:
    """Return the living rows that the user sees with that key."""
    store = call.org.store
    if field.type == "id":
        row = store.get(sobject.name, row_id=normalise_id(value))
        rows = [row] if row else []
    elif store.is_indexed(sobject.name, field=field.name):
        rows = store.find(sobject.name, field=field.name, value=value.strip())
    else:
        rows = [row for row in store.all(sobject.name) if str(row.get(field.name) or "").lower() == value.lower()]
    return [row for row in rows if not row["IsDeleted"] and call.org.can_see(sobject.name, row)]


def several(call: Call, *, sobject: SObject, rows: list[Row]) -> Answer:
    """Answer 300: a list of addresses."""
    base = f"/services/data/{call.version}/sobjects/{sobject.name}/"
    return Answer(300, [base + row["Id"] for row in rows])


def record(call: Call, *, sobject: SObject, row: Row, fields: list[Field]) -> Json:
    """Write a row as the API shows it."""
    url = f"/services/data/{call.version}/sobjects/{sobject.name}/{row['Id']}"
    body: Json = {"attributes": {"type": sobject.name, "url": url}}
    for field in fields:
        body[field.name] = getter(call.org.store, sobject=sobject.name, field=field.name)(row)
    return body


def _wanted(call: Call, *, sobject: SObject) -> list[Field]:
    names = call.args.get("fields")
    if not names:
        return list(sobject.fields.values())
    fields = [sobject.field(name.strip()) for name in names.split(",")]
    known = [field for field in fields if field is not None]
    if len(known) < len(fields):
        unknown = next(n.strip() for n in names.split(",") if sobject.field(n.strip()) is None)
        message = f"No such column '{unknown}' on sobject of type {sobject.name}"
        raise ApiError(400, code="INVALID_FIELD", message=message)
    return known


def _row(call: Call, *, sobject: SObject, row_id: str) -> Row:
    if normalise_id(row_id) is None:
        raise _no_such_key(row_id)
    try:
        return existing_row(call.org, sobject=sobject, row_id=row_id)
    except RowError as exc:
        raise not_found() from exc


def _no_such_key(key: str) -> ApiError:
    message = f"Provided external ID field does not exist or is not accessible: {key}"
    return ApiError(404, code="NOT_FOUND", message=message)


def _write(call: Call, *, sobject: SObject, values: Row, write: Callable[[], Answer]) -> Answer:
    """Run a write under the locks it needs and turn a refusal into its answer."""
    call.trace["rows"] = 1
    fault = call.row_fault(sobjects={sobject.name}, kind="row")
    campaigns = campaigns_of(call, sobject=sobject, values=values)
    try:
        error = fault_error(fault, position=0) if fault else None
        if error is not None:
            raise error
        with call.org.locks.hold(campaigns, wait_seconds=call.org.settings.lock_wait_seconds) as missed:
            if missed:
                raise locked_row(next(iter(missed)))
            with call.org.store.lock:
                return write()
    except RowError as exc:
        status = 404 if exc.code in ("INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED") and "Id" in values else 400
        return exc.answer(status)


def campaigns_of(call: Call, *, sobject: SObject, values: Row) -> set[str]:
    """Return the campaigns that a write of this row locks: a member's, unless a transaction holds everything."""
    if sobject.name != "CampaignMember" or call.org.store.in_transaction:
        return set()
    given = {name.lower(): value for name, value in values.items()}
    found = normalise_id(given.get("campaignid"))
    if found is None:
        row = call.org.store.get(sobject.name, row_id=normalise_id(given.get("id")))
        found = row["CampaignId"] if row else None
    return {found} if found else set()
