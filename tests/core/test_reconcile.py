"""What a comparison with the campaign and with inwink's export finds."""

from dataclasses import replace
from typing import Any

import pytest

from connector.core.outcomes import EntryState, Reason
from connector.core.reconcile import (
    CampaignMember,
    Comparison,
    FileFinding,
    Finding,
    Received,
    ReceivedIndex,
    compare_export_row,
    compare_members,
)
from connector.core.rows import Row
from tests.core.cases import (
    ATTENDED,
    CONTACT,
    EMAIL,
    LEAD,
    REFUSED,
    REGISTERED,
    RESPONDED,
    heard,
    member,
    minute,
    policy,
    ref,
    row,
    said,
)

SYNCED, PENDING, LEFT_OUT = EntryState.SYNCED, EntryState.PENDING, EntryState.LEFT_OUT
MEMBER_ID = member().id


def sent(*states: Any, label: str = "Registered", **more: Any) -> Row:
    """A participant who was sent to member 1 of contact 1, with the label that stands there from us."""
    given = {"person": ref(CONTACT, 1), "member_id": MEMBER_ID, "sent_label": label, **more}
    return row(1, *states, synced_state=given.pop("synced_state", (states or (REGISTERED,))[-1]), **given)


def in_campaign(label: str = "Registered", number: int = 1, **more: Any) -> CampaignMember:
    """A member of the campaign: contact 1 unless said otherwise."""
    return CampaignMember(member(label, number), **{"contact_id": ref(CONTACT, number).id, **more})


def compare(*received: Received, members: list[CampaignMember], **policies: Any) -> Comparison:
    return compare_members(received, members, policy=policy(**policies), responded=RESPONDED)


@pytest.mark.parametrize(
    ("received", "members", "policies", "expected"),
    [
        pytest.param(Received(sent(), SYNCED), [in_campaign()], {}, "matching", id="as it should be"),
        pytest.param(
            Received(sent(REGISTERED, ATTENDED, label="Attended"), SYNCED), [in_campaign("Registered")], {},
            "kept kept_manual", id="a colleague lowered the status",
        ),
        pytest.param(
            Received(sent(), SYNCED), [in_campaign("Meeting booked")], {}, "kept kept_manual",
            id="a colleague set a status of their own",
        ),
        pytest.param(
            Received(sent(label="", synced_state=None), SYNCED), [in_campaign("Meeting booked")], {},
            "kept status_not_lowered", id="a status that only attended may replace",
        ),
        pytest.param(
            Received(sent(label="Inscrit"), SYNCED), [in_campaign("Inscrit")], {}, "wrong_status",
            id="the label of the state was changed on the link, Salesforce has the old one of ours",
        ),
        pytest.param(
            Received(sent(synced_state=REFUSED), SYNCED), [in_campaign("Refused")], {}, "wrong_status",
            id="the state changed since it was last synced",
        ),
        pytest.param(
            Received(sent(member_id="00v" + "9" * 15), SYNCED), [in_campaign("Sent")], {}, "wrong_status",
            id="a membership that is new to us, with a label that any of ours replaces",
        ),
        pytest.param(
            Received(sent(REFUSED, label=""), SYNCED), [in_campaign()],
            {"labels": {REGISTERED: "Registered", ATTENDED: "Attended"}}, "kept status_not_sent",
            id="the link sends no status for the state",
        ),
        pytest.param(Received(sent(), SYNCED), [], {}, "removed", id="we made it and it is gone"),
        pytest.param(
            Received(sent(), SYNCED), [], {"adds_removed_again": True}, "missing", id="gone, and the link adds it again"
        ),
        pytest.param(Received(row(1), SYNCED), [], {}, "missing", id="synced, and no membership was ever seen"),
        pytest.param(
            Received(sent(), LEFT_OUT, Reason.REMOVED_BY_HAND), [], {}, "removed", id="a removal that is known already"
        ),
        pytest.param(
            Received(sent(), LEFT_OUT, Reason.REMOVED_BY_HAND), [in_campaign()], {}, "matching",
            id="a removal that was undone in Salesforce",
        ),
        pytest.param(Received(row(1), PENDING), [], {}, "waiting", id="waiting is not missing"),
        pytest.param(Received(row(1), EntryState.CLAIMED), [], {}, "waiting", id="being sent"),
        pytest.param(Received(row(1), EntryState.RETRYING), [], {}, "waiting", id="trying again"),
        pytest.param(Received(row(1), LEFT_OUT, "filtered"), [], {}, "left_out filtered", id="left out by rule"),
        pytest.param(
            Received(row(1), EntryState.NEEDS_ANSWER, "ambiguous"), [], {}, "needs_answer ambiguous",
            id="waits for an answer",
        ),
        pytest.param(Received(sent(), EntryState.FAILED, "internal"), [], {}, "failed internal", id="failed"),
        pytest.param(
            Received(sent(person=ref(LEAD, 1)), SYNCED),
            [in_campaign(number=2, lead_id=ref(LEAD, 1).id)], {}, "matching", id="a lead that was converted",
        ),
        pytest.param(
            Received(sent(person=ref(CONTACT, 7)), SYNCED), [in_campaign(number=2, email=EMAIL)], {}, "matching",
            id="another record of the same email",
        ),
    ],
)  # fmt: skip
def test_findings(received: Received, members: list[CampaignMember], policies: dict[str, Any], expected: str) -> None:
    comparison = compare(received, members=members, **policies)
    [one] = comparison.people
    assert f"{one.finding} {one.note}".strip() == expected
    assert comparison.extra == ()


def test_everybody_has_one_finding_and_extra_members_stand_for_nobody() -> None:
    stranger = in_campaign("Sent", 9)
    waiting = replace(row(3, values={"email": "grace@example.org"}), email="grace@example.org")
    comparison = compare(
        Received(sent(), SYNCED),
        Received(row(2, values={"email": "new@example.org"}), PENDING),
        Received(waiting, PENDING),
        members=[in_campaign(), stranger, in_campaign("Sent", 3, email="grace@example.org")],
    )
    counts = comparison.counts()
    assert {finding: count for finding, count in counts.items() if count} == {Finding.MATCHING: 1, Finding.WAITING: 2}
    assert sum(counts.values()) == 3
    assert comparison.extra == (stranger,)


def test_rows_of_one_person_are_judged_by_the_highest_of_their_states() -> None:
    came = sent(REGISTERED, ATTENDED, label="Attended")
    other = replace(sent(label="Attended", synced_state=ATTENDED), id=2, key="p2")
    comparison = compare(Received(came, SYNCED), Received(other, SYNCED), members=[in_campaign("Attended")])
    assert [one.finding for one in comparison.people] == [Finding.MATCHING, Finding.MATCHING]


REGISTRATION = said(0, email=EMAIL, first_name="Ada", registration="registered")


@pytest.mark.parametrize(
    ("line", "as_of", "expected"),
    [
        pytest.param(said(None, registration="registered"), None, "received", id="the same"),
        pytest.param(said(None, registration="registered", position="CTO"), None, "received", id="a new detail"),
        pytest.param(said(None, came=True), None, "outdated", id="a check-in that did not arrive"),
        pytest.param(said(None, came=True), -5, "outdated", id="a check-in of an old file still counts"),
        pytest.param(said(5, registration="refused"), None, "outdated", id="a newer cancellation"),
        pytest.param(said(None, registration="refused"), 5, "outdated", id="a newer cancellation, as of the file"),
        pytest.param(said(-5, registration="refused"), None, "received", id="an older word is stale"),
        pytest.param(said(None, registration="refused"), -5, "received", id="an older file is stale"),
    ],
)
def test_a_line_of_the_export(line: Any, as_of: float | None, expected: str) -> None:
    known = heard(REGISTRATION)
    moment = None if as_of is None else minute(as_of)
    assert compare_export_row(known, line, read_at=minute(200), as_of=moment) == expected


def test_a_line_that_nobody_knows_was_never_received() -> None:
    assert compare_export_row(None, REGISTRATION, read_at=minute(200), as_of=None) is FileFinding.NEVER_RECEIVED


@pytest.mark.parametrize(
    ("key", "line", "is_found"),
    [
        pytest.param("p1", said(email="other@example.org"), True, id="by id"),
        pytest.param("p1", replace(said(email=EMAIL), key=EMAIL, key_is_email=True), True, id="the file has no ids"),
        pytest.param(EMAIL, replace(said(email=EMAIL), key="p9"), True, id="it was received without an id"),
        pytest.param("p1", replace(said(email=EMAIL), key="p9"), False, id="another registration with that email"),
        pytest.param("p1", replace(said(), key="p9"), False, id="nothing in common"),
    ],
)
def test_a_line_finds_its_participant(key: str, line: Any, is_found: bool) -> None:
    index = ReceivedIndex([Received(replace(row(1), key=key), SYNCED)])
    found = index.find(replace(line, key="p1") if line.key == "p" else line)
    assert (found is not None) is is_found
