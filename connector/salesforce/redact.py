"""Take personal data out of the texts in which Salesforce explains an error."""

import re
from collections.abc import Iterable, Mapping

from connector.salesforce.ids import is_id

MAX_LENGTH = 500
"""Characters of a stored error text: enough for a validation message, too little for a payload."""
HIDDEN = "[…]"
"""Stands where a value stood."""

_EMAIL = re.compile(r"""[^\s<>"(),;:]+@[\w.-]*\w""")
_LONG_NUMBER = re.compile(r"(?<!\w)\+?\d[\d .()/-]{7,}\d(?!\w)")
_MAX_LENGTH_NOTE = re.compile(r" \(max length=\d+\)$")
_PARSER_VALUE = re.compile(r"(value ).*?(?= at \[line:|$)", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'")
_SOQL_POSITION = re.compile(r"ERROR at Row:\d+:Column:\d+\s*")
_SHORTEST_VALUE = 3
"""Characters: shorter values of a record are found inside ordinary words."""

_ECHO_AFTER_COLONS: Mapping[str, int] = {
    "STRING_TOO_LONG": 2,
    "INVALID_EMAIL_ADDRESS": 2,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": 2,
    "INVALID_TYPE_ON_FIELD_IN_RECORD": 2,
    "NUMBER_OUTSIDE_VALID_RANGE": 2,
    "MALFORMED_ID": 2,
    "DUPLICATE_EXTERNAL_ID": 1,
    "INVALID_QUERY_FILTER_OPERATOR": 1,
}
"""{code: after how many colons the text repeats the value}: "Label: what is wrong: value"; so in every language."""


def redact(code: str, message: str, *, values: Iterable[str] = ()) -> str:
    """Return the text without the values it repeats, on one line, of at most MAX_LENGTH characters.

    `values` are texts that were sent with the record; they are removed wherever they stand, which covers the texts
    of an organisation's own triggers and flows.
    """
    text = _without_query(message.strip())
    text = _without_echo(code, text)
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        text = _without_value(text, value)
    text = _EMAIL.sub(HIDDEN, text)
    text = _LONG_NUMBER.sub(HIDDEN, text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"


def texts_of(record: Mapping[str, object]) -> list[str]:
    """List the texts that a record carries, references and ids excepted: what an error must not repeat."""
    return [value for value in record.values() if isinstance(value, str) and not _looks_like_id(value)]


def _looks_like_id(value: str) -> bool:
    """Ids have digits; a name of fifteen letters has none."""
    return is_id(value) and any(character.isdigit() for character in value)


def _without_query(message: str) -> str:
    """Drop the piece of SOQL that Salesforce puts before "ERROR at Row:1:Column:9"."""
    positions = list(_SOQL_POSITION.finditer(message))
    return message[positions[-1].start() :] if positions else message


def _without_echo(code: str, message: str) -> str:
    if code == "JSON_PARSER_ERROR":
        return _PARSER_VALUE.sub(rf"\g<1>{HIDDEN}", message)
    if code == "MALFORMED_QUERY":
        return _QUOTED.sub(HIDDEN, message)
    if code == "DUPLICATE_VALUE" and "duplicates value on record with id" not in message:
        return _cut(message, colons=1)
    if code in _ECHO_AFTER_COLONS:
        start = _SOQL_POSITION.match(message)
        prefix = start.group() if start else ""
        return prefix + _cut(message.removeprefix(prefix), colons=_ECHO_AFTER_COLONS[code])
    return message


def _cut(message: str, *, colons: int) -> str:
    parts = message.split(":", colons)
    if len(parts) == 1:
        return message
    note = _MAX_LENGTH_NOTE.search(message)
    return ":".join(parts[:-1]) + f": {HIDDEN}" + (note.group() if note else "")


def _without_value(text: str, value: str) -> str:
    if len(value) < _SHORTEST_VALUE:
        return text
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", lambda _: HIDDEN, text)
