"""Which addresses may be called: a token goes there, so in doubt none."""

import pytest

from connector.salesforce.errors import ForbiddenHost
from connector.salesforce.hosts import HostRules, check_url

RULES = HostRules(extra_hosts=frozenset({"127.0.0.1", "localhost", "::1", "acme.gov.example"}))


@pytest.mark.parametrize(
    "url",
    [
        "https://login.salesforce.com/services/oauth2/token",
        "https://acme--uat.sandbox.my.salesforce.com",
        "https://ACME.my.salesforce.com:443/services/data",
        "https://acme.lightning.force.com",
        "https://acme.gov.example/services",
        "https://acme.gov.example:8443",
        "http://127.0.0.1:18080/services/data",
        "http://localhost:1",
        "http://[::1]:18080/services",
        "https://127.0.0.1:18080",
    ],
)
def test_allowed(url: str) -> None:
    check_url(url, RULES)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "acme.my.salesforce.com",
        "http://acme.my.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "https://salesforce.com.example.org",
        "https://notsalesforce.com",
        "https://example.org/.salesforce.com",
        "https://example.org?.salesforce.com",
        "https://login.salesforce.com@example.org",
        "https://user:word@login.salesforce.com",
        "https://example.org\\.salesforce.com",
        "https://example.org\\@login.salesforce.com",
        "https://exam ple.salesforce.com",
        "https://login.salesforce.com:port",
        "https://[::1",
        "http://acme.gov.example",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://127.0.0.2",
        "http://169.254.169.254/latest",
    ],
)
def test_forbidden(url: str) -> None:
    with pytest.raises(ForbiddenHost):
        check_url(url, RULES)


def test_loopback_is_forbidden_unless_named() -> None:
    with pytest.raises(ForbiddenHost, match=r"127\.0\.0\.1 is not a Salesforce host"):
        check_url("http://127.0.0.1:8000", HostRules())
