"""Name the shapes that reading returns: records as Salesforce sent them, pages, usage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
"""One row as Salesforce sent it: {api name: value}, "attributes" and child pages included."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many API calls of 24 hours an organisation has used."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One page of a query's answer."""

    records: tuple[Record, ...]
    next_url: str | None
    """Path of the next page; None: this was the last."""
    total_size: int


def parse_page(raw: Mapping[str, Any]) -> QueryPage:
    """Read {"totalSize", "done", "records", "nextRecordsUrl"}.

    Raises ValueError where the shape is another, or where more is announced and no address of it given: a truncated
    answer must never be taken for a complete one.
    """
    records, next_url = raw.get("records"), raw.get("nextRecordsUrl")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError("a page of a query has no list of records")
    if raw.get("done") is not True and not isinstance(next_url, str):
        raise ValueError("a page of a query is incomplete and does not say where it goes on")
    total = raw.get("totalSize")
    is_done = raw.get("done") is True
    return QueryPage(
        records=tuple(records),
        next_url=None if is_done else next_url,
        total_size=total if isinstance(total, int) else len(records),
    )


def child_records(record: Mapping[str, Any], relationship: str) -> tuple[list[Record], str | None]:
    """Return a record's rows of a child query and the path of their next page.

    Salesforce sends null where there are none. Raises KeyError where the query did not ask for the relationship:
    "not asked" is not "nobody".
    """
    raw = record[relationship]
    if raw is None:
        return [], None
    page = parse_page(raw)
    return list(page.records), page.next_url
