"""The rows of a batch as the rules see them, and the policies of their link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.core.consent import Consent
from connector.core.convert import Locale
from connector.core.filters import Filter
from connector.core.mapping import Event, MappingRule
from connector.core.match_fields import MatchFields
from connector.core.new_people import NewPeople
from connector.core.outcomes import Reason
from connector.core.participant import Json, Known, names_key, text_of
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
    match_fields: MatchFields = MatchFields()
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
    new_people: NewPeople = NewPeople()
    ends_at: datetime | None = None
    locale: Locale = Locale()
    filter: Filter = Filter()
    consent: Consent | None = None


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
    """{reason: what `make_answer` returned}"""
    is_forced: bool = False
    is_correction: bool = False
    person: PersonRef | None = None
    member_id: str = ""
    created_by_us: bool = False
    matched_email: str = ""
    matched_last_name: str = ""
    sent_values: Mapping[str, Json] = field(default_factory=dict)
    sent_label: str = ""
    """The status that we wrote last."""
    member_label: str = ""
    """The status that the member has as last read or written, whoever set it."""
    synced_state: State | None = None
    sent_hash: str = ""
    sent_person_hash: str = ""
    last_synced_at: datetime | None = None
    """When the row was last sent; of several rows of one person the latest knows what Salesforce holds from us."""
    last_read_at: datetime | None = None
    create_sent_at: datetime | None = None
    """When a call that creates something for this row was sent whose answer is not known."""
    is_erased: bool = False
    """The person asked to be forgotten, and a message that was just being stored brought the row back."""
    unclear_email: str = ""
    """The email that this call carried; the row's may have been corrected since."""
    is_adopted: bool = False
    """The record was found again after such a call; nothing about it is stored yet."""

    @property
    def is_unclear(self) -> bool:
        """Whether something may have been created for this row that is not known."""
        return self.create_sent_at is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the row, comparable (see `names_key`); empty where it has none."""
        return names_key(text_of(self.known.values, "first_name"), text_of(self.known.values, "last_name"))

    def answer(self, reason: str) -> str:
        """Return the word of a person's answer to a reason, "" where there is none or it was about something else.

        An answer that names an email was about that email; "same_person" and "leave_out" of a shared email were about
        the names that the row had. Whatever was handed over since is another question.
        """
        given = self.answers.get(reason, {})
        word = str(given.get("answer", ""))
        if given.get("email", self.email) != self.email:
            return ""
        is_about_names = reason == Reason.SHARES_EMAIL and word in ("same_person", "leave_out")
        if is_about_names and tuple(given.get("names", self.names)) != self.names:
            return ""
        return word

    def picked(self) -> PersonRef | None:
        """Return the record that a person picked for this row, None where nobody did."""
        for reason, given in self.answers.items():
            if self.answer(reason) == "pick":
                return PersonRef(PersonType(given["person_type"]), str(given["person_id"]))
        return None


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
    """Of the field Email, normalised."""
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
    account_id: str = ""
    """The account of a contact; of a Person Account the other half of the person, through which it is written."""
    last_activity_at: str = ""
    created_at: str = ""
    created_by_id: str = ""
    last_modified_by_id: str = ""
    """Who created the record and who changed it last: ids of users (18 characters)."""
    emails: tuple[str, ...] = ()
    """Of the link's email fields in their order, normalised, "" where one is empty; () stands for Email alone."""
    key: str = ""
    """Of the link's key field."""
    is_key_case_sensitive: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address under which the record is found, the preferred one first."""
        return self.emails or (self.email,)

    def place_of(self, email: str) -> int:
        """Return how far down the list of email fields an address stands, the preferred field being 0."""
        return self.addresses.index(email) if email in self.addresses else len(self.addresses)

    def has_key(self, key: str) -> bool:
        """Say whether the key field holds this value, as Salesforce compares it.

        https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
        """
        return self.key == key or (not self.is_key_case_sensitive and self.key.lower() == key.lower())


Schemas = Mapping[SObject, ObjectSchema]


def latest_first(rows: Sequence[Row]) -> list[Row]:
    """Order rows by their latest change, the newest first; the later row wins a tie."""
    return sorted(rows, key=lambda row: (row.known.changed_at is not None, row.known.changed_at, row.id), reverse=True)


def oldest_sync_first(rows: Sequence[Row]) -> list[Row]:
    """Order rows by when they were last sent, so that what is known from the latest sync comes last."""
    return sorted(rows, key=lambda row: (row.last_synced_at is not None, row.last_synced_at, row.id))


EMAIL_QUESTIONS = frozenset({Reason.NO_EMAIL, Reason.SHARES_EMAIL, Reason.AMBIGUOUS, Reason.CONVERTED_WITHOUT_CONTACT})
"""Questions about one email: their answers end when the participant has another one."""


def make_answer(row: Row, reason: Reason, word: str, *, picked: PersonRef | None = None) -> dict[str, Json]:
    """Return a person's answer as it is stored: the word, and what it is about.

    `word` is one of "pick" (with `picked`), "create", "same_person", "leave_out" and "accept".
    """
    answer: dict[str, Json] = {"answer": word}
    if reason in EMAIL_QUESTIONS:
        answer["email"] = row.email
    if reason is Reason.SHARES_EMAIL:
        answer["names"] = list(row.names)
    if picked is not None:
        answer |= {"person_type": picked.type.value, "person_id": picked.id}
    return answer
