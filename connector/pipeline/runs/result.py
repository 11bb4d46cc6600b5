"""What a run leaves behind, and why it stopped where it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.pipeline.runs.ends import EntryEnd
from connector.pipeline.runs.memberships import Beside


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run stopped before all of its entries came to an end."""

    code: str = ""
    message: str = ""
    is_timeout: bool = False
    is_bug: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a run leaves behind."""

    ends: Mapping[int, EntryEnd] = field(default_factory=dict)
    stopped: Mapping[int, EntryEnd] = field(default_factory=dict)
    """What was done for entries that came to no end."""
    beside: Mapping[int, Beside] = field(default_factory=dict)
    """{entry that was not claimed: what was learned of its member}."""
    woken: frozenset[int] = frozenset()
    """Entries of others' that must be looked at again."""
    unclear: frozenset[int] = frozenset()
    looked_up: frozenset[int] = frozenset()
    """Entries whose people were searched in this run: what was unclear before is known since."""
    without_room: Mapping[int, str] = field(default_factory=dict)
    """{entry that waits because Salesforce has no storage left: what Salesforce said}."""
    released_early: int = 0
    """Entries of the claim that `record_some` has recorded already."""
    stop: Stop | None = None
    api_calls: int = 0
    instance_url: str = ""
