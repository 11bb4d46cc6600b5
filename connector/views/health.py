"""Answer monitoring: is the process alive, is everything at work."""

from typing import Any

from django.db import Error as DatabaseProblem
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connector.pipeline import status


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process serves requests; touches nothing else, so load balancers and restarts may use it."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, workers beat and no live change waits too long, else 503.

    Shape: {"ok", "problems": [code], "worker_heartbeat_seconds": number or null, "oldest_due_seconds": number}.
    """
    now = timezone.now()
    try:
        heartbeat, oldest_due = status.worker_heartbeat_age(now), status.oldest_due_seconds(now)
    except DatabaseProblem:
        return _answer(["database_unavailable"], {})
    problems = []
    if heartbeat is None or heartbeat > status.HEARTBEAT_LATE_SECONDS:
        problems.append("no_worker")
    if oldest_due > status.DUE_LATE_SECONDS:
        problems.append("changes_wait")
    return _answer(problems, {"worker_heartbeat_seconds": heartbeat, "oldest_due_seconds": oldest_due})


def _answer(problems: list[str], details: dict[str, Any]) -> JsonResponse:
    return JsonResponse({"ok": not problems, "problems": problems, **details}, status=503 if problems else 200)
