"""Build one /composite call of several queries and collections, and read its answer.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, assert_never

from connector.core.errors import ErrorKind, RowError
from connector.salesforce.errors import row_error
from connector.salesforce.records import Record, parse_page
from connector.salesforce.redact import texts_of
from connector.salesforce.soql import MAX_URL_BYTES, encode_query

MAX_SUBREQUESTS = 25
"""Subrequests of a call."""
MAX_HEAVY = 5
"""Queries and collections of a call; every subrequest that the connector sends is one of them."""
MAX_ROWS = 200
"""Records of a collection."""
MAX_TYPE_CHANGES = 10
"""Runs of one object type in a collection; sort the records by type."""

_REFERENCE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NEXT_PAGE_PATH = re.compile(r"/services/data/v\d+\.\d+/query(?:All)?/[\w-]+", re.ASCII)
_SERVER_ERROR = 500


class Reference(str):
    """A text that is meant as a reference, such as `@{labels.records[0].Label}`: ours, never a person's."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Ask SOQL; with `include_deleted` by queryAll."""

    reference_id: str
    soql: str
    include_deleted: bool = False


@dataclass(frozen=True, slots=True)
class NextPage:
    """Fetch the next page of an earlier query or child query, by the path that Salesforce gave."""

    reference_id: str
    url: str


@dataclass(frozen=True, slots=True)
class CollectionCreate:
    """Create up to MAX_ROWS records, each on its own: one that fails does not stop the others."""

    reference_id: str
    records: Sequence[Mapping[str, Any]]
    """{"attributes": {"type": …}, api name: value}."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of this subrequest; those of the outer call are not inherited."""


@dataclass(frozen=True, slots=True)
class CollectionUpdate:
    """Update up to MAX_ROWS records by their `id`, each on its own; types may be mixed."""

    reference_id: str
    records: Sequence[Mapping[str, Any]]
    """{"attributes": {"type": …}, "id": …, api name: value}; an id stands once."""
    headers: Mapping[str, str] = field(default_factory=dict)


Subrequest = Query | NextPage | CollectionCreate | CollectionUpdate


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one record of a collection."""

    id: str | None
    success: bool
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class SubResponse:
    """The answer to one subrequest: rows of a collection, records of a query, or one error for the whole."""

    reference_id: str
    http_status: int
    rows: tuple[RowResult, ...] = ()
    """One for each record sent, in that order."""
    records: tuple[Record, ...] = ()
    next_url: str | None = None
    total_size: int = 0
    error: RowError | None = None
    """The whole subrequest failed; with a collection none of its records was written."""


def contains_reference(value: object) -> bool:
    """Tell whether Salesforce would take a text inside for a reference, wherever it stands in a record.

    A Reference of ours does not count. Such a record goes by Gateway.write_collection, where nothing is resolved.
    """
    if isinstance(value, Reference):
        return False
    if isinstance(value, str):
        return "@{" in value
    if isinstance(value, Mapping):
        return any(contains_reference(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(contains_reference(item) for item in value)
    return False


def is_write(subrequests: Sequence[Subrequest]) -> bool:
    """Tell whether a call with these changes anything."""
    return any(isinstance(each, CollectionCreate | CollectionUpdate) for each in subrequests)


def pack(subrequests: Sequence[Subrequest]) -> list[list[Subrequest]]:
    """Distribute subrequests over as few calls as the limits allow, in their order."""
    return [list(subrequests[start : start + MAX_HEAVY]) for start in range(0, len(subrequests), MAX_HEAVY)]


def build_body(subrequests: Sequence[Subrequest], api_version: str) -> dict[str, Any]:
    """Return the JSON of one call. Raises ValueError where a limit or a rule of safety is broken."""
    if not 0 < len(subrequests) <= MAX_HEAVY:
        raise ValueError(f"a call takes 1 to {MAX_HEAVY} queries and collections")
    names = [each.reference_id for each in subrequests]
    if len(set(names)) != len(names) or not all(_REFERENCE_ID.fullmatch(name) for name in names):
        raise ValueError("reference ids must differ, begin with a letter and have only letters, digits and _")
    root = f"/services/data/v{api_version}"
    return {
        "allOrNone": False,
        "collateSubrequests": False,
        "compositeRequest": [_build_subrequest(each, root) for each in subrequests],
    }


def build_collection(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the body of one collection, `attributes` first in each record as Salesforce demands."""
    if not 0 < len(records) <= MAX_ROWS:
        raise ValueError(f"a collection takes 1 to {MAX_ROWS} records")
    types = [record["attributes"]["type"] for record in records]
    if len(list(groupby(types))) > MAX_TYPE_CHANGES:
        raise ValueError("the records of a collection must be sorted by type")
    return {"allOrNone": False, "records": [_attributes_first(record) for record in records]}


def parse_answer(subrequests: Sequence[Subrequest], raw: object) -> list[SubResponse]:
    """Read the answer to build_body(subrequests), in the order asked.

    Raises ValueError where an answer is missing or has another shape: then it is unknown what was written.
    """
    answers = raw.get("compositeResponse") if isinstance(raw, dict) else None
    if not isinstance(answers, list):
        raise ValueError("the answer has no compositeResponse")
    by_name = {answer.get("referenceId"): answer for answer in answers if isinstance(answer, dict)}
    missing = [each.reference_id for each in subrequests if each.reference_id not in by_name]
    if missing:
        raise ValueError("the answer lacks a subrequest")
    return [_parse_subresponse(each, by_name[each.reference_id]) for each in subrequests]


def parse_rows(records: Sequence[Mapping[str, Any]], raw: object) -> tuple[RowResult, ...]:
    """Read the answer to one collection: a list with one result for each record, in order.

    Raises ValueError where it is not that.
    """
    if not isinstance(raw, list) or len(raw) != len(records):
        raise ValueError("a collection's answer does not have one result for each record")
    return tuple(_parse_row(record, result) for record, result in zip(records, raw, strict=True))


def _build_subrequest(subrequest: Subrequest, root: str) -> dict[str, Any]:
    match subrequest:
        case Query(reference_id, soql, include_deleted):
            resource = "queryAll" if include_deleted else "query"
            return _get(reference_id, f"{root}/{resource}?q={encode_query(soql)}")
        case NextPage(reference_id, url):
            return _get(reference_id, next_page_path(url))
        case CollectionCreate():
            return _write("POST", subrequest, root)
        case CollectionUpdate():
            return _write("PATCH", subrequest, root)
        case _:
            assert_never(subrequest)


def next_page_path(url: str) -> str:
    """Let the path of a next page pass; it comes from outside and becomes a part of an address."""
    if not _NEXT_PAGE_PATH.fullmatch(url):
        raise ValueError("not the path of a next page")
    return url


def _get(reference_id: str, url: str) -> dict[str, Any]:
    if len(url) > MAX_URL_BYTES:
        raise ValueError(f"the address of a query is longer than {MAX_URL_BYTES} bytes")
    return {"method": "GET", "url": url, "referenceId": reference_id}


def _write(method: str, subrequest: CollectionCreate | CollectionUpdate, root: str) -> dict[str, Any]:
    if contains_reference(subrequest.records):
        raise ValueError("a text would be read as a reference; send this record by write_collection")
    body: dict[str, Any] = {
        "method": method,
        "url": f"{root}/composite/sobjects",
        "referenceId": subrequest.reference_id,
        "body": build_collection(subrequest.records),
    }
    if subrequest.headers:
        body["httpHeaders"] = dict(subrequest.headers)
    return body


def _attributes_first(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"attributes": record["attributes"], **{name: record[name] for name in record if name != "attributes"}}


def _parse_subresponse(subrequest: Subrequest, raw: Mapping[str, Any]) -> SubResponse:
    name, status, body = subrequest.reference_id, raw.get("httpStatusCode"), raw.get("body")
    if not isinstance(status, int):
        raise ValueError("a subrequest's answer has no status")
    if status // 100 != 2:
        return SubResponse(name, status, error=_parse_failure(status, body))
    if isinstance(subrequest, CollectionCreate | CollectionUpdate):
        return SubResponse(name, status, rows=parse_rows(subrequest.records, body))
    if not isinstance(body, dict):
        raise ValueError("a query's answer is not an object")
    page = parse_page(body)
    return SubResponse(name, status, records=page.records, next_url=page.next_url, total_size=page.total_size)


def _parse_failure(status: int, body: object) -> RowError:
    first = body[0] if isinstance(body, list) and body else body
    if isinstance(first, dict):
        return row_error(first)
    kind = ErrorKind.RETRYABLE if status >= _SERVER_ERROR else ErrorKind.PERMANENT
    return RowError(f"http_{status}", "Salesforce gave no reason.", kind)


def _parse_row(record: Mapping[str, Any], raw: object) -> RowResult:
    if not isinstance(raw, dict) or not isinstance(raw.get("success"), bool):
        raise ValueError("a result of a collection has another shape")
    if raw["success"]:
        return RowResult(id=raw.get("id"), success=True)
    sent = texts_of(record)
    errors = tuple(row_error(error, sent_values=sent) for error in raw.get("errors") or () if isinstance(error, dict))
    return RowResult(id=raw.get("id"), success=False, errors=errors or (row_error({}),))
