"""Take a message of a source into the inbox and its participants into the outbox, in one transaction."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, When

from connector.conf import Rate
from connector.core.merging.effect import Effect
from connector.core.merging.merge import MergeResult
from connector.core.outcomes import Priority
from connector.core.participant import Participant
from connector.core.trial import TRIAL_EVENT_ID
from connector.inwink.identity import Identity, blank_participants, emails_in, read_identity
from connector.inwink.payload import MalformedBody, read_body
from connector.inwink.signature import Denial
from connector.models import CampaignLink, WebhookMessage, WebhookSource
from connector.pipeline.inbox.linking import event_name_of, find_links, lock_unlinked, store_unlinked
from connector.pipeline.inbox.message_rows import ReadBody, read_all, store_rows
from connector.pipeline.outbox.enqueue import request_drain, store_participants
from connector.pipeline.outbox.hearing import Telling
from connector.pipeline.privacy.erased import drop_erased, find_erased
from connector.pipeline.watching.last_message import note_heard, note_imported

logger = logging.getLogger(__name__)

REJECTED_BODY_LENGTH = 2_000
"""Characters kept of a message that could not be read: enough to see what is wrong."""

_NOT_ANSWERED = 0
"""The HTTP status of a message in the transaction that is storing it; never committed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the participants of a message: each is in exactly one of these."""

    accepted: int = 0
    unchanged: int = 0
    """Also who was erased here: their messages are dropped (rule 6.8), and the sender is not told more."""
    stale: int = 0
    unlinked: int = 0
    rejected: Sequence[Mapping[str, Any]] = field(default=())
    """[{"index": place in the message from 0, "errors": [text]}]"""
    trials: int = 0
    """Of the reserved event of test messages: read, and stored nowhere."""


def receive_message(source: WebhookSource, *, message_id: str, body: bytes, received_at: datetime) -> Answer:
    """Store a message and its participants, and ask for them to be sent; a repeated message gets its first answer.

    A message id whose first answer was 400 is processed again. Two deliveries of one id at once: the second waits for
    the first, then repeats its answer. The id of the message before with another body is no repeat: senders that give
    each message the same id would lose everybody but the first. Raises django.db.Error when nothing could be stored.
    """
    with transaction.atomic():
        message = _open_message(source, message_id=message_id, received_at=received_at)
        if message.answer_status == 202 and not _is_repeat(message, body):
            _set_aside(message)
            message = _open_message(source, message_id=message_id, received_at=received_at)
        if message.answer_status not in (_NOT_ANSWERED, 400):
            WebhookMessage.objects.filter(pk=message.pk).update(repeat_count=F("repeat_count") + 1)
            return Answer(message.answer_status, message.answer)
        message.received_at = received_at
        answer = process_message(message, body=body, telling=Telling(source, received_at))
        message.answer_status, message.answer = answer.status, answer.body
        message.save()
    logger.info("message received", extra={"source_id": str(source.pk), "status": answer.status})
    return answer


def _open_message(source: WebhookSource, *, message_id: str, received_at: datetime) -> WebhookMessage:
    """Insert the message if its id is new, and lock it."""
    stored = WebhookMessage.objects.select_for_update(no_key=True, of=("self",))
    message = None
    while message is None:  # whoever waited for one that was set aside meanwhile finds the next one, or none
        fresh = WebhookMessage(
            source=source, message_id=message_id, received_at=received_at, answer_status=_NOT_ANSWERED, answer={}
        )
        WebhookMessage.objects.bulk_create([fresh], ignore_conflicts=True)
        message = stored.filter(source=source, message_id=message_id).first()
    message.source = source
    return message


def _is_repeat(message: WebhookMessage, body: bytes) -> bool:
    """Say whether a body is the one that is kept, also where those who were erased since were taken out of it."""
    text = body.decode("utf-8-sig", errors="replace")
    if message.body == text:
        return True
    try:
        raw_participants = read_body(body)
    except MalformedBody:
        return False
    erased = find_erased([read_identity(raw) for raw in raw_participants])
    return bool(erased) and message.body == blank_participants(text, erased)


def _set_aside(message: WebhookMessage) -> None:
    """Leave a message its id with its number behind it, so that another one can have the id."""
    mark = f" – {message.pk}"  # no header can hold this dash, so no sender gives such an id
    WebhookMessage.objects.filter(pk=message.pk).update(message_id=message.message_id[: 200 - len(mark)] + mark)


def process_message(message: WebhookMessage, *, body: bytes, telling: Telling) -> Answer:
    """Read a message that is stored and locked, and store its participants; the caller saves it. Call inside atomic."""
    try:
        raw_participants = read_body(body)
    except MalformedBody as exc:
        message.status = WebhookMessage.Status.REJECTED
        message.body = _head(body)
        return Answer(400, {"error": exc.code, "detail": exc.detail})
    erased = drop_erased([read_identity(raw) for raw in raw_participants], now=telling.at)
    blanked = {place for place, raw in enumerate(raw_participants) if raw is None and telling.first_at is not None}
    kept = {place: raw for place, raw in enumerate(raw_participants) if place not in erased | blanked}
    read = read_all(kept, locale=message.source.locale)
    counts = _store(message, read, telling=telling)
    counts = replace(counts, unchanged=counts.unchanged + len(erased))
    message.status = WebhookMessage.Status.ACCEPTED
    text = body.decode("utf-8-sig")
    message.body = blank_participants(text, erased) if erased else text
    message.accepted_count, message.unchanged_count = counts.accepted, counts.unchanged
    message.stale_count, message.unlinked_count = counts.stale, counts.unlinked
    message.rejected_count, message.trial_count = len(counts.rejected), counts.trials
    return Answer(202, answer_body(message.message_id, counts))


def _head(body: bytes) -> str:
    """Return what is kept of a body that cannot be read: nothing where it names somebody who was erased."""
    text = body.decode("utf-8", errors="replace").replace("\x00", "")
    emails = [Identity(frozenset({email}), frozenset()) for email in sorted(emails_in(text))]
    return "" if find_erased(emails) else text[:REJECTED_BODY_LENGTH]


def answer_body(message_id: str, counts: Counts) -> dict[str, Any]:
    """Return the JSON answer to a message that was accepted."""
    return {
        "message_id": message_id,
        "accepted": counts.accepted,
        "unchanged": counts.unchanged,
        "stale": counts.stale,
        "unlinked": counts.unlinked,
        "rejected": list(counts.rejected),
        **({"test": counts.trials} if counts.trials else {}),
    }


def _store(message: WebhookMessage, read: ReadBody, *, telling: Telling) -> Counts:
    """Store the participants of a message, and beside it what became of each."""
    stored = _store_told(read.by_event(), telling=telling, priority=Priority.LIVE)
    store_rows(message, read, stored.effects)
    return replace(_count(stored), rejected=read.errors())


def store_by_event(
    by_event: Mapping[str, Sequence[Participant]],
    *,
    telling: Telling,
    priority: Priority,
) -> Counts:
    """Store participants in the outbox, or in the waiting room while their event is not linked, and ask for drains.

    Call inside atomic. Participants of test messages are counted and stored nowhere.
    """
    return _count(_store_told(by_event, telling=telling, priority=priority))


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of participants."""

    effects: Mapping[str, Sequence[Effect]]
    """{event id: one each, in their order}"""
    waiting: frozenset[str]
    """The events that no link names."""


def _store_told(by_event: Mapping[str, Sequence[Participant]], *, telling: Telling, priority: Priority) -> _Stored:
    """Store participants; this is the one door to outbox and waiting room, and test messages stay before it.

    Waiting rooms come first, then links in the order of their keys: nobody locks in a circle.
    """
    effects: dict[str, list[Effect]] = {TRIAL_EVENT_ID: [Effect.TRIAL for _one in by_event.get(TRIAL_EVENT_ID, ())]}
    by_event = {event: said for event, said in by_event.items() if event != TRIAL_EVENT_ID}
    links = find_links(by_event)
    unlinked = {event: event_name_of(said) for event, said in by_event.items() if event not in links}
    links |= lock_unlinked(unlinked, now=telling.at)
    waiting = frozenset(by_event) - frozenset(links)
    for event in sorted(waiting):
        effects[event] = store_unlinked(event, by_event[event], telling=telling)
    for link in sorted(links.values(), key=_primary_key):
        event = link.inwink_event_id
        effects[event] = store_participants(link, by_event[event], telling=telling, priority=priority)
        is_due = any(effect.result is MergeResult.ACCEPTED for effect in effects[event])
        request_drain([link.pk] if is_due else [])
    if telling.first_at is None:
        note = note_heard if telling.source is not None else note_imported
        note((link.pk for link in links.values()), at=telling.at)
    return _Stored(effects, waiting)


def _count(stored: _Stored) -> Counts:
    linked = (found for event, found in stored.effects.items() if event not in {TRIAL_EVENT_ID, *stored.waiting})
    results = Counter(effect.result for found in linked for effect in found)
    return Counts(
        accepted=results[MergeResult.ACCEPTED],
        unchanged=results[MergeResult.UNCHANGED],
        stale=results[MergeResult.STALE],
        unlinked=sum(len(stored.effects[event]) for event in stored.waiting),
        trials=len(stored.effects[TRIAL_EVENT_ID]),
    )


def _primary_key(link: CampaignLink) -> int:
    return link.pk


def count_refusal(source: WebhookSource, denial: Denial, *, now: datetime) -> None:
    """Count a request that could not prove who sent it; of it only when it came and what was wrong is kept."""
    WebhookSource.objects.filter(pk=source.pk).update(
        refused_count=F("refused_count") + 1, last_refused_at=now, last_denial=denial.value
    )


def take_turn(source: WebhookSource, *, rate: Rate, now: datetime) -> int:
    """Count a request against the source's rate; return 0 if it may go on, else the seconds it has to wait.

    One statement in its own transaction, so that any number of processes share one count. Periods are counted one
    after the other: around the end of one, up to twice the rate can pass.
    """
    period = timedelta(seconds=rate.period_seconds)
    is_running = Q(window_started_at__gt=now - period)
    taken = WebhookSource.objects.filter(~is_running | Q(window_count__lt=rate.requests), pk=source.pk).update(
        window_count=Case(When(is_running, then=F("window_count") + 1), default=1),
        window_started_at=Case(When(is_running, then=F("window_started_at")), default=now),
    )
    if taken:
        return 0
    started_at = WebhookSource.objects.values_list("window_started_at", flat=True).get(pk=source.pk)
    ends_at = (started_at or now) + period
    return max(1, -int((now - ends_at).total_seconds() // 1))
