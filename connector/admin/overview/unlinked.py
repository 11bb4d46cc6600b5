"""Events on the overview that no link names: link them, or ignore them on purpose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from connector.admin.inwink.unlinked_events import ignore_url, may_ignore, new_link_url, with_participants
from connector.admin.inwink.waiting_people import waiting_url
from connector.admin.links.needs import Need
from connector.models import UnlinkedEvent

EVENTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class UnlinkedRow:
    """One event that waits for a decision."""

    event: UnlinkedEvent
    people: int
    people_url: str
    link_url: str
    """"" for whoever may not link events."""
    ignore_url: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """The events that a person may see."""

    rows: Sequence[UnlinkedRow] = ()
    """The ones heard of last."""
    total: int = 0
    ignored: int = 0
    """Events that somebody ignored on purpose."""


def unlinked_events(request: HttpRequest) -> Unlinked:
    """Return the events that wait; three queries, none without the permission."""
    if not request.user.has_perm("connector.view_unlinkedevent"):
        return Unlinked()
    waiting = UnlinkedEvent.objects.filter(ignored_at=None)
    may_decide = may_ignore(request)
    return Unlinked(
        rows=[_row(event, may_decide=may_decide) for event in with_participants(waiting)[:EVENTS_SHOWN]],
        total=waiting.count(),
        ignored=UnlinkedEvent.objects.exclude(ignored_at=None).count(),
    )


def _row(event: UnlinkedEvent, *, may_decide: bool) -> UnlinkedRow:
    return UnlinkedRow(
        event=event,
        people=int(getattr(event, "participant_count", 0)),
        people_url=waiting_url(event),
        link_url=new_link_url(event) if may_decide else "",
        ignore_url=ignore_url(event, from_overview=True) if may_decide else "",
    )


def unlinked_needs(unlinked: Unlinked) -> Iterator[Need]:
    """Say in one line that events wait, with how many people where all of them are shown."""
    if not unlinked.total:
        return
    text = ngettext(
        "%(count)s event waits to be linked to a campaign", "%(count)s events wait to be linked to a campaign",
        unlinked.total,
    )  # fmt: skip
    people = sum(row.people for row in unlinked.rows)
    with_people = ngettext("%(count)s participant waits with it", "%(count)s participants wait", people)
    is_known = people and unlinked.total == len(unlinked.rows)
    detail = with_people % {"count": people} if is_known else ""
    action = gettext("Link or ignore") if unlinked.rows[0].link_url else gettext("Show")
    yield Need("warn", text % {"count": unlinked.total}, f"{reverse('admin:index')}#unlinked", action, detail)
