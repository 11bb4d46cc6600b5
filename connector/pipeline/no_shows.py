"""Mark as no-shows who registered and never came, on a person's word after the event (rules 1.2 and 4.5).

All of them are marked. How many of their members become no-shows is another number: who is held, failed or left out is
not sent, and a status that a colleague set may stay. It is counted without asking Salesforce.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from django.db.models import Count, Q

from connector.core.merging.merge import mark_no_show
from connector.core.outcomes import EntryState, Priority
from connector.core.planning.membership import may_replace
from connector.core.rows import MemberRecord
from connector.core.state import State
from connector.models import CampaignLabels, CampaignLink, OutboxEntry
from connector.models.outbox import OutboxEntryQuerySet
from connector.pipeline.bulk import in_chunks
from connector.pipeline.outbox.enqueue import make_due, write_entry_known
from connector.pipeline.outbox.lasting import note_no_show
from connector.pipeline.outbox.resync import change_entries
from connector.pipeline.policies import policy_of


class NoShowRefusal(StrEnum):
    """Why nobody can be marked now."""

    NO_END = "no_end"
    NOT_OVER = "not_over"
    NO_LABEL = "no_label"


class NoShowsRefusedError(ValueError):
    """Nobody was marked; `refusal` says why."""

    def __init__(self, refusal: NoShowRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class NoShows:
    """Whom marking would concern."""

    count: int
    """Members that would become no-shows: registered, and neither checked in nor marked already."""
    waiting: int
    """Participants of the link whose latest change is not sent yet, whatever their state."""
    unsent: Mapping[EntryState, int] = field(default_factory=dict)
    """{failed, needs_answer or left_out: participants who would be marked too, and are not sent}"""
    kept: int = 0
    """Participants who would be marked too, and whose status in the campaign stays."""

    @property
    def marked(self) -> int:
        """How many people marking would concern in all."""
        return self.count + sum(self.unsent.values()) + self.kept


def refuse_no_shows(link: CampaignLink, *, now: datetime) -> NoShowRefusal | None:
    """Return why nobody of a link can be marked at `now`, None where they can."""
    if link.ends_at is None:
        return NoShowRefusal.NO_END
    if now < link.ends_at:
        return NoShowRefusal.NOT_OVER
    return None if link.status_no_show else NoShowRefusal.NO_LABEL


def count_no_shows(link: CampaignLink) -> NoShows:
    """Count whom marking would concern; three queries at most."""
    tally = _tally([link])[link.pk]
    unsent = {state: tally[state] for state in _UNSENT if tally[state]}
    waiting = OutboxEntry.objects.filter(link=link).waiting().count()
    return NoShows(tally[_BECOMES], waiting=waiting, unsent=unsent, kept=tally[_KEPT])


def no_shows_of(links: Collection[CampaignLink]) -> dict[int, int]:
    """Return {link: members that marking would make no-shows}; two queries at most, the organisations being at hand."""
    return {link_id: tally[_BECOMES] for link_id, tally in _tally(links).items()} if links else {}


def first_waiting(link: CampaignLink, *, count: int) -> list[OutboxEntry]:
    """Return participants whose latest change is not sent yet, those who wait longest first."""
    waiting = OutboxEntry.objects.filter(link=link).waiting().order_by("dirty_since", "pk")
    return list(waiting.only("pk", "email_key", "participant_key", "payload")[:count])


def mark_no_shows(link: CampaignLink, *, requested_by: str, now: datetime) -> int:
    """Give every registered participant the state no-show, and send it; return how many. Who came by another row did.

    Idempotent: who is marked stays so, until they are attended after all. What a colleague set in Salesforce is kept,
    as with any change. Chunked: call outside a transaction. Raises NoShowsRefusedError.
    """
    refusal = refuse_no_shows(link, now=now)
    if refusal is not None:
        raise NoShowsRefusedError(refusal)
    change = partial(_mark, requested_by=requested_by, at=now)
    ids = _unmarked([link]).order_by("pk").values_list("pk", flat=True)
    return sum(change_entries(chunk, change=change) for chunk in in_chunks(ids))


def _unmarked(links: Collection[CampaignLink]) -> OutboxEntryQuerySet:
    """Return who is registered, and came neither by this row nor by another one of the same member."""
    entries = OutboxEntry.objects.filter(link__in=links)
    came = entries.filter(target_state=State.ATTENDED).exclude(member_label="").values("member_id")
    registered = entries.filter(participant_state=State.REGISTERED)
    return registered.exclude(target_state__in=[State.NO_SHOW, State.ATTENDED]).exclude(member_id__in=came)


# counting

_UNSENT = (EntryState.NEEDS_ANSWER, EntryState.FAILED, EntryState.LEFT_OUT)
_BECOMES = "becomes"
_KEPT = "kept"

_SAME_AS_REGISTERED = Q(same_person_of__participant_state=State.REGISTERED) & ~Q(same_person_of__state__in=_UNSENT)
"""Whoever has a member together with another row that is counted."""


def _tally(links: Collection[CampaignLink]) -> dict[int, Counter[str]]:
    """Return {link: {a state in which nothing is sent, kept, or becomes: participants}}."""
    by_link = {link.pk: link for link in links}
    single = _unmarked(links).exclude(_SAME_AS_REGISTERED, state=EntryState.SYNCED).order_by()
    groups = list(single.values_list("link_id", "state", "member_label").annotate(Count("pk")))
    yields = _Yielding(links if any(label for _link, _state, label, _rows in groups) else [])
    tally: dict[int, Counter[str]] = {link_id: Counter() for link_id in by_link}
    for link_id, state, label, rows in groups:
        if state in _UNSENT:
            tally[link_id][state] += rows
        else:
            is_kept = bool(label) and not yields(by_link[link_id], label, is_synced=state == EntryState.SYNCED)
            tally[link_id][_KEPT if is_kept else _BECOMES] += rows
    return tally


class _Yielding:
    """Which statuses a no-show takes the place of, as far as the statuses of the campaigns were read before."""

    def __init__(self, links: Collection[CampaignLink]) -> None:
        kept = CampaignLabels.objects.filter(campaign_id__in={link.campaign_id for link in links})
        self._responded = {
            (labels.org_id, labels.campaign_id): {row["label"]: row["has_responded"] for row in labels.labels}
            for labels in kept
        }

    def __call__(self, link: CampaignLink, label: str, *, is_synced: bool) -> bool:
        """Say whether a member with this status becomes a no-show, and was none before."""
        if label == link.status_no_show:
            return False
        if label not in link.statuses().values() and not is_synced:
            return True  # the link had another status for the state when this one was written
        responded = self._responded.get((link.org_id, link.campaign_id), {})
        member = MemberRecord("", label, has_responded=True)
        return may_replace(member, State.NO_SHOW, policy=policy_of(link, mappings=()), responded=responded)


def _mark(entry: OutboxEntry, *, requested_by: str, at: datetime) -> bool:
    before = entry.known()
    marked = mark_no_show(before)
    if marked == before:
        return False
    write_entry_known(entry, marked, link=entry.link)
    note_no_show(entry, by=requested_by, at=at)
    entry.requested_by = requested_by[:150]
    make_due(entry, by=1, at=at, priority=Priority.MANUAL)
    return True
