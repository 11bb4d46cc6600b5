"""What every page of an invited person shares: strict headers, and one same answer where a link no longer works."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from connector.pipeline.invitations.issue import InvitationClosed

View = Callable[[HttpRequest], HttpResponse]
Page = Callable[[HttpRequest], HttpResponseBase]

_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def invited_page(*methods: str) -> Callable[[View], Page]:
    """Make a view a page for invited people; other methods than these, and closed invitations, get the same page.

    The referrer policy is `same-origin`, which tells other sites nothing: with `no-referrer` browsers send the forms of
    these pages with `Origin: null`, which Django's protection against forged requests refuses.
    https://fetch.spec.whatwg.org/#append-a-request-origin-header
    """

    def decorate(view: View) -> Page:
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            response = _answer(view, request, methods)
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return never_cache(csp(_POLICY)(page))

    return decorate


def _answer(view: View, request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    if request.method not in methods:
        return closed_page(request)
    try:
        return view(request)
    except InvitationClosed:
        return closed_page(request)


def closed_page(request: HttpRequest) -> HttpResponse:
    """Say that the link cannot be used, and not why: it tells nobody whether there ever was one."""
    return show(request, "closed", status=404)


def show(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render one of these pages."""
    return render(request, f"invitation/{name}.html", context, status=status)
