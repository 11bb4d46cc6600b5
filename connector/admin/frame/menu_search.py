"""The search of the menu, where its page is no number."""

from typing import Any

from django.contrib import admin
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponseBase


def search_view(request: HttpRequest) -> HttpResponseBase:
    """Answer as Unfold does, which fails at a page that there is none of. Raises Http404."""
    site: Any = admin.site
    try:
        answer: HttpResponseBase = site.search(request)
    except InvalidPage as exc:
        raise Http404 from exc
    return answer
