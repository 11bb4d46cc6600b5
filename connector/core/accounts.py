"""Choose the account of a new Contact by its company or by the domain of its email (rule 3.2); none is ever created."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from connector.core.consumer_domains import CONSUMER_DOMAINS
from connector.core.outcomes import Note
from connector.core.participant import Json, normalise_email, text_of


class AccountBy(StrEnum):
    """How the account of a new Contact is found."""

    NONE = "none"
    BY_COMPANY = "by_company"
    """Its name is the participant's company, without regard to case."""
    BY_DOMAIN = "by_domain"
    """The host of its website is the domain of the participant's email, with or without www."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as read."""

    id: str
    name: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """What was read of accounts in a run."""

    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """{company or domain as `account_key` returns it: ids of the accounts that have it}"""
    is_readable: bool = True
    """False where Salesforce refused the question, for good."""

    def choose(self, by: AccountBy, values: Mapping[str, Json]) -> tuple[str, Note | None]:
        """Return (account id, "" for none; why there is none although one was searched)."""
        if by is AccountBy.NONE:
            return "", None
        key = account_key(by, values)
        if not key:
            is_consumer = by is AccountBy.BY_DOMAIN and _domain(values) in CONSUMER_DOMAINS
            return "", Note.ACCOUNT_CONSUMER_DOMAIN if is_consumer else Note.ACCOUNT_NOT_FOUND
        if not self.is_readable:
            return "", Note.ACCOUNT_NOT_READABLE
        found = self.ids.get(key, ())
        if len(found) == 1:
            return found[0], None
        return "", Note.ACCOUNT_AMBIGUOUS if found else Note.ACCOUNT_NOT_FOUND


def account_key(by: AccountBy, values: Mapping[str, Json]) -> str:
    """Return what a person's account is searched by, comparable; "" where nothing can be.

    The domain of a consumer provider says nothing about a company.
    """
    if by is AccountBy.BY_COMPANY:
        return _fold(text_of(values, "company"))
    domain = _domain(values) if by is AccountBy.BY_DOMAIN else ""
    return "" if domain in CONSUMER_DOMAINS else domain


def index_accounts(by: AccountBy, rows: Iterable[AccountRow], *, is_readable: bool = True) -> Accounts:
    """Sort accounts by what they are searched by; a website that only contains the domain somewhere is another one."""
    ids: dict[str, tuple[str, ...]] = {}
    for row in rows:
        key = website_host(row.website) if by is AccountBy.BY_DOMAIN else _fold(row.name)
        if key and row.id not in ids.get(key, ()):
            ids[key] = (*ids.get(key, ()), row.id)
    return Accounts(ids, is_readable=is_readable)


def website_host(website: str) -> str:
    """Return the host of a website as people type it: without scheme, www., port and path; "" where there is none."""
    text = website.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _domain(values: Mapping[str, Json]) -> str:
    return normalise_email(values.get("email")).rpartition("@")[2].removeprefix("www.")


def _fold(text: str) -> str:
    """Reduce a name to what SOQL compares, which ignores case: folding further would ask for another name."""
    return " ".join(text.split()).lower()
