"""WHERE → a function that judges a row, and the rows worth judging.

Text is compared without regard to case, except in fields that are case-sensitive:
https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from simulator.derived import DERIVED
from simulator.ids import normalise_id
from simulator.schema import Field
from simulator.shapes import Row
from simulator.soql.nodes import AllOf, AnyOf, Comparison, Condition, Literal, Membership, Negation, Query
from simulator.soql.scope import Bound, Scope
from simulator.soql.spans import span_days, today_utc

Predicate = Callable[[Row], bool]
Keys = Callable[[Query, Scope], list[Any]]
"""Runs the query inside IN (SELECT …) and returns its values."""

_NUMBERS = ("int", "double", "currency", "percent")
_IDS = ("id", "reference")


def compile_filter(condition: Condition, *, scope: Scope, keys: Keys) -> Predicate:
    """Turn a condition into a function. Raises ApiError for a value that does not fit its field."""
    match condition:
        case AllOf(parts):
            tests = [compile_filter(one, scope=scope, keys=keys) for one in parts]
            return lambda row: all(test(row) for test in tests)
        case AnyOf(parts):
            tests = [compile_filter(one, scope=scope, keys=keys) for one in parts]
            return lambda row: any(test(row) for test in tests)
        case Negation(part):
            test = compile_filter(part, scope=scope, keys=keys)
            return lambda row: not test(row)
        case Comparison():
            return _comparison(condition, scope=scope)
        case Membership():
            return _membership(condition, scope=scope, keys=keys)
        case _:
            assert_never(condition)


def candidates(condition: Condition | None, *, scope: Scope, keys: Keys) -> list[Row] | None:
    """Return the only rows that can fulfil the condition, by index; None: no index helps."""
    match condition:
        case AllOf(parts):
            found = (candidates(one, scope=scope, keys=keys) for one in parts)
            return min((rows for rows in found if rows is not None), key=len, default=None)
        case AnyOf(parts):
            lists = [candidates(one, scope=scope, keys=keys) for one in parts]
            if any(rows is None for rows in lists):
                return None
            return list({row["Id"]: row for rows in lists for row in rows or ()}.values())
        case Comparison(_, "=", value) if value.kind == "string":
            return _by_index(condition, values=[value.value], scope=scope)
        case Membership(_, "in", values, None):
            return _by_index(condition, values=[one.value for one in values], scope=scope)
        case Membership(_, "in", _, query) if query is not None:
            return _by_index(condition, values=keys(query, scope), scope=scope)
        case _:
            return None


def _by_index(condition: Comparison | Membership, *, values: list[Any], scope: Scope) -> list[Row] | None:
    bound = scope.bind(condition.path)
    store = scope.view.store
    is_computed = (scope.sobject.name, bound.field.name) in DERIVED
    if not bound.is_own or is_computed or any(not isinstance(value, str) for value in values):
        return None
    if bound.field.type in _IDS:
        values = [normalise_id(value) for value in values]
    if bound.field.type == "id":
        rows = (store.get(scope.sobject.name, row_id=value) for value in dict.fromkeys(values))
        return [row for row in rows if row is not None]
    if not store.is_indexed(scope.sobject.name, field=bound.field.name):
        return None
    unique = dict.fromkeys(value.lower() for value in values if value)
    found = (store.find(scope.sobject.name, field=bound.field.name, value=value) for value in unique)
    return list({row["Id"]: row for rows in found for row in rows}.values())


def _comparison(condition: Comparison, *, scope: Scope) -> Predicate:
    bound = _filterable(condition, scope=scope)
    read, literal, operator = bound.read, condition.value, condition.operator
    if literal.kind == "pattern":
        return lambda row: (value := read(row)) is not None and literal.value.fullmatch(str(value)) is not None
    if literal.kind == "null":
        return (lambda row: read(row) is None) if operator == "=" else (lambda row: read(row) is not None)
    if literal.kind == "span":
        return _span_test(condition, bound=bound, scope=scope)
    wanted = _value(literal, field=bound.field, scope=scope)
    fold = _fold(bound.field)
    if operator == "=":
        return lambda row: fold(read(row)) == wanted
    if operator == "!=":
        return lambda row: fold(read(row)) != wanted
    compare = _ORDERED[operator]
    return lambda row: (value := fold(read(row))) is not None and compare(value, wanted)


_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: bool(left < right),
    ">": lambda left, right: bool(left > right),
    "<=": lambda left, right: bool(left <= right),
    ">=": lambda left, right: bool(left >= right),
}


def _membership(condition: Membership, *, scope: Scope, keys: Keys) -> Predicate:
    bound = _filterable(condition, scope=scope)
    read, fold = bound.read, _fold(bound.field)
    if condition.query is not None:
        wanted = {fold(value) for value in keys(condition.query, scope)}
    else:
        wanted = {_value(one, field=bound.field, scope=scope) for one in condition.values}
    if condition.operator == "in":
        return lambda row: fold(read(row)) in wanted
    if condition.operator == "not in":
        return lambda row: fold(read(row)) not in wanted
    chosen = [set(str(value).split(";")) for value in wanted]

    def includes(row: Row) -> bool:
        values = {fold(one) for one in str(read(row) or "").split(";")}
        return any(one <= values for one in chosen)

    return includes if condition.operator == "includes" else lambda row: not includes(row)


def _filterable(condition: Comparison | Membership, *, scope: Scope) -> Bound:
    bound = scope.bind(condition.path)
    if not bound.field.filterable or bound.field.type == "address":
        message = f"field '{bound.field.name}' can not be filtered in a query call"
        raise scope.view.error("INVALID_FIELD", message, at=condition.path.at)
    return bound


def _fold(field: Field) -> Callable[[Any], Any]:
    if field.case_sensitive or field.type in _IDS or field.type in _NUMBERS or field.type == "boolean":
        return lambda value: value
    return lambda value: value.lower() if isinstance(value, str) else value


def _value(literal: Literal, *, field: Field, scope: Scope) -> Any:
    if literal.kind == "null":
        return None
    if field.type in _IDS:
        found = normalise_id(literal.value)
        if found is None:
            message = f"invalid ID field: {literal.value}"
            raise scope.view.error("INVALID_QUERY_FILTER_OPERATOR", message, at=literal.at)
        return found
    wanted = _kind(field)
    if literal.kind != wanted and not (wanted == "datetime" and literal.kind == "date"):
        quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
        message = f"value of filter criterion for field '{field.name}' must be of type {field.type} and {quotes}"
        raise scope.view.error("INVALID_FIELD", message, at=literal.at)
    return _fold(field)(literal.value)


def _kind(field: Field) -> str:
    if field.type in ("boolean", "date", "datetime"):
        return field.type
    return "number" if field.type in _NUMBERS else "string"


def _compare_days(day: str, *, operator: str, first: str, after: str) -> bool:
    """Compare a day with a span: before it, after it, or inside."""
    match operator:
        case "=":
            return first <= day < after
        case "!=":
            return not first <= day < after
        case "<":
            return day < first
        case "<=":
            return day < after
        case ">":
            return day >= after
        case _:
            return day >= first


def _span_test(condition: Comparison, *, bound: Bound, scope: Scope) -> Predicate:
    word, count = condition.value.value
    days = span_days(word, count=count, today=today_utc())
    if days is None:
        raise scope.view.error("MALFORMED_QUERY", f"unexpected token: '{word}'", at=condition.value.at)
    first, after = (day.isoformat() for day in days)
    read, operator = bound.read, condition.operator

    def test(row: Row) -> bool:
        value = read(row)
        if value is None:
            return operator == "!="
        return _compare_days(str(value)[:10], operator=operator, first=first, after=after)

    return test
