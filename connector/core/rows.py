"""The rows of a batch as the rules see them, and the policies of their link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.core.convert import Locale
from connector.core.mapping import Event, MappingRule
from connector.core.participant import Json, Known
from connector.core.schema import ObjectSchema, PersonType, SObject
from connector.core.state import State


class Ambiguous(StrEnum):
    """What happens when several records carry one email."""

    REVIEW = "review"
    MOST_RECENT = "most_recent"


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A Contact or a Lead by its id (18 characters)."""

    type: PersonType
    id: str


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """Everything that a link decides, as values."""

    match: tuple[PersonType, ...]
    """The objects that are searched, the preferred one first."""
    create: PersonType | None
    create_for: frozenset[State]
    labels: Mapping[State, str]
    """{state: label} of the states that are sent."""
    event: Event
    mappings: tuple[MappingRule, ...] = ()
    update_existing: bool = False
    ambiguous: Ambiguous = Ambiguous.REVIEW
    is_one_member_an_email: bool = False
    """`same_email: one_member`: different names on one email are one person."""
    never_downgrade: bool = True
    adds_removed_again: bool = False
    can_create: bool = False
    """It is proved or confirmed that the integration user sees everybody (rule 3.0)."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    """{"company": text, "last_name": text}"""
    ends_at: datetime | None = None
    locale: Locale = Locale()


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox entry of the batch, or a sibling that shares its email."""

    id: int
    known: Known
    key: str
    email: str
    """Normalised, "" where there is none."""
    is_claimed: bool = True
    """False for a sibling that is only there for context."""
    answers: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    is_forced: bool = False
    is_correction: bool = False
    person: PersonRef | None = None
    member_id: str = ""
    created_by_us: bool = False
    matched_email: str = ""
    matched_last_name: str = ""
    sent_values: Mapping[str, Json] = field(default_factory=dict)
    sent_label: str = ""
    synced_state: State | None = None
    sent_hash: str = ""
    last_read_at: datetime | None = None
    is_unclear: bool = False
    """A call that creates something for this row was sent and its answer is not known."""

    def answer(self, reason: str) -> str:
        """Return the word of a person's answer to a reason, "" where there is none."""
        return str(self.answers.get(reason, {}).get("answer", ""))


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A CampaignMember of this link's campaign, as read."""

    id: str
    label: str
    has_responded: bool = False
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A Contact or Lead, as read."""

    ref: PersonRef
    email: str
    """Normalised."""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    values: Mapping[str, Json] = field(default_factory=dict)
    """{api name: value} of the mapped fields."""
    member: MemberRecord | None = None
    is_converted: bool = False
    converted_contact_id: str = ""
    is_deleted: bool = False
    master_id: str = ""
    is_person_account: bool = False
    last_activity_at: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What was read of the campaign: its labels, in their order."""

    has_responded: Mapping[str, bool]
    """{label: HasResponded}"""


Schemas = Mapping[SObject, ObjectSchema]


def latest_first(rows: Sequence[Row]) -> list[Row]:
    """Order rows by their latest change, the newest first; the later row wins a tie."""
    return sorted(rows, key=lambda row: (row.known.changed_at is not None, row.known.changed_at, row.id), reverse=True)
