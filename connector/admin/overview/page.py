"""The first page: what needs a person now, then events and organisations; a constant number of queries."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from connector.admin.overview.cards import link_cards
from connector.admin.overview.first_run import checklist
from connector.admin.overview.needs import all_needs, calm_words
from connector.admin.overview.orgs import org_rows
from connector.admin.overview.unlinked import unlinked_events
from connector.pipeline.first_run import is_dismissed

NEEDS_SHOWN = 12
"""Further ones are folded: a list that fills the screen is not read."""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the context of the admin's index; Unfold calls it (setting DASHBOARD_CALLBACK)."""
    if not request.user.has_perm("connector.view_campaignlink"):
        return context
    now = timezone.now()
    cards, orgs, unlinked = link_cards(request, now=now), org_rows(request), unlinked_events(request)
    needs = all_needs(request, cards, orgs, unlinked, now=now)
    return {
        **context,
        "title": gettext("Overview"),
        "is_overview": True,
        "is_set_up": bool(needs or cards.all_open or cards.closed or unlinked.ignored),
        "needs": needs[:NEEDS_SHOWN],
        "more_needs": needs[NEEDS_SHOWN:],
        "calm": calm_words(cards, orgs),
        "cards": cards,
        "orgs": orgs,
        "unlinked": unlinked,
        **_first_steps(request),
    }


def _first_steps(request: HttpRequest) -> dict[str, Any]:
    """Return the checklist until somebody has hidden it."""
    return {} if is_dismissed() else checklist(request)
