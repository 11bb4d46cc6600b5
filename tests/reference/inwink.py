"""What inwink said of each participant, kept message by message (rules 1.1, 1.2, 1.6 and 4.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference.crm import Person

NAMES = ("firstName", "lastName", "email", "position", "company")


def replaces(new: str, old: str) -> bool:
    """Rule 4.5: attended replaces everything and is final; not_registered replaces nothing."""
    if old == "attended" or new == old:
        return False
    return new == "attended" or new != "not_registered"


def _moment(hour: int | None, arrival: int) -> int:
    """Return inwink's time of a message, else that of its arrival, which is later than all of inwink's."""
    return hour if hour is not None else 10**6 + arrival


@dataclass(eq=False)
class Participant:
    """One row of the outbox."""

    key: str
    number: int = 0
    """Rows are numbered in the order in which they were first heard of; it decides between changes of one time."""
    said: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    """Every state that was entered, in the order in which that was heard."""
    came_at: int | None = None
    """The earliest check-in, as `changed`; None before one."""
    hour: int | None = None
    """inwink's own time of the newest message."""
    changed: tuple[int, int] = (0, 0)
    """(hour or arrival, arrival) of the latest change."""

    is_due: bool = False
    is_forced: bool = False
    ends: str = ""
    """How it stands: "synced", "left_out: no_match", …"""

    # what the last syncs left behind
    person: Person | None = None
    membership: object = None
    is_ours: bool = False
    """We created the record."""
    matched_email: str = ""
    matched_last_name: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    """{field of the record: value that we wrote last}"""
    sent_label: str = ""
    synced_state: str = ""
    synced_at: int = 0
    fingerprint: object = None
    """What was last sent whole; None where nothing was or something failed."""
    person_fingerprint: object = None

    def hear(self, message: Mapping[str, Any], *, arrival: int) -> None:
        """Take in one message (rule 1.1): a stale one brings nothing but a check-in."""
        hour = message.get("hour")
        is_stale = hour is not None and self.hour is not None and hour < self.hour
        before = self._account() if self.ends else None
        if is_stale:
            self._come(message, arrival=arrival)
            self.said.setdefault("came", True) if message.get("came") else None
        else:
            registration = message.get("state")
            if registration and registration != self.said.get("state"):
                self.history.append(registration)
            self.said |= {name: value for name, value in message.items() if name not in ("id", "hour")}
            self._come(message, arrival=arrival)
            self.hour = hour if hour is not None else self.hour
        if self._account() != before:
            self.is_due, self.ends = True, "waiting"
            if not is_stale:
                self.changed = max(self.changed, (_moment(hour, arrival), arrival))

    def _come(self, message: Mapping[str, Any], *, arrival: int) -> None:
        if not message.get("came"):
            return
        if self.came_at is None:
            self.history.append("attended")
        moment = _moment(message.get("hour"), arrival)
        self.came_at = moment if self.came_at is None else min(self.came_at, moment)

    def _account(self) -> object:
        filled = {name: value for name, value in self.said.items() if value not in (None, "")}
        return filled, tuple(self.history), self.came_at

    @property
    def email(self) -> str:
        """The address, normalised."""
        return str(self.said.get("email") or "")

    @property
    def last_name(self) -> str:
        """The last name."""
        return str(self.said.get("lastName") or "")

    @property
    def end(self) -> Person | None:
        """Where the record is now that this was last sent to."""
        return self.person.end() if self.person else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names without case, in any order."""
        return tuple(sorted(str(self.said.get(name) or "").lower() for name in ("firstName", "lastName")))

    def target(self, labels: Mapping[str, str], *, never_downgrade: bool) -> str:
        """Return the state whose label the campaign should show, "" where none is sent (rules 4.2 and 4.5)."""
        shown = ""
        for state in self.history:
            if state not in labels:
                continue
            if not shown or replaces(state, shown) or (not never_downgrade and shown != "attended"):
                shown = state
        return shown
