"""How the fields of a Person Account's Contact are called on its Account.

Title is PersonTitle, Track__c Track__pc; the parts of the name and the business phones are called the same.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm
"""

_SAME = ("FirstName", "LastName", "Salutation", "Phone", "Fax")
_CUSTOM, _CUSTOM_THERE = "__c", "__pc"


def account_name(contact_field: str) -> str:
    """Return what Account calls a field of Contact."""
    if contact_field in _SAME:
        return contact_field
    if contact_field.endswith(_CUSTOM):
        return contact_field.removesuffix(_CUSTOM) + _CUSTOM_THERE
    return f"Person{contact_field}"
