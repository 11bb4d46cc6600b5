"""SOQL tokens → nodes.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
"""

from __future__ import annotations

from functools import lru_cache

from simulator.errors import ApiError
from simulator.soql.conditions import parse_condition
from simulator.soql.cursor import Cursor
from simulator.soql.nodes import Aggregate, Order, Path, Query

MAX_OFFSET = 2_000
"""https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_offset.htm"""

_AFTER_OBJECT = ("where", "group", "order", "limit", "offset", "with", "using", "for", "having", "all")
_FUNCTIONS = ("count", "count_distinct", "min", "max")


@lru_cache(maxsize=1024)
def parse(text: str) -> Query:
    """Parse a whole query. Raises ApiError MALFORMED_QUERY where it stops making sense."""
    cursor = Cursor(text)
    query = _select(cursor)
    if cursor.peek().kind != "end":
        raise cursor.unexpected()
    return query


def _select(cursor: Cursor) -> Query:
    cursor.expect_word("select")
    items = [_item(cursor)]
    while cursor.take_mark(","):
        items.append(_item(cursor))
    cursor.expect_word("from")
    target = cursor.expect_name()
    alias = cursor.take_other_than(_AFTER_OBJECT)
    if cursor.take_word("using"):
        cursor.expect_word("scope")
        cursor.expect_name()
    where = parse_condition(cursor, select=_select) if cursor.take_word("where") else None
    if cursor.take_word("with"):
        cursor.expect_name()
    return Query(
        items=tuple(items),
        sobject=target.text,
        at=target.at,
        alias=alias,
        where=where,
        group_by=_group_by(cursor),
        order_by=_order_by(cursor),
        limit=_number_after(cursor, word="limit"),
        offset=_offset(cursor),
    )


def _item(cursor: Cursor) -> Path | Aggregate | Query:
    if cursor.take_mark("("):
        child = _select(cursor)
        cursor.expect_mark(")")
        return child
    name = cursor.expect_name()
    if cursor.peek().text != "(":
        return Path(tuple(name.text.split(".")), name.at)
    if name.text.lower() not in _FUNCTIONS:
        raise cursor.unexpected()
    cursor.expect_mark("(")
    inner = cursor.peek()
    path = Path(tuple(cursor.expect_name().text.split(".")), inner.at) if inner.text != ")" else None
    cursor.expect_mark(")")
    return Aggregate(name.text.lower(), path, cursor.take_other_than(("from",)))


def _group_by(cursor: Cursor) -> tuple[Path, ...]:
    if not cursor.take_word("group"):
        return ()
    cursor.expect_word("by")
    paths = [cursor.expect_path()]
    while cursor.take_mark(","):
        paths.append(cursor.expect_path())
    return tuple(paths)


def _order_by(cursor: Cursor) -> tuple[Order, ...]:
    if not cursor.take_word("order"):
        return ()
    cursor.expect_word("by")
    terms = [_order(cursor)]
    while cursor.take_mark(","):
        terms.append(_order(cursor))
    return tuple(terms)


def _order(cursor: Cursor) -> Order:
    path = cursor.expect_path()
    descending = cursor.take_word("desc")
    if not descending:
        cursor.take_word("asc")
    if not cursor.take_word("nulls"):
        return Order(path, descending, nulls_last=False)
    nulls_last = cursor.take_word("last")
    if not nulls_last:
        cursor.expect_word("first")
    return Order(path, descending, nulls_last=nulls_last)


def _number_after(cursor: Cursor, *, word: str) -> int | None:
    if not cursor.take_word(word):
        return None
    token = cursor.take()
    if not token.text.isdigit():
        raise cursor.unexpected(token)
    return int(token.text)


def _offset(cursor: Cursor) -> int:
    offset = _number_after(cursor, word="offset") or 0
    if offset > MAX_OFFSET:
        raise ApiError(400, code="NUMBER_OUTSIDE_VALID_RANGE", message=f"Maximum SOQL offset allowed is {MAX_OFFSET}")
    return offset
