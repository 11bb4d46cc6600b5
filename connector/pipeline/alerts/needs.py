"""Find what needs a person and cannot wait until somebody opens the overview; a constant number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from connector.core.outcomes import EntryState
from connector.models import Alert, CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.connection.budget import spendings
from connector.pipeline.outbox.claim import BACKFILL
from connector.pipeline.outbox.storage import STORAGE_FULL, WAITS_FOR_ROOM
from connector.pipeline.pausing import DAILY_LIMIT
from connector.pipeline.waits import is_stopped, must_reconnect
from connector.pipeline.watching.last_message import Received, is_silent, received_of

FAILURES = 10
"""So many failed participants of one event are no accident of a single one; fewer are found on the overview."""

Key = tuple[str, int | None, int | None]
"""(kind, organisation, link): one of the two is None."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person now."""

    kind: Alert.Kind
    org: SalesforceOrg | None = None
    link: CampaignLink | None = None
    code: str = ""
    """A code that advice explains, where there is one."""
    count: int = 0
    """Participants concerned, where that is known."""

    @property
    def key(self) -> Key:
        """What makes it the same thing a minute later."""
        return self.kind.value, self.org.pk if self.org else None, self.link.pk if self.link else None


def key_of(alert: Alert) -> Key:
    """Return the key of what an alert is about."""
    return alert.kind, alert.org_id, alert.link_id


def find_needs(now: datetime) -> dict[Key, Need]:
    """Return what needs a person now, by key."""
    orgs = list(SalesforceOrg.objects.order_by("name"))
    links = list(CampaignLink.objects.exclude(state=CampaignLink.LinkState.CLOSED).order_by("pk"))
    found = [*_reconnects(orgs), *_spent(orgs, now=now), *_stopped(links), *_silent(links, now=now), *_people(links)]
    return {need.key: need for need in found}


def _reconnects(orgs: list[SalesforceOrg]) -> Iterator[Need]:
    """Organisations that were signed in to once and are no longer; one that is being set up has somebody at it."""
    for org in orgs:
        if must_reconnect(org) and org.organization_id:
            yield Need(Alert.Kind.RECONNECT, org=org, code=org.pause_code or "reconnect_needed")


def _spent(orgs: list[SalesforceOrg], *, now: datetime) -> Iterator[Need]:
    spent = spendings(orgs)
    held = {org.pk for org in orgs if spent[org.pk].code}
    backfill = OutboxEntry.objects.due(now).filter(priority=BACKFILL, link__org_id__in=held).order_by()
    active = backfill.filter(link__state=CampaignLink.LinkState.ACTIVE)
    waiting = set(active.values_list("link__org_id", flat=True).distinct()) if held else set()
    for org in orgs:
        if org.state == SalesforceOrg.State.PAUSED and org.pause_code == DAILY_LIMIT:
            yield Need(Alert.Kind.DAILY_LIMIT, org=org, code=DAILY_LIMIT)
        elif org.pk in waiting:
            yield Need(Alert.Kind.BUDGET, org=org, code=spent[org.pk].code)


def _stopped(links: list[CampaignLink]) -> Iterator[Need]:
    for link in links:
        if is_stopped(link):
            yield Need(Alert.Kind.STOPPED, link=link, code=link.pause_code)


def _silent(links: list[CampaignLink], *, now: datetime) -> Iterator[Need]:
    received = received_of([link.pk for link in links])
    for link in links:
        if is_silent(link, received.get(link.pk, Received()), now=now):
            yield Need(Alert.Kind.SILENT, link=link)


def _people(links: list[CampaignLink]) -> Iterator[Need]:
    """Return whoever failed or waits for room, link by link; one query."""
    counted = OutboxEntry.objects.filter(Q(state=EntryState.FAILED) | WAITS_FOR_ROOM, link__in=links).order_by()
    rows = counted.values_list("link_id", "state").annotate(Count("pk"))
    counts = {(link_id, state): count for link_id, state, count in rows}
    for link in links:
        if (count := counts.get((link.pk, EntryState.FAILED.value), 0)) >= FAILURES:
            yield Need(Alert.Kind.FAILURES, link=link, count=count)
        if link.state == CampaignLink.LinkState.ACTIVE and (count := counts.get((link.pk, EntryState.RETRYING.value))):
            yield Need(Alert.Kind.NO_ROOM, link=link, code=STORAGE_FULL, count=count)
