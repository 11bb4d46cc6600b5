"""How each row of a person ends, as values."""

import pytest

from connector.core.errors import ErrorKind, RowError
from connector.core.mapping import MappingRule
from connector.core.outcomes import Note, Operation, Outcome, Reason
from connector.core.participant import Known
from connector.core.planning.plan import PersonPlan, Write
from connector.core.rows import PersonRecord, PersonRef, Row
from connector.core.schema import PersonType, SObject
from connector.core.screen import Person, hold
from connector.core.state import State
from connector.pipeline.runs.ends import (
    RETRIED_KINDS,
    EntryEnd,
    Hashes,
    end_by_progress,
    end_by_verdict,
    lasting_error,
    spread,
    stop_progress,
)
from connector.pipeline.runs.progress import Progress

LEAD = PersonRef(PersonType.LEAD, "00Q000000000001AAA")
HASHES = Hashes("everything", "person")
RULES = (MappingRule(SObject.LEAD, "LastName", "last_name"), MappingRule(SObject.LEAD, "Title", "position"))


def row(number: int, last_name: str = "Lovelace", *, is_claimed: bool = True) -> Row:
    known = Known(values={"first_name": "Ada", "last_name": last_name})
    return Row(id=number, known=known, key=f"p{number}", email=f"n{number}@example.org", is_claimed=is_claimed)


def created() -> Progress:
    plan = PersonPlan(
        Person((row(1),), "n1@example.org"),
        creates=PersonType.LEAD,
        record=Write(Operation.CREATE, values={"LastName": "Lovelace"}),
        member=Write(Operation.CREATE, values={"Status": "Registered"}),
        label="Registered",
    )
    progress = Progress(plan)
    progress.note_person(LEAD)
    return progress


def end(progress: Progress) -> EntryEnd:
    return end_by_progress(progress, hashes=HASHES, target=State.REGISTERED, rules=RULES)


def test_a_creation_remembers_what_is_ours_from_now_on() -> None:
    progress = created()
    progress.note_member("00v000000000001AAA")
    progress.is_label_proved = True

    ended = end(progress)

    assert (ended.outcome, ended.created_by_us, ended.label, ended.sent_hash) == (
        Outcome.CREATED, True, "Registered", "everything")  # fmt: skip
    assert ended.sent_values == {
        "Lead.LastName": "Lovelace", "Lead.Title": None, "CampaignMember.Status": "Registered"}  # fmt: skip
    assert ended.changes == {"Lead.LastName": [None, "Lovelace"], "CampaignMember.Status": [None, "Registered"]}


def test_what_was_in_place_already_is_ours_too_but_no_change() -> None:
    record = Write(agreed={"Title": "CTO"})
    plan = PersonPlan(Person((row(1),), "n1@example.org"), ref=LEAD, record=record)

    ended = end(Progress(plan, ref=LEAD))

    assert (ended.outcome, ended.sent_values, ended.changes) == (Outcome.UNCHANGED, {"Lead.Title": "CTO"}, {})


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_an_error_is_retried_or_final_by_its_kind(kind: ErrorKind) -> None:
    progress = created()
    progress.errors.append(RowError("CODE", "no", kind))

    ended = end(progress)

    is_retried = kind in RETRIED_KINDS
    assert ended.outcome is (Outcome.RETRYING if is_retried else Outcome.FAILED)
    assert ended.reason == ("" if is_retried else Reason.REFUSED_BY_SALESFORCE)
    assert (ended.code, ended.sent_hash, ended.ref) == ("CODE", "", LEAD)


def test_one_final_error_outweighs_passing_ones() -> None:
    passing = RowError("UNABLE_TO_LOCK_ROW", "", ErrorKind.RETRYABLE)
    final = RowError("STRING_TOO_LONG", "", ErrorKind.PERMANENT)

    assert lasting_error([passing]) is None
    assert lasting_error([passing, final]) is final


def test_an_unproved_label_is_not_remembered() -> None:
    progress = created()
    progress.note_member("00v000000000001AAA")

    assert not progress.is_complete
    assert stop_progress(end(progress)).label == ""
    assert stop_progress(end(progress)).outcome is Outcome.RETRYING


def test_a_second_pass_tells_of_the_first() -> None:
    first = created()
    plan = PersonPlan(first.plan.person, ref=LEAD, member=Write(Operation.CREATE, values={"Status": "Registered"}))
    second = Progress(plan, ref=LEAD)
    second.go_on_from(first)
    second.note_member("00v000000000001AAA")

    ended = end(second)

    assert (ended.person_operation, ended.member_operation) == (Operation.CREATE, Operation.CREATE)
    assert ended.changes["Lead.LastName"] == [None, "Lovelace"]


def test_each_row_keeps_its_own_email_and_name_and_only_one_tells_the_changes() -> None:
    person = Person((row(1), row(2, "LOVELACE"), row(3, is_claimed=False)), "n1@example.org")

    ends = spread(person, end(created()))

    assert ends.keys() == {1, 2}
    assert [(one.matched_email, one.matched_last_name) for one in ends.values()] == [
        ("n1@example.org", "Lovelace"), ("n2@example.org", "LOVELACE")]  # fmt: skip
    assert (ends[1].outcome, ends[2].outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert (ends[2].same_person_of, ends[2].changes, ends[2].person_operation) == (1, {}, Operation.NONE)
    assert ends[2].notes == [{"code": Note.SAME_PERSON}]


def test_where_the_leading_row_is_not_claimed_the_first_claimed_one_tells() -> None:
    person = Person((row(1, is_claimed=False), row(2)), "n1@example.org")

    ends = spread(person, end(created()))

    assert (ends[2].outcome, ends[2].same_person_of) == (Outcome.CREATED, 1)
    assert ends[2].changes


def test_a_question_names_its_candidates() -> None:
    values = {"Title": "CTO"}
    record = PersonRecord(LEAD, "n1@example.org", "Ada", "Lovelace", company="Analytical", values=values)

    ended = end_by_verdict(hold(Reason.AMBIGUOUS), [record])

    assert (ended.outcome, ended.reason) == (Outcome.NEEDS_ANSWER, "ambiguous")
    assert ended.candidates == [
        {"type": "Lead", "id": LEAD.id, "name": "Ada Lovelace", "title": "CTO", "company": "Analytical",
         "last_activity_at": "", "created_at": "", "is_member": False}
    ]  # fmt: skip
