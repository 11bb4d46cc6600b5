"""Find users and queues by a part of their name, for whoever chooses to whom new people belong; one API call."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from connector.models import SalesforceOrg
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


def find_owners(org: SalesforceOrg, text: str) -> FoundOwners:
    """Return the active users and the queues for Leads whose name contains a text; nobody for an empty one.

    Both are asked in one call, which is counted like every other. Call outside a transaction: it speaks HTTP.
    """
    wanted = text.strip()
    if not wanted:
        return FoundOwners()
    try:
        with closing(gateway_for(org)) as gateway:
            try:
                return FoundOwners(_ask(gateway, wanted))
            finally:
                record_usage(org, gateway)
    except SalesforceError as exc:
        return FoundOwners(problem_code=exc.code)
    except WrongEncryptionKey:
        return FoundOwners(problem_code="wrong_encryption_key")


def _ask(gateway: Gateway, wanted: str) -> tuple[FoundOwner, ...]:
    users, queues = gateway.composite(
        [Query("users", users_by_name(wanted, MOST_FOUND)), Query("queues", queues_by_name(wanted, MOST_FOUND))]
    )
    if users.error is not None:
        raise RequestRefused(
            users.error.code, users.error.message, kind=users.error.kind, http_status=users.http_status
        )
    found = [_user(row) for row in users.records]
    return (*found, *(() if queues.error else map(_queue, queues.records)))  # queues can be hidden from the user


def _user(row: Record) -> FoundOwner:
    return FoundOwner(id_18(row["Id"]), str(row.get("Name") or ""), str(row.get("Email") or ""))


def _queue(row: Record) -> FoundOwner:
    queue: Any = row.get("Queue") or {}
    return FoundOwner(id_18(row["QueueId"]), str(queue.get("Name") or ""), is_queue=True)
