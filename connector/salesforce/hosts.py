"""Say which addresses the connector may call at all."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from connector.salesforce.errors import ForbiddenHost

_OWN_DOMAINS = (".salesforce.com", ".force.com")
"""Every Salesforce host that an organisation can be given in the commercial cloud; others are named as extra hosts."""
SHARED_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""Where users of every organisation, and of every sandbox, may log in."""
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")
_HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class HostRules:
    """The hosts that are allowed beside Salesforce's own."""

    extra_hosts: frozenset[str] = frozenset()
    """Host names without port, lower case; over https, and over plain http only where they are loopback."""


def check_url(url: str, rules: HostRules) -> None:
    """Let an address pass, or raise ForbiddenHost with the reason.

    Tokens and personal data go to whatever host this accepts, so a form that two parsers could read differently
    (credentials in the address, unusual characters in the host) is refused as well.
    """
    parts, host, port = _split(url)
    if parts.username is not None or not _HOST.fullmatch(host):
        raise ForbiddenHost("the address is malformed")
    if host in rules.extra_hosts:
        if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
            return
        raise ForbiddenHost(f"{host} may be called by https only")
    if not host.endswith(_OWN_DOMAINS):
        raise ForbiddenHost(f"{host} is not a Salesforce host and not among the allowed extra hosts")
    if parts.scheme != "https" or port not in {None, _HTTPS_PORT}:
        raise ForbiddenHost(f"{host} may be called by https on its usual port only")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.hostname or "", parts.port
    except ValueError as exc:
        raise ForbiddenHost("the address is malformed") from exc
