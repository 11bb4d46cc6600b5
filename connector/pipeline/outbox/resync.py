"""Send participants again because a person, or a changed link, asks for it: always an enqueue, never a second path."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from connector.core.merging.merge import correct_state
from connector.core.outcomes import PRIORITY_ORDER, EntryState, Priority
from connector.core.participant import Known
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.bulk import update_rows
from connector.pipeline.outbox.enqueue import (
    ENTRY_COLUMNS,
    fold_target,
    make_due,
    request_drain,
    write_entry_known,
)
from connector.pipeline.outbox.hearing import default_state_of
from connector.pipeline.outbox.lasting import note_left

CHUNK = 1_000
"""Entries enqueued in one transaction."""

CORRECTION = "correction"
"""The key in an entry's `answers` under which a corrected status is remembered: {"answer", "by", "at", "why"}."""

_RECORD: dict[str, object] = {
    "person_type": "", "person_id": "", "member_id": "", "created_by_us": False, "matched_email": "",
    "matched_last_name": "", "same_person_of": None, "sent_hash": "", "sent_person_hash": "", "sent_values": {},
    "sent_label": "", "member_label": "", "synced_state": "",
}  # fmt: skip
"""What an entry knows of its record of Salesforce, forgotten."""
RECORD_COLUMNS = tuple(_RECORD)
"""The columns that `forget_record` changes."""

_FORCED_COLUMNS = (
    *ENTRY_COLUMNS,
    "is_forced",
    "is_correction",
    "requested_by",
    "request_reason",
    "answers",
    "answered_at",
    "notes",
    *_RECORD,
)

_VOIDED: dict[str, object] = {
    **_RECORD, "last_read_at": None, "candidates": [], "notes": [],
    "claim_token": None, "claimed_generation": None, "lease_expires_at": None, "state": EntryState.PENDING.value,
    "reason": "", "error_code": "", "error_message": "", "attempt_count": 0, "expired_count": 0, "timeout_count": 0,
    "priority": PRIORITY_ORDER[Priority.BACKFILL],
}  # fmt: skip
"""What an entry forgets when its campaign or organisation is another one. `create_sent_at` stays: somebody may still
come into being, and waiting for that is never wrong."""


def resync_entries(entries: QuerySet[OutboxEntry], *, requested_by: str, now: datetime | None = None) -> int:
    """Enqueue entries again, with a fresh read and whatever their hash says; return how many.

    Claimed ones keep their claim and are sent once more after it. Chunked: call outside of a transaction for many.
    """
    change = partial(force_entry, requested_by=requested_by, at=now or timezone.now())
    return sum(change_entries(ids, change=change) for ids in _chunks(entries))


def resync_link(link: CampaignLink, *, failed_only: bool, requested_by: str, now: datetime | None = None) -> int:
    """Enqueue all entries of a link again, or those that failed; return how many."""
    entries = OutboxEntry.objects.filter(link=link)
    return resync_entries(entries.failed() if failed_only else entries, requested_by=requested_by, now=now)


def _chunks(entries: QuerySet[OutboxEntry]) -> Iterator[list[int]]:
    """Yield the ids that the query finds now, in chunks and in the order of the ids."""
    ids = list(entries.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def change_entries(ids: Iterable[int], *, change: Callable[[OutboxEntry], bool]) -> int:
    """Lock entries, change those that `change` says True for, save them and ask for drains; return how many.

    `change` may set the columns that an enqueue and a forced one may change. One transaction.
    """
    with transaction.atomic():
        found = OutboxEntry.objects.filter(pk__in=list(ids)).select_related("link", "source")
        locked = found.select_for_update(no_key=True, of=("self",)).order_by("pk")
        changed = [entry for entry in locked if change(entry)]
        update_rows(changed, columns=_FORCED_COLUMNS)
        request_drain(entry.link_id for entry in changed)
    return len(changed)


def force_entry(entry: OutboxEntry, *, requested_by: str, at: datetime, reason: str = "") -> bool:
    """Make a locked entry due on a person's word: read, compare and write whatever was sent before."""
    entry.sent_hash = entry.sent_person_hash = ""
    entry.is_forced = True
    entry.requested_by, entry.request_reason = requested_by[:150], reason[:500]
    make_due(entry, by=1, at=at, priority=Priority.MANUAL)
    return True


def leave_record(entry: OutboxEntry) -> None:
    """Part an entry from its record of Salesforce, in memory, and note the membership that it leaves there."""
    if entry.member_label:
        note_left(entry, entry.member_id, label=entry.member_label)
    forget_record(entry)


def forget_record(entry: OutboxEntry) -> None:
    """Part an entry from its record of Salesforce, in memory; whoever changes it saves it."""
    for name, value in _RECORD.items():
        setattr(entry, name, value)


def wake_entries(ids: Collection[int], *, is_backfill: bool, now: datetime | None = None) -> int:
    """Enqueue entries whose end depends on what another row of their email turned out to be; return how many."""
    priority = Priority.BACKFILL if is_backfill else Priority.LIVE
    return change_entries(ids, change=partial(_wake, at=now or timezone.now(), priority=priority)) if ids else 0


def _wake(entry: OutboxEntry, *, at: datetime, priority: Priority) -> bool:
    entry.sent_hash = entry.sent_person_hash = ""
    make_due(entry, by=1, at=at, priority=priority)
    return True


def corrected(entry: OutboxEntry) -> Known:
    """Return what would be known of a participant once the status is corrected: only what inwink says now."""
    return correct_state(entry.known(), default_state=default_state_of(entry.source))


def correct_status(entry: OutboxEntry, *, requested_by: str, reason: str, now: datetime | None = None) -> int:
    """Set the status that inwink says now, even if that lowers it (rule 4.5); author and reason are kept.

    Returns 1, or 0 where the entry is gone.
    """
    change = partial(_correct, requested_by=requested_by, reason=reason, at=now or timezone.now())
    return change_entries([entry.pk], change=change)


def _correct(entry: OutboxEntry, *, requested_by: str, reason: str, at: datetime) -> bool:
    known = corrected(entry)
    write_entry_known(entry, known, link=entry.link)
    state = known.state.value if known.state else ""
    said = {"answer": "correct", "state": state, "by": requested_by, "at": at.isoformat(), "why": reason}
    entry.answers = {**entry.answers, CORRECTION: said}
    entry.is_correction = True
    return force_entry(entry, requested_by=requested_by, at=at, reason=reason)


def refold_link(link: CampaignLink, *, now: datetime | None = None) -> int:
    """Work out again which state each entry of a link shows, after its labels or `never_downgrade` changed.

    Those that now show another one are enqueued as backfill; returns how many.
    """
    change = partial(_refold, at=now or timezone.now())
    return sum(change_entries(ids, change=change) for ids in _chunks(OutboxEntry.objects.filter(link=link)))


def _refold(entry: OutboxEntry, *, at: datetime) -> bool:
    target = fold_target(entry, link=entry.link)
    if target == entry.target_state:
        return False
    entry.target_state = target
    make_due(entry, by=1, at=at, priority=Priority.BACKFILL)
    return True


def void_link(link: CampaignLink, *, now: datetime | None = None) -> int:
    """Forget everything that entries know of Salesforce, and enqueue them all as backfill; return how many.

    For a link whose campaign or organisation changed; call in the transaction of that change. A worker that has some
    of them in hand loses its claim, so it can write nothing of the old campaign into them. Chosen records of the old
    organisation are forgotten too, whereas people left out stay left out.
    """
    due_at = now or timezone.now()
    with transaction.atomic():
        entries = OutboxEntry.objects.filter(link=link)
        list(entries.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
        count = entries.update(
            **_VOIDED,
            generation=F("generation") + 1,
            dirty_since=due_at,
            available_at=due_at,
        )
        _forget_picks(list(entries.exclude(answers={})))
        request_drain([link.pk])
    return count


def _forget_picks(entries: Sequence[OutboxEntry]) -> None:
    for entry in entries:
        entry.answers = {reason: said for reason, said in entry.answers.items() if said.get("answer") != "pick"}
    update_rows(entries, columns=["answers"])
