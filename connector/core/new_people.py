"""What a link decides about the people it creates: a record type, an owner, an account (rules 3.2 and 3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.accounts import AccountBy
from connector.core.schema import ObjectSchema, SObject

RECORD_TYPE_PREFIX = "012"
"""First characters of the id of a record type; a developer name begins with a letter."""


@dataclass(frozen=True, slots=True)
class NewPeople:
    """Everything that a link decides about the people it creates, beside the mapped fields."""

    record_types: Mapping[SObject, str] = field(default_factory=dict)
    """{object: id (18 characters), developer name or label of its record type}.
    Without one the organisation decides."""
    owner_id: str = ""
    """A user, or for Leads a queue; "" is the integration user, or whom the assignment rules choose."""
    account_by: AccountBy = AccountBy.NONE
    account_id: str = ""
    """The one account of all new Contacts; "" where `account_by` searches."""


def find_record_type(wanted: str, schema: ObjectSchema) -> str | None:
    """Return the id of the one record type of that id, developer name or label; None where it is not one."""
    if wanted.startswith(RECORD_TYPE_PREFIX):
        return wanted if wanted in schema.record_types else None
    folded = wanted.casefold()
    found = [
        record_type_id
        for record_type_id, record_type in schema.record_types.items()
        if folded in (record_type.name.casefold(), record_type.developer_name.casefold())
    ]
    return found[0] if len(found) == 1 else None
