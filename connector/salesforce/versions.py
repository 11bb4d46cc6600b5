"""Ask an instance which versions of the API it offers."""

import json
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from connector.salesforce.errors import unreadable
from connector.salesforce.hosts import HostRules
from connector.salesforce.session import SalesforceSession
from connector.salesforce.transport import lost


def offered_versions(instance_url: str, *, hosts: HostRules, timeout_seconds: float) -> tuple[str, ...]:
    """Return the versions, the oldest first; needs no token and counts as no API call.

    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_versions.htm
    Raises RemoteUnavailable, ForbiddenHost.
    """
    session = SalesforceSession(
        hosts=hosts, timeout_seconds=timeout_seconds, client_name="inwink-connector", address=lambda url: url
    )
    url = f"{urlsplit(instance_url).scheme}://{urlsplit(instance_url).netloc}/services/data"
    with session:
        try:
            answer = session.get(url)
            return _parse_versions(json.loads(answer.content))
        except ValueError as exc:
            raise unreadable("The list of API versions has an unexpected shape.", is_write=False) from exc
        except (requests.RequestException, HTTPError, OSError) as exc:
            raise lost(exc, session.last_call, is_write=False) from exc


def _parse_versions(raw: Any) -> tuple[str, ...]:
    """Read [{"label", "url", "version"}, …]. Raises ValueError."""
    if not isinstance(raw, list) or not raw:
        raise ValueError("not a list of versions")
    versions = [str(one["version"]) for one in raw if isinstance(one, dict) and "version" in one]
    return tuple(sorted(versions, key=float))
