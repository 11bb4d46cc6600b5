"""Which logged values may be put back, and to what."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.outcomes import Operation
from connector.core.put_back import Kept, LoggedWrite, Restore, Trace, decide_restore, trace_fields
from connector.core.schema import FieldSpec, SObject
from tests.core.cases import CONTACT, LEAD, RESPONDED, ref, spec

TITLE = spec("Title")
NAME = spec("LastName", is_nillable=False)
EMAIL_FIELD = spec("Email", "email", length=80)
OPT_OUT = spec("HasOptedOutOfEmail", "boolean", is_nillable=False)
STATUS = spec("Status", "picklist", is_nillable=False)
SEATS = spec("Seats__c", "double", precision=4, scale=1)

WROTE = Trace(1, SObject.CONTACT, "0031", "Title", before="Student", after="CTO")
"""We replaced Student by CTO."""
FILLED = replace(WROTE, before=None)
CREATED = replace(WROTE, before=None, was_created=True)
LABEL = Trace(1, SObject.CAMPAIGN_MEMBER, "00v1", "Status", before="Registered", after="Attended")


@pytest.mark.parametrize(
    ("trace", "current", "field", "expected"),
    [
        pytest.param(WROTE, "CTO", TITLE, Restore("Student"), id="still ours: put back"),
        pytest.param(WROTE, " CTO ", TITLE, Restore("Student"), id="still ours, spaces do not count"),
        pytest.param(WROTE, "CEO", TITLE, Kept.CHANGED_SINCE, id="a colleague wrote another value"),
        pytest.param(WROTE, None, TITLE, Kept.CHANGED_SINCE, id="a colleague emptied it"),
        pytest.param(WROTE, "Student", TITLE, Kept.ALREADY_BACK, id="it is back already"),
        pytest.param(FILLED, "CTO", TITLE, Restore(None), id="it was empty: emptied"),
        pytest.param(FILLED, None, TITLE, Kept.ALREADY_BACK, id="it was empty and is empty"),
        pytest.param(
            replace(FILLED, field="LastName"), "CTO", NAME, Kept.VALUE_REQUIRED, id="it was empty and may not be"
        ),
        pytest.param(CREATED, "CTO", TITLE, Kept.CREATED, id="there was no record: it stays"),
        pytest.param(WROTE, "CTO", None, Kept.NOT_WRITABLE, id="the field is gone"),
        pytest.param(WROTE, "CTO", replace(TITLE, is_updateable=False), Kept.NOT_WRITABLE, id="not writable"),
        pytest.param(replace(WROTE, record_id=""), "CTO", TITLE, Kept.NOT_KNOWN, id="of which record is not logged"),
        pytest.param(
            replace(WROTE, field="Email", before="a@b.example", after="New@b.example"), "new@b.example", EMAIL_FIELD,
            Restore("a@b.example"), id="an email, whatever its letter case",
        ),
        pytest.param(
            replace(WROTE, field="Seats__c", before=1, after=2), 2.0, SEATS, Restore(1), id="a number"
        ),
        pytest.param(
            replace(WROTE, field="HasOptedOutOfEmail", before=False, after=True), True, OPT_OUT, Kept.OPT_OUT,
            id="an opt-out is never taken back",
        ),
        pytest.param(LABEL, "Attended", STATUS, Restore("Registered"), id="a status may be lowered: a person asks"),
        pytest.param(LABEL, "Meeting booked", STATUS, Kept.CHANGED_SINCE, id="a colleague's status"),
        pytest.param(
            replace(LABEL, before="Inscrit"), "Attended", STATUS, Kept.LABEL_GONE, id="a status that is no more"
        ),
        pytest.param(replace(LABEL, before=None), "Attended", STATUS, Kept.NOT_KNOWN, id="a status that was not read"),
        pytest.param(
            replace(LABEL, was_created=True), "Attended", STATUS, Kept.CREATED, id="of a membership that we made"
        ),
    ],
)  # fmt: skip
def test_what_may_be_put_back(trace: Trace, current: Any, field: FieldSpec | None, expected: Restore | Kept) -> None:
    record = {trace.field: current}
    assert decide_restore(trace, record, spec=field, labels=RESPONDED, clears_created=False) == expected


def test_a_record_that_is_gone_is_left_alone() -> None:
    assert decide_restore(WROTE, None, spec=TITLE, labels=(), clears_created=True) is Kept.RECORD_GONE


@pytest.mark.parametrize(
    ("field", "current", "expected"),
    [
        pytest.param(TITLE, "CTO", Restore(None), id="emptied"),
        pytest.param(TITLE, "CEO", Kept.CHANGED_SINCE, id="a colleague's value stays"),
        pytest.param(TITLE, None, Kept.ALREADY_BACK, id="empty already"),
        pytest.param(NAME, "CTO", Kept.CREATED, id="a name that Salesforce demands"),
        pytest.param(EMAIL_FIELD, "CTO", Kept.CREATED, id="an email, or the person would be created again"),
    ],
)
def test_a_wrong_mapping_is_emptied_on_people_whom_we_created(
    field: FieldSpec, current: Any, expected: Restore | Kept
) -> None:
    trace = replace(CREATED, field=field.name)
    assert decide_restore(trace, {field.name: current}, spec=field, labels=(), clears_created=True) == expected


def wrote(entry_id: int, before: Any, after: Any, **more: Any) -> LoggedWrite:
    given = {"person": ref(CONTACT, 1), "person_operation": Operation.UPDATE, **more}
    return LoggedWrite(entry_id, {"Contact.Title": [before, after]}, **given)


def test_several_attempts_on_one_field_are_one_way_back() -> None:
    [trace] = trace_fields([wrote(1, "Student", "CTO"), wrote(1, "CTO", "CEO"), wrote(2, "CEO", "CFO")])
    assert (trace.before, trace.after, trace.entry_id, trace.record_id) == ("Student", "CFO", 2, ref(CONTACT, 1).id)


def test_each_record_has_its_own_way_back_and_a_creation_has_none() -> None:
    both = LoggedWrite(
        1,
        {"Lead.Title": [None, "CTO"], "CampaignMember.Status": ["Sent", "Registered"]},
        person=ref(LEAD, 1),
        member_id="00v1",
        person_operation=Operation.CREATE,
        member_operation=Operation.UPDATE,
    )
    traces = {trace.path: trace for trace in trace_fields([both, wrote(1, "A", "B")])}
    assert (traces["Lead.Title"].was_created, traces["Lead.Title"].record_id) == (True, ref(LEAD, 1).id)
    assert (traces["CampaignMember.Status"].was_created, traces["CampaignMember.Status"].record_id) == (False, "00v1")
    assert traces["Contact.Title"].before == "A"
    assert [trace.path for trace in trace_fields([both], only="Lead.Title")] == ["Lead.Title"]


def test_what_was_written_to_another_object_than_the_logged_one_is_of_no_known_record() -> None:
    [trace] = trace_fields([wrote(1, "A", "B", person=ref(LEAD, 1))])
    assert trace.record_id == ""
