"""Keep what was read of people, and follow merged and converted records to where they went (rules 2.3 and 2.7)."""

from collections.abc import Sequence

from connector.core.rows import PersonRecord, PersonRef
from connector.core.schema import PersonType


class Records:
    """Everything that was read in a run, by email, by key and by id."""

    def __init__(self) -> None:
        self._by_ref: dict[PersonRef, PersonRecord] = {}
        self._by_email: dict[str, list[PersonRef]] = {}
        self._by_key: dict[str, list[PersonRef]] = {}

    def add(self, record: PersonRecord) -> None:
        """Keep a record; the first reading of an id wins."""
        if record.ref in self._by_ref:
            return
        self._by_ref[record.ref] = record
        if record.is_deleted:
            return
        for email in {*record.addresses} - {""}:
            self._by_email.setdefault(email, []).append(record.ref)
        if record.key:
            self._by_key.setdefault(record.key.lower(), []).append(record.ref)

    def move_email(self, ref: PersonRef) -> None:
        """Find a record by what stands in its field Email no more: this run gives it another one.

        An address that another of its email fields holds as well stays.
        """
        record = self._by_ref[ref]
        if record.email and record.addresses.count(record.email) == 1:
            self._by_email[record.email].remove(ref)

    def with_email(self, email: str) -> list[PersonRecord]:
        """Return the records that carry an email in any of the link's fields: by object, field and id."""
        found = [self._by_ref[ref] for ref in self._by_email.get(email, ())] if email else []
        return sorted(found, key=lambda record: (record.ref.type, record.place_of(email), record.ref.id))

    def with_key(self, key: str) -> list[PersonRecord]:
        """Return the records that carry a key: by object and id."""
        found = [self._by_ref[ref] for ref in self._by_key.get(key.lower(), ())] if key else []
        same = [record for record in found if record.has_key(key)]
        return sorted(same, key=lambda record: (record.ref.type, record.ref.id))

    def follow(self, ref: PersonRef) -> PersonRecord | None:
        """Return the living record that an id leads to through merges and conversions, None where it is gone."""
        record = self._by_ref.get(self._path(ref)[-1])
        return None if record is None or record.is_deleted or record.is_converted else record

    def missing_refs(self, refs: Sequence[PersonRef]) -> set[PersonRef]:
        """Return the ids that must still be read to follow each of `refs` to its end."""
        return {end for ref in refs if (end := self._path(ref)[-1]) not in self._by_ref}

    def is_converted(self, ref: PersonRef) -> bool:
        """Say whether an id leads to a converted lead whose contact is gone."""
        return any(self._by_ref[step].is_converted for step in self._path(ref) if step in self._by_ref)

    def _path(self, ref: PersonRef) -> list[PersonRef]:
        """Return the ids from one to where it leads; a circle ends where it closes."""
        path = [ref]
        while (record := self._by_ref.get(path[-1])) is not None:
            onward = next_ref(record)
            if onward is None or onward in path:
                break
            path.append(onward)
        return path


def next_ref(record: PersonRecord) -> PersonRef | None:
    """Return where a merged or converted record went, None where it stands for itself or is gone."""
    if record.is_deleted:
        return PersonRef(record.ref.type, record.master_id) if record.master_id else None
    if record.is_converted and record.converted_contact_id:
        return PersonRef(PersonType.CONTACT, record.converted_contact_id)
    return None
