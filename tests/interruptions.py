"""Let something happen in Salesforce, or here, between two calls of the connector."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from unittest import mock

from connector.salesforce.composite import Subrequest, SubResponse
from connector.salesforce.gateway import Gateway


@contextmanager
def before_call(number: int, action: Callable[[], object]) -> Iterator[None]:
    """Do something just before the n-th composite call of the block (1: before the first)."""
    send = Gateway.composite
    numbers = count(1)

    def composite(gateway: Gateway, subrequests: Sequence[Subrequest]) -> list[SubResponse]:
        if next(numbers) == number:
            action()
        return send(gateway, subrequests)

    with mock.patch.object(Gateway, "composite", composite):
        yield
