"""Decide the campaign membership and its status (rules 4.1 to 4.7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from connector.core.outcomes import Note, Operation, Reason
from connector.core.rows import LinkPolicy, MemberRecord, PersonRef, Row, oldest_sync_first
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


def plan_status(  # noqa: PLR0913 - a status is decided by everything that is known of a member
    person: Person,
    member: MemberRecord | None,
    *,
    ref: PersonRef | None,
    policy: LinkPolicy,
    responded: Mapping[str, bool],
    earlier: Collection[PersonRef] = (),
) -> StatusPlan | Verdict:
    """Plan the membership of a matched (or new: `ref` None) person.

    `responded` is {label: HasResponded} of the campaign; `earlier` are ids that were merged or converted into `ref`.
    """
    refusal = refuse_membership(person, member, ref=ref, policy=policy, earlier=earlier)
    if refusal is not None:
        return refusal
    target = person.target(policy)
    assert target is not None  # noqa: S101 - refuse_membership answered for everybody else
    if member is not None:
        return _plan_existing(person, member, target=target, policy=policy, responded=responded)
    return StatusPlan(Operation.CREATE, label=policy.labels[target])


def refuse_membership(
    person: Person,
    member: MemberRecord | None,
    *,
    ref: PersonRef | None,
    policy: LinkPolicy,
    earlier: Collection[PersonRef] = (),
) -> Verdict | None:
    """Return why nothing at all is written for a matched (or new) person, None when it is (rules 1.4, 4.2 and 4.6)."""
    target = person.target(policy)
    if target is None:
        return leave_out(Reason.STATUS_NOT_SENT)
    if member is not None or policy.adds_removed_again or person.any_forced():
        return None
    refs = {ref, *earlier} - {None}
    confirmed = [row for row in person.rows if row.member_id and row.person in refs]
    return leave_out(Reason.REMOVED_BY_HAND) if confirmed and not _rises(confirmed, target) else None


def _rises(confirmed: Collection[Row], target: State) -> bool:
    """Say whether somebody who was removed by hand came to the event after all (rule 4.6)."""
    return target is State.ATTENDED and all(row.synced_state is not State.ATTENDED for row in confirmed)


def _plan_existing(
    person: Person, member: MemberRecord, *, target: State, policy: LinkPolicy, responded: Mapping[str, bool]
) -> StatusPlan:
    label = policy.labels[target]
    if member.label == label:
        return StatusPlan(Operation.UPDATE)
    if person.any_correction():
        return StatusPlan(Operation.UPDATE, label=label)
    known = oldest_sync_first([row for row in person.rows if row.member_id == member.id])
    last = known[-1] if known else None
    if not _is_due(person, member, last=last, target=target):
        return StatusPlan(Operation.UPDATE, note=Note.KEPT_MANUAL, held_label=member.label)
    if may_replace(member, target, policy=policy, responded=responded, last=last):
        return StatusPlan(Operation.UPDATE, label=label)
    return StatusPlan(Operation.UPDATE, note=Note.STATUS_NOT_LOWERED, held_label=member.label)


def _is_due(person: Person, member: MemberRecord, *, last: Row | None, target: State) -> bool:
    """Say whether the status is ours to write (rule 4.4).

    It is when the state changed since the last sync, when the membership is new to us, when a person asks for it, or
    when the member still has the label that we wrote (the label of the state was changed on the link).
    """
    if last is None or person.any_forced():
        return True
    return last.synced_state is not target or member.label == last.sent_label


def may_replace(
    member: MemberRecord,
    target: State,
    *,
    policy: LinkPolicy,
    responded: Mapping[str, bool],
    last: Row | None = None,
) -> bool:
    """Say whether the label of `target` may take the place of the member's present label (rule 4.5).

    `last` is the row that was last synced to this member: it says which state a label that is still ours stands for,
    also where two states share it or the link has another label for it today.
    """
    if not policy.never_downgrade:
        return True
    managed = [state for state, label in policy.labels.items() if label == member.label]
    if last is not None and last.synced_state is not None and member.label == last.sent_label:
        managed = [last.synced_state]
    if managed:
        return all(replaces(target, state) or target is state for state in managed)
    return target is State.ATTENDED or not responded.get(member.label, member.has_responded)
