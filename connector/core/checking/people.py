"""Say what is wrong with how a link creates people, before anything is sent (rules 3.2 and 3.4)."""

from collections.abc import Iterator

from connector.core.checking.problem import Problem, gettext_noop
from connector.core.new_people import NewPeople, find_record_type
from connector.core.planning.creating import RECORD_TYPE_FIELD
from connector.core.schema import ObjectSchema, PersonType, SObject

_KEYS = {SObject.CONTACT: "contact", SObject.LEAD: "lead", SObject.CAMPAIGN_MEMBER: "campaign_member"}


def validate_new_people(new_people: NewPeople, *, create: PersonType | None, is_queue: bool) -> list[Problem]:
    """Check what can be known without Salesforce."""
    problems = []
    if is_queue and create is PersonType.CONTACT:
        text = gettext_noop("A queue can own Leads, not Contacts. Choose a user, or create Leads.")
        problems.append(Problem("queue_owns_no_contacts", "new_owner", text))
    if SObject.CAMPAIGN_MEMBER in new_people.record_types:
        text = gettext_noop(
            "Campaign members take the record type of their campaign: set “Campaign Member Type” there, "
            "and leave campaign_member out here."
        )
        problems.append(Problem("member_record_type", "record_types.campaign_member", text))
    return problems


def validate_record_type(new_people: NewPeople, schema: ObjectSchema) -> Iterator[Problem]:
    """Check the record type of one object against its describe."""
    sobject = SObject(schema.name)
    wanted = new_people.record_types.get(sobject)
    if not wanted or sobject not in _KEYS:
        return
    key = f"record_types.{_KEYS[sobject]}"
    field = schema.find_field(RECORD_TYPE_FIELD)
    names = ", ".join(f"{kind.name} ({kind.developer_name})" for kind in schema.record_types.values()) or "–"
    params = {"object": schema.name, "wanted": wanted, "names": names}
    if find_record_type(wanted, schema) is None:
        text = gettext_noop(
            "The integration user may give no %(object)s the record type %(wanted)s. The user's record types: "
            "%(names)s. Name one of them, or assign the type to the user in Salesforce."
        )
        yield Problem("record_type_unknown", key, text, params)
    elif field is None or not field.is_createable:
        text = gettext_noop("The integration user may not set the record type of a new %(object)s.")
        yield Problem("record_type_not_writable", key, text, params)
