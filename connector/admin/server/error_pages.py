"""Pages that say that something could not be done: what happened, who may do it, and the way back.

Inside the admin they have its menu for whoever is signed in. All others, and every error of ours, get a page that needs
no database and no session. Programs (the webhook, monitoring) get a line of text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language_from_request, gettext, override

from connector.admin.frame.base import Crumb
from connector.admin.frame.onlooker import Demand, refusals
from connector.pipeline.setup.roles import ABILITIES, Ability, Role

_FOR_PROGRAMS = ("/webhooks/", "/healthz", "/readyz", "/metrics")
_ROLES = "admin:auth_user_roles"
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'"
"""Of the page on its own: outside the admin the site's policy allows not even a style sheet."""

Way = tuple[str, str]
"""(words, address)"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What such a page says."""

    status: int
    title: str
    texts: Sequence[str]
    """A sentence or two each, the most important first."""
    ways: Sequence[Way] = ()
    """Where to go, beside the overview."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400: an address or a form that was changed on the way."""
    refusal = Refusal(400, gettext("This could not be understood"), [
        gettext("Nothing was changed."),
        gettext("The address asks for something that is not offered here, or what was sent is not what the form asks."),
    ])  # fmt: skip
    return _alone(request, refusal) if isinstance(exception, DisallowedHost) else _answer(request, refusal)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403: somebody is signed in and may not do this; say which role may."""
    ability = _ability_of(refusals(request))
    texts = [gettext("Nothing was changed."), gettext("Nobody may do this here, or not in this state of things.")]
    ways: list[Way] = []
    if ability:
        words = gettext("It takes the role %(role)s: “%(ability)s”.")
        texts[1] = words % {"role": ability.least.label, "ability": ability.text}
        texts.append(gettext("An administrator gives it to you, under Users."))
        ways.append((gettext("What each role may do"), reverse(_ROLES)))
    elif refusals(request):
        texts[1] = gettext("Your role does not allow it. An administrator can change that, under Users.")
    return _answer(request, Refusal(403, gettext("You may not do this"), texts, ways))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: nothing is at this address, or no longer."""
    refusal = Refusal(404, gettext("There is nothing here"), [
        gettext("What stood here was deleted, erased or finished meanwhile, or the address is not complete."),
    ])  # fmt: skip
    return _answer(request, refusal)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not prove that it was filled in on a page of ours."""
    texts = [
        gettext("Nothing was changed."),
        gettext(
            "The page was older than your sign-in, or the browser keeps no cookies of this site. Go back, load the "
            "page again, and send the form once more."
        ),
    ]
    return _answer(request, Refusal(403, gettext("The form could not be accepted"), texts))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; needs neither the database nor a session, which may be what is broken."""
    with override(get_language_from_request(request)):
        at = timezone.localtime().strftime("%H:%M:%S")
        refusal = Refusal(500, gettext("Something went wrong here"), [
            gettext("It is our mistake, and it stands in the log of the server. Try again in a minute."),
            gettext("If it happens again, tell whoever runs the server at what time: %(at)s.") % {"at": at},
        ])  # fmt: skip
        return _alone(request, refusal)


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    user = getattr(request, "user", None)
    is_inside = request.path_info.startswith(reverse("admin:index"))
    if not (is_inside and user is not None and user.is_active and user.is_staff):
        return _alone(request, refusal)
    context = {
        **admin.site.each_context(request),
        "title": refusal.title,
        "crumbs": [Crumb(refusal.title)],
        "refusal": refusal,
        "ways": [*_list_above(request), *refusal.ways, _overview()],
    }
    return TemplateResponse(request, "admin/connector/refusal.html", context, status=refusal.status).render()


def _alone(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.path_info.startswith(_FOR_PROGRAMS):
        return HttpResponse(f"{refusal.status}\n", status=refusal.status, content_type="text/plain")
    page = render_to_string("refusal.html", {"refusal": refusal, "ways": [_overview()]})
    return HttpResponse(page, status=refusal.status, headers={"Content-Security-Policy": _POLICY})


def _overview() -> Way:
    return gettext("To the overview"), reverse("admin:index")


def _list_above(request: HttpRequest) -> list[Way]:
    """Return the list that an address belongs to, where the reader may see it."""
    parts = request.path_info.removeprefix(reverse("admin:index")).split("/")
    for model, model_admin in admin.site._registry.items():
        name = [model._meta.app_label, model._meta.model_name]
        address = reverse("admin:{}_{}_changelist".format(*name))
        if parts[:2] == name and request.path_info != address and model_admin.has_view_permission(request):
            return [(str(capfirst(model._meta.verbose_name_plural)), address)]
    return []


def _ability_of(refused: Sequence[Demand]) -> Ability | None:
    """Return what the least role must be able to that may do what was refused last; None where no role may."""
    ways = [_asking_of(way) for way in _last_demand(refused)]
    possible = [ability for ability in ways if ability is not None]
    return min(possible, key=lambda ability: list(Role).index(ability.least), default=None)


def _last_demand(refused: Sequence[Demand]) -> Demand:
    """Return the last demand; Django asks for "change" where "view" was refused and is enough."""
    if not refused:
        return ()
    last = refused[-1]
    views = tuple(frozenset(name.replace(".change_", ".view_") for name in way) for way in last)
    return views + last if views != last and views in refused else last


def _asking_of(permissions: Iterable[str]) -> Ability | None:
    """Return which of the abilities that these permissions belong to asks for the highest role."""
    found = [next((one for one in ABILITIES if name in one.permissions), None) for name in permissions]
    known = [ability for ability in found if ability is not None]
    if not known or len(known) < len(found):
        return None
    return max(known, key=lambda ability: list(Role).index(ability.least))
