"""A Salesforce of plain Python objects: people, their places in one campaign, and what colleagues do to them."""

from dataclasses import dataclass, field

RESPONDED = {"Sent": False, "Registered": True, "Attended": True, "Declined": False, "No show": False}
"""The statuses of the campaign of the simulator's seed, with HasResponded."""


@dataclass(eq=False)
class Person:
    """A Contact or a Lead."""

    kind: str
    fields: dict[str, str]
    label: str = ""
    """Status of the member; "" where the person is no member."""
    membership: object = None
    """Who the member is: another object for each time that a member was made."""
    is_deleted: bool = False
    is_converted: bool = False
    leads_to: "Person | None" = None
    """Where a merged or converted record went."""
    salesforce_id: str = ""

    @property
    def email(self) -> str:
        """The address, lower case."""
        return self.fields["Email"]

    @property
    def names(self) -> tuple[str, ...]:
        """The names without case, in any order, as those of a participant."""
        return tuple(sorted(self.fields[name].lower() for name in ("FirstName", "LastName")))

    @property
    def is_open(self) -> bool:
        """Whether the record is there and not converted."""
        return not self.is_deleted and not self.is_converted

    def end(self) -> "Person | None":
        """Follow merges and conversions; None where the record is gone."""
        if self.is_open:
            return self
        return self.leads_to.end() if self.leads_to else None

    def join(self, label: str) -> None:
        """Become a member."""
        self.label, self.membership = label, object()

    def leave(self) -> None:
        """Be no member any more."""
        self.label, self.membership = "", None

    def take_member_of(self, other: "Person") -> None:
        """Take over a membership, unless there is one already."""
        if self.membership is None:
            self.label, self.membership = other.label, other.membership
        other.leave()


@dataclass
class Crm:
    """Everybody in Salesforce."""

    people: list[Person] = field(default_factory=list)

    def add(self, kind: str, label: str = "", **fields: str) -> Person:
        """Put a record there."""
        blank = {"FirstName": "", "LastName": "", "Email": "", "Title": "", "Company": ""}
        person = Person(kind, {**blank, **fields})
        if label:
            person.join(label)
        self.people.append(person)
        return person

    def delete(self, person: Person) -> None:
        """Delete a record with its membership."""
        person.leave()
        person.is_deleted = True

    def merge(self, loser: Person, winner: Person) -> None:
        """Merge a record into another of the same object."""
        winner.take_member_of(loser)
        loser.is_deleted, loser.leads_to = True, winner

    def convert(self, lead: Person, contact: Person | None) -> None:
        """Convert a lead into a contact, or into a new one."""
        copied = {name: lead.fields[name] for name in ("FirstName", "LastName", "Email", "Title")}
        if contact is None:
            contact = self.add("Contact", **copied)
        for name, value in copied.items():
            contact.fields[name] = contact.fields[name] or value
        contact.take_member_of(lead)
        lead.is_converted, lead.leads_to = True, contact

    def picture(self) -> list[tuple[str, ...]]:
        """Return everybody who is there, in an order of their own."""
        return sorted(
            (person.kind + (" converted" if person.is_converted else ""), *person.fields.values(), person.label)
            for person in self.people
            if not person.is_deleted
        )
