"""Ask for the accounts of people who may be created, in the free slots of the read call (rule 3.2)."""

from collections.abc import Iterable

from connector.core.accounts import AccountBy, AccountRow, account_key
from connector.core.planning.field_values import has_person_accounts
from connector.core.rows import LinkPolicy, Schemas
from connector.core.schema import PersonType
from connector.core.screen import Person
from connector.salesforce.composite import Query
from connector.salesforce.gateway import Record
from connector.salesforce.soql import (
    accounts_by_domain,
    accounts_by_name,
    encode_query,
    pack_keys,
    quote,
    website_condition,
)

ACCOUNTS = "accounts"
"""What the reference ids of these queries begin with."""
MAX_NAME_LENGTH = 255
"""Characters of Account.Name.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_account.htm
"""


def account_queries(people: Iterable[Person], policy: LinkPolicy, schemas: Schemas) -> list[Query]:
    """Return the queries for the accounts of those who may be new; none where the link searches no account.

    Who that is, the same call finds out, so whoever was never found in Salesforce is asked for.
    """
    by = policy.new_people.account_by
    if by is AccountBy.NONE or policy.create is not PersonType.CONTACT:
        return []
    keys = {account_key(by, person.values()) for person in people if _may_be_new(person)}
    only_business = has_person_accounts(schemas)
    write, text = (quote, accounts_by_name) if by is AccountBy.BY_COMPANY else (_condition, accounts_by_domain)
    base = len(encode_query(text([], only_business=only_business)))
    wanted = sorted(key for key in keys if 0 < len(key) <= MAX_NAME_LENGTH)
    packs = pack_keys(wanted, base_query_length=base, write=write)
    return [Query(f"{ACCOUNTS}_{number}", text(pack, only_business=only_business)) for number, pack in enumerate(packs)]


def _condition(domain: str) -> str:
    return f"{website_condition(domain)} OR"


def _may_be_new(person: Person) -> bool:
    """Say whether this run may create a person: never found, found by another email, or after a person's answer."""
    return bool(person.claimed) and any(
        row.person is None or row.matched_email != row.email or row.answers for row in person.rows
    )


def account_row(record: Record) -> AccountRow:
    """Return an account as the rules see it."""
    return AccountRow(str(record["Id"]), str(record.get("Name") or ""), str(record.get("Website") or ""))
