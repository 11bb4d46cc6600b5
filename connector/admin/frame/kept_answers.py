"""Keep an answer of Salesforce in the session for a while: opening or reloading a page then spends no API call."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

_PREFIX = "connector.answer."


def keep_answer(request: HttpRequest, name: str, *, about: str, answer: Any) -> None:
    """Keep what can be written as JSON; the next answer of this name replaces it."""
    request.session[f"{_PREFIX}{name}"] = {"about": about, "at": timezone.now().timestamp(), "answer": answer}


def kept_answer(request: HttpRequest, name: str, *, about: str, seconds: int) -> Any | None:
    """Return what was kept about the very same, if it is not older; else None."""
    kept = request.session.get(f"{_PREFIX}{name}") or {"about": None, "at": 0, "answer": None}
    is_fresh = timezone.now().timestamp() - kept["at"] <= seconds
    return kept["answer"] if is_fresh and kept["about"] == about else None
