"""Who looks: names, emails and values of participants are shown only to whoever holds "see personal data".

The request is kept for as long as it is answered, as Django keeps the language: functions that name a participant are
called by columns, templates and long-task results alike, and none of them may forget to ask. Where nobody is known to
look (a stream that is written after the view has ended, a command), everything is hidden.
"""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

Demand = tuple[frozenset[str], ...]
"""What something takes: one of these sets of permissions, whole."""

SEE_PEOPLE = "connector.see_people"

_REFUSED = "connector.refused"
"""Key of the request's META; no header can have it: those are in capitals."""

_request: ContextVar[HttpRequest | None] = ContextVar("onlooker_request", default=None)


class OnlookerMiddleware:
    """Remember the request while it is answered; stands behind the one that says whose it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what answers."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        token = _request.set(request)
        try:
            return self._get_response(request)
        finally:
            _request.reset(token)


def may_see_people() -> bool:
    """Say whether whoever looks may see names, emails and values of participants."""
    request = _request.get()
    return request is not None and hasattr(request, "user") and request.user.has_perm(SEE_PEOPLE)


def note_refusal(demand: Demand) -> None:
    """Remember what whoever looks was refused for, so that the page that says no can say who may."""
    request = _request.get()
    if request is not None:
        request.META.setdefault(_REFUSED, []).append(demand)


def refusals(request: HttpRequest) -> list[Demand]:
    """Return what was asked for in vain while a request was answered, the last one last."""
    return list(request.META.get(_REFUSED, []))


def person_word(email: str, key: str) -> str:
    """Return the email of a participant, or the id where there is none; for who may not see people only an id."""
    if may_see_people():
        return email or key
    return gettext("(hidden)") if "@" in key else key  # without an id of inwink's own the email is the key
