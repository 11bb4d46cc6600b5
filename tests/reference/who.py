"""Who somebody is in Salesforce: rules 2.1 to 2.8."""

from collections.abc import Callable
from typing import Any

from tests.reference.crm import Person
from tests.reference.ground import Ground
from tests.reference.group import Group
from tests.reference.inwink import Participant


class Matcher(Ground):
    """Finds the record of each group."""

    def match(self, group: Group) -> Person | str | None:
        """Return the record, why there is none, or None where nobody is there."""
        holders = [person for person in self.crm.people if person.email == group.email and person.is_open]
        for row in group.rows:
            end = row.person.end() if row.person else None
            if end is None:
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
        if row.person is None or row.person.end() is not None:
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

    def move_addresses(
        self, matches: list[tuple[Group, Any]], *, leaves_out: Callable[[Group, Person], str]
    ) -> list[tuple[Group, Any]]:
        """Give records their people's new addresses first, so that nobody else is found by the former ones.

        Nothing is written of those who are left out (rule 1.4).
        """
        for group, match in matches:
            if isinstance(match, Person) and self._moves_email(group, match) and not leaves_out(group, match):
                match.fields["Email"] = group.email
                self.seen.add("address corrected")
                for row in group.rows:
                    if row.person is match:
                        row.sent["Email"] = group.email
        return [
            (group, self.match(group) if isinstance(match, Person) and self._was_moved_away(group, match) else match)
            for group, match in matches
        ]

    def _was_moved_away(self, group: Group, match: Person) -> bool:
        return match.email != group.email and not any(row.person and row.person.end() is match for row in group.rows)

    def _moves_email(self, group: Group, record: Person) -> bool:
        """Rule 2.5: the address follows where we gave it, or where the mapping says so."""
        if record.email == group.email:
            return False
        kept = [row for row in group.rows if row.person and row.person.end() is record]
        if any(row.matched_email == group.email for row in kept):
            return False
        ours = any(row.is_ours and row.person is record and row.matched_email == record.email for row in kept)
        return bool(kept) and (ours or (self.policy.update_existing and self.policy.email_mode == "overwrite"))

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
        return list(united.values())
