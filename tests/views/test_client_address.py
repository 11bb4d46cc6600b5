"""From where somebody calls, behind no proxy, one, or several."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from connector.views.client_address import client_address


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "192.0.2.7", "10.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "1.2.3.4, 192.0.2.7", "192.0.2.7"),
        (2, "1.2.3.4, 192.0.2.7, 10.0.0.9", "192.0.2.7"),
        (2, "192.0.2.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
        (1, "1.2.3.4,2001:db8::7", "2001:db8::7"),
    ],
)
def test_only_what_the_proxies_added_is_believed(settings: Settings, proxies: int, header: str, address: str) -> None:
    settings.PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": header} if header else {}
    request = RequestFactory().post("/invitation/", REMOTE_ADDR="10.0.0.1", headers=headers)
    assert client_address(request) == address
