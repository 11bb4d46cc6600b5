"""Group what went wrong by its cause, for people who mend it; reads only, a constant number of queries."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry, WebhookMessage
from connector.models.outbox import WAITING_STATES
from connector.pipeline.sentences import recognise
from connector.pipeline.waits import WAITS_FOR_SET_UP, waits_for_set_up

GROUPS_SHOWN = 50
"""Causes on one page; more of them mean that a filter by event is wanted."""
PEOPLE_SHOWN = 5
"""Participants named in a group; the others stand behind its number."""
REJECTED_DAYS = 7
MESSAGES_GROUPED = 300
"""Rejected messages that are grouped, the newest first."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why some participants of a link are where they are."""

    link_id: int
    state: str
    """`failed` or `retrying`."""
    reason: str
    code: str

    def entries(self) -> QuerySet[OutboxEntry]:
        """Return the participants with this cause now."""
        return OutboxEntry.objects.filter(self.condition())

    def condition(self) -> Q:
        """Return what its participants have in common, for the database."""
        return Q(link_id=self.link_id, state=self.state, reason=self.reason, error_code=self.code)


@dataclass(frozen=True, slots=True)
class Group:
    """The participants of one cause."""

    cause: Cause
    count: int
    since: datetime | None
    """Since when the oldest change of them waits to be in Salesforce."""
    due_at: datetime | None
    """When the next of them is tried again by itself."""
    texts: tuple[tuple[str, int], ...] = ()
    """(what Salesforce said, how many), the most frequent first; what is about one person's value counts apart."""
    people: tuple[OutboxEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link that sends nothing until a person mends its set-up."""

    link: CampaignLink
    count: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Messages of a source that nobody took in, for the same reason."""

    source_id: str
    source_name: str
    error: str
    count: int
    last_at: datetime
    last_message_id: int


@dataclass(frozen=True, slots=True)
class Problems:
    """Everything that waits for somebody to mend it."""

    failed: tuple[Group, ...]
    retrying: tuple[Group, ...]
    failed_count: int
    retrying_count: int
    waiting: tuple[Waiting, ...]
    degraded: tuple[CampaignLink, ...]
    links: Mapping[int, CampaignLink] = field(default_factory=dict)
    """{id: link, with its organisation}: all of them, for the filter."""


def find_problems(link_id: int | None = None) -> Problems:
    """Return what went wrong, of one event or of all; five queries."""
    links = {link.pk: link for link in CampaignLink.objects.select_related("org")}
    chosen = [link for link in links.values() if link_id in (None, link.pk)]
    entries = OutboxEntry.objects.filter(link__in=[link.pk for link in chosen])
    groups = _groups(entries)
    shown = _with_people(groups[:GROUPS_SHOWN], entries)
    return Problems(
        failed=tuple(group for group in shown if group.cause.state == EntryState.FAILED),
        retrying=tuple(group for group in shown if group.cause.state == EntryState.RETRYING),
        failed_count=sum(group.count for group in groups if group.cause.state == EntryState.FAILED),
        retrying_count=sum(group.count for group in groups if group.cause.state == EntryState.RETRYING),
        waiting=_waiting(chosen, entries),
        degraded=tuple(link for link in chosen if link.degraded_fields and link.state != link.LinkState.CLOSED),
        links=links,
    )


_KEY = ("link_id", "state", "reason", "error_code")
_FAILED, _RETRYING = (RawSQL(f"'{state}'", []) for state in (EntryState.FAILED, EntryState.RETRYING))  # noqa: S611
_IS_PROBLEM = Q(state__in=[_FAILED, _RETRYING])
"""Constants of ours, not parameters: SQLite takes a partial index only where it reads its condition in the query.

https://www.sqlite.org/partialindex.html#queries_using_partial_indexes
"""


def _groups(entries: QuerySet[OutboxEntry]) -> list[Group]:
    """Return the causes with what Salesforce said, those of most people first; one query, from the index alone."""
    rows = (
        entries.filter(_IS_PROBLEM)
        .order_by()
        .values_list(*_KEY, "error_message")
        .annotate(Count("pk"), Min("dirty_since"), Min("available_at"))
    )
    by_cause: dict[Cause, list[_Line]] = {}
    for *key, text, count, since, due_at in rows:
        by_cause.setdefault(Cause(*key), []).append((text, count, since, due_at))
    found = [_group(cause, lines) for cause, lines in by_cause.items()]
    return sorted(found, key=lambda group: (-group.count, group.cause.link_id, group.cause.reason, group.cause.code))


_Line = tuple[str, int, datetime | None, datetime]
"""(what Salesforce said, participants, oldest waiting change, next try)"""


def _group(cause: Cause, lines: Sequence[_Line]) -> Group:
    texts = sorted(((text, count) for text, count, _since, _due in lines if text), key=lambda said: -said[1])
    return Group(
        cause,
        sum(count for _text, count, _since, _due in lines),
        since=min((since for _text, _count, since, _due in lines if since), default=None),
        due_at=min(due for _text, _count, _since, due in lines),
        texts=tuple(texts),
    )


def _with_people(groups: Sequence[Group], entries: QuerySet[OutboxEntry]) -> list[Group]:
    """Add the first people; two queries, none where nothing went wrong."""
    people = _first_people(entries, [group.cause for group in groups]) if groups else {}
    return [replace(group, people=tuple(people.get(group.cause, ()))) for group in groups]


def _first_people(entries: QuerySet[OutboxEntry], causes: Sequence[Cause]) -> dict[Cause, list[OutboxEntry]]:
    is_shown = reduce(or_, (cause.condition() for cause in causes))
    rank = Window(RowNumber(), partition_by=[F(name) for name in _KEY], order_by=F("pk").asc())
    ranked = entries.filter(_IS_PROBLEM, is_shown).annotate(rank=rank).filter(rank__lte=PEOPLE_SHOWN)
    first = list(ranked.order_by().values_list("pk", flat=True))
    columns = (*_KEY, "pk", "participant_key", "email_key", "payload")
    found: dict[Cause, list[OutboxEntry]] = {}
    for entry in OutboxEntry.objects.filter(pk__in=first).only(*columns).order_by("pk"):
        cause = Cause(entry.link_id, entry.state, entry.reason, entry.error_code)
        found.setdefault(cause, []).append(entry)
    return found


def _waiting(links: Iterable[CampaignLink], entries: QuerySet[OutboxEntry]) -> tuple[Waiting, ...]:
    stopped = [link for link in links if waits_for_set_up(link)]
    waiting = entries.filter(link__in=[link.pk for link in stopped], state__in=WAITING_STATES).order_by()
    counts = dict(waiting.values_list("link_id").annotate(Count("pk"))) if stopped else {}
    found = [Waiting(link, counts.get(link.pk, 0)) for link in stopped]
    return tuple(sorted(found, key=lambda one: (-one.count, str(one.link))))


def find_rejections(now: datetime) -> tuple[Rejection, ...]:
    """Return what sources sent lately and nobody took in, grouped by what was wrong with it; one query."""
    is_refused = Q(status=WebhookMessage.Status.REJECTED) | Q(rejected_count__gt=0)
    messages = WebhookMessage.objects.filter(is_refused, received_at__gt=now - timedelta(days=REJECTED_DAYS))
    found: dict[tuple[str, str], Rejection] = {}
    for message in messages.select_related("source").defer("body").order_by("-received_at", "-id")[:MESSAGES_GROUPED]:
        for error, count in _errors_of(message.answer).items():
            key = (str(message.source_id), error)
            before = found.get(key)
            found[key] = Rejection(
                source_id=key[0],
                source_name=message.source.name,
                error=error,
                count=count + (before.count if before else 0),
                last_at=before.last_at if before else message.received_at,
                last_message_id=before.last_message_id if before else message.pk,
            )
    return tuple(sorted(found.values(), key=lambda one: -one.count))


def _errors_of(answer: Mapping[str, Any]) -> dict[str, int]:
    """Return {what is wrong, as `sentences` knows it: participants} of the answer to a message, without any value.

    Of a body that could not be read it is the code.
    """
    rejected = answer.get("rejected") or []
    # Counted first: a message may hold a thousand participants with the same mistake, and each text takes a while.
    texts = Counter(str(error) for one in rejected for error in one.get("errors") or [])
    counts: Counter[str] = Counter()
    for text, count in texts.items():
        found = recognise(text)
        counts[found.without_values().stored if found else text.partition(":")[0]] += count
    if answer.get("error"):
        counts[str(answer["error"])] = 1
    return counts


def count_waiting_for_people() -> dict[str, int]:
    """Return {state: participants} of those that failed and those that need an answer; one query.

    By index: links are few, and their rows of one state stand together.
    """
    states = [EntryState.FAILED, EntryState.NEEDS_ANSWER]
    entries = OutboxEntry.objects.filter(link__in=CampaignLink.objects.values("pk"), state__in=states)
    return dict(entries.order_by().values_list("state").annotate(Count("pk")))


def is_set_up_awaited() -> bool:
    """Say whether any link sends nothing until a person mends it or its organisation's sign-in; one query."""
    active = CampaignLink.objects.filter(state=CampaignLink.LinkState.ACTIVE)
    return active.filter(WAITS_FOR_SET_UP).exists()
