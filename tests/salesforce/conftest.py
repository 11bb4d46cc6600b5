"""What the tests of this package share: a token, and a gateway to a server of the test's own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from connector.salesforce.auth import HostRules, Token
from connector.salesforce.gateway import Gateway

LOCAL = HostRules(extra_hosts=frozenset({"127.0.0.1"}))
MakeGateway = Callable[..., Gateway]


def make_token(
    instance_url: str,
    *,
    access_token: str = "first",
    organization_id: str = "00D000000000001AAA",
    user_id: str = "005000000000001AAA",
) -> Token:
    """Return a token for a server on this machine."""
    return Token(
        access_token=access_token,
        instance_url=instance_url,
        organization_id=organization_id,
        user_id=user_id,
        issued_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def refuse_renewal(token: Token) -> Token:
    """Fail the test: nothing in it should need a new token."""
    raise AssertionError("a new token was asked for")


@pytest.fixture
def make_gateway() -> Iterator[MakeGateway]:
    """Make gateways to a local address and close them at the end."""
    made: list[Gateway] = []

    def make(
        url: str,
        *,
        renew: Callable[[Token], Token] = refuse_renewal,
        timeout_seconds: float = 5.0,
        before_call: Callable[[], None] = lambda: None,
    ) -> Gateway:
        gateway = Gateway(
            make_token(url),
            api_version="64.0",
            hosts=LOCAL,
            timeout_seconds=timeout_seconds,
            renew=renew,
            before_call=before_call,
        )
        made.append(gateway)
        return gateway

    yield make
    for gateway in made:
        gateway.close()
