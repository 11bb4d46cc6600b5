"""Show the checks of a preflight: what must be mended first, then what is worth knowing, then what is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, render_page
from connector.admin.frame.labels import check_label
from connector.pipeline.preflight.check import Check


@dataclass(frozen=True, slots=True)
class Back:
    """Where the page leads back to."""

    url: str
    text: str


def render_checks(
    model_admin: AnyAdmin, request: HttpRequest, checks: Sequence[Check], *, title: str, back: Back
) -> HttpResponse:
    """Render the page; its button posts to the same address and so looks again."""
    context: dict[str, Any] = {
        "groups": [group for group in _groups(checks) if group["checks"]],
        "bad_count": sum(not check.ok for check in checks),
        "back": back,
    }
    return render_page(model_admin, request, "admin/connector/checks.html", title=title, context=context)


def _groups(checks: Sequence[Check]) -> list[dict[str, Any]]:
    bad = [check for check in checks if not check.ok]
    hints = [check for check in checks if check.ok and check.advice]
    good = [check for check in checks if check.ok and not check.advice]
    return [
        {"kind": "bad", "sign": "✗", "word": gettext("Not OK"), "title": gettext("To mend"), "checks": _named(bad)},
        {"kind": "warn", "sign": "!", "word": gettext("Note"), "title": gettext("To know"), "checks": _named(hints)},
        {"kind": "good", "sign": "✓", "word": gettext("OK"), "title": gettext("In order"), "checks": _named(good)},
    ]


def _named(checks: Sequence[Check]) -> list[tuple[str, Check]]:
    return [(check_label(check.name), check) for check in checks]
