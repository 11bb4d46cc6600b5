"""From where somebody calls: the one place that says so."""

from django.http import HttpRequest

from connector import conf


def client_address(request: HttpRequest) -> str:
    """Return the address of the caller, behind as many proxies as PROXY_COUNT says.

    Each proxy adds, at the end of X-Forwarded-For, whom it was called by; what stands before those is whatever the
    caller wrote. A header that is shorter is none of theirs, and is not believed.
    """
    connected = str(request.META.get("REMOTE_ADDR", ""))
    count = conf.proxy_count()
    named = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if not count or len(named) < count:
        return connected
    return named[-count] or connected
