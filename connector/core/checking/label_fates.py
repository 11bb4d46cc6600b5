"""Say what a link does with each member status of its campaign, before anything is sent (rule 4.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.core.planning.membership import may_replace
from connector.core.rows import LinkPolicy, MemberRecord
from connector.core.state import State


class Fate(StrEnum):
    """What becomes of a member who has a status when somebody registers or comes."""

    OURS = "ours"
    """The link writes it."""
    REPLACED = "replaced"
    """Every state that the link writes takes its place."""
    UNTIL_ATTENDED = "until_attended"
    """It stays, until the person comes to the event."""
    KEPT = "kept"
    """Nothing takes its place."""


@dataclass(frozen=True, slots=True)
class LabelFate:
    """One member status of the campaign."""

    label: str
    has_responded: bool
    fate: Fate
    states: tuple[State, ...] = ()
    """The states that it stands for, where it is ours."""


def label_fates(responded: Mapping[str, bool], policy: LinkPolicy) -> list[LabelFate]:
    """Return what becomes of each label ({label: HasResponded}, in the campaign's order) under a link's policy."""
    return [_fate_of(label, has_responded, policy, responded) for label, has_responded in responded.items()]


def _fate_of(label: str, has_responded: bool, policy: LinkPolicy, responded: Mapping[str, bool]) -> LabelFate:
    states = tuple(state for state, sent in policy.labels.items() if sent == label)
    if states:
        return LabelFate(label, has_responded, Fate.OURS, states)
    member = MemberRecord(id="", label=label, has_responded=has_responded)
    replacing = {state for state in policy.labels if may_replace(member, state, policy=policy, responded=responded)}
    if replacing == set(policy.labels) and replacing:
        return LabelFate(label, has_responded, Fate.REPLACED)
    return LabelFate(label, has_responded, Fate.UNTIL_ATTENDED if State.ATTENDED in replacing else Fate.KEPT)
