"""Hold how a link creates people against Salesforce: owner, account and record types, for file, admin and preflight."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.checking.people import validate_new_people, validate_record_type
from connector.core.checking.problem import Problem, gettext_noop
from connector.core.schema import SObject
from connector.models import CampaignLink
from connector.models.links import ACCOUNT_WORDS, OWNER_WORDS
from connector.pipeline.policies import CREATE, new_people_of
from connector.pipeline.setup.link_check import CREATED, SchemaOf
from connector.pipeline.setup.new_people_words import is_queue
from connector.salesforce.errors import RequestRefused
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import account_by_id, owner_query


@dataclass(frozen=True, slots=True)
class Found:
    """What Salesforce says about the owner and the account that a link names."""

    problems: tuple[Problem, ...] = ()
    owner: str = ""
    """The owner's name, "" where none is named or it is not to be found."""
    account: str = ""


def read_found(kept: Mapping[str, Any]) -> Found:
    """Read what was found back from what `asdict` made of it, also by way of JSON."""
    return Found(tuple(Problem(**problem) for problem in kept["problems"]), kept["owner"], kept["account"])


def new_people_problems(link: CampaignLink) -> list[Problem]:
    """Check what can be known without Salesforce."""
    create = CREATE[CampaignLink.Create(link.create_as)]
    return validate_new_people(new_people_of(link), create=create, is_queue=is_queue(link.new_owner))


def record_type_problems(link: CampaignLink, *, schema_of: SchemaOf) -> list[Problem]:
    """Check the record type of the object that the link creates; that of the other one is kept for later."""
    created = CREATED[link.create_as]
    new_people = new_people_of(link)
    if created is None or created not in new_people.record_types:
        return []
    return list(validate_record_type(new_people, schema_of(created)))


def look_up_people(link: CampaignLink, gateway: Gateway, *, schema_of: SchemaOf) -> Found:
    """Look up the owner and the account that a link names by id; an API call for each, none for neither.

    Call outside a transaction. Raises SalesforceError where Salesforce does not answer.
    """
    created = CREATED[link.create_as]
    owner, owner_problems = "", list[Problem]()
    if created is not None and link.new_owner not in OWNER_WORDS:
        owner, owner_problems = _look_up_owner(link, gateway)
    account, account_problems = "", list[Problem]()
    if created is SObject.CONTACT and link.contact_account not in ACCOUNT_WORDS:
        has_people = schema_of(SObject.CONTACT).find_field("IsPersonAccount") is not None
        account, account_problems = _look_up_account(link.contact_account, gateway, has_person_accounts=has_people)
    return Found((*owner_problems, *account_problems), owner=owner, account=account)


def _look_up_owner(link: CampaignLink, gateway: Gateway) -> tuple[str, list[Problem]]:
    owner_id = link.new_owner
    sobject = "QueueSobject" if is_queue(owner_id) else "User"
    rows = _ask(gateway, owner_query(sobject, owner_id))
    problems = _queue_problems(rows, owner_id) if is_queue(owner_id) else _user_problems(rows, owner_id)
    return _owner_name(rows), list(problems)


def _owner_name(rows: list[Record]) -> str:
    first: Mapping[str, object] = rows[0] if rows else {}
    queue = first.get("Queue")
    return str((queue if isinstance(queue, dict) else first).get("Name") or "")


def _queue_problems(rows: list[Record], owner_id: str) -> Iterator[Problem]:
    params = {"id": owner_id}
    if not rows:
        text = gettext_noop("There is no queue %(id)s, or the integration user cannot see it.")
        yield Problem("owner_unknown", "new_owner", text, params)
    elif SObject.LEAD not in {str(row.get("SobjectType")) for row in rows}:
        text = gettext_noop(
            "The queue %(id)s is not for Leads. Add Leads to the queue's supported objects in Salesforce, "
            "or choose another owner."
        )
        yield Problem("queue_not_for_leads", "new_owner", text, params)


def _user_problems(rows: list[Record], owner_id: str) -> Iterator[Problem]:
    params = {"id": owner_id}
    if not rows:
        text = gettext_noop("There is no user %(id)s, or the integration user cannot see it.")
        yield Problem("owner_unknown", "new_owner", text, params)
    elif not rows[0].get("IsActive"):
        text = gettext_noop("The user %(id)s is not active: Salesforce gives nobody to such an owner. Choose another.")
        yield Problem("owner_inactive", "new_owner", text, params)


def _look_up_account(account_id: str, gateway: Gateway, *, has_person_accounts: bool) -> tuple[str, list[Problem]]:
    rows = _ask(gateway, account_by_id(account_id, has_person_accounts=has_person_accounts))
    params = {"id": account_id}
    if not rows:
        text = gettext_noop("There is no account %(id)s, or the integration user cannot see it.")
        return "", [Problem("account_unknown", "contact_account", text, params)]
    if rows[0].get("IsPersonAccount"):
        text = gettext_noop("The account %(id)s is a Person Account, which can have no Contacts. Choose a company.")
        return "", [Problem("account_is_person", "contact_account", text, params)]
    return str(rows[0].get("Name") or ""), []


def _ask(gateway: Gateway, soql: str) -> list[Record]:
    """Ask a query; an object or field that Salesforce hides from the user shows no rows."""
    try:
        return list(gateway.query(soql))
    except RequestRefused:
        return []
