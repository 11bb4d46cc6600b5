"""Merge what was heard of participants into the outbox, and ask for what changed to be sent.

Concurrency. Every writer of participants (webhook, import, mover, resync) first inserts what is missing, in the order
of the keys, then locks what is there, in the order of the primary keys, then writes: on PostgreSQL two of them wait for
each other at most once and never in a circle; on SQLite an IMMEDIATE transaction is alone. A row is merged only under
its lock, so no message is laid over a row that another transaction has just changed.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from connector.core.merging.effect import Effect
from connector.core.outcomes import PRIORITY_ORDER, EntryState, Priority
from connector.core.participant import Known, Participant, name_words, normalise_email
from connector.core.state import State, state_to_show
from connector.models import CampaignLink, DrainRequest, OutboxEntry
from connector.models.known import KnownParticipant, known_columns
from connector.pipeline.bulk import insert_missing, update_rows
from connector.pipeline.outbox.hearing import Heard, Merger, Telling, effects_of, keys_of, merge_said
from connector.pipeline.outbox.sharing import names_of, waiting_on_emails

DRAIN_REQUEST_SECONDS = 60
"""A drain that was asked for longer ago than this is taken for lost; the period of the sweep."""

_KNOWN_COLUMNS = tuple(known_columns(Known()))

ENTRY_COLUMNS = (
    *_KNOWN_COLUMNS, "source", "email_key", "name_words", "target_state", "generation", "state", "reason", "error_code",
    "error_message", "candidates", "available_at", "dirty_since", "priority", "attempt_count",
)  # fmt: skip
"""The columns that an enqueue may change."""

_EMAIL_KEY_LENGTH = 320
"""Characters of the column; a longer text is no email, and the row says so without a key."""
_NAME_WORDS_LENGTH = 255
"""Characters of the column; what a longer name begins with is found."""

Table = TypeVar("Table", bound=KnownParticipant)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something arrived for a link."""

    link: CampaignLink
    at: datetime
    priority: Priority
    left_emails: set[str] = field(default_factory=set)
    """Emails on which a row now has another name, or which it has left or joined."""


def store_participants(
    link: CampaignLink,
    participants: Sequence[Participant],
    *,
    telling: Telling,
    priority: Priority,
) -> list[Effect]:
    """Merge participants of the link's event into the outbox; one effect each, in their order.

    Call inside atomic, and `request_drain` when any result is ACCEPTED. The number of queries does not depend on the
    number of participants. Those of one key are merged in their order, as if each had come alone.
    """
    arrival = Arrival(link, telling.at, priority)
    heard = store_entries(arrival, keys=keys_of(participants), merge=merge_said(participants, telling))
    return effects_of(participants, heard)


def store_entries(arrival: Arrival, *, keys: Collection[str], merge: Merger) -> dict[str, Heard]:
    """Merge into the link's entries of these keys; {key: what became of it}. Call inside atomic."""
    entries = OutboxEntry.objects.filter(link=arrival.link)
    heard = merge_rows(
        entries,
        keys=keys,
        merge=merge,
        table=RowWriter(
            make=partial(_new_entry, arrival=arrival), change=partial(_apply, arrival=arrival), columns=ENTRY_COLUMNS
        ),
    )
    if arrival.left_emails:
        _wake_sharing(arrival, heard)
    return heard


def _wake_sharing(arrival: Arrival, heard: Collection[str]) -> None:
    woken = list(waiting_on_emails(arrival.link, arrival.left_emails, besides=heard))
    for entry in woken:
        make_due(entry, by=1, at=arrival.at, priority=arrival.priority)
    update_rows(woken, columns=ENTRY_COLUMNS)


@dataclass(frozen=True, slots=True)
class RowWriter(Generic[Table]):
    """How one table takes what was heard."""

    make: Callable[[str, Heard], Table]
    """Return an unsaved row for a key."""
    change: Callable[[Table, Heard], bool]
    """Write what was heard into a stored row; False where nothing is different."""
    columns: Collection[str]
    """The columns that `change` may change."""


def merge_rows(
    rows: QuerySet[Table], *, keys: Collection[str], merge: Merger, table: RowWriter[Table]
) -> dict[str, Heard]:
    """Insert or change the rows of these keys; {key: what became of it}. Call inside atomic.

    A second round is only needed for keys whose rows were deleted between being seen and being locked.
    """
    heard: dict[str, Heard] = {}
    pending = set(keys)
    while pending:
        present = set(rows.filter(participant_key__in=pending).values_list("participant_key", flat=True))
        fresh = {key: merge(key, None) for key in sorted(pending - present)}
        inserted = insert_missing([table.make(key, row) for key, row in fresh.items()], key="participant_key")
        heard |= {key: fresh[key] for key in inserted}
        pending -= inserted
        found = _merge_present(rows, keys=pending, merge=merge, table=table) if pending else {}
        heard |= found
        pending -= set(found)
    return heard


def _merge_present(
    rows: QuerySet[Table], *, keys: Collection[str], merge: Merger, table: RowWriter[Table]
) -> dict[str, Heard]:
    locked = rows.filter(participant_key__in=keys).select_for_update(no_key=True, of=("self",)).order_by("pk")
    heard: dict[str, Heard] = {}
    changed: list[Table] = []
    for row in locked:
        key = str(row.participant_key)  # type: ignore[attr-defined] # both tables have it
        heard[key] = merge(key, row.known())
        if table.change(row, heard[key]):
            changed.append(row)
    update_rows(changed, columns=table.columns)
    return heard


def write_known(row: KnownParticipant, known: Known) -> None:
    """Set the columns of a row to what is known; the caller saves."""
    for column, value in known_columns(known).items():
        setattr(row, column, value)


def _new_entry(key: str, heard: Heard, *, arrival: Arrival) -> OutboxEntry:
    entry = OutboxEntry(
        link=arrival.link,
        participant_key=key,
        source=heard.source,
        first_seen_at=arrival.at,
        generation=heard.change_count,
        available_at=arrival.at,
        dirty_since=arrival.at,
        priority=PRIORITY_ORDER[arrival.priority],
    )
    write_entry_known(entry, heard.known, link=arrival.link)
    return entry


def write_entry_known(entry: OutboxEntry, known: Known, *, link: CampaignLink) -> None:
    """Set what is known and what follows from it: the keys of email and name, the state to send; the caller saves."""
    write_known(entry, known)
    email = normalise_email(known.values.get("email"))
    entry.email_key = email if len(email) <= _EMAIL_KEY_LENGTH else ""
    entry.name_words = name_words(known.values)[:_NAME_WORDS_LENGTH]
    entry.target_state = fold_target(entry, link=link)


def fold_target(entry: OutboxEntry, *, link: CampaignLink) -> str:
    """Return the state whose label a link's campaign should show for an entry, "" where none is sent."""
    known = entry.known()
    target = state_to_show(
        known.states_seen,
        said=known.state,
        shown=State(entry.synced_state) if entry.synced_state else None,
        sendable=link.statuses(),
        never_downgrade=link.never_downgrade,
    )
    return target.value if target else ""


def _apply(entry: OutboxEntry, heard: Heard, *, arrival: Arrival) -> bool:
    if not heard.change_count:
        is_newer = heard.known.source_updated_at != entry.source_updated_at
        entry.source_updated_at = heard.known.source_updated_at
        return is_newer
    before = (entry.email_key, names_of(entry))
    write_entry_known(entry, heard.known, link=arrival.link)
    if (entry.email_key, names_of(entry)) != before:
        arrival.left_emails.update({before[0], entry.email_key})
    if heard.source is not None:
        entry.source = heard.source
    make_due(entry, by=heard.change_count, at=arrival.at, priority=arrival.priority)
    return True


def make_due(entry: OutboxEntry, *, by: int, at: datetime, priority: Priority) -> None:
    """Raise an entry's generation and let it be sent at once; the caller holds the lock and saves `ENTRY_COLUMNS`.

    A claimed entry keeps its claim: its end sees the newer generation and makes it due again.
    """
    order = PRIORITY_ORDER[priority]
    entry.generation += by
    entry.priority = order if entry.state == EntryState.SYNCED else min(entry.priority, order)
    entry.dirty_since = entry.dirty_since or at
    if entry.state == EntryState.CLAIMED:
        return
    entry.state = EntryState.PENDING
    entry.reason = entry.error_code = entry.error_message = ""
    entry.candidates = []
    entry.available_at = at
    entry.attempt_count = 0


def request_drain(link_ids: Iterable[int]) -> None:
    """Ask for links to be drained once the transaction is committed; paused and closed ones are not.

    At most one request a link is open at a time; the sweep is the safety net, so a failure here is only logged.
    """
    ids = sorted(set(link_ids))
    if ids:
        transaction.on_commit(partial(queue_drains, ids), robust=True)


def queue_drains(link_ids: Collection[int], *, now: datetime | None = None) -> int:
    """Queue a drain for each of these links that may send and for which none is queued; return how many."""
    asked_at = now or timezone.now()
    sending = list(CampaignLink.objects.sending(asked_at).filter(pk__in=link_ids).values_list("pk", flat=True))
    if not sending:
        return 0
    DrainRequest.objects.bulk_create([DrainRequest(link_id=link_id) for link_id in sending], ignore_conflicts=True)
    return sum(_queue_drain(link_id, asked_at=asked_at) for link_id in sending)


def _queue_drain(link_id: int, *, asked_at: datetime) -> bool:
    lost_before = asked_at - timedelta(seconds=DRAIN_REQUEST_SECONDS)
    is_open = Q(requested_at__isnull=True) | Q(requested_at__lt=lost_before)
    with transaction.atomic():
        if not DrainRequest.objects.filter(is_open, link_id=link_id).update(requested_at=asked_at):
            return False
        async_task("connector.tasks.drain", link_id, task_name=f"drain link {link_id}", group="drain")
    return True
