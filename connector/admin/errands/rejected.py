"""The rows of a file that cannot be read, as the page of its task shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.pipeline.sentences import say_stored

REJECTED_SHOWN = 20


def rejected_context(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first of them, each with its number and what is wrong, and how many there are."""
    rejected = result.get("rejected", [])
    return {
        "rejected": [{"row": one["row"], "errors": say_errors(one["errors"])} for one in rejected[:REJECTED_SHOWN]],
        "rejected_count": result.get("rejected_count", len(rejected)),
        "rejected_unlisted": max(0, result.get("rejected_count", len(rejected)) - REJECTED_SHOWN),
    }


def say_errors(errors: Iterable[str]) -> str:
    """Say what is wrong with a row, in one line."""
    return "; ".join(say_stored(error) for error in errors)
