"""Short words for the values that the rules work on, so that a table reads like a list of situations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.core.checking.mapping_defaults import DEFAULT_MAPPINGS
from connector.core.mapping import Event, Facts, MappingRule
from connector.core.matching.match import Held, Match, Matched
from connector.core.matching.records import Records
from connector.core.merging.merge import merge_participant
from connector.core.outcomes import Reason
from connector.core.participant import Known, Participant
from connector.core.planning.field_values import Context
from connector.core.rows import LinkPolicy, MemberRecord, PersonRecord, PersonRef, Row
from connector.core.schema import Choice, FieldSpec, ObjectSchema, PersonType, SObject
from connector.core.screen import Person
from connector.core.state import Registration, State

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""When the event of every case begins."""
EMAIL = "ada@example.org"
REGISTERED, ATTENDED, REFUSED = State.REGISTERED, State.ATTENDED, State.REFUSED
NOT_REGISTERED, NO_SHOW = State.NOT_REGISTERED, State.NO_SHOW
ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": EMAIL}
ANONYMOUS = {"first_name": "Anonymous", "last_name": "Anonymous", "email": "x7@anonymous.invalid"}
CONTACT, LEAD = PersonType.CONTACT, PersonType.LEAD

LABELS = {
    State.REGISTERED: "Registered",
    State.ATTENDED: "Attended",
    State.REFUSED: "Refused",
    State.NOT_REGISTERED: "Invited by inwink",
    State.NO_SHOW: "No show",
}
DEFAULT_LABELS = {state: LABELS[state] for state in (State.REGISTERED, State.ATTENDED)}
RESPONDED = {
    "Registered": True, "Attended": True, "Refused": False, "Invited by inwink": False, "No show": False,
    "Sent": False, "Meeting booked": True,
}  # fmt: skip
"""{label: HasResponded} of the campaign: five that the link manages, two that colleagues use."""


def minute(number: float) -> datetime:
    """Return a moment some minutes after the event began."""
    return START + timedelta(minutes=number)


def said(number: float | None = None, **values: Any) -> Participant:
    """Say something about a participant, as of a minute (None: the message has no time)."""
    if "registration" in values and values["registration"] is not None:
        values["registration"] = Registration(values["registration"])
    updated_at = None if number is None else minute(number)
    return Participant(event_id="e", key="p", values=values, updated_at=updated_at)


def heard(*messages: Participant, default_state: State | None = None) -> Known:
    """Merge messages in the order in which they arrive; the first arrives in minute 100."""
    known: Known | None = None
    for number, message in enumerate(messages, start=100):
        known = merge_participant(known, message, received_at=minute(number), default_state=default_state).known
    assert known is not None
    return known


def known_in(*states: State, changed: float = 0, **values: Any) -> Known:
    """Return what is known of a participant who was in these states, the last one now."""
    filled = {"email": EMAIL, "first_name": "Ada", "last_name": "Lovelace", **values}
    state = State.ATTENDED if State.ATTENDED in states else (states[-1] if states else None)
    return Known(
        values=filled,
        states_seen=states,
        state=state,
        changed_at=minute(changed),
        first_registered_at=minute(0) if State.REGISTERED in states else None,
        attended_at=minute(1) if State.ATTENDED in states else None,
    )


def row(number: int = 1, *states: State, **more: Any) -> Row:
    """Return an entry; `values`, `changed` and whatever `Row` takes can be given."""
    values = more.pop("values", {})
    known = more.pop("known", None) or known_in(*(states or (REGISTERED,)), changed=more.pop("changed", 0), **values)
    email = more.pop("email", str(known.values.get("email") or "").strip().lower())
    return Row(id=number, known=known, key=f"p{number}", email=email, **more)


def named(number: int, first: str, last: str, *states: State, **more: Any) -> Row:
    """Return an entry of that name."""
    values = {"first_name": first, "last_name": last, **more.pop("values", {})}
    return row(number, *states, values=values, **more)


def person(*rows: Row) -> Person:
    """Return one person of these entries."""
    return Person(rows=rows or (row(),), email=(rows or (row(),))[0].email)


def ref(kind: PersonType, number: int) -> PersonRef:
    """Return an id: contact 1 is 003…1, lead 2 is 00Q…2."""
    prefix = "003" if kind is CONTACT else "00Q"
    return PersonRef(kind, f"{prefix}{number:015d}")


def member(label: str = "Registered", number: int = 1, **more: Any) -> MemberRecord:
    """Return a membership of the link's campaign."""
    return MemberRecord(id=f"00v{number:015d}", label=label, has_responded=RESPONDED.get(label, False), **more)


def contact(number: int = 1, **more: Any) -> PersonRecord:
    """Return a Contact as read: Ada Lovelace unless said otherwise."""
    return _record(ref(CONTACT, number), **more)


def lead(number: int = 1, **more: Any) -> PersonRecord:
    """Return a Lead as read: Ada Lovelace unless said otherwise."""
    return _record(ref(LEAD, number), **more)


def _record(identity: PersonRef, **more: Any) -> PersonRecord:
    return PersonRecord(**{"ref": identity, "email": EMAIL, "first_name": "Ada", "last_name": "Lovelace", **more})


def read(*found: PersonRecord) -> Records:
    """Return everything that was read."""
    records = Records()
    for record in found:
        records.add(record)
    return records


def policy(**more: Any) -> LinkPolicy:
    """Return the policy of a new link whose organisation shows everybody."""
    defaults: dict[str, Any] = {
        "match": (CONTACT, LEAD),
        "create": LEAD,
        "create_for": frozenset({REGISTERED, ATTENDED}),
        "labels": LABELS,
        "event": Event(id="e", name="Salon 2026", starts_at=START),
        "mappings": DEFAULT_MAPPINGS,
        "can_create": True,
        "placeholders": {"company": "[not provided]", "last_name": "[not provided]"},
    }
    return LinkPolicy(**{**defaults, **more})


def spec(name: str, kind: str = "string", **more: Any) -> FieldSpec:
    """Describe a field; texts hold 40 characters."""
    return FieldSpec(name=name, label=name, type=kind, **{"length": 40 if kind in ("string", "phone") else 0, **more})


TRACKS = (Choice("DATA", "Data track"), Choice("WEB", "Web"), Choice("OLD", "Old", is_active=False))
_PERSON_FIELDS: Sequence[FieldSpec] = (
    spec("FirstName"), spec("LastName", is_nillable=False), spec("Email", "email", length=80), spec("Title"),
    spec("Track__c", "picklist", choices=TRACKS), spec("HasOptedOutOfEmail", "boolean"),
    spec("Formula__c", is_createable=False, is_updateable=False),
)  # fmt: skip
_LEAD_FIELDS = (*_PERSON_FIELDS, spec("Company", is_nillable=False))
_MEMBER_FIELDS = (spec("Dietary__c"), spec("Seats__c", "double", precision=4, scale=1), spec("Came__c", "datetime"))


def schema(name: str, *fields: FieldSpec) -> ObjectSchema:
    """Describe an object."""
    return ObjectSchema(
        name=name, label=name, is_createable=True, is_updateable=True, is_queryable=True,
        fields={field.name: field for field in fields},
    )  # fmt: skip


SCHEMAS: Mapping[SObject, ObjectSchema] = {
    SObject.CONTACT: schema("Contact", *_PERSON_FIELDS),
    SObject.LEAD: schema("Lead", *_LEAD_FIELDS),
    SObject.CAMPAIGN_MEMBER: schema("CampaignMember", *_MEMBER_FIELDS),
}


def context(link_policy: LinkPolicy | None = None, **more: Any) -> Context:
    """Return what every plan is made with."""
    return Context(link_policy or policy(**more), SCHEMAS, RESPONDED)


def rule(field: str, source: str = "fields.x", sobject: SObject = SObject.CONTACT, **more: Any) -> MappingRule:
    """Map an inwink field."""
    return MappingRule(sobject, field, source, **more)


NOBODY = "nobody"


def told(match: Match) -> PersonRef | Reason | str:
    """Say in a word what a match came to: the record, the reason, or nobody."""
    if isinstance(match, Matched):
        return match.record.ref
    return match.verdict.reason if isinstance(match, Held) else NOBODY


def converted(number: int, into: int | None) -> PersonRecord:
    """Return a converted lead and, by its id, the contact that it became."""
    return lead(number, is_converted=True, converted_contact_id=ref(CONTACT, into).id if into else "")


def facts_of(*states: State, **values: Any) -> Facts:
    """Return what mappings, filters and consent can read of one participant."""
    return person(row(1, *states, values=values)).facts(policy())
