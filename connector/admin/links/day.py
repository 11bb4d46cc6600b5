"""The event-day view: big numbers for a phone, which refresh themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from connector.admin.frame.base import render_page
from connector.admin.frame.names import full_name
from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.spans import ago_words
from connector.admin.frame.tags import entry_tag, link_tag, tag
from connector.admin.links.needs import needs_of
from connector.admin.links.tabs import link_frame, viewable_link
from connector.admin.links.watched import Watched, participants_url, watch
from connector.core.state import State
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.watching.checkins import count_walk_ins, recent_checkins

View = Callable[..., HttpResponse]


def day_view(model_admin: Any) -> View:
    """Return the view of the whole page; its script asks `day/now/` from then on."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        context = {
            **now_context(request, link),
            **link_frame(request, link, current="day"),
            "now_url": reverse("admin:connector_campaignlink_day_now", args=[link.pk]),
        }
        template = "admin/connector/campaignlink/day.html"
        return render_page(model_admin, request, template, title=str(link), context=context)

    return view


def day_now_view(model_admin: Any) -> View:
    """Return the view that answers what the page shows now, as the piece of HTML that changes."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = viewable_link(model_admin, request, object_id)
        return TemplateResponse(request, "admin/connector/campaignlink/day_now.html", now_context(request, link))

    return view


def now_context(request: HttpRequest, link: CampaignLink) -> dict[str, Any]:
    """Return everything that changes; eight queries, and those of the permissions."""
    [one] = watch([link], now=timezone.now())
    checkins, expected = recent_checkins(link.pk, now=one.now), _Expected.of(one)
    shows_people = request.user.has_perm("connector.view_outboxentry") and may_see_people()
    return {
        "link": link,
        "one": one,
        "state_tag": link_tag(link),
        "tiles": _tiles(one, expected),
        "expected_words": _expected_words(expected),
        "needs": [need for need in needs_of(request, one) if need.detail or need.colour == "bad"],
        "checkins": checkins,
        "people": [_person(entry, one) for entry in checkins.newest] if shows_people else [],
        "may_see_people": shows_people,
    }


@dataclass(frozen=True, slots=True)
class _Expected:
    """Who registered, and where they are; whoever came without a registration was not expected."""

    to_come: int
    came: int
    absent: int
    """Marked as no-shows."""
    walk_ins: int

    @classmethod
    def of(cls, one: Watched) -> "_Expected":
        """Count; one query."""
        walk_ins = count_walk_ins(one.link.pk)
        return cls(one.registered, one.attended - walk_ins, one.standing.here(State.NO_SHOW), walk_ins)

    @property
    def total(self) -> int:
        """Everybody who registered."""
        return self.to_come + self.came + self.absent


def _expected_words(expected: _Expected) -> str:
    """Say how the expected and those who came go together."""
    terms = [
        gettext("%(count)s still to come") % {"count": expected.to_come},
        ngettext("%(count)s checked in", "%(count)s checked in", expected.came) % {"count": expected.came},
    ]
    if expected.absent:
        terms.append(ngettext("%(count)s no-show", "%(count)s no-shows", expected.absent) % {"count": expected.absent})
    text = ngettext("%(total)s expected = %(terms)s.", "%(total)s expected = %(terms)s.", expected.total)
    said = text % {"total": expected.total, "terms": " + ".join(terms)}
    if not expected.walk_ins:
        return said
    more = ngettext(
        "%(count)s more was checked in without a registration.",
        "%(count)s more were checked in without a registration.",
        expected.walk_ins,
    )
    return f"{said} {more % {'count': expected.walk_ins}}"


def _tiles(one: Watched, expected: _Expected) -> list[dict[str, Any]]:
    total, link = one.standing.total, one.link
    states = ",".join((State.REGISTERED, State.ATTENDED, State.NO_SHOW))
    urls = {
        "expected": participants_url(link, target_state__in=states, first_registered_at__isnull="False"),
        "attended": participants_url(link, target_state__exact=State.ATTENDED.value),
    }
    return [
        _tile("expected", expected.total, gettext("expected"), urls["expected"]),
        _tile("came", one.attended, gettext("checked in"), urls["attended"]),
        _tile("arrived", one.arrived, gettext("“Attended” in Salesforce"), urls["attended"], colour="good"),
        _tile("waiting", total.waiting, gettext("waiting"), participants_url(link, standing="waiting"), colour="busy"),
        _tile(
            "held", total.needs_answer, ngettext("needs an answer", "need an answer", total.needs_answer),
            participants_url(link, standing="needs_answer"), colour="warn",
        ),
        _tile("failed", total.failed, gettext("failed"), participants_url(link, standing="failed"), colour="bad"),
    ]  # fmt: skip


def _tile(key: str, count: int, word: str, url: str, *, colour: str = "") -> dict[str, Any]:
    return {"key": key, "count": count, "word": word, "url": url, "colour": colour if count else ""}


def _person(entry: OutboxEntry, one: Watched) -> dict[str, Any]:
    has_arrived = entry.synced_state == State.ATTENDED
    return {
        "url": reverse("admin:connector_outboxentry_change", args=[entry.pk]),
        "name": full_name(entry.payload) or entry.participant_key,
        "company": str(entry.payload.get("company") or ""),
        "ago": ago_words(entry.attended_at, now=one.now) if entry.attended_at else "",
        "tag": tag(gettext("in Salesforce"), colour="good") if has_arrived else entry_tag(entry),
    }
