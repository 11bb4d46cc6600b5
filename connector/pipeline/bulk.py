"""Insert and update many rows in one statement, whatever their number, and delete them in chunks of ids.

Django's own bulk methods split on SQLite after 999 values and build a CASE per column and row when updating; these
take 1,000 rows of the outbox in one statement each. They know the two databases that we support:
PostgreSQL unfolds one JSON document into rows, SQLite runs one prepared statement per row inside the process.
https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-JSON-PROCESSING-TABLE
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Key = TypeVar("Key")

POSTGRESQL = "postgresql"


def insert_missing(rows: Sequence[Row], *, key: str) -> set[Any]:
    """Insert the rows that no unique constraint refuses; return the values of the column `key` of those that went in.

    Call inside atomic, with rows that were not there a moment ago, in the order of their unique key: another
    transaction that inserts the same ones is waited for, and the order keeps two of them from waiting for each other.
    """
    if not rows:
        return set()
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    names = ", ".join(_quote(field.column) for field in fields)
    into = f"{_quote(meta.db_table)} ({names})"
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRESQL:
            source, returned = _recordset(fields), _quote(key)
            cursor.execute(
                f"INSERT INTO {into} SELECT {names} FROM {source} ON CONFLICT DO NOTHING RETURNING {returned}",  # noqa: S608 - names of columns
                [_document(rows, fields)],
            )
            return {found[0] for found in cursor.fetchall()}
        marks = ", ".join("%s" for _ in fields)
        cursor.executemany(f"INSERT OR IGNORE INTO {into} VALUES ({marks})", _parameters(rows, fields))  # noqa: S608 - names of columns
    # An IMMEDIATE transaction is alone: what was not there when it looked is not there now.
    return {getattr(row, key) for row in rows}


def update_rows(rows: Sequence[Row], *, columns: Collection[str]) -> None:
    """Write the named columns of rows by primary key. Call inside atomic, with the rows locked."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if field.name in columns]
    table, key = _quote(meta.db_table), meta.concrete_fields[0]
    where = f"WHERE {table}.{_quote(key.column)} ="
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRESQL:
            sets = ", ".join(f"{_quote(field.column)} = said.{_quote(field.column)}" for field in fields)
            source = _recordset([key, *fields])
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM {source} {where} said.{_quote(key.column)}",  # noqa: S608 - names of columns
                [_document(rows, [key, *fields])],
            )
        else:
            sets = ", ".join(f"{_quote(field.column)} = %s" for field in fields)
            cursor.executemany(f"UPDATE {table} SET {sets} {where} %s", _parameters(rows, [*fields, key]))  # noqa: S608 - names of columns


CHUNK = 1_000
"""Rows that one transaction deletes: others wait for it hardly longer than for a webhook."""


def in_chunks(ids: Iterable[Key], *, size: int = CHUNK) -> Iterator[list[Key]]:
    """Yield ids in chunks; the whole list is read at once, so that deleting disturbs nothing."""
    wanted = list(ids)
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def delete_rows(model: type[models.Model], ids: Iterable[Any]) -> int:
    """Delete rows by their ids, a transaction a chunk unless inside atomic; returns how many of the model went."""
    count = 0
    for chunk in in_chunks(ids):
        # only the keys: rows that others refer to are read before they go, and a message may have a mebibyte
        _, by_model = model._default_manager.filter(pk__in=chunk).only("pk").delete()
        count += by_model.get(model._meta.label, 0)
    return count


def _quote(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _parameters(rows: Sequence[Row], fields: Sequence["models.Field[Any, Any]"]) -> list[list[Any]]:
    return [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]


def _recordset(fields: Sequence["models.Field[Any, Any]"]) -> str:
    """Return the FROM item `said`, whose one parameter is a `_document` of the same fields."""
    columns = ", ".join(f"{_quote(field.column)} {field.db_type(connection)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS said({columns})"


def _document(rows: Sequence[Row], fields: Sequence["models.Field[Any, Any]"]) -> str:
    writers = [(field.column, field.attname, _writer(field)) for field in fields]
    document = [{column: write(getattr(row, attname)) for column, attname, write in writers} for row in rows]
    return json.dumps(document, default=_plain, allow_nan=False)


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    # JSON goes into the document as it is; every other field prepares its own value.
    return (lambda value: value) if isinstance(field, models.JSONField) else field.get_prep_value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
