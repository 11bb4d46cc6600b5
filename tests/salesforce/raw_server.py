"""A server that answers with whatever bytes a test wants, at whatever pace, over a real socket."""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    line: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


Answer = Callable[[socket.socket], None]
"""Write an answer, or misbehave; the connection is closed afterwards unless the answer was a plain one."""


def answer(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON, or with a text as it is."""
    content = body if isinstance(body, str) else json.dumps(body)
    return _write(status, content.encode(), {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


def html(status: int) -> Answer:
    """Answer as Salesforce's edge does when what is behind it is down."""
    return _write(status, b"<html><body>Sorry for the inconvenience</body></html>", {"Content-Type": "text/html"})


def raw(data: bytes) -> Answer:
    """Write these bytes and close."""

    def write(line: socket.socket) -> None:
        line.sendall(data)
        line.shutdown(socket.SHUT_RDWR)

    return write


def reset(line: socket.socket) -> None:
    """Break the connection off without an answer."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


class RawServer:
    """Serve a queue of answers, one for each request; keeps the requests."""

    def __init__(self, answers: Sequence[Answer], *, tls: ssl.SSLContext | None = None, is_proxy: bool = False) -> None:
        """Listen on a free port of this machine; over TLS, or as a proxy whose tunnels lead to the same over TLS."""
        self._tls = tls
        self._is_proxy = is_proxy
        self.requests: list[Request] = []
        self.tunnels: list[str] = []
        """First lines of what a proxy was asked."""
        self.connections = 0
        self.stopped = threading.Event()
        self.answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._lines: list[socket.socket] = []
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start to accept."""
        self._start(self._accept)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, and wait for every thread."""
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)

    def drip(self, data: bytes, *, first: bytes = b"", every_seconds: float) -> Answer:
        """Write `first` at once and then one byte of `data` at a time, until the test is over."""

        def write(line: socket.socket) -> None:
            line.sendall(first)
            for byte in data:
                if self.stopped.wait(every_seconds):
                    return
                line.sendall(bytes([byte]))

        return write

    def silence(self, line: socket.socket) -> None:
        """Read the request and never answer."""
        self.stopped.wait()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, line)

    def _secure(self, line: socket.socket) -> socket.socket:
        if self._is_proxy:
            with line.makefile("rb") as stream:
                self.tunnels.append(stream.readline().decode().strip())
                while stream.readline() not in {b"\r\n", b""}:
                    continue
            line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        line = line if self._tls is None else self._tls.wrap_socket(line, server_side=True)
        self._lines.append(line)
        return line

    def _serve(self, line: socket.socket) -> None:
        try:
            with self._secure(line) as line, line.makefile("rb") as stream:
                while (request := _read(stream)) is not None:
                    self.requests.append(request)
                    self.answers.pop(0)(line)
        except OSError:
            # the client hung up, which is what many of these tests are about
            return


def _read(stream: Any) -> Request | None:
    line = stream.readline()
    if not line:
        return None
    headers: dict[str, str] = {}
    while (header := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(line.decode().strip(), headers, stream.read(int(headers.get("content-length", "0"))))


def _write(status: int, content: bytes, headers: Mapping[str, str]) -> Answer:
    lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]

    def write(line: socket.socket) -> None:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + content)

    return write
