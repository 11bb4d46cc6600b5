"""Say how a link creates people, and what would keep it from doing so: owner, account, record type."""

from django.utils.translation import gettext as _

from connector.core.accounts import AccountBy
from connector.core.checking.problem import Problem
from connector.core.schema import ObjectSchema, SObject
from connector.models import CampaignLink
from connector.models.links import ASSIGNMENT_RULES, OWNER_WORDS
from connector.pipeline.connection.schemas import account_schema
from connector.pipeline.preflight.check import Check, found, say
from connector.pipeline.setup.link_check import CREATED, SchemaOf
from connector.pipeline.setup.new_people_check import Found, look_up_people, new_people_problems, record_type_problems
from connector.salesforce.gateway import Gateway


def check_new_people(link: CampaignLink, gateway: Gateway, *, schema_of: SchemaOf) -> list[Check]:
    """Check owner, account and record type of the people that a link creates; nothing where it creates nobody.

    Call outside a transaction. Raises SalesforceError where Salesforce does not answer.
    """
    created = CREATED[link.create_as]
    if created is None:
        return []
    looked_up = look_up_people(link, gateway, schema_of=schema_of)
    problems = [*new_people_problems(link), *record_type_problems(link, schema_of=schema_of), *looked_up.problems]
    checks = [_refused(problem) for problem in problems]
    refused = {problem.key for problem in problems}
    if "new_owner" not in refused:
        checks.append(Check("new_owner", ok=True, detail=_say_owner(link, created, looked_up)))
    if created is SObject.CONTACT and "contact_account" not in refused:
        checks.append(_check_account(link, gateway, looked_up))
    return checks


def check_person_accounts(link: CampaignLink, gateway: Gateway, *, schema_of: SchemaOf) -> list[Check]:
    """Say what becomes of Person Accounts, where the organisation has them; membership always works."""
    if schema_of(SObject.CONTACT).find_field("IsPersonAccount") is None:
        return []
    if account_schema(link.org, gateway, refresh=True).is_updateable:
        return [
            found("person_accounts", _("Person Accounts are added as Contacts; their fields are written to Account."))
        ]
    detail = _(
        "Person Accounts are added as Contacts; their own fields are not written: the user may not edit Accounts."
    )
    advice = _("Give the integration user the right to edit Accounts if their fields shall follow inwink.")
    return [found("person_accounts", detail, advice=advice)]


def _refused(problem: Problem) -> Check:
    return Check(problem.key, ok=False, detail=say(problem), advice=_("Change it on the link."))


def _say_owner(link: CampaignLink, created: SObject, found: Found) -> str:
    if link.new_owner not in OWNER_WORDS:
        return _("New people belong to %(name)s (%(id)s).") % {"name": found.owner, "id": link.new_owner}
    if link.new_owner != ASSIGNMENT_RULES:
        return _("New people belong to the integration user.")
    if created is SObject.CONTACT:
        return _("Salesforce has no assignment rules for Contacts: new Contacts belong to the integration user.")
    return _(
        "The organisation's active Lead assignment rule chooses who owns a new Lead; where none applies, Salesforce's "
        "default Lead owner has it. Leads that are only updated keep their owner."
    )


def _check_account(link: CampaignLink, gateway: Gateway, found: Found) -> Check:
    by = link.contact_account
    if by == AccountBy.NONE:
        text = _(
            "New Contacts have no account: nobody but their owner, administrators and users with View All sees them."
        )
        return Check("contact_account", ok=True, detail=text)
    if by not in (AccountBy.BY_COMPANY, AccountBy.BY_DOMAIN):
        text = _("New Contacts belong to the account %(name)s (%(id)s).")
        return Check("contact_account", ok=True, detail=text % {"name": found.account, "id": by})
    field = "Name" if by == AccountBy.BY_COMPANY else "Website"
    return _check_search(field, account_schema(link.org, gateway, refresh=True))


def _check_search(field: str, account: ObjectSchema) -> Check:
    if not account.is_queryable or account.find_field(field) is None:
        detail = _("The integration user cannot search accounts by %(field)s: new Contacts have no account.")
        advice = _("Give the user the right to read Accounts and their field %(field)s.")
        return Check("contact_account", ok=False, detail=detail % {"field": field}, advice=advice % {"field": field})
    text = _("A new Contact is put under the one account whose name is the participant's company.")
    if field == "Website":
        text = _(
            "A new Contact is put under the one account whose website is on the domain of the participant's email."
        )
    private = _("Where none or several fit, it has no account: only its owner, administrators and users with View All "
                "see it.")  # fmt: skip
    return Check("contact_account", ok=True, detail=f"{text} {private}")
