"""Rows in memory, with indexes on the fields they are looked up by, and an undo journal.

Rows are never changed in place: an update puts a new dict in the row's stead, so what a reader holds stays whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.catalog import Catalog
from simulator.ids import make_id
from simulator.shapes import Row

_Undo = Callable[[], None]


class Store:
    """All rows of the org. `lock` guards every read and write; no caller sleeps while holding it."""

    def __init__(self, catalog: Catalog) -> None:
        self.lock = threading.RLock()
        self._rows: dict[str, dict[str, Row]] = {one.name: {} for one in catalog.values()}
        self._prefixes = {one.name: one.prefix for one in catalog.values()}
        self._names = {one.prefix: one.name for one in catalog.values()}
        self._index: dict[tuple[str, str], dict[object, dict[str, None]]] = {}
        self._keys: dict[str, list[str]] = {}
        self._counter = 0
        self._journal: list[_Undo] | None = None
        self._writer = 0
        self.adopt(catalog)

    def adopt(self, catalog: Catalog) -> None:
        """Index the key fields of the catalog, also those added since."""
        with self.lock:
            for one in catalog.values():
                self._keys[one.name] = [f.name for f in one.fields.values() if f.is_key]
                for name in self._keys[one.name]:
                    if (one.name, name) not in self._index:
                        self._index[one.name, name] = {}
                        for row in self._rows[one.name].values():
                            self._add_key(one.name, row=row, key=name)

    def new_id(self, sobject: str) -> str:
        """Return an id that was never given before."""
        with self.lock:
            self._counter += 1
            return make_id(self._prefixes[sobject], number=self._counter)

    def object_of(self, row_id: str) -> str | None:
        """Name the object that an id belongs to, by its first three characters."""
        return self._names.get(row_id[:3])

    def get(self, sobject: str, *, row_id: str | None) -> Row | None:
        """Return a row, deleted ones too."""
        return self._rows[sobject].get(row_id) if row_id else None

    def all(self, sobject: str) -> list[Row]:
        """Return every row of an object, deleted ones too, in the order they were made."""
        with self.lock:
            return list(self._rows[sobject].values())

    def is_indexed(self, sobject: str, *, field: str) -> bool:
        """Tell whether find() works for the field."""
        return (sobject, field) in self._index

    def find(self, sobject: str, *, field: str, value: object) -> list[Row]:
        """Return the rows with that value in an indexed field, deleted ones too; text without regard to case."""
        with self.lock:
            rows = self._rows[sobject]
            return [rows[one] for one in self._index[sobject, field].get(_key(value), ())]

    def put(self, sobject: str, *, row: Row) -> None:
        """Add the row, or put it in the place of the one with its id."""
        with self.lock:
            old = self._rows[sobject].get(row["Id"])
            self._place(sobject, old=old, new=row)
            if self._journal is not None:
                self._journal.append(lambda: self._place(sobject, old=row, new=old))

    @contextmanager
    def transaction(self) -> Iterator[Callable[[], None]]:
        """Hold the store and yield the function that undoes all that was written inside."""
        with self.lock:
            outer, self._journal = self._journal, []
            journal = self._journal
            self._writer = threading.get_ident()

            def undo() -> None:
                while journal:
                    journal.pop()()

            try:
                yield undo
            finally:
                if outer is not None:
                    outer.extend(journal)
                self._journal = outer

    @property
    def in_transaction(self) -> bool:
        """Tell whether this thread is inside transaction()."""
        return self._journal is not None and self._writer == threading.get_ident()

    def _place(self, sobject: str, *, old: Row | None, new: Row | None) -> None:
        for key in self._keys[sobject]:
            if old is not None and new is not None and old.get(key) == new.get(key):
                continue
            if old is not None:
                self._drop_key(sobject, row=old, key=key)
            if new is not None:
                self._add_key(sobject, row=new, key=key)
        if new is not None:
            self._rows[sobject][new["Id"]] = new
        elif old is not None:
            del self._rows[sobject][old["Id"]]

    def _add_key(self, sobject: str, *, row: Row, key: str) -> None:
        value = row.get(key)
        if value is not None:
            self._index[sobject, key].setdefault(_key(value), {})[row["Id"]] = None

    def _drop_key(self, sobject: str, *, row: Row, key: str) -> None:
        value = row.get(key)
        if value is not None:
            self._index[sobject, key].get(_key(value), {}).pop(row["Id"], None)


def _key(value: object) -> object:
    """Ids of 18 characters differ also without their case, so all text may be lowered."""
    return value.lower() if isinstance(value, str) else value
