"""Rows that are one person (rule 2.6), and what they say together."""

from dataclasses import dataclass

from tests.reference.inwink import Participant
from tests.reference.policy import Policy

SOURCES = {"FirstName": "firstName", "LastName": "lastName", "Title": "position", "Company": "company",
           "Email": "email"}  # fmt: skip
RANK = ("", "not_registered", "refused", "registered", "attended")


@dataclass
class Group:
    """Rows that are one person: same address, same names (rule 2.6)."""

    rows: list[Participant]
    policy: Policy

    @property
    def email(self) -> str:
        """Their address."""
        return self.rows[0].email

    @property
    def due(self) -> list[Participant]:
        """The rows whose end this drain decides."""
        return [row for row in self.rows if row.is_due]

    def value(self, name: str) -> str:
        """Return a field of the row with the latest change, blanks filled from the others; names from one row."""
        for row in self._latest_first():
            is_name = name in ("firstName", "lastName")
            if row.said.get(name) or (is_name and any(row.names)):
                return str(row.said.get(name) or "")
        return ""

    def target(self) -> str:
        """Return the highest state of the rows."""
        policy = self.policy
        states = [row.target(policy.labels, never_downgrade=policy.never_downgrade) for row in self.rows]
        return max(states, key=RANK.index)

    def fingerprint(self) -> object:
        """What decides what is sent, every state ever entered too: as it was, nothing is sent (rules 1.6, 6.3)."""
        states = {state for row in self.rows for state in row.history}
        return self.person_fingerprint(), self.target(), tuple(sorted(states))

    def person_fingerprint(self) -> object:
        """The same without the state; whose row speaks first counts, as its id can be mapped."""
        return self._latest_first()[0].key, tuple(self.value(source) for source in SOURCES.values())

    def _latest_first(self) -> list[Participant]:
        return sorted(self.rows, key=lambda row: (row.changed[0], row.number), reverse=True)
