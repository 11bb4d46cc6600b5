"""Parse JSON from strangers: limited nesting, finite numbers, and no characters that a database refuses."""

import json
import math
import re

from connector.core.participant import Json

MAX_NESTING = 64
"""Containers inside each other, the outermost counted; ours, far above any real message."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL refuses U+0000 in text and jsonb, and unpaired surrogates have no UTF-8 form
(https://www.postgresql.org/docs/current/datatype-json.html)."""


class MalformedBody(ValueError):
    """A body that cannot be read at all; `code` is stable, `detail` is a sentence without personal data."""

    def __init__(self, code: str, *, detail: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.line, self.column = line, column
        """Where it stands, counted from 1; 0 where it is no place in the text."""
        self.code = code
        """One of `not_utf8`, `malformed_json`, `too_deep`, `not_finite`, `not_an_object`, `too_many`."""
        self.detail = detail


def parse_json(text: str) -> Json:
    """Parse JSON text of limited nesting and finite numbers. Raises MalformedBody."""
    try:
        value = _DECODER.decode(text)
    except RecursionError as exc:
        raise _too_deep() from exc
    except json.JSONDecodeError as exc:
        detail = f"{exc.msg} (line {exc.lineno}, column {exc.colno})"
        raise MalformedBody("malformed_json", detail=detail, line=exc.lineno, column=exc.colno) from exc
    except MalformedBody:
        raise
    except ValueError as exc:
        # Python refuses to convert integers of more than 4,300 digits.
        raise MalformedBody("malformed_json", detail="a number has too many digits") from exc
    if is_nested_too_deep(value):
        raise _too_deep()
    return value


def is_nested_too_deep(value: Json) -> bool:
    """Say whether a value nests more than MAX_NESTING containers."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_NESTING):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def is_storable(text: str) -> bool:
    """Say whether JSON text holds nothing that a database refuses; False where it only may."""
    return "\\u0000" not in text and _UNSTORABLE.search(text) is None


def without_unstorable(value: Json) -> Json:
    """Remove U+0000 and unpaired surrogates from all texts and keys; the nesting must be limited."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [without_unstorable(item) for item in value]
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("", key): without_unstorable(item) for key, item in value.items()}
    return value


def _too_deep() -> MalformedBody:
    return MalformedBody("too_deep", detail=f"nested more than {MAX_NESTING} levels")


def _refuse_constant(name: str) -> Json:
    raise MalformedBody("not_finite", detail=f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedBody("not_finite", detail="a number is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
