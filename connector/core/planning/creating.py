"""Work out everything that a new Contact or Lead gets: fields, placeholders, and what the link gives (rule 3)."""

from collections.abc import Mapping

from connector.core.convert import UnfitError, is_blank
from connector.core.mapping import Facts
from connector.core.new_people import RECORD_TYPE_PREFIX, find_record_type
from connector.core.outcomes import Note
from connector.core.participant import Json
from connector.core.planning.field_values import Context, new_values
from connector.core.schema import ObjectSchema, SObject

RECORD_TYPE_FIELD = "RecordTypeId"


def created_values(sobject: SObject, *, facts: Facts, context: Context) -> tuple[dict[str, Json], tuple[Note, ...]]:
    """Return the values of a new person and what is to be noted.

    Raises UnfitError where a value does not fit, where one is missing that Salesforce demands, and where the link's
    record type is none that this user may give: then nothing is sent for the person.
    """
    values, notes = new_values(sobject, facts=facts, context=context)
    require_values(values, context.schemas[sobject])
    given, more_notes = link_values(sobject, facts=facts, context=context)
    return {**values, **given}, (*notes, *more_notes)


def require_values(values: Mapping[str, Json], schema: ObjectSchema) -> None:
    """Raise UnfitError where a new person lacks what Salesforce demands (rule 3.3)."""
    missing = [
        name for name, spec in schema.fields.items() if spec.is_required_on_create and is_blank(values.get(name))
    ]
    if missing:
        detail = "Salesforce demands a value; inwink has none, and the link no placeholder"
        raise UnfitError("required_field_missing", ", ".join(missing), detail)


def link_values(sobject: SObject, *, facts: Facts, context: Context) -> tuple[dict[str, Json], tuple[Note, ...]]:
    """Return the fields that the link itself fills. Raises UnfitError for a record type that is unknown."""
    new_people = context.policy.new_people
    given: dict[str, Json] = {}
    if sobject in new_people.record_types:
        given[RECORD_TYPE_FIELD] = _record_type(new_people.record_types[sobject], context.schemas[sobject])
    if new_people.owner_id:
        given["OwnerId"] = new_people.owner_id
    if sobject is not SObject.CONTACT:
        return given, ()
    account_id, note = new_people.account_id, None
    if not account_id:
        account_id, note = context.accounts.choose(new_people.account_by, facts.values)
    return {**given, **({"AccountId": account_id} if account_id else {})}, (note,) if note else ()


def _record_type(wanted: str, schema: ObjectSchema) -> str:
    """Return the id to send; one configured by its id is left to Salesforce to judge: our describe may be old."""
    if wanted.startswith(RECORD_TYPE_PREFIX):
        return wanted
    found = find_record_type(wanted, schema)
    if found is None:
        detail = f"the integration user may give no {schema.name} the record type {wanted}"
        raise UnfitError("record_type_unknown", RECORD_TYPE_FIELD, detail)
    return found
