"""COUNT(), COUNT(x), MIN, MAX and GROUP BY.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions.htm
"""

from __future__ import annotations

from typing import Any

from simulator.shapes import Json, Row
from simulator.soql.nodes import Aggregate, Query
from simulator.soql.scope import Scope


def is_aggregate(query: Query) -> bool:
    """Tell whether a query answers with sums instead of rows."""
    return bool(query.group_by) or any(isinstance(item, Aggregate) for item in query.items)


def aggregate(query: Query, *, rows: list[Row], scope: Scope) -> tuple[int, list[Json]]:
    """Return totalSize and records: COUNT() alone has its number in totalSize and no record."""
    first = query.items[0]
    if len(query.items) == 1 and isinstance(first, Aggregate) and first.path is None:
        return len(rows), []
    readers = [scope.bind(path).read for path in query.group_by]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(read(row) for read in readers), []).append(row)
    if not query.group_by:
        groups = {(): rows}
    records = [_record(query, rows=members, scope=scope) for members in groups.values()]
    end = None if query.limit is None else query.offset + query.limit
    records = records[query.offset : end]
    return len(records), records


def _record(query: Query, *, rows: list[Row], scope: Scope) -> Json:
    record: Json = {"attributes": {"type": "AggregateResult"}}
    unnamed = 0
    for item in query.items:
        if isinstance(item, Aggregate):
            name = item.alias or f"expr{unnamed}"
            unnamed += 0 if item.alias else 1
            record[name] = _value(item, rows=rows, scope=scope)
        elif not isinstance(item, Query):
            bound = scope.bind(item)
            record[bound.field.name] = bound.read(rows[0]) if rows else None
    return record


def _value(item: Aggregate, *, rows: list[Row], scope: Scope) -> Any:
    if item.path is None:
        return len(rows)
    read = scope.bind(item.path).read
    values = [value for value in map(read, rows) if value is not None]
    if item.function == "count":
        return len(values)
    if item.function == "count_distinct":
        return len(set(values))
    return (min if item.function == "min" else max)(values, default=None)
