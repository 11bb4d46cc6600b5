"""Who somebody is in Salesforce: rules 2.1 to 2.8."""

from collections.abc import Callable
from typing import Any

from tests.reference.crm import Person
from tests.reference.ground import Ground
from tests.reference.group import Group
from tests.reference.inwink import Participant


class Matcher(Ground):
    """Finds the record of each group."""

    def match(self, group: Group, *, but: Person | None = None) -> Person | str | None:
        """Return the record, why there is none, or None where nobody is there; `but` is another person's."""
        holders = [person for person in self.crm.people if person.email == group.email and person.is_open]
        for row in group.rows:
            end = row.end
            if end is None or end is but:
                continue
            if end in holders:
                return end
            if not holders and (row.matched_email == group.email or self._keeps_last_name(group, row)):
                return end
        found = self._match_email(group.email, holders)
        if found is None and any(self._was_deleted(group, row) for row in group.rows):
            return "left_out: person_deleted"
        return found

    def _keeps_last_name(self, group: Group, row: Participant) -> bool:
        return row.matched_last_name.lower() == group.value("lastName").lower()

    def _was_deleted(self, group: Group, row: Participant) -> bool:
        if row.person is None or row.end is not None:
            return False
        return row.matched_email == group.email or self._keeps_last_name(group, row)

    def _match_email(self, email: str, holders: list[Person]) -> Person | str | None:
        order = self.policy.searched
        every = (*order, *(kind for kind in ("Contact", "Lead") if kind not in order))
        members = [person for person in holders if person.membership]
        for pool, kinds in ((members, every), (holders, order)):
            for kind in kinds:
                if found := [person for person in pool if person.kind == kind]:
                    return self._choose(found)
        if holders:
            return f"left_out: exists_as_{holders[0].kind.lower()}"
        return self._match_converted(email)

    def _match_converted(self, email: str) -> Person | str | None:
        leads = [p for p in self.crm.people if p.email == email and p.is_converted and not p.is_deleted]
        contacts = list(dict.fromkeys(end for lead in leads if (end := lead.end())))
        members = [contact for contact in contacts if contact.membership]
        if not leads:
            return None
        if not contacts:
            return "needs_answer: converted_without_contact"
        if not members and "Contact" not in self.policy.searched:
            return "left_out: exists_as_contact"
        return self._choose(members or contacts)

    def _choose(self, found: list[Person]) -> Person | str:
        if len(found) > 1 and self.policy.ambiguous == "review":
            return "needs_answer: ambiguous"
        self.seen.add("most recent of several" if len(found) > 1 else f"matched a {found[0].kind}")
        return found[-1]

    def part_handed_over(self, matches: list[tuple[Group, Any]]) -> list[tuple[Group, Any]]:
        """Rules 2.5 and 2.6: with another address and another name, while the one who shared the address stays, it is
        another person, and the record belongs to the one who stayed.
        """
        parted = [isinstance(match, Person) and self._is_handed_over(group, match, matches) for group, match in matches]
        return [
            (group, self.match(group, but=match) if is_parted else match)
            for (group, match), is_parted in zip(matches, parted, strict=True)
        ]

    def _is_handed_over(self, group: Group, record: Person, matches: list[tuple[Group, Any]]) -> bool:
        if record.email == group.email or not self._leavers(group.rows, record):
            return False
        left = {record.email, *(row.matched_email for row in group.rows)} - {group.email}
        names = group.rows[0].names
        stayed = [row for row in self._everybody(record, matches).rows if row.person and row.matched_email == row.email]
        others = [row for row in stayed if row.email in left and row.names != names]
        handed_over = bool(others) and names != record.names
        self.seen |= {"a ticket handed over"} if handed_over else set()
        return handed_over

    def _everybody(self, record: Person, matches: list[tuple[Group, Any]]) -> Group:
        """Return the rows that were sent to a record: those of this drain, then the others."""
        rows = [row for group, match in matches if match is record and any(row.end is record for row in group.rows)
                for row in group.rows]  # fmt: skip
        return Group([*rows, *self._others(record)], self.policy)

    def _others(self, record: Person) -> list[Participant]:
        """Rule 2.6: whoever was sent to a record counts, also where only another row changed."""
        return [row for row in self.rows.values()
                if row not in self.at_hand and row.person is record and row.matched_email == row.email]  # fmt: skip

    def move_addresses(
        self, matches: list[tuple[Group, Any]], *, leaves_out: Callable[[Group, Person], str]
    ) -> list[tuple[Group, Any]]:
        """Give records their people's new addresses first, so that nobody else is found by the former ones.

        Nothing is written of those who are left out (rule 1.4).
        """
        for record in {id(match): match for _group, match in matches if isinstance(match, Person)}.values():
            group = self._everybody(record, matches)
            moves = self._moves_email(group.rows, record) and not leaves_out(group, record)
            if moves and self._gives_address(record, group.value("email"), matches):
                for row in group.rows:
                    if row.person is record and row in self.at_hand:
                        row.sent["Email"] = record.email
        return [
            (group, self.match(group) if isinstance(match, Person) and self._was_moved_away(group, match) else match)
            for group, match in matches
        ]

    def _gives_address(self, record: Person, email: str, matches: list[tuple[Group, Any]]) -> bool:
        """Give a record its new address and say so, unless somebody of the former one is led there all the same.

        A converted lead that keeps the former address leads to its contact (rule 2.3): that participant is a row of the
        person now, and still has the address.
        """
        former = record.email
        record.fields["Email"] = email
        left = [group for group, match in matches if match is record and self._was_moved_away(group, record)]
        if any(self.match(group) is record for group in left):
            record.fields["Email"] = former
            self.seen.add("address kept for another row")
            return False
        self.seen.add("address corrected")
        return True

    def _was_moved_away(self, group: Group, match: Person) -> bool:
        return match.email != group.email and not any(row.end is match for row in group.rows)

    def _leavers(self, rows: list[Participant], record: Person) -> list[Participant]:
        """Return who has another address than the one that led to the record, and the same last name."""
        same = [row for row in rows if row.end is record and row.last_name == row.matched_last_name]
        return [row for row in same if row.matched_email != row.email]

    def _moves_email(self, rows: list[Participant], record: Person) -> bool:
        """Rule 2.5: the address follows where we gave it, or where the mapping says so; while another row of the person
        still has it, it stays.
        """
        if not self._leavers(rows, record):
            return False
        if any(row.email == record.email for row in rows):
            self.seen.add("address kept for another row")
            return False
        ours = any(row.is_ours and row.person is record and row.matched_email == record.email for row in rows)
        return ours or (self.policy.update_existing and self.policy.email_mode == "overwrite")

    def unite(self, matches: list[tuple[Group, Any]]) -> list[tuple[Group, Any]]:
        """Rule 2.8: groups that turn out to be one record are written once."""
        united: dict[int, tuple[Group, Any]] = {}
        for number, (group, match) in enumerate(matches):
            key = id(match) if isinstance(match, Person) else -1 - number
            if key in united:
                united[key][0].rows.extend(group.rows)
                self.seen.add("two addresses, one record")
            else:
                united[key] = (group, match)
        for group, match in united.values():
            others = self._others(match) if isinstance(match, Person) else []
            group.rows.extend(others)
            self.seen |= {"another row on the record"} if others else set()
        return list(united.values())
