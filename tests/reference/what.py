"""What is written for somebody: rules 3, 4 and 5."""

from tests.reference.crm import RESPONDED, Person
from tests.reference.ground import Ground
from tests.reference.group import SOURCES, Group
from tests.reference.inwink import Participant, replaces

PLACEHOLDER = "[not provided]"


class Writer(Ground):
    """Writes the record, its fields and the membership of each group."""

    _sent_now: dict[str, str]
    """{field: value} of the record that is being written."""

    def settle(self, group: Group, match: Person | str | None) -> None:
        """Write one group, or say why not."""
        if match is None:
            match = self._refuse_creation(group)
        if isinstance(match, Person):
            match = self.leaves_out(group, match) or match
        if isinstance(match, str):
            self.end(group.due, match)
        else:
            self._write(group, match, group.target())

    def leaves_out(self, group: Group, record: Person) -> str:
        """Return why a known person is not written, "" where they are (rules 4.2 and 4.6)."""
        target = group.target()
        if not target:
            return "left_out: status_not_sent"
        return "left_out: removed_by_hand" if self._was_removed(group, record, target) else ""

    def _refuse_creation(self, group: Group) -> str | None:
        policy = self.policy
        if policy.create == "nobody":
            return "left_out: no_match"
        states = {state for row in group.rows for state in row.history}
        if not any(state in policy.create_for and state in policy.labels for state in states):
            return "left_out: not_created_in_state"
        return None

    def _was_removed(self, group: Group, record: Person, target: str) -> bool:
        """Rule 4.6."""
        known = [row for row in group.rows if row.membership and row.end is record]
        is_asked = self.policy.removed_members == "add_again" or any(row.is_forced for row in group.due)
        if record.membership or not known or is_asked:
            return False
        return not (target == "attended" and all(row.synced_state != "attended" for row in known))

    def _write(self, group: Group, record: Person | None, target: str) -> None:
        is_new = record is None
        if record is None:
            record = self._create(group)
        else:
            self._update(group, record)
        label = self._write_member(group, record, target)
        for row in group.due:
            if row.person is not record:
                row.sent, row.sent_label, row.is_ours = {}, "", False
            row.is_ours = row.is_ours or is_new
            row.person, row.membership = record, record.membership
            row.sent |= self._sent_now
            row.sent_label = label or row.sent_label
            row.matched_email, row.matched_last_name = row.email, row.last_name
            row.synced_state, row.synced_at = target, self.clock
            row.fingerprint, row.person_fingerprint = group.fingerprint(), group.person_fingerprint()
        self.end(group.due, "synced")

    def _create(self, group: Group) -> Person:
        kind = self.policy.create.capitalize()
        values = {name: group.value(source) for name, source in SOURCES.items()}
        values["LastName"] = values["LastName"] or PLACEHOLDER
        values["Company"] = (values["Company"] or PLACEHOLDER) if kind == "Lead" else ""
        self.seen.add(f"created a {kind}")
        self._sent_now = {name: value for name, value in values.items() if name != "Company" or kind == "Lead"}
        return self.crm.add(kind, **values)

    def _update(self, group: Group, record: Person) -> None:
        self._sent_now = self._carried(group, record)
        sent = self._sent(group, record) | self._sent_now
        for name, source in SOURCES.items():
            if name != "Company" or record.kind == "Lead":
                self._update_field(group, record, name, wanted=group.value(source), sent=sent)

    def _sent(self, group: Group, record: Person | None) -> dict[str, str]:
        known = sorted((row for row in group.rows if row.person is record), key=lambda row: row.synced_at)
        return {name: value for row in known for name, value in row.sent.items()}

    def _carried(self, group: Group, record: Person) -> dict[str, str]:
        """Rules 2.7 and 5.1: what we wrote goes on in the record that a merge or a conversion left.

        What is there unchanged is ours, another value is a colleague's choice, and what did not come along is unknown.
        Where we wrote to both, the value that is there counts.
        """
        others = [row for row in group.rows if row.end is record and row.person is not record]
        went: dict[str, str] = {}
        for row in sorted(others, key=lambda row: row.synced_at):
            went |= row.sent
        own, carried = self._sent(group, record), {}
        for name, value in went.items():
            held = record.fields[name]
            if name == "Company" and record.kind == "Contact":
                continue
            if (name in own and held == value != own[name]) or (name not in own and (held == value or held)):
                carried[name] = value
        self.seen |= {"what we wrote went along"} if carried else set()
        return carried

    def _update_field(self, group: Group, record: Person, name: str, *, wanted: str, sent: dict[str, str]) -> None:
        """Rules 5.1 and 5.2."""
        mode, current = self.policy.mode(name), record.fields[name]
        is_ours = name in sent and current == sent[name]
        is_empty = current in ("", PLACEHOLDER) if name in ("Company", "LastName") else not current
        may = self.policy.update_existing and mode != "if_new" and (mode != "if_empty" or is_empty)
        if not wanted or not (is_ours or may):
            return
        if current == wanted:
            if mode == "overwrite":
                self._sent_now[name] = wanted
            return
        if name == "Email" and not self._may_move_email(group, record):
            return
        is_colleagues = name in sent and not is_ours
        if is_colleagues and wanted == sent[name] and not any(row.is_forced for row in group.due):
            self.seen.add("field kept as a colleague left it")
            return
        self.seen.add("field updated")
        record.fields[name] = self._sent_now[name] = wanted

    def _may_move_email(self, group: Group, record: Person) -> bool:
        """Rule 2.5: where the mapping says so, and while nobody of the group still has the record's address."""
        is_mapped = self.policy.update_existing and self.policy.email_mode == "overwrite"
        return is_mapped and not any(row.email == record.email for row in group.rows)

    def _write_member(self, group: Group, record: Person, target: str) -> str:
        """Write the membership and its status; return the label that was written."""
        label = self.policy.labels[target]
        if record.membership is None:
            record.join(label)
            self.seen.add("membership created")
            return label
        if record.label == label:
            return ""
        known = sorted((r for r in group.rows if r.membership is record.membership), key=lambda row: row.synced_at)
        last = known[-1] if known else None
        is_asked = last is None or any(row.is_forced for row in group.due)
        if last and not is_asked and last.synced_state == target and record.label != last.sent_label:
            self.seen.add("status kept as a colleague left it")
            return ""
        if not self._may_replace(record, target, last):
            self.seen.add("status not lowered")
            return ""
        self.seen.add("status changed")
        record.label = label
        return label

    def _may_replace(self, record: Person, target: str, last: Participant | None) -> bool:
        """Rule 4.5."""
        if not self.policy.never_downgrade:
            return True
        managed = [state for state, label in self.policy.labels.items() if label == record.label]
        if last and last.synced_state and record.label == last.sent_label:
            managed = [last.synced_state]
        if managed:
            return all(replaces(target, state) or target == state for state in managed)
        return target == "attended" or not RESPONDED[record.label]
