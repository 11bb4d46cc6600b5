"""Name, in the language that is active, what a preflight looks at."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECK_LABELS: dict[str, str | Promise] = {
    "sign_in": _("Sign-in"),
    "api_version": _("API version"),
    "api_limit": _("API calls"),
    "rights": _("Rights on"),
    "fields": _("Fields of"),
    "duplicate_rules": _("Duplicate rules"),
    "assignment_rules": _("Assignment rules"),
    "visibility": _("Sees all Contacts and Leads"),
    "new_owner": _("Owner of new people"),
    "contact_account": _("Account of new Contacts"),
    "record_types.lead": _("Record type of new Leads"),
    "record_types.contact": _("Record type of new Contacts"),
    "person_accounts": _("Person Accounts"),
    "campaign": _("Campaign"),
    "statuses": _("Member statuses"),
    "status": _("Member status for"),
    "create_statuses": _("Creating member statuses"),
    "mappings": _("Fields"),
    "mapping": _("Field"),
    "required_fields": _("Required fields"),
    "create": _("Creating people"),
    "salesforce": _("Salesforce"),
}
"""Names of what a test of the connection looks at; the word after a space stays (an object of Salesforce)."""


OBJECT_LABELS: dict[str, str | Promise] = {
    "Contact": _("Contact"),
    "Lead": _("Lead"),
    "Campaign": _("Campaign"),
    "CampaignMember": _("Campaign member (CampaignMember)"),
    "CampaignMemberStatus": _("Member status (CampaignMemberStatus)"),
}
"""Salesforce's words for its objects, with the API name where a permission set is found by it."""


def name_object(sobject: str) -> str:
    """Return the name of an object of Salesforce as people read it."""
    return str(OBJECT_LABELS.get(sobject, sobject))


def name_check(name: str, *, states: Mapping[str, str | Promise]) -> str:
    """Return the name of a check as people read it; `states` names the states of participants."""
    kind, _space, rest = name.partition(" ")
    if kind.startswith("statuses."):
        state = kind.removeprefix("statuses.")
        kind, rest = "status", str(states.get(state, state))
    text = f"{CHECK_LABELS.get(kind, kind)} {name_object(rest)}".strip()
    return text[:1].upper() + text[1:]
