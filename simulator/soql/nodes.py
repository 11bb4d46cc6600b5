"""The tree of a SOQL query."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.shapes import Json


@dataclass(frozen=True, slots=True)
class Path:
    """A field as written, with its place in the text."""

    parts: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: kind is string, number, boolean, null, date, datetime or span (a date literal)."""

    kind: str
    value: Json
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """path operator value; operator is one of = != < > <= >= like."""

    path: Path
    operator: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Membership:
    """path [NOT] IN (values) or (SELECT …); includes/excludes for multi-selects."""

    path: Path
    operator: str
    values: tuple[Literal, ...]
    query: Query | None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Conditions joined by AND."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions joined by OR."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT condition."""

    part: Condition


Condition = Comparison | Membership | AllOf | AnyOf | Negation


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT(), COUNT(x), COUNT_DISTINCT(x), MIN(x), MAX(x), with its alias."""

    function: str
    path: Path | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """One term of ORDER BY. Without NULLS, nulls come first in both directions."""

    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole SELECT, also a child query (its object is then a relationship name)."""

    items: tuple[Path | Aggregate | Query, ...]
    sobject: str
    at: int
    alias: str | None
    where: Condition | None
    group_by: tuple[Path, ...]
    order_by: tuple[Order, ...]
    limit: int | None
    offset: int
