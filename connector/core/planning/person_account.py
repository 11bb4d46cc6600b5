"""Write the fields of a Person Account where they can be written: on its Account (rule 2.9).

A Person Account is a Contact and an Account in one. The Contact shows its fields and cannot be changed; the Account has
them under other names. What people map, compare and see stays in the names of the Contact.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.core.participant import Json
from connector.core.schema import FieldSpec, ObjectSchema

_SAME_NAME = frozenset({"firstname", "lastname", "middlename", "suffix", "salutation", "phone", "fax"})
"""Fields (lower case) that the Account of a Person Account has under the Contact's name."""
_CUSTOM, _CUSTOM_THERE = "__c", "__pc"


def account_field(name: str, account: ObjectSchema) -> FieldSpec | None:
    """Return the Account's field that holds a field of the Contact; None where there is none.

    Title is PersonTitle, MailingCity PersonMailingCity, Track__c Track__pc; names and business phones keep their names.
    """
    if name.lower().endswith(_CUSTOM):
        return account.find_field(name[: -len(_CUSTOM)] + _CUSTOM_THERE)
    found = account.find_field(f"Person{name}")
    if found is None and name.lower() in _SAME_NAME:
        return account.find_field(name)
    return found


def is_writable(account: ObjectSchema | None) -> bool:
    """Say whether the user may change the fields of Person Accounts."""
    return account is not None and account.is_updateable


def as_contact(contact: ObjectSchema, account: ObjectSchema, *, names: Iterable[str]) -> ObjectSchema:
    """Return the Contact as a Person Account's fields can be written: limits and rights are those of the Account.

    Only the fields of these names are in it, under the spelling of the Contact.
    """
    fields: dict[str, FieldSpec] = {}
    for name in names:
        spec, there = contact.find_field(name), account_field(name, account)
        if spec is not None and there is not None:
            fields[spec.name] = replace(there, name=spec.name)
    return replace(contact, fields=fields, is_updateable=account.is_updateable)


def account_values(values: Mapping[str, Json], account: ObjectSchema) -> dict[str, Json]:
    """Return the values of a Contact under the names of its Account; what the Account does not have is left out."""
    named = {name: account_field(name, account) for name in values}
    return {spec.name: values[name] for name, spec in named.items() if spec is not None}
