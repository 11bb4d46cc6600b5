"""What one value must be like to be stored in a field; what Salesforce says when it is not.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simulator.clock import datetime_text, parse_date, parse_datetime
from simulator.errors import RowError
from simulator.ids import normalise_id
from simulator.schema import Field

_Reader = Callable[[Field, Any, bool], Any]
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\".]+(?:\.[^\s@,;:<>()\[\]\\\".]+)+")
_TEXT = ("string", "textarea", "phone", "url", "email", "picklist", "multipicklist", "combobox", "encryptedstring")


def stored_value(field: Field, *, value: Any, restricted: bool) -> Any:
    """Return the value as Salesforce keeps it: trimmed, "" as null, e-mail in lower case. Raises RowError.

    restricted: the picklist takes its own values only.
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return _blank(field, value=value)
    read: _Reader = _READERS.get(field.type, _text)
    return read(field, value, restricted)


def _blank(field: Field, *, value: Any) -> bool | None:
    """Return what stands for nothing: null, or false in a checkbox (assumption), where "" is no value."""
    if field.type != "boolean":
        return None
    if value == "":
        raise _cannot_read(field, value=value)
    return False


def _text(field: Field, given: Any, restricted: bool) -> str:
    if not isinstance(given, str):
        raise _cannot_read(field, value=given)
    value = given.lower() if field.type == "email" else given
    if field.length and len(value) > field.length:
        message = f"{field.label}: data value too large: {value} (max length={field.length})"
        raise RowError("STRING_TOO_LONG", message, [field.name])
    if field.type == "email" and (not _EMAIL.fullmatch(value) or ".." in value):
        raise RowError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", [field.name])
    if restricted and field.type in ("picklist", "multipicklist"):
        return _choice(field, value=value)
    return value


def _choice(field: Field, *, value: str) -> str:
    """Take a value of a restricted picklist, each part of a multi-select, in the picklist's own spelling."""
    known = {one.lower(): one for one in field.picklist}
    parts = value.split(";") if field.type == "multipicklist" else [value]
    for part in parts:
        if part.strip().lower() not in known:
            message = f"{field.label}: bad value for restricted picklist field: {part}"
            raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])
    return ";".join(known[part.strip().lower()] for part in parts)


def _reference(field: Field, value: Any, _: bool) -> str:
    found = normalise_id(value)
    if found is None:
        message = f"{field.label}: id value of incorrect type: {value}"
        raise RowError("MALFORMED_ID", message, [field.name])
    return found


def _boolean(field: Field, value: Any, _: bool) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _cannot_read(field, value=value)


def _number(field: Field, value: Any, _: bool) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _cannot_read(field, value=value)
    try:
        number = float(value)
    except ValueError as exc:
        raise _cannot_read(field, value=value) from exc
    if field.type == "int":
        if number != int(number):
            raise _cannot_read(field, value=value)
        return int(number)
    if field.precision and abs(number) >= 10 ** (field.precision - field.scale):
        message = f"{field.label}: value outside of valid range on numeric field: {value}"
        raise RowError("NUMBER_OUTSIDE_VALID_RANGE", message, [field.name])
    return round(number, field.scale)


def _date(field: Field, value: Any, _: bool) -> str:
    text = value if isinstance(value, str) else ""
    moment = parse_datetime(text)
    day = moment.date() if moment else parse_date(text)
    if day is None:
        raise _cannot_read(field, value=value)
    return day.isoformat()


def _datetime(field: Field, value: Any, _: bool) -> str:
    text = value if isinstance(value, str) else ""
    moment = parse_datetime(f"{text}T00:00:00Z" if parse_date(text) else text)
    if moment is None:
        raise _cannot_read(field, value=value)
    return datetime_text(moment)


_READERS: dict[str, _Reader] = {
    **dict.fromkeys(_TEXT, _text),
    "id": _reference,
    "reference": _reference,
    "boolean": _boolean,
    "int": _number,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "date": _date,
    "datetime": _datetime,
}


def _cannot_read(field: Field, *, value: Any) -> RowError:
    """Build the JSON parser's error; its form is known from live texts, the column here is not the real one."""
    kind = {"int": "int", "currency": "double", "percent": "double"}.get(field.type, field.type)
    kind = "string" if field.type in _TEXT else kind
    token = {
        bool: f"VALUE_{str(value).upper()}",
        int: "VALUE_NUMBER_INT",
        float: "VALUE_NUMBER_FLOAT",
        dict: "START_OBJECT",
        list: "START_ARRAY",
    }.get(type(value), "VALUE_STRING")
    shown = f"{value} " if isinstance(value, str | int | float) else ""
    message = f"Cannot deserialize instance of {kind} from {token} value {shown}at [line:1, column:2]"
    return RowError("JSON_PARSER_ERROR", message)
