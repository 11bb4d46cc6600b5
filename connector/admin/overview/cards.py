"""The linked events on the overview: a card each, in a constant number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from connector.admin.frame.explain import explain_link
from connector.admin.frame.spans import ago_words
from connector.admin.frame.tags import link_tag
from connector.admin.links.comparison import Beside, lay_beside
from connector.admin.links.needs import Need, needs_of
from connector.admin.links.page import ledger
from connector.admin.links.watched import Watched, event_url, watch
from connector.models import CampaignLink
from connector.pipeline.watching.campaign import Counted, last_counts

CARDS_SHOWN = 50
CLOSED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Card:
    """One linked event and how it is doing."""

    one: Watched
    url: str
    day_url: str
    tag: str
    rests: str
    """Why a person lets it rest, "" where nobody does."""
    ledger: dict[str, Any]
    states: Sequence[Beside]
    counted_words: str
    """When its campaign was last counted, "" where it was not."""
    needs: Sequence[Need]
    """What it needs itself: its organisation's needs are said once."""

    @property
    def is_long(self) -> bool:
        """Whether it ends on another day than it begins."""
        begins, ends = self.one.link.starts_at, self.one.link.ends_at
        return begins is not None and ends is not None and localdate(begins) != localdate(ends)


@dataclass(frozen=True, slots=True)
class Cards:
    """The events that are not closed, and some of those that are."""

    all_open: Sequence[Card]
    """Those that need a person first, then those that run, then the latest."""
    closed: Sequence[Card]
    closed_total: int

    @property
    def shown(self) -> Sequence[Card]:
        """The cards that the page has room for."""
        return self.all_open[:CARDS_SHOWN]

    @property
    def more(self) -> int:
        """How many there are besides."""
        return max(0, len(self.all_open) - CARDS_SHOWN)


def link_cards(request: HttpRequest, *, now: datetime) -> Cards:
    """Look at the links; nine queries at most, however many there are."""
    links = CampaignLink.objects.select_related("org").order_by("-starts_at", "-pk")
    is_closed = {"state": CampaignLink.LinkState.CLOSED}
    open_links, closed = list(links.exclude(**is_closed)), links.filter(**is_closed)
    some_closed = list(closed[:CLOSED_SHOWN])
    counted = last_counts(open_links)
    cards = [_card(request, one, counted.get(one.link.pk)) for one in watch([*open_links, *some_closed], now=now)]
    return Cards(
        all_open=sorted(cards[: len(open_links)], key=_order),
        closed=cards[len(open_links) :],
        closed_total=closed.count(),
    )


def _card(request: HttpRequest, one: Watched, counted: Counted | None) -> Card:
    link = one.link
    is_open = link.state != CampaignLink.LinkState.CLOSED
    return Card(
        one=one,
        url=event_url(link),
        day_url=reverse("admin:connector_campaignlink_day", args=[link.pk]),
        tag=link_tag(link),
        rests=explain_link(link) if link.state == CampaignLink.LinkState.PAUSED else "",
        ledger=ledger(link, one.standing.total),
        states=list(lay_beside(one, counts=counted.counts if counted else None)),
        counted_words=ago_words(counted.counted_at, now=one.now) if counted else "",
        needs=[need for need in needs_of(request, one) if not need.is_of_org] if is_open else [],
    )


def _order(card: Card) -> tuple[bool, bool, bool]:
    colours = {need.colour for need in card.needs}
    return "bad" not in colours, not colours, not card.one.is_running


def link_needs(cards: Iterable[Card]) -> Iterator[Need]:
    """Say what links need, those of running events first."""
    for card in sorted(cards, key=lambda card: not card.one.is_running):
        for need in card.needs:
            yield replace(need, about=str(card.one.link), about_url=card.url)
