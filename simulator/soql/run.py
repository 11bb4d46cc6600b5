"""Run a query: choose rows, order them, write them as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from simulator.schema import Child
from simulator.shapes import Json, Row
from simulator.soql.aggregates import aggregate, is_aggregate
from simulator.soql.filters import candidates, compile_filter
from simulator.soql.nodes import Aggregate, Order, Path, Query
from simulator.soql.parser import parse
from simulator.soql.scope import Scope, Step, View


@dataclass(frozen=True, slots=True)
class Output:
    """How results are written: where rows live, and how a child list becomes a page."""

    version: str
    page_children: Callable[[list[Json]], Json]


def run_query(view: View, *, output: Output) -> tuple[int, list[Json]]:
    """Return the number of rows and the records. Raises ApiError. Call holding the store's lock."""
    query = parse(view.text)
    scope = Scope(view, view.sobject(query.sobject, at=query.at), query.alias)
    writer = None if is_aggregate(query) else _writer(query, scope=scope, output=output)
    rows = select_rows(query, scope=scope)
    if writer is None:
        return aggregate(query, rows=rows, scope=scope)
    return len(rows), [writer(row) for row in rows]


Choose = Callable[[Iterable[Row]], list[Row]]


def select_rows(query: Query, *, scope: Scope) -> list[Row]:
    """Return the rows of a query in its order, within its limit."""
    choose = chooser(query, scope=scope)
    rows = candidates(query.where, scope=scope, keys=_keys)
    return choose(scope.view.store.all(scope.sobject.name) if rows is None else rows)


def chooser(query: Query, *, scope: Scope) -> Choose:
    """Return the function that filters, orders and cuts rows. Raises ApiError for a faulty clause."""
    name = scope.sobject.name
    test = compile_filter(query.where, scope=scope, keys=_keys) if query.where else None
    orders = [(term, scope.bind(term.path).read) for term in reversed(query.order_by)]
    end = None if query.limit is None else query.offset + query.limit
    cut = slice(None) if is_aggregate(query) else slice(query.offset, end)

    def choose(rows: Iterable[Row]) -> list[Row]:
        chosen = [row for row in rows if scope.view.shows(name, row=row) and (test is None or test(row))]
        for term, read in orders:
            chosen = _sorted(chosen, term=term, read=read)
        return chosen[cut]

    return choose


def _keys(query: Query, outer: Scope) -> list[Any]:
    scope = Scope(outer.view, outer.view.sobject(query.sobject, at=query.at), query.alias)
    path = query.items[0]
    if len(query.items) != 1 or not isinstance(path, Path):
        raise outer.view.error("MALFORMED_QUERY", "a semi join takes one field", at=query.at)
    read = scope.bind(path).read
    return [read(row) for row in select_rows(query, scope=scope)]


def _sorted(rows: list[Row], *, term: Order, read: Callable[[Row], Any]) -> list[Row]:
    values = [(read(row), row) for row in rows]
    nulls = [row for value, row in values if value is None]
    filled = [(value.lower() if isinstance(value, str) else value, row) for value, row in values if value is not None]
    filled.sort(key=lambda pair: pair[0], reverse=term.descending)
    ordered = [row for _, row in filled]
    return ordered + nulls if term.nulls_last else nulls + ordered


Write = Callable[[Row], Json]


def _writer(query: Query, *, scope: Scope, output: Output) -> Write:
    """Return the function that turns a row into a record with the query's fields."""
    parts: dict[str, Callable[[Row], Any]] = {}
    related: dict[str, tuple[Step, list[Path]]] = {}
    for item in query.items:
        if isinstance(item, Query):
            name, write = _children(item, scope=scope, output=output)
            parts[name] = write
        elif isinstance(item, Path):
            _add_path(item, scope=scope, parts=parts, related=related)
    for name, (step, paths) in related.items():
        parts[name] = _related_writer(step, paths=paths, scope=scope, output=output)
    kind = scope.sobject.name
    prefix = f"/services/data/{output.version}/sobjects/{kind}/"

    def write_row(row: Row) -> Json:
        record: Json = {"attributes": {"type": kind, "url": prefix + row["Id"]}}
        for name, read in parts.items():
            record[name] = read(row)
        return record

    return write_row


def _add_path(
    path: Path, *, scope: Scope, parts: dict[str, Callable[[Row], Any]], related: dict[str, tuple[Step, list[Path]]]
) -> None:
    bound = scope.bind(path)
    steps, last = scope.split(path)
    if not steps:
        parts[bound.field.name] = bound.read
        return
    step = steps[0]
    inner = tuple(one.name for one in steps[1:]) + (last,)
    parts.setdefault(step.name, lambda _: None)
    related.setdefault(step.name, (step, []))[1].append(Path(inner, path.at))


def _related_writer(step: Step, *, paths: list[Path], scope: Scope, output: Output) -> Callable[[Row], Any]:
    writers: dict[str, Write] = {}
    for target in step.targets:
        inner = Scope(scope.view, target)
        known = tuple(path for path in paths if len(path.parts) > 1 or target.field(path.parts[0]))
        query = Query(known, target.name, 0, None, None, (), (), None, 0)
        writers[target.name] = _writer(query, scope=inner, output=output)
    store = scope.view.store

    def write(row: Row) -> Any:
        other = step.follow(row)
        return None if other is None else writers[store.object_of(other["Id"]) or ""](other)

    return write


def _children(query: Query, *, scope: Scope, output: Output) -> tuple[str, Callable[[Row], Any]]:
    child = _child(query, scope=scope)
    inner = Scope(scope.view, scope.view.catalog[child.sobject.lower()], query.alias)
    if any(isinstance(item, Query | Aggregate) for item in query.items):
        raise scope.view.error("MALFORMED_QUERY", "only fields may stand in a nested query", at=query.at)
    write_one = _writer(query, scope=inner, output=output)
    choose = chooser(query, scope=inner)
    store = scope.view.store

    def write(row: Row) -> Any:
        rows = store.find(child.sobject, field=child.field, value=row["Id"])
        chosen = choose(rows)
        return output.page_children([write_one(one) for one in chosen]) if chosen else None

    return child.relationship or "", write


def _child(query: Query, *, scope: Scope) -> Child:
    name = query.sobject.lower()
    for child in scope.sobject.children:
        if child.relationship and child.relationship.lower() == name:
            return child
    message = (
        f"Didn't understand relationship '{query.sobject}' in FROM part of query call. If you are attempting to use "
        "a custom relationship, be sure to append the '__r' after the custom relationship name. "
        "Please reference your WSDL or the describe call for the appropriate names."
    )
    raise scope.view.error("INVALID_TYPE", message, at=query.at)
