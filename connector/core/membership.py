"""Decide the campaign membership and its status (rules 4.1 to 4.7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core.outcomes import Note, Operation, Reason
from connector.core.rows import LinkPolicy, MemberRecord, PersonRef, Row
from connector.core.screen import Person, Verdict, leave_out
from connector.core.state import State, replaces


@dataclass(frozen=True, slots=True)
class StatusPlan:
    """Whether a membership is made, and which label is written."""

    operation: Operation
    """CREATE; UPDATE where the member exists, whether or not a label is written."""
    label: str = ""
    """The label to write, "" where it stays."""
    note: Note | None = None
    held_label: str = ""
    """The label that stays although another was wanted."""


def plan_status(
    person: Person,
    member: MemberRecord | None,
    *,
    ref: PersonRef | None,
    policy: LinkPolicy,
    responded: Mapping[str, bool],
) -> StatusPlan | Verdict:
    """Plan the membership of a matched (or new: `ref` None) person.

    `responded` is {label: HasResponded} of the campaign.
    """
    target = person.target(policy)
    if target is None:
        return leave_out(Reason.STATUS_NOT_SENT)
    label = policy.labels[target]
    if member is None:
        if _was_removed_by_hand(person, ref, target=target, policy=policy):
            return leave_out(Reason.REMOVED_BY_HAND)
        return StatusPlan(Operation.CREATE, label=label)
    return _plan_existing(person, member, target=target, policy=policy, responded=responded)


def _was_removed_by_hand(person: Person, ref: PersonRef | None, *, target: State, policy: LinkPolicy) -> bool:
    confirmed = [row for row in person.rows if row.member_id and row.person == ref]
    if not confirmed or ref is None or policy.adds_removed_again or person.any_forced():
        return False
    rises = target is State.ATTENDED and all(row.synced_state is not State.ATTENDED for row in confirmed)
    return not rises


def _plan_existing(
    person: Person, member: MemberRecord, *, target: State, policy: LinkPolicy, responded: Mapping[str, bool]
) -> StatusPlan:
    label = policy.labels[target]
    if member.label == label:
        return StatusPlan(Operation.UPDATE)
    if person.any_correction():
        return StatusPlan(Operation.UPDATE, label=label)
    if not _is_status_due(person, member, target=target):
        return StatusPlan(Operation.UPDATE, note=Note.KEPT_MANUAL, held_label=member.label)
    if may_replace(member, target, policy=policy, responded=responded):
        return StatusPlan(Operation.UPDATE, label=label)
    return StatusPlan(Operation.UPDATE, note=Note.STATUS_NOT_LOWERED, held_label=member.label)


def _is_status_due(person: Person, member: MemberRecord, *, target: State) -> bool:
    """Say whether the status is ours to write (rule 4.4): the state changed, the member is new to us, or forced."""
    known = [row for row in person.rows if row.member_id == member.id]
    if not known or person.any_forced():
        return True
    return all(_changed_since(row, target) for row in known)


def _changed_since(row: Row, target: State) -> bool:
    return row.synced_state is not target


def may_replace(member: MemberRecord, target: State, *, policy: LinkPolicy, responded: Mapping[str, bool]) -> bool:
    """Say whether the label of `target` may take the place of the member's present label (rule 4.5)."""
    managed = [state for state, label in policy.labels.items() if label == member.label]
    if managed:
        return not policy.never_downgrade or all(replaces(target, state) for state in managed)
    has_responded = responded.get(member.label, member.has_responded)
    return target is State.ATTENDED or not has_responded
