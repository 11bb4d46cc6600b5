"""What is known of linked events at one moment, gathered in a few queries for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import ngettext

from connector.admin.frame.explain import explain_link
from connector.admin.frame.spans import ago_words, exact_words
from connector.core.state import State
from connector.models import CampaignLink
from connector.pipeline.no_shows import no_shows_of
from connector.pipeline.watching.delay import Delay, delays_of
from connector.pipeline.watching.last_message import Received, is_silent, received_of
from connector.pipeline.watching.standings import Standing, standings_of

DELAY_SPAN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """One link and how it is doing."""

    link: CampaignLink
    standing: Standing
    received: Received
    delay: Delay | None
    """Of the last hour; None where nothing live was sent in it."""
    now: datetime
    no_shows: int = 0
    """Members whom marking would make no-shows; counted once the event is over, until the link is closed."""

    @property
    def last_message(self) -> datetime | None:
        """When inwink last said anything about the event, None where it never did."""
        return self.received.last_at

    @property
    def unmoved_words(self) -> str:
        """Say how many came before the link and are not among its participants yet, "" where nobody is."""
        count = self.received.unmoved
        text = ngettext(
            "%(count)s participant who came before the link is not counted here yet: a worker takes them over.",
            "%(count)s participants who came before the link are not counted here yet: a worker takes them over.",
            count,
        )
        return text % {"count": count} if count else ""

    @property
    def is_running(self) -> bool:
        """Whether the event takes place now."""
        begins, ends = self.link.starts_at, self.link.ends_at
        return begins is not None and ends is not None and begins <= self.now < ends

    @property
    def is_over(self) -> bool:
        """Whether the event has ended and the link is still open."""
        ends, is_closed = self.link.ends_at, self.link.state == CampaignLink.LinkState.CLOSED
        return ends is not None and ends <= self.now and not is_closed

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits for Salesforce: neither a participant, nor somebody who came before the link."""
        return not (self.standing.total.waiting or self.received.unmoved)

    @property
    def held_words(self) -> str:
        """Say why those who wait are not sent now, "" where they are, and where nobody waits."""
        return "" if self.is_settled else explain_link(self.link)

    @property
    def is_silent(self) -> bool:
        """Whether the event is running and nothing is heard of it."""
        return is_silent(self.link, self.received, now=self.now)

    @property
    def silent_since(self) -> datetime:
        """The last message, or the beginning of the event where none came since."""
        known = [moment for moment in (self.last_message, self.link.starts_at) if moment is not None]
        return max(known, default=self.now)

    @property
    def registered(self) -> int:
        """Participants who are registered here and did not come (yet)."""
        return self.standing.here(State.REGISTERED)

    @property
    def attended(self) -> int:
        """Participants who came."""
        return self.standing.here(State.ATTENDED)

    @property
    def arrived(self) -> int:
        """Participants whom Salesforce has as attended."""
        return self.standing.arrived(State.ATTENDED)

    @property
    def last_message_words(self) -> str:
        """Say how long ago the last message came, "" where none did."""
        return ago_words(self.last_message, now=self.now) if self.last_message else ""

    @property
    def last_import(self) -> datetime | None:
        """When a file was last imported, None where none ever was."""
        return self.received.imported_at

    @property
    def last_import_words(self) -> str:
        """Say how long ago that was, "" where none was."""
        return ago_words(self.last_import, now=self.now) if self.last_import else ""

    @property
    def oldest_waiting_words(self) -> str:
        """Say since when the oldest change waits, "" where none does."""
        return ago_words(self.standing.waiting_since, now=self.now) if self.standing.waiting_since else ""

    @property
    def delay_words(self) -> str:
        """Say how long the middle one took in the last hour, "" where nothing was sent."""
        return exact_words(self.delay.median) if self.delay else ""

    @property
    def late_words(self) -> str:
        """Say how many were written in the last hour where nothing live was, "" where nobody was."""
        count = 0 if self.delay else self.received.written
        text = ngettext("%(count)s sent who had arrived before", "%(count)s sent who had arrived before", count)
        return text % {"count": count} if count else ""

    @property
    def slow_words(self) -> str:
        """Say within which time 95 % arrived."""
        return exact_words(self.delay.slow) if self.delay else ""


def watch(links: Sequence[CampaignLink], *, now: datetime) -> list[Watched]:
    """Look at links, in their order; the organisation of each must have been read along."""
    ids = [link.pk for link in links]
    standings, received = standings_of(ids), received_of(ids, written_after=now - DELAY_SPAN)
    delays = delays_of(ids, since=now - DELAY_SPAN)
    watched = [
        Watched(link, standings.get(link.pk, Standing()), received.get(link.pk, Received()), delays.get(link.pk), now)
        for link in links
    ]
    no_shows = no_shows_of([one.link for one in watched if one.is_over and one.registered])
    return [replace(one, no_shows=no_shows.get(one.link.pk, 0)) for one in watched]


def participants_url(link: CampaignLink, **filters: str) -> str:
    """Return the address of a link's participants, narrowed by what the list filters by."""
    narrowed = "".join(f"&{name}={value}" for name, value in filters.items())
    return f"{reverse('admin:connector_outboxentry_changelist')}?link__id__exact={link.pk}{narrowed}"


def event_url(link: CampaignLink) -> str:
    """Return the address of the page that says how a link is doing."""
    return reverse("admin:connector_campaignlink_event", args=[link.pk])
