"""Settings are read with their types."""

import pytest
from pytest_django import Settings

from connector import conf


@pytest.mark.parametrize(
    ("text", "rate"),
    [("6000/m", conf.Rate(6000, 60)), ("5/s", conf.Rate(5, 1)), ("9/h", conf.Rate(9, 3600)), ("", None), ("0", None)],
)
def test_webhook_rate_is_read(settings: Settings, text: str, rate: conf.Rate | None) -> None:
    settings.WEBHOOK_RATE = text
    assert conf.webhook_rate() == rate


@pytest.mark.parametrize("text", ["fast", "10", "0/m", "10/d", "-1/s"])
def test_unreadable_webhook_rate_is_refused(settings: Settings, text: str) -> None:
    settings.WEBHOOK_RATE = text
    with pytest.raises(ValueError, match="WEBHOOK_RATE"):
        conf.webhook_rate()


def test_extra_hosts_are_compared_in_lower_case(settings: Settings) -> None:
    settings.SALESFORCE_EXTRA_HOSTS = ["LocalHost", " 127.0.0.1", ""]
    assert conf.salesforce_extra_hosts() == {"localhost", "127.0.0.1"}


@pytest.mark.parametrize(
    ("trusted", "hosts", "origin"),
    [
        (["https://*.example.org", "https://connector.example.org"], ["other"], "https://connector.example.org"),
        ([], ["*", ".example.org", "connector.example.org"], "https://connector.example.org"),
        ([], ["*"], ""),
    ],
)
def test_the_public_address_is_the_first_setting_that_names_one_host(
    settings: Settings, trusted: list[str], hosts: list[str], origin: str
) -> None:
    settings.HTTPS_ONLY, settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS = True, trusted, hosts
    assert conf.public_origin() == origin
