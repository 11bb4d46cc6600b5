"""Find users and queues by a part of their name, for whoever chooses to whom new people belong; one API call."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from connector.models import CampaignLink, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, record_usage
from connector.salesforce.composite import Query
from connector.salesforce.errors import RequestRefused, SalesforceError
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.ids import id_18
from connector.salesforce.soql import queues_by_name, users_by_name

MOST_FOUND = 20
"""Of each kind; whoever finds more gives more of the name."""


@dataclass(frozen=True, slots=True)
class FoundOwner:
    """A user, or a queue that may own Leads."""

    id: str
    name: str
    email: str = ""
    is_queue: bool = False


@dataclass(frozen=True, slots=True)
class FoundOwners:
    """What a search brought, or why Salesforce could not be asked."""

    owners: tuple[FoundOwner, ...] = ()
    problem_code: str = ""


def find_owners(org: SalesforceOrg, text: str, *, create_as: str) -> FoundOwners:
    """Return who may own new people and whose name contains a text; nobody for an empty one.

    Active users, and where Leads are created (`create_as`) also the queues for Leads: a queue cannot own a Contact.
    https://help.salesforce.com/s/articleView?id=sales.queues_overview.htm&type=5
    All are asked in one call, which is counted like every other. Call outside a transaction: it speaks HTTP.
    """
    wanted = text.strip()
    if not wanted:
        return FoundOwners()
    try:
        with closing(gateway_for(org)) as gateway:
            try:
                return FoundOwners(_ask(gateway, wanted, create_as=create_as))
            finally:
                record_usage(org, gateway)
    except SalesforceError as exc:
        return FoundOwners(problem_code=exc.code)
    except WrongEncryptionKey:
        return FoundOwners(problem_code="wrong_encryption_key")


def _ask(gateway: Gateway, wanted: str, *, create_as: str) -> tuple[FoundOwner, ...]:
    queries = [Query("users", users_by_name(wanted, MOST_FOUND))]
    if create_as == CampaignLink.Create.LEAD:
        queries.append(Query("queues", queues_by_name(wanted, MOST_FOUND)))
    users, *others = gateway.composite(queries)
    if users.error is not None:
        raise RequestRefused(
            users.error.code, users.error.message, kind=users.error.kind, http_status=users.http_status
        )
    queues = [_queue(row) for answer in others if not answer.error for row in answer.records]  # can be hidden from us
    return (*(_user(row) for row in users.records), *queues)


def _user(row: Record) -> FoundOwner:
    return FoundOwner(id_18(row["Id"]), str(row.get("Name") or ""), str(row.get("Email") or ""))


def _queue(row: Record) -> FoundOwner:
    queue: Any = row.get("Queue") or {}
    return FoundOwner(id_18(row["QueueId"]), str(queue.get("Name") or ""), is_queue=True)
