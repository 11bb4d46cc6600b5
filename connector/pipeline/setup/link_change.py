"""Follow up what a person or a file changed on a link: what was sent before may be wrong now (rule 6.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import F, QuerySet

from connector.core.outcomes import EntryState, Priority, Reason
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.pipeline.inbox.linking import request_move
from connector.pipeline.outbox.enqueue import fold_target, make_due, request_drain
from connector.pipeline.outbox.resync import CHUNK, change_entries, refold_link, void_link
from connector.pipeline.pausing import lift_configuration_pause

WITHOUT_EFFECT = frozenset({"state", "event_name", "campaign_name", "ends_at", "closes_after_days", "create_statuses"})
"""Columns that change nothing about what is sent for a participant."""
IDENTITY = frozenset({"org", "campaign_id"})
"""Columns whose change makes every stored id and hash worthless."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What was changed on a link."""

    columns: frozenset[str]
    """Names of its fields."""
    has_other_mappings: bool = False

    def has_effect(self, link: CampaignLink) -> bool:
        """Say whether what is sent for a participant may be another now; one query where only the name changed."""
        if self.has_other_mappings or self.columns - WITHOUT_EFFECT:
            return True
        return "event_name" in self.columns and link.mappings.filter(source="event.name", enabled=True).exists()


def follow_new_link(link: CampaignLink) -> None:
    """Bring in the participants that waited for a link. Call inside the transaction that made it."""
    request_move(link)


def follow_link_change(link: CampaignLink, change: LinkChange, *, sends: bool = True, now: datetime) -> int:
    """Enqueue what a change makes wrong, as backfill, and try at once a link that waited to be mended.

    With `sends` off nobody is enqueued: what was sent stays until an entry is sent for another reason, then under the
    new settings. Another campaign or organisation concerns everybody all the same.

    Returns how many entries the change concerns; 0 where it has no effect on what is sent. Call inside the transaction
    that stores the change, after it; `link` has the new values.
    """
    lift_configuration_pause(link.pk)
    count = 0
    if change.has_effect(link):
        CampaignLink.objects.filter(pk=link.pk).update(config_version=F("config_version") + 1)
        link.refresh_from_db(fields=["config_version"])
        is_void = bool(change.columns & IDENTITY)
        count = _enqueue_all(link, is_void=is_void, now=now) if sends or is_void else _refold_all(link)
    request_drain([link.pk])
    return count


def _refold_all(link: CampaignLink) -> int:
    return _change_all(OutboxEntry.objects.filter(link=link), _refold)


def _refold(entry: OutboxEntry) -> bool:
    """Show the state that the link would send now, without sending it."""
    entry.target_state = fold_target(entry, link=entry.link)
    return True


def _enqueue_all(link: CampaignLink, *, is_void: bool, now: datetime) -> int:
    if not is_void:
        return _change_all(OutboxEntry.objects.filter(link=link), partial(_send_again, at=now))
    count = void_link(link, now=now)
    refold_link(link, now=now)
    return count


def follow_confirmed_visibility(org: SalesforceOrg, *, now: datetime) -> int:
    """Enqueue the people who were only not created because nobody had said that it is safe (rule 3.0).

    Returns how many. Call inside the transaction that stores the confirmation.
    """
    waiting = OutboxEntry.objects.filter(
        link__org=org, state=EntryState.LEFT_OUT, reason=Reason.VISIBILITY_NOT_CONFIRMED
    )
    return _change_all(waiting, partial(_send_again, at=now))


def _change_all(entries: QuerySet[OutboxEntry], change: Callable[[OutboxEntry], bool]) -> int:
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    return sum(change_entries(keys[start : start + CHUNK], change=change) for start in range(0, len(keys), CHUNK))


def _send_again(entry: OutboxEntry, *, at: datetime) -> bool:
    """Make an entry due as backfill under the link's present labels; its hash no longer fits the new version."""
    entry.target_state = fold_target(entry, link=entry.link)
    make_due(entry, by=1, at=at, priority=Priority.BACKFILL)
    return True
