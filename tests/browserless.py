"""Somebody who logs in on Salesforce's page, without a browser."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

INTEGRATION = ("integration@simulator.example", "simulator-password")
SALES = ("sales@simulator.example", "sales-password")


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where Salesforce sends the browser."""

    url: str
    query: dict[str, str]


def log_in(url: str, *, user: tuple[str, str] = INTEGRATION, decision: str = "allow") -> WayBack:
    """Log in on the page at an address that the connector made, or press another of its buttons."""
    form = {"username": user[0], "password": user[1], "decision": decision}
    answer = requests.post(url, data=form, allow_redirects=False, timeout=10)
    back = answer.headers["Location"]
    return WayBack(back, {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()})
