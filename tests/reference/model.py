"""The reference: what Salesforce must hold after each drain, worked out slowly from the rules of the design.

Written from the rules, without a line of connector.core: two programs that were written apart seldom share a mistake.
Different names on one address (rule 2.6) are not modelled; stories in which they occur are judged by invariants only.
"""

from dataclasses import dataclass
from typing import Any

from tests.reference.group import Group
from tests.reference.inwink import Participant
from tests.reference.what import Writer
from tests.reference.who import Matcher


@dataclass
class Reference(Matcher, Writer):
    """Salesforce and the outbox as they should be."""

    def hear(self, message: dict[str, Any]) -> None:
        """Take in a message."""
        self.clock += 1
        row = self.rows.setdefault(message["id"], Participant(message["id"], number=len(self.rows)))
        row.hear(message, arrival=self.clock)

    def resync(self, key: str) -> None:
        """A person asks for a row to be sent again."""
        row = self.rows[key]
        row.is_due = row.is_forced = True
        row.fingerprint = row.person_fingerprint = None

    def drain(self) -> None:
        """Send everything that is due."""
        self.clock += 1
        groups = self._groups()
        self.at_hand = [row for group in groups for row in group.rows]
        groups = [group for group in groups if not self._skip(group) and not self._check_in(group)]
        matches = self.part_handed_over([(group, self.match(group)) for group in groups])
        matches = self.move_addresses(matches, leaves_out=self.leaves_out)
        for group, match in self.unite(matches):
            self.settle(group, match)

    def _groups(self) -> list[Group]:
        found: dict[object, list[Participant]] = {}
        for row in self.rows.values():
            if not row.email:
                self.end([row] if row.is_due else [], "needs_answer: no_email")
            elif not row.history:
                self.end([row] if row.is_due else [], "left_out: state_unknown")
            else:
                found.setdefault((row.email, row.names), []).append(row)
        groups = [Group(rows, self.policy) for rows in found.values() if any(row.is_due for row in rows)]
        for group in groups:
            for row in group.rows:
                row.is_due = row.is_due or row.ends != "synced"  # one person has one end, whoever spoke last (rule 1.6)
        return groups

    def _skip(self, group: Group) -> bool:
        """Rule 6.3: what was sent whole is not sent again, unless a person asks."""
        if any(row.is_forced for row in group.due):
            return False
        if any(row.fingerprint is None or row.fingerprint != group.fingerprint() for row in group.due):
            return False
        self.seen.add("skipped")
        self.end(group.due, "synced")
        return True

    def _check_in(self, group: Group) -> bool:
        """Rule 6.2: where only the state rose to attended, the known member is written without a look at it."""
        first = group.rows[0]
        fits = group.target() == "attended" and not any(row.is_forced for row in group.due) and all(
            row.person is first.person and row.membership is first.membership and row.membership is not None
            and row.synced_state not in ("", "attended") and row.matched_email == group.email
            and row.person_fingerprint == group.person_fingerprint()
            for row in group.rows
        )  # fmt: skip
        member = next((p for p in self.crm.people if p.membership is first.membership), None) if fits else None
        if member is None:
            return False
        member.label = "Attended"
        for row in group.due:
            row.synced_state, row.sent_label, row.synced_at = "attended", "Attended", self.clock
            row.fingerprint = group.fingerprint()
        self.seen.add("checked in unread")
        self.end(group.due, "synced")
        return True
