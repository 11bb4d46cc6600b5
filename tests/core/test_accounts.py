"""Which account a new contact gets: by company, by domain, or none (rule 3.2)."""

from typing import Any

import pytest

from connector.core.accounts import AccountBy, AccountRow, Accounts, account_key, index_accounts, website_host
from connector.core.consumer_domains import CONSUMER_DOMAINS
from connector.core.outcomes import Note

COMPANY, DOMAIN, NONE = AccountBy.BY_COMPANY, AccountBy.BY_DOMAIN, AccountBy.NONE
ACME = AccountRow("001a", "Acme", "https://www.acme.example/fr")
TWIN = AccountRow("001b", "ACME", "acme.example")
SUB = AccountRow("001c", "Acme Labs", "labs.acme.example")
LONGER = AccountRow("001d", "Acme SA", "acme.example.org")


@pytest.mark.parametrize(
    ("by", "values", "rows", "chosen"),
    [
        pytest.param(NONE, {"company": "Acme"}, [ACME], ("", None), id="none: not searched, not noted"),
        pytest.param(COMPANY, {"company": " acme "}, [ACME, SUB], ("001a", None), id="the company, whatever its case"),
        pytest.param(COMPANY, {"company": "Acme  "}, [ACME, TWIN], ("", Note.ACCOUNT_AMBIGUOUS), id="two of the name"),
        pytest.param(COMPANY, {"company": "STRAßE AG"}, [AccountRow("001f", "Straße AG")], ("001f", None), id="German"),
        pytest.param(COMPANY, {"company": "Acm"}, [ACME], ("", Note.ACCOUNT_NOT_FOUND), id="a part of a name is none"),
        pytest.param(COMPANY, {"company": None}, [ACME], ("", Note.ACCOUNT_NOT_FOUND), id="no company"),
        pytest.param(DOMAIN, {"email": "Ada@Acme.example"}, [ACME, SUB], ("001a", None), id="the website's domain"),
        pytest.param(DOMAIN, {"email": "a@acme.example"}, [SUB, LONGER], ("", Note.ACCOUNT_NOT_FOUND),
                     id="a website that only contains the domain"),
        pytest.param(DOMAIN, {"email": "a@acme.example"}, [ACME, TWIN], ("", Note.ACCOUNT_AMBIGUOUS), id="two of it"),
        pytest.param(DOMAIN, {"email": "a@orange.fr"}, [AccountRow("001e", "Orange", "orange.fr")],
                     ("", Note.ACCOUNT_CONSUMER_DOMAIN), id="a provider that everybody uses"),
        pytest.param(DOMAIN, {"email": None}, [ACME], ("", Note.ACCOUNT_NOT_FOUND), id="no email"),
    ],
)  # fmt: skip
def test_the_account(by: AccountBy, values: dict[str, Any], rows: list[AccountRow], chosen: Any) -> None:
    assert index_accounts(by, rows).choose(by, values) == chosen


def test_an_account_that_two_queries_return_is_one() -> None:
    assert index_accounts(COMPANY, [ACME, ACME]).choose(COMPANY, {"company": "Acme"}) == ("001a", None)


def test_where_accounts_cannot_be_searched_that_is_the_reason() -> None:
    accounts = Accounts(is_readable=False)
    assert accounts.choose(COMPANY, {"company": "Acme"}) == ("", Note.ACCOUNT_NOT_READABLE)


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("acme.example", "acme.example"),
        (" HTTPS://WWW.Acme.example:8443/fr?x=1 ", "acme.example"),
        ("www.acme.example/", "acme.example"),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_website_as_people_type_it_has_a_host(website: str, host: str) -> None:
    assert website_host(website) == host


def test_a_company_is_asked_for_as_salesforce_compares_it() -> None:
    assert account_key(COMPANY, {"company": " Straße  AG "}) == "straße ag"


def test_consumer_domains_are_written_as_they_are_compared() -> None:
    assert {"gmail.com", "orange.fr", "free.fr", "laposte.net", "hotmail.fr", "icloud.com"} <= CONSUMER_DOMAINS
    assert {domain for domain in CONSUMER_DOMAINS if domain != domain.lower() or "." not in domain} == set()
    assert account_key(DOMAIN, {"email": "x@GMAIL.com"}) == ""
