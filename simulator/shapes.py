"""The shapes that pass between the simulator's modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A decoded JSON document: the wire's edge, checked where it is read."""

Row: TypeAlias = dict[str, Any]
"""{field name: stored value}; dates and datetimes are kept in the text form of the API."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, or one inner answer of a composite request."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with which of the request's own write headers."""

    user_id: str
    allow_duplicates: bool = False
    """Sforce-Duplicate-Rule-Header: allowSave=true."""
    auto_assign: bool = True
    """Sforce-Auto-Assign; Salesforce's default is TRUE."""
