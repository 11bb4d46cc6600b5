"""The server: one org behind one address, in this process.

with SimulatorServer() as salesforce:
    requests.get(salesforce.url + "/services/data")
    salesforce.org.settings
"""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from simulator.data import ConnectionCut
from simulator.org import Org
from simulator.seed import load_rows, read_seed
from simulator.shapes import Json
from simulator.wsgi import Application


class _Handler(WSGIRequestHandler):
    """Keeps connections open between requests, which werkzeug's own handler does not, and sends without delay."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def run_wsgi(self) -> None:
        """Read the body, ask the application, write the answer in one piece."""
        self.environ = environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], None]:
            head[:] = [status, headers]
            return _ignore

        try:
            chunks = self.server.app(environ, start_response)
            self._send(head[0], headers=head[1], body=b"".join(chunks))
        except ConnectionCut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: str, *, headers: list[tuple[str, str]], body: bytes) -> None:
        code = int(status.split(" ", 1)[0])
        phrase = HTTPStatus(code).phrase if code in HTTPStatus._value2member_map_ else ""
        lines = [f"HTTP/1.1 {code} {phrase}", f"Date: {self.date_time_string()}", "Server: sfdcedge"]
        lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
        if code not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            lines.append(f"Content-Length: {len(body)}")
        if self.headers.get("Connection", "").lower() == "close":
            lines.append("Connection: close")
            self.close_connection = True
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        self.log_request(code)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write to the log unless the server is to be quiet."""
        if not self.server.quiet:
            super().log(type, message, *args)


def _ignore(_: bytes) -> None:
    """Stand for the write() function that WSGI's start_response returns and nobody uses."""


class _Server(ThreadedWSGIServer):
    """Remembers its open connections, so that a stopped server answers nobody any more."""

    daemon_threads = True
    request_queue_size = 128
    quiet = True

    def __init__(self, host: str, port: int, *, app: Application) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(host, port, app, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection and serve it in its own thread."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        """Close all connections that clients keep open."""
        with self._guard:
            connections = list(self._open)
        for one in connections:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class SimulatorServer:
    """A Salesforce org on a local address. Use as a context manager, or start() and stop()."""

    def __init__(
        self,
        *,
        seed: Json | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: dict[str, Json] | None = None,
        quiet: bool = True,
    ) -> None:
        """Take the port (0: a free one); seed is a document, a file or None for the default one."""
        self.org = Org(seed if isinstance(seed, dict) else read_seed(seed), load=load_rows)
        if settings:
            self.org.override(settings)
        self._server = _Server(host, port, app=Application(self.org))
        self._server.quiet = quiet
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> SimulatorServer:
        """Serve from a thread."""
        self._thread = threading.Thread(target=self.serve_forever, name="simulator", daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve from this thread until stop() is called or it is interrupted."""
        self._server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        """Stop, close the port and all connections."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self._server.cut_connections()

    def __enter__(self) -> SimulatorServer:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
