"""Whether a membership is made and which status is written (rules 4.1 to 4.7)."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.core.outcomes import Note, Operation, Reason
from connector.core.planning.membership import StatusPlan, may_replace, plan_status
from connector.core.rows import MemberRecord, PersonRef, Row
from connector.core.screen import Verdict
from connector.core.state import State, remember_state, replaces
from tests.core.cases import (
    ATTENDED,
    CONTACT,
    DEFAULT_LABELS,
    LABELS,
    NO_SHOW,
    NOT_REGISTERED,
    REFUSED,
    REGISTERED,
    RESPONDED,
    member,
    minute,
    person,
    policy,
    ref,
    row,
)

C1, C2 = ref(CONTACT, 1), ref(CONTACT, 2)
KEPT, NOT_LOWERED = Note.KEPT_MANUAL, Note.STATUS_NOT_LOWERED
STAYS = "stays"
"""The label is right already."""


def told(plan: StatusPlan | Verdict) -> object:
    """Say in a word what a plan does: a reason, "new: label", the label, the note that explains why not, or STAYS."""
    if isinstance(plan, Verdict):
        return plan.reason
    if plan.operation is Operation.CREATE:
        return f"new: {plan.label}"
    return plan.label or plan.note or STAYS


def planned(*rows: Row, at: MemberRecord | None, identity: PersonRef | None = C1, **more: Any) -> object:
    """Plan the status of a person."""
    earlier = more.pop("earlier", ())
    plan = plan_status(
        person(*rows), at, ref=identity, policy=policy(**more), responded=RESPONDED, earlier=earlier
    )  # fmt: skip
    return told(plan)


# state in inwink → {present status in Salesforce: what is written}, for a member that is new to us
NEW_TO_US: dict[State, dict[str | None, object]] = {
    REGISTERED: {
        None: "new: Registered", "Registered": STAYS, "Attended": NOT_LOWERED, "Refused": "Registered",
        "Invited by inwink": "Registered", "No show": NOT_LOWERED, "Sent": "Registered", "Meeting booked": NOT_LOWERED,
    },
    ATTENDED: {
        None: "new: Attended", "Registered": "Attended", "Attended": STAYS, "Refused": "Attended",
        "Invited by inwink": "Attended", "No show": "Attended", "Sent": "Attended", "Meeting booked": "Attended",
    },
    REFUSED: {
        None: "new: Refused", "Registered": "Refused", "Attended": NOT_LOWERED, "Refused": STAYS,
        "Invited by inwink": "Refused", "No show": NOT_LOWERED, "Sent": "Refused", "Meeting booked": NOT_LOWERED,
    },
    NOT_REGISTERED: {
        None: "new: Invited by inwink", "Registered": NOT_LOWERED, "Attended": NOT_LOWERED, "Refused": NOT_LOWERED,
        "Invited by inwink": STAYS, "No show": NOT_LOWERED, "Sent": "Invited by inwink", "Meeting booked": NOT_LOWERED,
    },
    NO_SHOW: {
        None: "new: No show", "Registered": "No show", "Attended": NOT_LOWERED, "Refused": "No show",
        "Invited by inwink": "No show", "No show": STAYS, "Sent": "No show", "Meeting booked": NOT_LOWERED,
    },
}  # fmt: skip
CASES = [(state, label, written) for state, row_ in NEW_TO_US.items() for label, written in row_.items()]


@pytest.mark.parametrize(
    ("state", "label", "expected"),
    [pytest.param(*case, id=f"{case[0]}, present status {case[1]}") for case in CASES],
)
def test_a_member_that_is_new_to_us(state: State, label: str | None, expected: object) -> None:
    assert planned(row(1, state), at=member(label) if label else None) == expected


@pytest.mark.parametrize("label", ["Registered", "Attended", "Refused", "No show", "Sent", "Meeting booked"])
@pytest.mark.parametrize("state", State)
def test_where_a_status_may_go_back_it_follows_inwink(state: State, label: str) -> None:
    expected = STAYS if label == LABELS[state] else LABELS[state]
    assert planned(row(1, state), at=member(label), never_downgrade=False) == expected


def ours(*states: State, synced: State, label: str | None = None, number: int = 1, **more: Any) -> Row:
    """Return an entry that was synced to the member in a state, with that state's label unless said otherwise."""
    sent = {
        "sent_label": LABELS[synced] if label is None else label,
        "synced_state": synced,
        "person": C1,
        "member_id": member().id,
        "last_synced_at": minute(number),
    }
    return row(number, *states, **{**sent, **more})


RENAMED = {**LABELS, REGISTERED: "Inscrit"}
SHARED = {**LABELS, NO_SHOW: "Registered"}


@pytest.mark.parametrize(
    ("rows", "label", "more", "expected"),
    [
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Registered", {}, STAYS, id="nothing changed"),
        pytest.param([ours(REGISTERED, ATTENDED, synced=REGISTERED)], "Registered", {}, "Attended", id="came"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], "Registered", {}, "Refused", id="cancelled"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Meeting booked", {}, KEPT,
                     id="a colleague set another status: kept"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Sent", {}, KEPT, id="a colleague set a lower one: kept"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Attended", {}, KEPT,
                     id="a colleague noted that the person came: kept"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], "Meeting booked", {}, NOT_LOWERED,
                     id="a colleague booked a meeting, then inwink says refused: kept"),
        pytest.param([ours(REGISTERED, ATTENDED, synced=REGISTERED)], "Meeting booked", {}, "Attended",
                     id="a colleague booked a meeting, then the person came: attended"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], "Sent", {}, "Refused",
                     id="a colleague set it to Sent, then the state changed: replaced"),
        pytest.param([ours(ATTENDED, synced=ATTENDED)], "Registered", {}, KEPT,
                     id="a colleague took the check-in back: kept, also while statuses never go back"),
        pytest.param([ours(REGISTERED, synced=REGISTERED, is_forced=True)], "Sent", {}, "Registered",
                     id="somebody pressed Resync: written"),
        pytest.param([ours(REGISTERED, synced=REGISTERED, is_forced=True)], "Attended", {}, NOT_LOWERED,
                     id="somebody pressed Resync: still never goes back"),
        pytest.param([ours(REGISTERED, synced=ATTENDED, is_correction=True)], "Attended", {}, "Registered",
                     id="somebody corrects the status: goes back"),
        pytest.param([ours(REFUSED, synced=ATTENDED, is_correction=True)], "Meeting booked", {}, "Refused",
                     id="somebody corrects the status: replaces everything"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Registered", {"labels": RENAMED}, "Inscrit",
                     id="the link has another label for the state: follows"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], "Meeting booked", {"labels": RENAMED}, KEPT,
                     id="the same, but a colleague changed the status: kept"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], "Registered", {"labels": SHARED}, "Refused",
                     id="registered and no-show share a label, registered was written: may be refused"),
        pytest.param([row(1, REFUSED)], "Registered", {"labels": SHARED}, NOT_LOWERED,
                     id="they share a label, the member is new to us: it may be a no-show, kept"),
        pytest.param([ours(REFUSED, synced=REGISTERED), ours(ATTENDED, synced=REGISTERED, number=2)], "Registered", {},
                     "Attended", id="two rows of one person, one came"),
        pytest.param([ours(REGISTERED, synced=REGISTERED), row(2, ATTENDED)], "Registered", {}, "Attended",
                     id="a second row that came and was never sent"),
        pytest.param([ours(REGISTERED, synced=REFUSED, number=1), ours(REFUSED, synced=REGISTERED, number=0)],
                     "Refused", {}, "Registered",
                     id="two rows, the one synced last was refused and is registered again: follows"),
        pytest.param([ours(REGISTERED, synced=REGISTERED, member_id="00vother")], "Sent", {}, "Registered",
                     id="synced to another membership: new to us"),
        pytest.param([ours(REFUSED, synced=REFUSED)], "Refused", {"labels": DEFAULT_LABELS}, Reason.STATUS_NOT_SENT,
                     id="the state has no label any more: nothing is sent"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], "Registered", {"labels": DEFAULT_LABELS}, STAYS,
                     id="refused, and no label for it: the status stays"),
    ],
)  # fmt: skip
def test_a_member_that_we_know(rows: list[Row], label: str, more: dict[str, Any], expected: object) -> None:
    assert planned(*rows, at=member(label), **more) == expected


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        pytest.param([row(1, REGISTERED)], {}, "new: Registered", id="never was a member"),
        pytest.param([row(1, REGISTERED)], {"identity": None}, "new: Registered", id="a new person"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], {}, Reason.REMOVED_BY_HAND,
                     id="was a member and is gone: removed by hand"),
        pytest.param([ours(REGISTERED, REFUSED, synced=REGISTERED)], {}, Reason.REMOVED_BY_HAND,
                     id="removed, then refused: only stored"),
        pytest.param([ours(REGISTERED, ATTENDED, synced=REGISTERED)], {}, "new: Attended", id="removed, then came"),
        pytest.param([ours(ATTENDED, synced=ATTENDED)], {}, Reason.REMOVED_BY_HAND,
                     id="removed after the check-in was sent: respected"),
        pytest.param([ours(ATTENDED, synced=ATTENDED), ours(ATTENDED, synced=REGISTERED, number=2)], {},
                     Reason.REMOVED_BY_HAND, id="the same, another row of the person was sent before the check-in"),
        pytest.param([ours(REGISTERED, synced=REGISTERED, is_forced=True)], {}, "new: Registered",
                     id="removed, somebody presses Resync: added again"),
        pytest.param([ours(REGISTERED, synced=ATTENDED, is_correction=True)], {}, "new: Registered",
                     id="removed, somebody corrects the status: added again"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], {"adds_removed_again": True}, "new: Registered",
                     id="the link adds removed members again"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], {"identity": C2}, "new: Registered",
                     id="the email moved to another record: a member of its own"),
        pytest.param([ours(REGISTERED, synced=REGISTERED)], {"identity": C2, "earlier": {C1}}, Reason.REMOVED_BY_HAND,
                     id="merged into another record, which is no member: removed by hand"),
        pytest.param([row(1, REGISTERED, person=C1)], {}, "new: Registered",
                     id="the person was created, the membership was not confirmed"),
        pytest.param([row(1, REFUSED)], {"labels": DEFAULT_LABELS}, Reason.STATUS_NOT_SENT,
                     id="only in a state without a label"),
        pytest.param([row(1, REGISTERED, REFUSED)], {"labels": DEFAULT_LABELS}, "new: Registered",
                     id="registered and refused before a worker ran: as it would have been otherwise"),
    ],
)  # fmt: skip
def test_no_member_is_there(rows: list[Row], more: dict[str, Any], expected: object) -> None:
    assert planned(*rows, at=None, **more) == expected


def test_a_refusal_shows_the_label_that_stays() -> None:
    plan = plan_status(person(row(1, REFUSED)), member("Attended"), ref=C1, policy=policy(), responded=RESPONDED)
    assert plan == StatusPlan(Operation.UPDATE, note=NOT_LOWERED, held_label="Attended")


def test_a_label_that_the_campaign_does_not_list_counts_by_the_member() -> None:
    old = MemberRecord(id="00v1", label="Old label", has_responded=True)
    assert not may_replace(old, REGISTERED, policy=policy(), responded=RESPONDED)
    assert may_replace(old, ATTENDED, policy=policy(), responded=RESPONDED)


def run_workers(history: list[State], cuts: set[int], *, labels: dict[State, str], start: str | None) -> str | None:
    """Let a worker run after each cut and at the end; return the status that the campaign then shows."""
    link = policy(labels=labels)
    label = start
    seen: tuple[State, ...] = ()
    entry: dict[str, Any] = {}
    for number, state in enumerate(history):
        seen = remember_state(seen, state)
        if number not in cuts and number != len(history) - 1:
            continue
        current = person(row(1, *seen, **entry))
        plan = plan_status(
            current, member(label) if label else None, ref=C1, policy=link, responded=RESPONDED
        )  # fmt: skip
        if isinstance(plan, Verdict):
            continue
        label = plan.label or label
        entry["sent_label"] = plan.label or entry.get("sent_label", "")
        entry |= {"person": C1, "member_id": member().id, "synced_state": current.target(link)}
    return label


HISTORIES = st.lists(st.sampled_from(State), min_size=1, max_size=8)
LABELLINGS = st.sampled_from([LABELS, DEFAULT_LABELS, SHARED])


@settings(max_examples=80, deadline=None)
@example(history=[REGISTERED, REGISTERED, REFUSED], cuts={0, 1}, labels=SHARED, start=None)
@given(history=HISTORIES, cuts=st.sets(st.integers(0, 7)), labels=LABELLINGS, start=st.sampled_from([None, *RESPONDED]))
def test_the_status_does_not_depend_on_when_a_worker_ran(
    history: list[State], cuts: set[int], labels: dict[State, str], start: str | None
) -> None:
    assert run_workers(history, cuts, labels=labels, start=start) == run_workers(
        history, set(), labels=labels, start=start
    )


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES, start=st.sampled_from([None, *RESPONDED]))
def test_a_status_in_salesforce_never_steps_back(history: list[State], start: str | None) -> None:
    state_of = {label: state for state, label in LABELS.items()}
    shown = start
    for length in range(1, len(history) + 1):
        after = run_workers(history[:length], set(range(8)), labels=LABELS, start=start)
        if shown in state_of and after != shown:
            assert after in state_of
            assert replaces(state_of[after], state_of[shown])
        if shown == "Meeting booked" and after != shown:
            assert after == "Attended"
        shown = after
