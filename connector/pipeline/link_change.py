"""Follow up what a person or a file changed on a link: what was sent before may be wrong now (rule 6.3)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from connector.core.outcomes import EntryState, Priority, Reason
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.models.outbox import OutboxEntryQuerySet
from connector.pipeline.bulk import update_rows
from connector.pipeline.enqueue import ENTRY_COLUMNS, fold_target, make_due, request_drain
from connector.pipeline.linking import request_move
from connector.pipeline.pausing import lift_configuration_pause

CHUNK_ROWS = 500
"""Entries that are held in memory at once."""
WITHOUT_EFFECT = frozenset({"state", "event_name", "campaign_name", "ends_at", "closes_after_days", "create_statuses"})
"""Columns that change nothing about what is sent for a participant."""
IDENTITY = frozenset({"org", "campaign_id"})
"""Columns whose change makes every stored id and hash worthless."""
VOID = {
    "person_type": "", "person_id": "", "member_id": "", "created_by_us": False, "matched_email": "",
    "matched_last_name": "", "sent_hash": "", "sent_values": {}, "sent_label": "", "synced_state": "",
    "last_read_at": None,
}  # fmt: skip
"""{column: value} of an entry of which Salesforce knows nothing."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What was changed on a link."""

    columns: frozenset[str]
    """Names of its fields."""
    has_other_mappings: bool = False

    @property
    def has_effect(self) -> bool:
        """Whether what is sent for a participant may be another now."""
        return self.has_other_mappings or bool(self.columns - WITHOUT_EFFECT)


def follow_new_link(link: CampaignLink) -> None:
    """Bring in the participants that waited for a link. Call inside the transaction that made it."""
    request_move(link)


def follow_link_change(link: CampaignLink, change: LinkChange, *, now: datetime) -> int:
    """Enqueue what a change makes wrong, as backfill, and try at once a link that waited to be mended.

    Returns how many entries were enqueued; 0 where the change has no effect on what is sent. Call inside the
    transaction that stores the change, after it; `link` has the new values.
    """
    lift_configuration_pause(link.pk)
    count = 0
    if change.has_effect:
        CampaignLink.objects.filter(pk=link.pk).update(config_version=F("config_version") + 1)
        link.refresh_from_db(fields=["config_version"])
        entries = OutboxEntry.objects.filter(link=link)
        count = _enqueue(entries, link=link, now=now, is_void=bool(change.columns & IDENTITY))
    request_drain([link.pk])
    return count


def follow_confirmed_visibility(org: SalesforceOrg, *, now: datetime) -> int:
    """Enqueue the people who were only not created because nobody had said that it is safe (rule 3.0).

    Returns how many. Call inside the transaction that stores the confirmation.
    """
    waiting = OutboxEntry.objects.filter(
        link__org=org, state=EntryState.LEFT_OUT, reason=Reason.VISIBILITY_NOT_CONFIRMED
    )
    links = {link.pk: link for link in CampaignLink.objects.filter(org=org)}
    return sum(_enqueue(waiting.filter(link=link), link=link, now=now, is_void=False) for link in links.values())


def _enqueue(entries: OutboxEntryQuerySet, *, link: CampaignLink, now: datetime, is_void: bool) -> int:
    """Fold the states of entries of a link again and make them due; `is_void` also forgets whom they matched."""
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    columns = (*ENTRY_COLUMNS, *VOID) if is_void else ENTRY_COLUMNS
    for start in range(0, len(keys), CHUNK_ROWS):
        chunk = OutboxEntry.objects.filter(pk__in=keys[start : start + CHUNK_ROWS])
        rows = list(chunk.select_for_update(no_key=True, of=("self",)).order_by("pk"))
        for entry in rows:
            entry.target_state = fold_target(entry.known().states_seen, link=link)
            make_due(entry, by=1, at=now, priority=Priority.BACKFILL)
            for column, value in VOID.items() if is_void else ():
                setattr(entry, column, value)
        update_rows(rows, columns=columns)
    if keys:
        request_drain([link.pk])
    return len(keys)
