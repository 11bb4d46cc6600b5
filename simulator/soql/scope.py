"""Paths → functions that read them: which object, which field, through which relationship."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.catalog import Catalog
from simulator.derived import getter
from simulator.errors import ApiError
from simulator.schema import Field, SObject
from simulator.shapes import Row
from simulator.soql.lexer import located
from simulator.soql.nodes import Path
from simulator.store import Store

_ADVICE = (
    "If you are attempting to use a custom {what}, be sure to append the '__{suffix}' after the {name}. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True, slots=True)
class View:
    """What a query runs on: the rows, the objects as the user sees them, and which rows the user sees."""

    store: Store
    catalog: Catalog
    text: str
    include_deleted: bool
    can_see: Callable[[str, Row], bool]

    def sobject(self, name: str, *, at: int) -> SObject:
        """Find an object. Raises ApiError INVALID_TYPE (recorded by CumulusCI)."""
        found = self.catalog.get(name.lower())
        if found is None:
            advice = _ADVICE.format(what="object", suffix="c", name="entity name")
            raise self.error("INVALID_TYPE", f"sObject type '{name}' is not supported. {advice}", at=at)
        return found

    def error(self, code: str, message: str, *, at: int) -> ApiError:
        """Build an error that points into the query's text."""
        return located(self.text, at=at, code=code, message=message)

    def shows(self, sobject: str, *, row: Row) -> bool:
        """Tell whether the row may appear in this query at all."""
        return (self.include_deleted or not row.get("IsDeleted")) and self.can_see(sobject, row)


@dataclass(frozen=True, slots=True)
class Bound:
    """A path that was found: its field and how to read it from a row of the query's object."""

    field: Field
    sobject: SObject
    read: Callable[[Row], Any]
    is_own: bool
    """The field belongs to the query's own object, not to a related one."""


@dataclass(frozen=True, slots=True)
class Step:
    """A many-to-one relationship: how to get from a row to the related one."""

    name: str
    targets: tuple[SObject, ...]
    follow: Callable[[Row], Row | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """One FROM: its object, and the names that may stand before a field."""

    view: View
    sobject: SObject
    alias: str | None = None

    def bind(self, path: Path) -> Bound:
        """Find the field of a path. Raises ApiError INVALID_FIELD."""
        steps, last = self.split(path)
        if not steps:
            found = self.own_field(last, at=path.at)
            read = getter(self.view.store, sobject=self.sobject.name, field=found.name)
            return Bound(found, self.sobject, read, is_own=True)
        found, owner = self.field_of(steps[-1].targets, name=last, at=path.at)
        return Bound(found, owner, self._through(steps, field=found), is_own=False)

    def split(self, path: Path) -> tuple[list[Step], str]:
        """Cut a path into the relationships it follows and the name at its end."""
        parts = list(path.parts)
        if len(parts) > 1 and parts[0].lower() in (self.sobject.name.lower(), (self.alias or "").lower()):
            parts = parts[1:]
        steps: list[Step] = []
        targets: tuple[SObject, ...] = (self.sobject,)
        for part in parts[:-1]:
            step = self.step(targets, name=part, at=path.at)
            steps.append(step)
            targets = step.targets
        return steps, parts[-1]

    def own_field(self, name: str, *, at: int) -> Field:
        """Find a field of the query's object. Raises ApiError INVALID_FIELD."""
        return self.field_of((self.sobject,), name=name, at=at)[0]

    def field_of(self, owners: tuple[SObject, ...], *, name: str, at: int) -> tuple[Field, SObject]:
        """Find a field of the first object that has it (a queue has fewer than a user)."""
        for owner in reversed(owners):
            found = owner.field(name)
            if found is not None:
                return found, owner
        advice = _ADVICE.format(what="field", suffix="c", name="custom field name")
        entity = owners[0].name if len(owners) == 1 else "Name"
        raise self.view.error("INVALID_FIELD", f"No such column '{name}' on entity '{entity}'. {advice}", at=at)

    def step(self, owners: tuple[SObject, ...], *, name: str, at: int) -> Step:
        """Find a relationship by name. Raises ApiError INVALID_FIELD."""
        for owner in owners:
            for one in owner.fields.values():
                if one.relationship and one.relationship.lower() == name.lower():
                    return self._step(owner, field=one)
        advice = _ADVICE.format(what="relationship", suffix="r", name="custom relationship name")
        raise self.view.error(
            "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path. {advice}", at=at
        )

    def _step(self, owner: SObject, *, field: Field) -> Step:
        store, catalog = self.view.store, self.view.catalog
        read = getter(store, sobject=owner.name, field=field.name)
        targets = tuple(catalog[t.lower()] for t in field.reference_to if t.lower() in catalog)
        return Step(field.relationship or "", targets, lambda row: _related(store, row_id=read(row)))

    def _through(self, steps: list[Step], *, field: Field) -> Callable[[Row], Any]:
        store = self.view.store

        def read(row: Row) -> Any:
            current: Row | None = row
            for step in steps:
                current = step.follow(current) if current else None
            if current is None:
                return None
            owner = store.object_of(current["Id"]) or ""
            return getter(store, sobject=owner, field=field.name)(current)

        return read


def _related(store: Store, *, row_id: str | None) -> Row | None:
    sobject = store.object_of(row_id) if row_id else None
    return store.get(sobject, row_id=row_id) if sobject else None
