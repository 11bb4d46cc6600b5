"""Claim a batch of due entries under a lease with a fencing token (architecture, section 3)."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, PositiveIntegerField, Q, QuerySet, When
from django.utils import timezone

from connector import conf
from connector.core.outcomes import PRIORITY_ORDER, EntryState, Outcome, Priority, Reason
from connector.core.retry import MAX_ATTEMPTS
from connector.models import CampaignLink, OutboxEntry, SalesforceOrg
from connector.models.outbox import OutboxEntryQuerySet

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000
"""Entries of a run: what about six API calls carry."""
BACKFILL_SIZE = 3200
"""Entries of a backfill run: exactly four full calls of members, and calls of reads and people that are nearly full."""
PROBE_SIZE = 25
"""Entries of the first run after an outage."""
SUSPECT_EXPIRIES = 2
"""Leases that ran out before an entry is claimed alone, so that it takes no neighbour with it."""
WORKER_LOST = "worker_lost"
"""Error code of an entry that was given up because no worker that had it came back."""
BACKFILL = PRIORITY_ORDER[Priority.BACKFILL]


class NothingClaimed(Enum):
    """Why a claim brought nothing."""

    EMPTY = "empty"
    """Nothing is due."""
    BUSY = "busy"
    """Another worker has this campaign, or the emails that are due."""
    NOT_SENDING = "not_sending"
    """The link or its organisation is paused or closed."""


class ClaimLostError(Exception):
    """The lease ran out and somebody else has the entries: stop and write nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Entries that this worker alone may end."""

    token: uuid.UUID
    link_id: int
    entry_ids: tuple[int, ...]
    claimed_at: datetime
    is_backfill: bool
    within: "Claim | None" = None
    """The backfill claim between two calls of which this one was made by the same worker."""


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """What a claim may take."""

    size: int = BATCH_SIZE
    backfill_size: int = BACKFILL_SIZE
    takes_backfill: bool = True
    ignores_waits: bool = False
    """Waits of entries, links, organisations and unclear writes are skipped (`sync_due --ignore-backoff`)."""
    within: Claim | None = None
    """What this worker holds already: its link counts as free, its emails as taken."""


def db_now() -> datetime:
    """Return the database's clock: leases of several hosts are measured by one."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - SELECT without FROM returns one row
    now: datetime = row[0]
    return now


def claim_batch(link_id: int, terms: ClaimTerms = ClaimTerms()) -> Claim | NothingClaimed:
    """Claim the due entries of one link, best priority and longest wait first; one short transaction."""
    with transaction.atomic():
        link = lock_free_link(link_id, besides=terms.within)
        if isinstance(link, NothingClaimed):
            return link
        now = db_now()
        if not terms.ignores_waits and not CampaignLink.objects.sending(now).filter(pk=link_id).exists():
            return NothingClaimed.NOT_SENDING
        return _take(link, terms, now=now)


def lock_free_link(link_id: int, *, besides: Claim | None = None) -> CampaignLink | NothingClaimed:
    """Lock a link of which no worker has entries in hand; call inside atomic.

    Locks: the organisation's row (waits for milliseconds), then the link's (skipped when taken). `no_key` because a
    plain FOR UPDATE would meet the key-share lock of every insert into the outbox and see a busy link under steady
    webhooks: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS
    """
    org_id = CampaignLink.objects.filter(pk=link_id).values_list("org_id", flat=True).first()
    if org_id is None:
        return NothingClaimed.NOT_SENDING
    SalesforceOrg.objects.select_for_update(no_key=True).get(pk=org_id)
    locked = CampaignLink.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=link_id)
    link = locked.first()
    if link is None or is_held(link_id, now=db_now(), besides=besides):
        return NothingClaimed.BUSY
    return link


def is_held(link_id: int, *, now: datetime, besides: Claim | None = None) -> bool:
    """Say whether a worker has entries of this link in hand; when its run ends it looks for more."""
    held = OutboxEntry.objects.filter(link_id=link_id, state=EntryState.CLAIMED, lease_expires_at__gt=now)
    return (held if besides is None else held.exclude(claim_token=besides.token)).exists()


def due_entries(link: CampaignLink, terms: ClaimTerms, *, now: datetime) -> QuerySet[OutboxEntry]:
    """Return the entries of a link that a claim may take now, in the order in which they are taken."""
    due = due_with_shared(link, terms, now=now).exclude(email_key__in=emails_in_hand(link, now))
    if terms.within is not None:
        # a message may just have given a row of the outer claim another email
        due = due.exclude(email_key__in=entries_of(terms.within).values("email_key"))
    return due.order_by("priority", "available_at", "id")


def due_with_shared(link: CampaignLink, terms: ClaimTerms, *, now: datetime) -> QuerySet[OutboxEntry]:
    """Return also those whose emails a worker has in hand."""
    due = OutboxEntry.objects.filter(link=link)
    if terms.ignores_waits:
        due = due.waiting().exclude(state=EntryState.CLAIMED, lease_expires_at__gt=now)
    else:
        due = due.due(now).filter(_settled(now), _is_email_settled(now))
    return due if terms.takes_backfill else due.filter(priority__lt=BACKFILL)


def _settled(now: datetime) -> Q:
    """Rows of which no create may still come into effect at Salesforce (rule 6.1)."""
    return Q(create_sent_at__isnull=True) | Q(create_sent_at__lte=_settled_before(now))


def _is_email_settled(now: datetime) -> Q:
    """Rows whose email no other row of the organisation may just be bringing into Salesforce (rule 6.1).

    Reading would not find that person yet, and a second one would be created. The other row's email is the one that
    it was sent under: a message may have changed it since. Rows in a live claim are left to `emails_in_hand`.
    """
    same_email = OutboxEntry.objects.filter(link__org_id=OuterRef("link__org_id"), claimed_email=OuterRef("email_key"))
    unclear = same_email.filter(create_sent_at__gt=_settled_before(now)).exclude(claimed_email="")
    return Q(~Exists(unclear.exclude(state=EntryState.CLAIMED, lease_expires_at__gt=now)))


def _settled_before(now: datetime) -> datetime:
    return now - timedelta(seconds=conf.salesforce_settle_seconds())


def emails_in_hand(link: CampaignLink, now: datetime) -> QuerySet[OutboxEntry, str]:
    """Emails that are in some claim of the organisation: people are shared by all links.

    Those that the rows were claimed under; `load_batch` leaves out a row that has another one by then.
    """
    in_hand = OutboxEntry.objects.filter(link__org_id=link.org_id, state=EntryState.CLAIMED, lease_expires_at__gt=now)
    return in_hand.exclude(claimed_email="").values_list("claimed_email", flat=True)


def entries_of(claim: Claim) -> OutboxEntryQuerySet:
    """Return the entries that a claim still holds."""
    return OutboxEntry.objects.filter(claim_token=claim.token)


def _take(link: CampaignLink, terms: ClaimTerms, *, now: datetime) -> Claim | NothingClaimed:
    _give_up_on_killers(link, now=now)
    ids, is_backfill = _choose(link, terms, now=now)
    if not ids:
        return NothingClaimed.BUSY if due_with_shared(link, terms, now=now).exists() else NothingClaimed.EMPTY
    token = uuid.uuid4()
    OutboxEntry.objects.filter(pk__in=_lock(ids)).update(
        state=EntryState.CLAIMED,
        claim_token=token,
        claimed_generation=F("generation"),
        claimed_email=F("email_key"),
        lease_expires_at=now + timedelta(seconds=conf.claim_lease_seconds()),
        attempt_count=F("attempt_count") + 1,
        expired_count=Case(
            When(state=EntryState.CLAIMED, then=F("expired_count") + 1),
            default=F("expired_count"),
            output_field=PositiveIntegerField(),
        ),
        reason="",
    )
    taken = tuple(OutboxEntry.objects.filter(claim_token=token).order_by("pk").values_list("pk", flat=True))
    if not taken:
        return NothingClaimed.EMPTY
    return Claim(token, link.pk, taken, claimed_at=now, is_backfill=is_backfill, within=terms.within)


def _give_up_on_killers(link: CampaignLink, *, now: datetime) -> None:
    """Fail the entries whose worker never came back, alone as they were, time after time."""
    killers = OutboxEntry.objects.filter(
        link=link, state=EntryState.CLAIMED, lease_expires_at__lte=now, expired_count__gte=MAX_ATTEMPTS - 1
    )
    given_up = killers.update(
        state=EntryState.FAILED,
        reason=Reason.EXHAUSTED,
        error_code=WORKER_LOST,
        error_message="",
        last_outcome=Outcome.FAILED,
        claim_token=None,
        claimed_generation=None,
        lease_expires_at=None,
        expired_count=0,
    )
    if given_up:
        logger.error("workers were lost over and over", extra={"link_id": link.pk, "entries": given_up})


def _lock(ids: list[int]) -> list[int]:
    """Lock the chosen rows in the order in which every writer locks them: an UPDATE alone takes them in any order."""
    rows = OutboxEntry.objects.select_for_update(no_key=True).waiting().filter(pk__in=ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _choose(link: CampaignLink, terms: ClaimTerms, *, now: datetime) -> tuple[list[int], bool]:
    due = due_entries(link, terms, now=now).values_list("pk", "priority", "expired_count", "state")
    first = due.first()
    if first is None:
        return [], False
    is_backfill = first[1] == BACKFILL
    if _is_suspect(first[2], first[3]):
        return [first[0]], is_backfill
    same_class = due.filter(priority=BACKFILL) if is_backfill else due.filter(priority__lt=BACKFILL)
    found = same_class[: _size(link, terms.backfill_size if is_backfill else terms.size)]
    return [row[0] for row in found if not _is_suspect(row[2], row[3])], is_backfill


def _size(link: CampaignLink, full: int) -> int:
    return min(full, link.batch_limit or full, PROBE_SIZE if link.pause_count else full)


def _is_suspect(expired_count: int, state: str) -> bool:
    return expired_count + (state == EntryState.CLAIMED) >= SUSPECT_EXPIRIES


def renew_lease(claim: Claim) -> None:
    """Extend the lease before an HTTP call; raises ClaimLostError when it ran out.

    Also where nobody has claimed the entries since: workers of other links may have their emails in hand by now.
    The claim around it is extended too; whether that one is lost is found out before its own next call.
    """
    now = db_now()
    if not _extend_lease(claim, now=now):
        logger.warning("claim lost", extra={"link_id": claim.link_id, "claim": str(claim.token)})
        raise ClaimLostError
    if claim.within is not None:
        _extend_lease(claim.within, now=now)


def _extend_lease(claim: Claim, *, now: datetime) -> bool:
    held = entries_of(claim).filter(lease_expires_at__gt=now)
    return held.update(lease_expires_at=now + timedelta(seconds=conf.claim_lease_seconds())) > 0


def mark_create_sent(claim: Claim, entry_ids: list[int]) -> None:
    """Commit that a call which creates something for these entries is about to be sent (rule 6.1)."""
    entries_of(claim).filter(pk__in=entry_ids).update(create_sent_at=db_now(), create_sent_email=F("claimed_email"))


def live_work(now: datetime) -> OutboxEntryQuerySet:
    """Return the changes that are not backfill and wait to be sent, anywhere (rule 7.1)."""
    due = OutboxEntry.objects.due(now).filter(_settled(now), _is_email_settled(now), priority__lt=BACKFILL)
    return due.filter(link__in=CampaignLink.objects.sending(now))


def is_live_work_due() -> bool:
    """Say whether a change that is not backfill waits to be sent anywhere."""
    return live_work(db_now()).exists()


def count_backfill_drains() -> int:
    """Return how many campaigns a backfill run holds at the moment."""
    held = OutboxEntry.objects.filter(state=EntryState.CLAIMED, lease_expires_at__gt=db_now(), priority=BACKFILL)
    return held.values("link_id").distinct().count()
