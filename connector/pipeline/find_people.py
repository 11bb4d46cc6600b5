"""Find a person in Salesforce by name, for a participant without an email; one API call, nothing is written."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.core.schema import PersonType
from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import gateway_for, record_usage
from connector.salesforce.composite import Query
from connector.salesforce.errors import RequestRefused, SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.ids import id_18
from connector.salesforce.soql import people_by_name

MOST_FOUND = 20
"""Of each object; whoever has more namesakes gives more of the name, or the company."""
MOST_WORDS = 6
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A Contact or Lead as a person recognises it."""

    type: PersonType
    id: str
    name: str
    email: str
    title: str
    company: str
    owner: str
    last_activity_on: date | None


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """What a search brought."""

    people: tuple[FoundPerson, ...] = ()
    is_cut: bool = False
    """There are more."""
    problem_code: str = ""
    """Why Salesforce could not be asked."""


def find_people(org: SalesforceOrg, name: str, *, company: str = "") -> FoundPeople:
    """Return the Contacts and Leads whose name contains every word of a name; nobody for a name without words.

    Both objects are asked in one call, which is counted like every other. Call outside a transaction.
    https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
    """
    words, company_words = _words(name), _words(company)
    if not words:
        return FoundPeople()
    try:
        with closing(gateway_for(org)) as gateway:
            try:
                return _ask(gateway, words, company=company_words)
            finally:
                record_usage(org, gateway)
    except SalesforceError as exc:
        return FoundPeople(problem_code=exc.code)
    except WrongEncryptionKey:
        return FoundPeople(problem_code="wrong_encryption_key")


def _words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in text.split()[:MOST_WORDS]]


def _ask(gateway: Gateway, words: Sequence[str], *, company: Sequence[str]) -> FoundPeople:
    kinds = (PersonType.CONTACT, PersonType.LEAD)
    answers = gateway.composite(
        [Query(kind.value, people_by_name(kind.value, words, company=company, limit=MOST_FOUND + 1)) for kind in kinds]
    )
    for answer in answers:
        if answer.error is not None:
            error = answer.error
            raise RequestRefused(error.code, error.message, kind=error.kind, http_status=answer.http_status)
    found = [
        _read(kind, record)
        for kind, answer in zip(kinds, answers, strict=True)
        for record in answer.records[:MOST_FOUND]
    ]
    return FoundPeople(tuple(found), is_cut=any(len(answer.records) > MOST_FOUND for answer in answers))


def _read(kind: PersonType, record: dict[str, Any]) -> FoundPerson:
    last = record.get("LastActivityDate")
    company = record.get("Company") if kind is PersonType.LEAD else (record.get("Account") or {}).get("Name")
    return FoundPerson(
        type=kind,
        id=id_18(record["Id"]),
        name=str(record.get("Name") or ""),
        email=str(record.get("Email") or ""),
        title=str(record.get("Title") or ""),
        company=str(company or ""),
        owner=str((record.get("Owner") or {}).get("Name") or ""),
        last_activity_on=date.fromisoformat(last[:10]) if last else None,
    )
