"""WHERE: the tree of conditions.

AND and OR may not be mixed on one level without brackets:
https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_logicaloperators.htm
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.clock import datetime_text, parse_datetime
from simulator.soql.cursor import Cursor
from simulator.soql.lexer import Token, like_pattern, located, unquote
from simulator.soql.nodes import AllOf, AnyOf, Comparison, Condition, Literal, Membership, Negation, Path, Query

Select = Callable[[Cursor], Query]


def parse_condition(cursor: Cursor, *, select: Select) -> Condition:
    """Parse conditions joined by AND or by OR, up to a bracket or the next clause."""
    parts = [_term(cursor, select=select)]
    joiner = ""
    while True:
        word = cursor.peek().text.lower()
        if cursor.peek().kind != "name" or word not in ("and", "or"):
            break
        if joiner and word != joiner:
            raise cursor.unexpected()
        joiner = word
        cursor.take()
        parts.append(_term(cursor, select=select))
    if len(parts) == 1:
        return parts[0]
    return AllOf(tuple(parts)) if joiner == "and" else AnyOf(tuple(parts))


def _term(cursor: Cursor, *, select: Select) -> Condition:
    if cursor.take_word("not"):
        return Negation(_term(cursor, select=select))
    if cursor.take_mark("("):
        inner = parse_condition(cursor, select=select)
        cursor.expect_mark(")")
        return inner
    path = cursor.expect_path()
    token = cursor.take()
    word = token.text.lower()
    if token.kind == "operator":
        return Comparison(path, "!=" if word == "<>" else word, _literal(cursor))
    if word == "like":
        return _like(cursor, path=path)
    if word == "not":
        cursor.expect_word("in")
        return _membership(cursor, path=path, operator="not in", select=select)
    if word in ("in", "includes", "excludes"):
        return _membership(cursor, path=path, operator=word, select=select)
    raise cursor.unexpected(token)


def _like(cursor: Cursor, *, path: Path) -> Condition:
    token = cursor.take()
    if token.kind != "string":
        raise cursor.unexpected(token)
    return Comparison(path, "like", Literal("pattern", like_pattern(token, text=cursor.text), token.at))


def _membership(cursor: Cursor, *, path: Path, operator: str, select: Select) -> Condition:
    cursor.expect_mark("(")
    if cursor.peek().text.lower() == "select":
        query = select(cursor)
        cursor.expect_mark(")")
        return Membership(path, operator, (), query)
    values = [_literal(cursor)]
    while cursor.take_mark(","):
        values.append(_literal(cursor))
    cursor.expect_mark(")")
    return Membership(path, operator, tuple(values), None)


def _literal(cursor: Cursor) -> Literal:
    token = cursor.take()
    if token.kind == "string":
        return Literal("string", unquote(token, text=cursor.text), token.at)
    if token.kind == "number":
        return Literal("number", float(token.text) if "." in token.text else int(token.text), token.at)
    if token.kind == "date":
        return Literal("date", token.text, token.at)
    if token.kind == "datetime":
        return _datetime(cursor, token=token)
    if token.kind == "name":
        return _word(cursor, token=token)
    raise cursor.unexpected(token)


def _datetime(cursor: Cursor, *, token: Token) -> Literal:
    moment = parse_datetime(token.text)
    if moment is None:
        raise located(cursor.text, at=token.at, code="MALFORMED_QUERY", message=f"invalid datetime: {token.text}")
    return Literal("datetime", datetime_text(moment), token.at)


def _word(cursor: Cursor, *, token: Token) -> Literal:
    word = token.text.lower()
    if word in ("true", "false"):
        return Literal("boolean", word == "true", token.at)
    if word == "null":
        return Literal("null", None, token.at)
    count = 0
    if cursor.take_mark(":"):
        number = cursor.take()
        if not number.text.isdigit():
            raise cursor.unexpected(number)
        count = int(number.text)
    return Literal("span", (word, count), token.at)
