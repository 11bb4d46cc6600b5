"""What the parts of the reference share: the settings, Salesforce, and what happened on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.reference.crm import Crm
from tests.reference.inwink import Participant
from tests.reference.policy import Policy


@dataclass
class Ground:
    """Where rows are matched and written."""

    policy: Policy
    crm: Crm = field(default_factory=Crm)
    clock: int = 0
    """Counts messages and drains."""
    rows: dict[str, Participant] = field(default_factory=dict)
    """{key: participant} of everybody of the event."""
    at_hand: list[Participant] = field(default_factory=list)
    """Whom a drain is about, and whoever shares an address and the names with them."""
    seen: set[str] = field(default_factory=set)
    """What happened on the way, for the report."""

    def end(self, rows: Sequence[Participant], how: str) -> None:
        """Note how rows ended."""
        for row in rows:
            row.is_due = row.is_forced = False
            row.ends = how
            if how != "synced":
                row.fingerprint = None
        self.seen.add(how)
