"""What needs a person now, of everything: the most urgent first, each with where it is settled."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from connector.admin.frame.spans import span_words
from connector.admin.links.needs import Need
from connector.admin.overview.cards import Cards, link_needs
from connector.admin.overview.orgs import OrgRow, org_needs
from connector.admin.overview.refusals import refusal_needs
from connector.admin.overview.unlinked import Unlinked, unlinked_needs
from connector.pipeline.alerts.tell import last_error
from connector.pipeline.status import HEARTBEAT_LATE_SECONDS, worker_heartbeat_age


def all_needs(
    request: HttpRequest, cards: Cards, orgs: list[OrgRow], unlinked: Unlinked, *, now: datetime
) -> list[Need]:
    """Return the needs: first those because of which people are not in Salesforce, then the rest.

    Within both, what concerns most people comes first: the worker, organisations, running events, other events.
    """
    links = [card.one.link for card in cards.all_open]
    found = [
        *(_worker_needs(now) if links else ()),
        *org_needs(request, orgs, links),
        *link_needs(cards.all_open),
        *refusal_needs(request, now=now),
        *unlinked_needs(unlinked),
        *_mail_needs(),
    ]
    return sorted(found, key=lambda need: need.colour != "bad")


def _worker_needs(now: datetime) -> Iterator[Need]:
    age = worker_heartbeat_age(now)
    detail = gettext("Nothing is sent, and nothing is lost. Whoever runs the server starts it: run_worker.")
    if age is None:
        yield Need("bad", gettext("No worker has run yet."), detail=detail)
    elif age > HEARTBEAT_LATE_SECONDS:
        text = gettext("No worker has given a sign of life for %(span)s.")
        yield Need("bad", text % {"span": span_words(age)}, detail=detail)


def _mail_needs() -> Iterator[Need]:
    error = last_error()
    if error:
        detail = gettext("It is tried again every five minutes. Whoever runs the connector finds more in its log, and "
                         "mends EMAIL_URL or the mail server.")  # fmt: skip
        text = gettext("A mail that tells what needs somebody cannot be sent.")
        yield Need("warn", text, detail=f"{detail} ({error})")


def calm_words(cards: Cards, orgs: list[OrgRow]) -> str:
    """Say that all is well, and what that is a judgement of."""
    links = len(cards.all_open)
    watched = [ngettext("%(count)s linked event", "%(count)s linked events", links) % {"count": links}]
    if orgs:
        words = ngettext("sign-in and API calls of %(count)s organisation", "sign-in and API calls of %(count)s "
                         "organisations", len(orgs))  # fmt: skip
        watched.append(words % {"count": len(orgs)})
    watched += [gettext("the worker"), gettext("events not linked yet")]
    text = gettext("All is well: nothing needs you now. Watched: %(things)s; a running event warns here when nothing "
                   "is heard of it for 30 minutes.")  # fmt: skip
    return text % {"things": ", ".join(watched)}
