"""Say what runs did: counts for whoever asked, and which records were touched for the run around them."""

from collections import Counter
from dataclasses import dataclass, field

from connector.core.rows import PersonRef


@dataclass(slots=True)
class Touched:
    """Records that a run had to do with; what was read of them before is no longer known to hold."""

    refs: set[PersonRef] = field(default_factory=set)
    member_ids: set[str] = field(default_factory=set)

    def add(self, other: "Touched") -> None:
        """Add what another run touched."""
        self.refs |= other.refs
        self.member_ids |= other.member_ids

    def has(self, ref: PersonRef | None, member_id: str) -> bool:
        """Tell whether the person or the membership is among them."""
        return ref in self.refs or (member_id in self.member_ids and bool(member_id))


@dataclass(slots=True)
class Report:
    """What one run, or several, did."""

    runs: int = 0
    entries: int = 0
    api_calls: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    is_stopped: bool = False
    """The last run stopped before its end."""
    touched: Touched = field(default_factory=Touched)

    def add(self, other: "Report") -> None:
        """Add another report to this one."""
        self.runs += other.runs
        self.entries += other.entries
        self.api_calls += other.api_calls
        self.outcomes += other.outcomes
        self.is_stopped = other.is_stopped
        self.touched.add(other.touched)
