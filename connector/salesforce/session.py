"""Own the HTTP session: allowed hosts, deadline, usage header, and nothing sent twice or elsewhere."""

import re
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.salesforce.hosts import HostRules, check_url, is_loopback
from connector.salesforce.records import Usage
from connector.salesforce.transport import CONNECT_SECONDS, Call, WatchedAdapter, Wire

_USAGE = re.compile(r"(?<![\w-])api-usage=(\d+)/(\d+)")
"""https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm"""


class SalesforceSession(requests.Session):
    """The session that simple-salesforce sends through; for one thread.

    `address` maps the address that simple-salesforce built, always https, to the one to call. Redirects are never
    followed: their answer is returned as it is. Raises ForbiddenHost before anything is sent.
    """

    def __init__(
        self, *, hosts: HostRules, timeout_seconds: float, client_name: str, address: Callable[[str], str]
    ) -> None:
        """Prepare connections; nothing is sent yet."""
        super().__init__()
        self.last_call: Call | None = None
        self.is_empty_answer_good = False
        """Whether a good answer may have no body, as that to a revocation."""
        self.usage: Usage | None = None
        """Calls of the last 24 hours and their limit, of the whole organisation, as last told; not monotonic."""
        self._hosts = hosts
        self._timeout_seconds = timeout_seconds
        self._address = address
        self._wire = Wire()
        self.mount("https://", WatchedAdapter(self._wire))
        self.mount("http://", WatchedAdapter(self._wire))
        self.auth = _keep_authorization
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": client_name, "Sforce-Call-Options": f"client={client_name}"})

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one prepared request under the total deadline and return the complete answer."""
        request.url = self._address(request.url or "")
        check_url(request.url, self._hosts)
        if is_loopback(urlsplit(request.url).hostname or ""):
            kwargs["proxies"] = {}
        kwargs["allow_redirects"] = False
        kwargs["timeout"] = (min(CONNECT_SECONDS, self._timeout_seconds), self._timeout_seconds)
        with Call(self._timeout_seconds) as call:
            self.last_call = self._wire.call = call
            response = super().send(request, **kwargs)
        if call.is_expired:
            raise requests.exceptions.ReadTimeout(request=request)
        self._read_usage(response)
        if response.content or not self.is_empty_answer_good:
            _require_json(response)
        return response

    def _read_usage(self, response: requests.Response) -> None:
        found = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if found:
            self.usage = Usage(used=int(found.group(1)), limit=int(found.group(2)))


def _require_json(response: requests.Response) -> None:
    """Refuse a good answer that holds no JSON object or list; simple-salesforce takes its length unseen."""
    has_content = response.status_code // 100 == 2 and response.status_code != requests.codes.no_content
    if has_content and response.content.lstrip()[:1] not in {b"{", b"["}:
        raise requests.exceptions.InvalidJSONError(response=response)


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep requests from replacing the bearer token by an entry of ~/.netrc."""
    return request
