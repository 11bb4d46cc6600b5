"""Name the fields of Salesforce by which a person is recognised: emails, and an id of inwink's (rule 2.9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.schema import PersonType

MAIN_EMAIL = "Email"
"""The field that new people get their address in, and the only one in which an address is corrected."""


@dataclass(frozen=True, slots=True)
class MatchKey:
    """A field of ours on Contact, Lead or both that holds a value of inwink."""

    source: str
    """Path of the inwink value, as in a mapping."""
    fields: Mapping[PersonType, str]


@dataclass(frozen=True, slots=True)
class MatchFields:
    """Everything by which the people of a link are searched."""

    emails: Mapping[PersonType, tuple[str, ...]] = field(default_factory=dict)
    """{object: fields, the preferred one first}; an object that is absent is searched by MAIN_EMAIL alone."""
    key: MatchKey | None = None

    def email_fields(self, kind: PersonType) -> tuple[str, ...]:
        """Return the email fields of an object, the preferred one first."""
        return self.emails.get(kind, (MAIN_EMAIL,))

    def key_field(self, kind: PersonType) -> str:
        """Return the key field of an object, "" where it has none."""
        return self.key.fields.get(kind, "") if self.key else ""

    def of(self, kind: PersonType) -> tuple[str, ...]:
        """Return every field of an object by which people are searched."""
        return tuple(dict.fromkeys(name for name in (*self.email_fields(kind), self.key_field(kind)) if name))
