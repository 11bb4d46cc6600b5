"""Explain the organisation's duplicate and assignment rules: what they will do to people whom the connector writes."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connector.models import CampaignLink
from connector.pipeline.preflight.check import Check, found
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.rights import Rules, parse_rules, rule_queries

ASSIGNMENT_RULES = "assignment_rules"
"""The value of `new_owner` that leaves the owner to them."""


def read_rules(gateway: Gateway) -> Rules:
    """Ask for the active rules; one API call. What cannot be read is None."""
    try:
        return parse_rules(gateway.composite(rule_queries()))
    except SalesforceError:
        return Rules(duplicate_rules=None, has_assignment_rule=None)


def check_rules(rules: Rules, link: CampaignLink | None = None) -> Iterator[Check]:
    """Say which rules there are and, of a link, what its settings make of them; none of it can be wrong."""
    yield found("duplicate_rules", _sentences(_duplicate_rules(rules), _what_duplicates_do(rules, link)))
    yield found("assignment_rules", _sentences(_assignment_rule(rules), _who_owns(rules, link)))


def _sentences(*texts: str) -> str:
    return " ".join(text for text in texts if text)


def _duplicate_rules(rules: Rules) -> str:
    if rules.duplicate_rules is None:
        return _("The user may not read which duplicate rules are active (it takes View Setup and Configuration).")
    if not rules.duplicate_rules:
        return _("No duplicate rule for Contacts or Leads is active.")
    listed = "; ".join(f"{name.value}: {', '.join(labels)}" for name, labels in rules.duplicate_rules.items())
    return _("Active duplicate rules – %(rules)s.") % {"rules": listed}


def _what_duplicates_do(rules: Rules, link: CampaignLink | None) -> str:
    """Alert can be overridden by a header, Block cannot; which one a rule has cannot be queried.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
    """
    if rules.duplicate_rules == {}:
        return ""
    blocked = _("One that blocks refuses the person, whatever is set here; the participant then shows as failed.")
    if link is None:
        return blocked
    if link.duplicates == CampaignLink.Duplicates.ALLOW:
        return _("One that only warns is overridden for this link: the person is saved, with a note.") + " " + blocked
    return _("One that warns refuses the person for this link too; the participant then shows as failed.")


def _assignment_rule(rules: Rules) -> str:
    if rules.has_assignment_rule is None:
        return _("The user may not read whether an assignment rule for Leads is active.")
    if rules.has_assignment_rule:
        return _("An assignment rule for Leads is active.")
    return _("No assignment rule for Leads is active.")


def _who_owns(rules: Rules, link: CampaignLink | None) -> str:
    """Tell who becomes the owner; without our header Salesforce would apply the rule to every Lead.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm
    """
    if link is None or link.create_as == CampaignLink.Create.NOBODY:
        return ""
    if link.new_owner != ASSIGNMENT_RULES:
        unused = _("This link does not use it: new people belong to the owner set on the link.")
        return "" if rules.has_assignment_rule is False else unused
    if link.create_as != CampaignLink.Create.LEAD:
        return _("It gives owners to Leads only: new Contacts of this link belong to the integration user.")
    if rules.has_assignment_rule is False:
        return _("This link leaves the owner to it: without one, new Leads belong to the integration user.")
    return _("This link leaves the owner of new Leads to it.")
