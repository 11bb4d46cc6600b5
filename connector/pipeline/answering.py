"""Answer many participants with one decision, and take many answers back; each answer is one of `answers.py`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Count
from django.utils import timezone

from connector.core.matching.answer_rules import AnswerRule, choose_by_rule
from connector.core.outcomes import EntryState, Reason
from connector.core.rows import PersonRef
from connector.models import OutboxEntry
from connector.pipeline.answers import (
    Answer,
    AnswerKind,
    AnswerNotAllowedError,
    allowed_answers,
    answer_entry,
    enqueue_same_email,
    forget_answers,
)
from connector.pipeline.outbox.resync import CHUNK, change_entries


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer for one participant or for many."""

    kind: AnswerKind
    picked: PersonRef | None = None
    """The record, for a pick of one participant."""
    picked_name: str = ""
    """What it is called, where that was seen; the name of a candidate is known without."""
    rule: AnswerRule | None = None
    """How the record is named, for a pick of many."""

    def answer_for(self, entry: OutboxEntry, *, by: str, at: datetime) -> Answer | None:
        """Return the answer to one participant; None where the rule names no record."""
        picked = self.picked
        if self.rule is not None:
            picked = choose_by_rule(self.rule, entry.candidates)
        if self.kind is AnswerKind.PICK and picked is None:
            return None
        return Answer(self.kind, by, at, picked, self.picked_name)


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of answering several."""

    answered: int = 0
    settled: int = 0
    """Others of the organisation who waited for the same choice."""
    too_late: int = 0
    """No longer waiting: answered already, or changed since."""
    unfit: int = 0
    """The rule names no single record; they still wait."""

    def __add__(self, other: "Tally") -> "Tally":
        """Add up."""
        return Tally(
            self.answered + other.answered, self.settled + other.settled,
            self.too_late + other.too_late, self.unfit + other.unfit,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that somebody answers, of each participant as it was shown."""

    generations: Mapping[int, int]
    """{id of the participant: generation}; it rises with every change, and with it the question is another one."""
    reason: str

    def is_still(self, entry: OutboxEntry) -> bool:
        """Say whether a participant still waits for the very question that was shown."""
        return entry.reason == self.reason and entry.generation == self.generations.get(entry.pk)


def answer_entries(asked: Asked, decision: Decision, *, by: str) -> Tally:
    """Answer participants, a chunk in a transaction; only those who still wait for the question that was shown.

    An answer to what was shown a while ago may be wrong about who the participant is now: another email, other names.
    Doing it twice changes nothing: those who do not wait any more are counted as too late.
    """
    tally = Tally()
    for chunk in _chunks(sorted(asked.generations)):
        tally += _answer_chunk(chunk, decision, by=by, asked=asked)
    return tally


def _answer_chunk(ids: Sequence[int], decision: Decision, *, by: str, asked: Asked) -> Tally:
    at = timezone.now()
    answered: list[tuple[OutboxEntry, Answer]] = []
    unfit: list[int] = []

    def change(entry: OutboxEntry) -> bool:
        if not asked.is_still(entry):
            return False
        answer = decision.answer_for(entry, by=by, at=at)
        if answer is None:
            unfit.append(entry.pk)
            return False
        is_given = _answer_if_allowed(entry, answer)
        answered.extend([(entry, answer)] if is_given else [])
        return is_given

    change_entries(ids, change=change)
    picks = [(entry, answer) for entry, answer in answered if answer.picked is not None]
    # In transactions of their own: rows are only ever locked in the order of their ids.
    settled = sum(enqueue_same_email(entry, answer) for entry, answer in picks)
    return Tally(len(answered), settled, len(ids) - len(answered) - len(unfit), len(unfit))


def _answer_if_allowed(entry: OutboxEntry, answer: Answer) -> bool:
    try:
        return answer_entry(entry, answer=answer)
    except AnswerNotAllowedError:
        return False


def take_back_entries(ids: Collection[int], *, by: str) -> int:
    """Take the answers to several participants back, a chunk in a transaction; return how many had one."""
    change = partial(forget_answers, by=by, at=timezone.now())
    return sum(change_entries(chunk, change=change) for chunk in _chunks(sorted(set(ids))))


# what waits for an answer

QUESTIONS = tuple(reason for reason in Reason if AnswerKind.LEAVE_OUT in allowed_answers(reason))
"""The questions that participants wait with, in the order of rule 1.5."""


def count_questions(link_id: int | None = None) -> dict[str, int]:
    """Return {reason: participants} of those that need an answer, of one event or of all; one query."""
    entries = OutboxEntry.objects.filter(state=EntryState.NEEDS_ANSWER)
    entries = entries if link_id is None else entries.filter(link_id=link_id)
    counts = dict(entries.order_by().values_list("reason").annotate(Count("pk")))
    return {reason.value: counts[reason.value] for reason in QUESTIONS if counts.get(reason.value)}


def count_fitting(asked: Asked, decision: Decision) -> int:
    """Return for how many of these participants a decision says something now; reads only."""
    count, now = 0, timezone.now()
    columns = ("pk", "reason", "generation", *(["candidates"] if decision.rule is not None else []))
    for chunk in _chunks(sorted(asked.generations)):
        waiting = OutboxEntry.objects.filter(pk__in=chunk, state=EntryState.NEEDS_ANSWER).only(*columns)
        still = filter(asked.is_still, waiting)
        count += sum(decision.rule is None or decision.answer_for(entry, by="", at=now) is not None for entry in still)
    return count


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
