"""What holds for every address of the site: its Content-Security-Policy, and what no request may hold."""

from collections.abc import Callable, Iterator
from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse


class SiteCSPMiddleware(CSPMiddleware):
    """Send the strict CONTENT_SECURITY_POLICY, and inside the admin what Unfold needs (ADMIN_CSP_DIRECTIVES)."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy of the requested path; a view's own csp decorator wins."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and request.path_info.startswith(reverse("admin:index")):
            parts.config = settings.ADMIN_CSP_DIRECTIVES
        return parts


class NoNulMiddleware:
    """Answer 400 to a NUL in an address or a form: nobody types one, and PostgreSQL takes none in a text.

    Uploaded files may hold any byte. Views for programs, which ask for no proof of a form of ours (`csrf_exempt`),
    judge themselves what they get.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Look once it is known which view answers. Raises BadRequest."""
        if not getattr(view, "csrf_exempt", False) and any("\0" in text for text in _texts(request)):
            raise BadRequest("a NUL in the address or the form")


def _texts(request: HttpRequest) -> Iterator[str]:
    """Yield the path, and every name and value that was sent, but for files."""
    yield request.path_info
    sent: tuple[QueryDict, ...] = (request.GET, request.POST)
    for texts in sent:
        for name, values in texts.lists():
            yield name
            yield from values
