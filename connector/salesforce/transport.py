"""Carry one HTTP request under a total deadline, and know whether it left this machine.

The timeouts of requests are per read: a server that sends a byte a second is never too slow for them. Here a timer
shuts the socket down when the whole call (connection, request, headers, body) has used its time.
"""

import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from connector.salesforce.errors import RemoteUnavailable

CONNECT_SECONDS = 10.0
"""Longest wait for one address of a host to accept a connection; name resolution has the system's own limit."""


class Call:
    """One HTTP request under way; use as a context manager around it."""

    def __init__(self, seconds: float) -> None:
        """Give the call that long in total, counted from the start of the `with` block."""
        self.is_sent = False
        """Whether the request, or a part of it, was handed to the network."""
        self.is_expired = False
        self.seconds = 0.0
        """What it took, once it is over."""
        self._started_at = 0.0
        self._line: socket.socket | None = None
        self._is_over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        """Start the clock."""
        self._started_at = time.monotonic()
        self._timer.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the clock; the connection may serve the next call."""
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            self._release()
        self.seconds = time.monotonic() - self._started_at

    def attach(self, line: socket.socket) -> None:
        """Take note of the socket to shut down when the time is up.

        A duplicate is kept: the original is replaced when TLS begins and may be closed before the body is read.
        """
        duplicate = socket.fromfd(line.fileno(), line.family, line.type)
        with self._lock:
            self._release()
            self._line = duplicate
            if self.is_expired:
                self._shut_down()

    def _expire(self) -> None:
        with self._lock:
            if not self._is_over:
                self.is_expired = True
                self._shut_down()

    def _shut_down(self) -> None:
        if self._line is None:
            return
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            # the other side was faster: the reader learns it in the same way
            return

    def _release(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Wire:
    """What the connections of one session know about the call under way; one thread uses it."""

    def __init__(self) -> None:
        """Begin without a call."""
        self.call: Call | None = None


class _WatchedConnection(HTTPConnection):
    """A connection that reports its socket, and the moment a request leaves, to the call under way."""

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wire = wire

    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        self._report(line)
        return line

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        self._report(self.sock)
        if self._wire.call is not None:
            self._wire.call.is_sent = True
        super().request(*args, **kwargs)

    def _report(self, line: socket.socket | None) -> None:
        if self._wire.call is not None and line is not None:
            self._wire.call.attach(line)


class _WatchedSecureConnection(_WatchedConnection, HTTPSConnection):
    """The same over TLS; its request leaves when the handshake is done."""


class WatchedAdapter(HTTPAdapter):
    """An adapter whose connections, direct or through a proxy, report to the wire; it never repeats a request."""

    def __init__(self, wire: Wire) -> None:
        """Keep the wire for the connections to come."""
        self._wire = wire
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool for a request, prepared to make watched connections."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        is_secure = pool.scheme == "https"
        vars(pool)["ConnectionCls"] = _WatchedSecureConnection if is_secure else _WatchedConnection
        pool.conn_kw["wire"] = self._wire
        return pool


def lost(exc: Exception, call: Call | None, *, is_write: bool) -> RemoteUnavailable:
    """Translate what the HTTP libraries raise when no answer, or no whole answer, came.

    The text names no address: it may hold personal data.
    """
    is_sent = call is not None and call.is_sent
    code, message = _describe_loss(exc, call)
    return RemoteUnavailable(code, message, write_unclear=is_write and is_sent)


def _describe_loss(exc: Exception, call: Call | None) -> tuple[str, str]:
    if call is not None and call.is_expired:
        return "timeout", "Salesforce did not answer in the time allowed."
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return "connect_timeout", "Salesforce did not accept a connection in the time allowed."
    if isinstance(exc, requests.exceptions.Timeout):
        return "timeout", "Salesforce did not answer in the time allowed."
    if isinstance(exc, requests.exceptions.InvalidJSONError):
        return "unreadable_answer", "The answer is not valid JSON."
    if call is not None and call.is_sent:
        return "connection_lost", "The connection to Salesforce was lost before the answer was complete."
    if isinstance(exc, requests.exceptions.SSLError):
        return "tls_failed", "A secure connection to Salesforce could not be made."
    return "no_connection", "Salesforce could not be reached."
