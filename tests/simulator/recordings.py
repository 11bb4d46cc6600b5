"""Answers that Salesforce itself wrote, kept outside the project; their MANIFEST.md says where each came from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("RECORDINGS_DIR") or Path(__file__).parents[3] / "shared" / "recordings")

needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"recordings are not here: {FOLDER} (RECORDINGS_DIR)")


def load(name: str) -> Any:
    """Read one recording."""
    return json.loads((FOLDER / name).read_text("utf-8"))


def describe(sobject: str) -> Any:
    """Return the body of a recorded describe."""
    return load(f"cumulusci/describe_{sobject}.json")["response"]["body"]


def exchanges(name: str) -> list[Any]:
    """Return the requests of a cassette that carry their answer."""
    return [one for one in load(f"cumulusci/{name}.json") if "request" in one]


def shape(value: Any) -> Any:
    """Return what is comparable between two answers: keys and kinds; lists by their first element."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
