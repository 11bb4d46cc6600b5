"""Hold entries while their earlier values are put back: the claim of a worker, without changing where they stand."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from connector import conf
from connector.core.outcomes import EntryState
from connector.models import OutboxEntry
from connector.pipeline.bulk import update_rows
from connector.pipeline.outbox.claim import Claim, NothingClaimed, db_now, emails_in_hand, lock_free_link
from connector.pipeline.outbox.enqueue import request_drain

POLL_SECONDS = 0.2
_STANDING = ("state", "reason", "claim_token", "claimed_generation", "lease_expires_at", "available_at",
             "attempt_count", "dirty_since")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Entries that this process alone may end, and where they stood before."""

    claim: Claim
    standing: Mapping[int, tuple[str, str]]
    """{id: (state, reason)}."""


def hold_when_free(link_id: int, entry_ids: Sequence[int], *, wait_seconds: float) -> Held | None:
    """Hold entries as soon as no worker has the campaign, or their emails, in hand; None where that takes too long."""
    until = time.monotonic() + wait_seconds
    while True:
        held = hold_entries(link_id, entry_ids)
        if held is not None or time.monotonic() >= until:
            return held
        time.sleep(POLL_SECONDS)


def hold_entries(link_id: int, entry_ids: Sequence[int]) -> Held | None:
    """Take entries under a claim, whether or not they are due; None where a worker is in the way.

    One worker per campaign and per email, as for every claim. Whoever dies with them leaves an expired lease: a worker
    then sends them as they are, which changes nothing where nothing is due.
    """
    with transaction.atomic():
        link = lock_free_link(link_id)
        if isinstance(link, NothingClaimed):
            return None
        now = db_now()
        entries = OutboxEntry.objects.filter(link=link, pk__in=entry_ids)
        if entries.exclude(email_key="").filter(email_key__in=emails_in_hand(link, now)).exists():
            return None
        locked = entries.select_for_update(no_key=True).order_by("pk")
        standing = {pk: (state, reason) for pk, state, reason in locked.values_list("pk", "state", "reason")}
        token = uuid.uuid4()
        OutboxEntry.objects.filter(pk__in=standing).update(
            state=EntryState.CLAIMED,
            reason="",
            claim_token=token,
            claimed_generation=F("generation"),
            claimed_email=F("email_key"),
            lease_expires_at=now + timedelta(seconds=conf.claim_lease_seconds()),
        )
    claim = Claim(token=token, link_id=link_id, entry_ids=tuple(standing), claimed_at=now, is_backfill=False)
    return Held(claim, standing)


def held_entries(held: Held) -> QuerySet[OutboxEntry]:
    """Return the entries that are still ours."""
    return OutboxEntry.objects.filter(claim_token=held.claim.token).order_by("pk")


def release_entries(held: Held) -> None:
    """Let entries stand where they stood, or be due where something arrived meanwhile. Call inside atomic."""
    entries = list(held_entries(held).select_for_update(no_key=True))
    now = db_now()
    for entry in entries:
        state, reason = held.standing[entry.pk]
        if entry.generation > (entry.claimed_generation or 0) or state == EntryState.CLAIMED:
            entry.state, entry.reason = EntryState.PENDING.value, ""
            entry.available_at, entry.attempt_count = now, 0
            entry.dirty_since = entry.dirty_since or now
        else:
            entry.state, entry.reason = state, reason
        entry.claim_token = entry.claimed_generation = entry.lease_expires_at = None
    update_rows(entries, columns=_STANDING)
    request_drain(entry.link_id for entry in entries if entry.state == EntryState.PENDING)
