"""Keep what a person decides about a participant that the rules cannot decide, and send it again.

Shape of `OutboxEntry.answers`, the one place where it is written down: {reason: said} with
said = {"answer": word, "by": user name, "at": ISO time} and what `core.rows.make_answer` adds, so that an answer does
not outlive its question (the email, and for `shares_email` the names). Word is one of
- `pick`: this record of Salesforce; said also has `person_type` ("Contact" or "Lead"), `person_id` (18 characters) and,
  where it was seen, `person_name`;
- `create`: a person of their own, to be created although the rules would not;
- `same_person`: the same person as the other row with that email;
- `leave_out`: nothing is sent while the question stands; once the address is corrected or the records are merged, the
  rules decide again;
- `accept`: it is right as it is: a check-in before the event, a person deleted in Salesforce who may come again, or a
  message that looked anonymised; `discard`: it is wrong. What was held is merged or dropped when the answer is given,
  so for `looks_anonymised` the answer is a record only: the next such message is asked about again.
A choice among records that share an email (`ambiguous`) is a `PersonChoice` of the organisation instead, so that it
serves every event. `connector.pipeline.outbox.resync.CORRECTION` stands beside the reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial

from django.utils import timezone

from connector.core.merging.merge import accept_held, correct_state
from connector.core.outcomes import EntryState, Priority, Reason
from connector.core.participant import Json, Known
from connector.core.rows import PersonRef, make_answer
from connector.core.schema import PersonType
from connector.core.state import State
from connector.models import OutboxEntry, PersonChoice
from connector.pipeline.outbox.enqueue import make_due, write_entry_known
from connector.pipeline.outbox.hearing import default_state_of
from connector.pipeline.outbox.resync import CORRECTION, change_entries, leave_record
from connector.pipeline.runs.batch import row_of
from connector.salesforce.ids import id_18, is_id


class AnswerKind(StrEnum):
    """What a person can decide."""

    PICK = "pick"
    LEAVE_OUT = "leave_out"
    RELEASE = "release"
    """Stored as `accept`."""
    DISCARD = "discard"
    SAME_PERSON = "same_person"
    CREATE = "create"


_ALLOWED: dict[Reason, tuple[AnswerKind, ...]] = {
    Reason.AMBIGUOUS: (AnswerKind.PICK, AnswerKind.CREATE, AnswerKind.LEAVE_OUT),
    Reason.SHARES_EMAIL: (AnswerKind.SAME_PERSON, AnswerKind.PICK, AnswerKind.CREATE, AnswerKind.LEAVE_OUT),
    Reason.NO_EMAIL: (AnswerKind.PICK, AnswerKind.CREATE, AnswerKind.LEAVE_OUT),
    Reason.CONVERTED_WITHOUT_CONTACT: (AnswerKind.PICK, AnswerKind.CREATE, AnswerKind.LEAVE_OUT),
    Reason.LOOKS_ANONYMISED: (AnswerKind.RELEASE, AnswerKind.DISCARD, AnswerKind.LEAVE_OUT),
    Reason.TEST_SCAN: (AnswerKind.RELEASE, AnswerKind.DISCARD, AnswerKind.LEAVE_OUT),
    Reason.PERSON_DELETED: (AnswerKind.RELEASE,),
}


class AnswerNotAllowedError(ValueError):
    """This answer does not fit the reason for which the participant waits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody decided, and when."""

    kind: AnswerKind
    by: str
    at: datetime
    picked: PersonRef | None = None
    picked_name: str = ""
    """What the record is called, for whoever reads the answer later; "" where nobody saw it."""

    @property
    def word(self) -> str:
        """The stored word."""
        return "accept" if self.kind is AnswerKind.RELEASE else self.kind.value

    def said(self, entry: OutboxEntry, reason: Reason) -> dict[str, Json]:
        """Return the stored form of this answer to an entry's question."""
        answer = make_answer(row_of(entry, is_claimed=False), reason, self.word, picked=self.picked)
        named = {"person_name": self.picked_name} if self.picked_name else {}
        return {**answer, **named, "by": self.by, "at": self.at.isoformat()}


def allowed_answers(reason: Reason) -> tuple[AnswerKind, ...]:
    """Return what can be answered to a reason; nothing where no person is asked."""
    return _ALLOWED.get(reason, ())


def pick_person(entry: OutboxEntry, person_type: str, person_id: str, by: str) -> bool:
    """Use this record of Salesforce; for `ambiguous` wherever the organisation meets that email.

    Like every answer: False where no answer is waited for any more (asked twice, or somebody else was quicker).
    Raises AnswerNotAllowedError, also for what is no id of a Contact or Lead.
    """
    return _give(entry, Answer(AnswerKind.PICK, by, timezone.now(), picked_record(person_type, person_id)))


def picked_record(person_type: str, person_id: str) -> PersonRef:
    """Return the record that somebody names. Raises AnswerNotAllowedError for what is no id of a Contact or Lead."""
    if person_type not in list(PersonType) or not is_id(person_id):
        raise AnswerNotAllowedError("A Contact or a Lead is chosen by its id.")
    return PersonRef(PersonType(person_type), id_18(person_id))


def leave_out(entry: OutboxEntry, by: str) -> bool:
    """Send nothing for this participant; see `pick_person`."""
    return _give(entry, Answer(AnswerKind.LEAVE_OUT, by, timezone.now()))


def release(entry: OutboxEntry, by: str) -> bool:
    """Accept the check-in, apply the held message, or let a deleted person come again; see `pick_person`."""
    return _give(entry, Answer(AnswerKind.RELEASE, by, timezone.now()))


def discard(entry: OutboxEntry, by: str) -> bool:
    """Drop the check-in or the held message; see `pick_person`."""
    return _give(entry, Answer(AnswerKind.DISCARD, by, timezone.now()))


def same_person(entry: OutboxEntry, by: str) -> bool:
    """Treat the rows that share the email as one person; see `pick_person`."""
    return _give(entry, Answer(AnswerKind.SAME_PERSON, by, timezone.now()))


def create_person(entry: OutboxEntry, by: str) -> bool:
    """Create a person for this participant, whatever else has the email; see `pick_person`."""
    return _give(entry, Answer(AnswerKind.CREATE, by, timezone.now()))


def take_back(entry: OutboxEntry, by: str) -> bool:
    """Forget every answer to this participant, the organisation's choice for its email too; the rules decide again.

    A record that was picked is let go, else it would be found again as the stored one. What a release or a discard did
    to the participant's values stays done. False where there was nothing to forget.
    """
    return bool(change_entries([entry.pk], change=partial(forget_answers, by=by, at=timezone.now())))


def forget_answers(entry: OutboxEntry, *, by: str, at: datetime) -> bool:
    """Take the answers to a locked entry back, in memory; whoever locked it saves it. See `take_back`."""
    has_choice = _forget_choice(entry)
    kept = {reason: said for reason, said in entry.answers.items() if reason == CORRECTION}
    if kept == entry.answers and not has_choice:
        return False
    if has_choice or any(said.get("answer") == AnswerKind.PICK for said in entry.answers.values()):
        leave_record(entry)
    entry.answers, entry.answered_at = kept, None
    _enqueue(entry, by=by, at=at)
    return True


def _forget_choice(entry: OutboxEntry) -> bool:
    """Drop the organisation's choice for the email of a locked entry; False where there is none."""
    choices = PersonChoice.objects.filter(org_id=entry.link.org_id, email_key=entry.email_key)
    return bool(entry.email_key and choices.delete()[0])


def _give(entry: OutboxEntry, answer: Answer) -> bool:
    is_given = bool(change_entries([entry.pk], change=partial(answer_entry, answer=answer)))
    if is_given and answer.kind is AnswerKind.PICK:
        # In a transaction of its own: rows are only ever locked in the order of their ids.
        enqueue_same_email(entry, answer)
    return is_given


def answer_entry(entry: OutboxEntry, *, answer: Answer) -> bool:
    """Answer a locked entry, in memory; whoever locked it saves it. See `pick_person`."""
    if entry.state not in (EntryState.NEEDS_ANSWER, EntryState.LEFT_OUT):
        return False
    reason = Reason(entry.reason)
    if answer.kind not in allowed_answers(reason):
        if any(said.get("answer") == answer.word for said in entry.answers.values()):
            return False
        raise AnswerNotAllowedError(f"{answer.kind.value} is no answer to {reason.value}.")
    answer = _with_name(answer, entry)
    if reason is Reason.AMBIGUOUS and answer.picked is not None:
        _remember_choice(entry, answer, answer.picked)
    else:
        entry.answers = {**entry.answers, reason.value: answer.said(entry, reason)}
    if reason is Reason.SHARES_EMAIL and answer.kind in (AnswerKind.PICK, AnswerKind.CREATE):
        leave_record(entry)  # a stored id would outrank the answer
    change = _CHANGES.get((reason, answer.kind))
    if change is not None:
        known = change(entry.known(), answer.at, default_state_of(entry.source))
        write_entry_known(entry, known, link=entry.link)
    entry.answered_at = answer.at
    _enqueue(entry, by=answer.by, at=answer.at)
    return True


def _with_name(answer: Answer, entry: OutboxEntry) -> Answer:
    """Return an answer with the name of the record that was picked: its candidates are let go with the question."""
    if answer.picked is None or answer.picked_name:
        return answer
    names = {str(candidate.get("id")): str(candidate.get("name") or "") for candidate in entry.candidates}
    return replace(answer, picked_name=names.get(answer.picked.id, ""))


def _remember_choice(entry: OutboxEntry, answer: Answer, picked: PersonRef) -> None:
    PersonChoice.objects.update_or_create(
        org_id=entry.link.org_id,
        email_key=entry.email_key,
        defaults={
            "person_type": picked.type.value,
            "person_id": picked.id,
            "person_name": answer.picked_name[:255],
            "chosen_by": answer.by[:150],
            "chosen_at": answer.at,
        },
    )


def enqueue_same_email(entry: OutboxEntry, answer: Answer) -> int:
    """Send the organisation's other participants again that wait for the same choice; return how many."""
    others = OutboxEntry.objects.filter(
        link__org_id=entry.link.org_id,
        email_key=entry.email_key,
        state=EntryState.NEEDS_ANSWER,
        reason=Reason.AMBIGUOUS,
    ).exclude(email_key="")
    change = partial(_enqueue, by=answer.by, at=answer.at)
    return change_entries(others.values_list("pk", flat=True), change=change)


def _enqueue(entry: OutboxEntry, *, by: str, at: datetime) -> bool:
    entry.sent_hash = entry.sent_person_hash = ""
    entry.requested_by = by[:150]
    make_due(entry, by=1, at=at, priority=Priority.MANUAL)
    return True


def _accept_held(known: Known, at: datetime, default_state: State | None) -> Known:
    return accept_held(known, at=at)


def _drop_held(known: Known, at: datetime, default_state: State | None) -> Known:
    return replace(known, held_values=None)


def _forget_check_in(known: Known, at: datetime, default_state: State | None) -> Known:
    """Take a check-in for a test of the scanners; a later one counts."""
    return correct_state(replace(known, values={**known.values, "came": False}), default_state=default_state)


_CHANGES: dict[tuple[Reason, AnswerKind], Callable[[Known, datetime, State | None], Known]] = {
    (Reason.LOOKS_ANONYMISED, AnswerKind.RELEASE): _accept_held,
    (Reason.LOOKS_ANONYMISED, AnswerKind.DISCARD): _drop_held,
    (Reason.TEST_SCAN, AnswerKind.DISCARD): _forget_check_in,
}
"""What an answer does to what is known; the others are read when the row is planned."""
