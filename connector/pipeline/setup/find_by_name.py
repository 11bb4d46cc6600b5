"""Find owners and accounts by a part of their name, for whoever chooses what becomes of new people; one API call."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from connector.core.schema import SObject
from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, object_schema, record_usage
from connector.salesforce.composite import Query, SubResponse
from connector.salesforce.errors import RequestRefused, SalesforceError
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.ids import id_18
from connector.salesforce.soql import accounts_like, queues_by_name, users_by_name

MOST_FOUND = 20
"""Of each kind; whoever finds more gives more of the name."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A user, a queue that may own Leads, or an account."""

    id: str
    name: str
    sobject: str
    """User, Queue or Account."""
    about: str = ""
    """What tells it from others of its name: a user's email, an account's city and website."""


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """What a search brought, or why Salesforce could not be asked."""

    records: tuple[FoundRecord, ...] = ()
    problem_code: str = ""


def find_owners(org: SalesforceOrg, text: str, *, create_as: str) -> FoundRecords:
    """Return who may own new people and whose name contains a text; nobody for an empty one.

    Active users, and where Leads are created (`create_as`) also the queues for Leads: a queue cannot own a Contact.
    https://help.salesforce.com/s/articleView?id=sales.queues_overview.htm&type=5
    All are asked in one call, which is counted like every other. Call outside a transaction: it speaks HTTP.
    """
    return _search(org, text, lambda gateway, wanted: _owners(gateway, wanted, create_as=create_as))


def find_accounts(org: SalesforceOrg, text: str) -> FoundRecords:
    """Return the accounts whose name contains a text, none for an empty one; Person Accounts can have no Contacts.

    One call, which is counted, and at most one more for a describe that is older than a day. Call outside a
    transaction: it speaks HTTP.
    """
    return _search(org, text, lambda gateway, wanted: _accounts(org, gateway, wanted))


def _search(org: SalesforceOrg, text: str, ask: Callable[[Gateway, str], tuple[FoundRecord, ...]]) -> FoundRecords:
    wanted = text.strip()
    if not wanted:
        return FoundRecords()
    try:
        with closing(gateway_for(org)) as gateway:
            try:
                return FoundRecords(ask(gateway, wanted))
            finally:
                record_usage(org, gateway)
    except SalesforceError as exc:
        return FoundRecords(problem_code=exc.code)
    except WrongEncryptionKey:
        return FoundRecords(problem_code="wrong_encryption_key")


def _owners(gateway: Gateway, wanted: str, *, create_as: str) -> tuple[FoundRecord, ...]:
    queries = [Query("users", users_by_name(wanted, MOST_FOUND))]
    if create_as == CampaignLink.Create.LEAD:
        queries.append(Query("queues", queues_by_name(wanted, MOST_FOUND)))
    users, *others = gateway.composite(queries)
    queues = [_queue(row) for answer in others if not answer.error for row in answer.records]  # can be hidden from us
    return (*(_user(row) for row in _records_of(users)), *queues)


def _accounts(org: SalesforceOrg, gateway: Gateway, wanted: str) -> tuple[FoundRecord, ...]:
    has_people = object_schema(org, SObject.CONTACT, gateway=gateway).find_field("IsPersonAccount") is not None
    full, bare = (
        Query(name, accounts_like(wanted, MOST_FOUND, only_business=has_people, is_bare=name == "bare"))
        for name in ("full", "bare")
    )
    told, untold = gateway.composite([full, bare])
    # a query that names a field hidden from the integration user is refused as a whole
    return tuple(_account(row) for row in _records_of(untold if told.error else told))


def _records_of(answer: SubResponse) -> list[Record]:
    if answer.error is not None:
        error = answer.error
        raise RequestRefused(error.code, error.message, kind=error.kind, http_status=answer.http_status)
    return list(answer.records)


def _user(row: Record) -> FoundRecord:
    return FoundRecord(id_18(row["Id"]), str(row.get("Name") or ""), "User", str(row.get("Email") or ""))


def _queue(row: Record) -> FoundRecord:
    queue: Any = row.get("Queue") or {}
    return FoundRecord(id_18(row["QueueId"]), str(queue.get("Name") or ""), "Queue")


def _account(row: Record) -> FoundRecord:
    about = " · ".join(str(row[name]) for name in ("BillingCity", "Website") if row.get(name))
    return FoundRecord(id_18(row["Id"]), str(row.get("Name") or ""), "Account", about)
