"""Resolve the symbolic references between rows of a seed."""

from __future__ import annotations

from simulator.shapes import Json


def resolve(value: Json, *, refs: dict[str, str]) -> Json:
    """Replace "@name" by the id it stands for. Raises KeyError."""
    if isinstance(value, str) and value.startswith("@"):
        return refs[value[1:]]
    return value
