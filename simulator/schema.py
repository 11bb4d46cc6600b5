"""What an object is: its fields, its relationships, what the user may do with it.

Objects are declared as tables of text, one field a line::

    LastName   string(80)   required in:Name   | Last Name

Flags: required (not nillable), readonly, createonly, updateonly, defaulted (defaultedOnCreate), idlookup,
namefield, in:<compound field>, to:<objects>:<relationship>, cascade (deleted with its parent), calculated,
nofilter. Without a flag a field is nillable, createable and updateable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from simulator.shapes import Row

_LINE = re.compile(r"(\w+)\s+(\w+)(?:\((\d+)(?:,(\d+))?\))?((?:\s+[\w:,]+)*)\s*\|\s*(.+)")


@dataclass(frozen=True, slots=True)
class Field:
    """One field as describe shows it."""

    name: str
    type: str
    label: str
    length: int = 0
    scale: int = 0
    precision: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    id_lookup: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    name_field: bool = False
    custom: bool = False
    calculated: bool = False
    filterable: bool = True
    cascade: bool = False
    compound: str | None = None
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    default: str | bool | float | None = None

    @property
    def is_key(self) -> bool:
        """Tell whether rows are looked up by it often enough to be indexed."""
        return self.type in ("reference", "email") or self.external_id or self.unique


@dataclass(frozen=True, slots=True)
class Child:
    """A one-to-many relationship, seen from the parent."""

    sobject: str
    field: str
    relationship: str | None
    cascade: bool


@dataclass(frozen=True, slots=True)
class SObject:
    """One object type: its fields by lower-case name."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: Mapping[str, Field]
    children: tuple[Child, ...] = ()
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    searchable: bool = True
    record_types: tuple[Row, ...] = field(default=())

    def field(self, name: str) -> Field | None:
        """Find a field by name, whatever its case."""
        return self.fields.get(name.lower())

    def with_fields(self, fields: Iterable[Field]) -> SObject:
        """Return the object with these fields added or replaced."""
        return replace(self, fields={**self.fields, **{f.name.lower(): f for f in fields}})


def parse_fields(table: str, *, picklists: Mapping[str, tuple[str, ...]]) -> dict[str, Field]:
    """Read a table of fields. Raises ValueError for a line that is none."""
    fields = [_parse_line(line, picklists=picklists) for line in table.strip().splitlines()]
    return {one.name.lower(): one for one in fields}


def _parse_line(line: str, *, picklists: Mapping[str, tuple[str, ...]]) -> Field:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"not a field: {line!r}")
    name, kind, length, scale, flags, label = match.groups()
    numeric = kind in ("double", "currency", "percent")
    values = picklists.get(name, ())
    plain = Field(
        name=name,
        type=kind,
        label=label,
        length=18 if kind in ("id", "reference") else 0 if numeric else int(length or 0),
        precision=int(length or 18) if numeric else 0,
        scale=int(scale or 0),
        picklist=values,
        custom=name.endswith("__c"),
        default=False if kind == "boolean" else None,
    )
    return _with_flags(plain, flags=flags.split())


def _with_flags(plain: Field, *, flags: list[str]) -> Field:
    words = {flag for flag in flags if ":" not in flag}
    settings = dict(flag.split(":", 1) for flag in flags if ":" in flag)
    targets, _, relationship = settings.get("to", "").partition(":")
    return replace(
        plain,
        nillable=not words & {"required"} and plain.type != "boolean",
        createable=not words & {"readonly", "updateonly"},
        updateable=not words & {"readonly", "createonly"},
        defaulted="defaulted" in words or plain.type == "boolean",
        id_lookup="idlookup" in words,
        name_field="namefield" in words,
        calculated="calculated" in words,
        filterable="nofilter" not in words,
        cascade="cascade" in words,
        compound=settings.get("in"),
        reference_to=tuple(targets.split(",")) if targets else (),
        relationship=relationship or None,
    )
