"""Start the real parts as processes: a local Salesforce, a web server, supervised workers, a database of their own.

with Stack() as stack:
    stack.start_salesforce(latency_ms=120)
    stack.configure(EVENTS)
    stack.start_web()
    stack.start_worker()
    stack.post({"eventId": "salon", …})
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 40
_SOURCE_ID = "5b0b7a0e-6d5a-4d9f-9a53-0d6f3c1d2e4f"
_TOKEN = secrets.token_urlsafe(24)


class TooSlowError(Exception):
    """What was waited for did not happen in time."""


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str, every: float = 0.05) -> Any:
    """Return the first true value of the condition. Raises TooSlowError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(every)
    raise TooSlowError(f"{what}: not within {seconds} s")


class Stack:
    """Processes and a folder that end with the `with` block, whatever happens in it."""

    def __init__(self, database_url: str = "", **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="connector-bench-"))
        self.database_url = database_url or f"sqlite:///{self.folder / 'db.sqlite3'}"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")},
            "DJANGO_READ_DOT_ENV": "0",
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": secrets.token_urlsafe(40),
            "FIELD_ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "HTTPS_ONLY": "0",
            "SALESFORCE_EXTRA_HOSTS": "127.0.0.1",
            **environment,
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.salesforce = ""
        self.web = ""
        self._session = requests.Session()

    def __enter__(self) -> Self:
        self.manage("migrate", "--verbosity", "0")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop(self.processes)
        self._session.close()
        if kind is None:  # after a failure the logs are worth keeping
            shutil.rmtree(self.folder)

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; return its stdout. Raises CalledProcessError.

        Without Django's checks: they refuse times as short as measurements need them.
        """
        unchecked = [] if arguments[0] == "shell" else ["--skip-checks"]  # the shell never checks
        done = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *arguments, *unchecked],
            cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, stderr=self._log("manage"),
        )  # fmt: skip
        return done.stdout.decode()

    def start(self, name: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a process that is ended with the block; its stderr goes to NAME.log in the folder."""
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=ROOT, env=self.environment | environment, stdout=subprocess.PIPE, stderr=self._log(name)
        )
        self.processes.append(process)
        return process

    def _log(self, name: str) -> Any:
        return (self.folder / f"{name}.log").open("ab")

    def stop(self, processes: Iterable[subprocess.Popen[bytes]], *, seconds: float = 30) -> None:
        """End processes: asked first, then killed."""
        some = list(processes)
        for process in some:
            process.send_signal(signal.SIGTERM)
        for process in some:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_salesforce(self, *, latency_ms: float = 0, **settings: Any) -> None:
        """Start the local Salesforce on a free port."""
        process = self.start(
            "salesforce", sys.executable, "-m", "simulator", "--port", "0", "--quiet", "--latency-ms", str(latency_ms)
        )
        assert process.stdout is not None
        self.salesforce = process.stdout.readline().decode().split()[-1]
        self.control("settings", settings)

    def control(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Call an endpoint of the simulator that is none of Salesforce's."""
        answer = self._session.request(method, f"{self.salesforce}/_simulator/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def rows(self, sobject: str) -> list[dict[str, Any]]:
        """Return the living rows of an object in the simulator."""
        rows: list[dict[str, Any]] = self.control(f"state?sobjects={sobject}", method="GET")[sobject]
        return rows

    def configure(self, campaigns: Mapping[str, str]) -> None:
        """Connect the connector to the simulator and link events to campaigns, {event id: campaign id}."""
        links = [
            {"event": event, "org": "Bench", "campaign": {"id": campaign}} for event, campaign in campaigns.items()
        ]
        org = {
            "name": "Bench", "login_url": self.salesforce, "auth": "client_credentials",
            "client_id": "simulator-client", "client_secret": "simulator-secret", "visibility_confirmed": True,
        }  # fmt: skip
        source = {"name": "bench", "id": _SOURCE_ID, "bearer_tokens": [_TOKEN]}
        path = self.folder / "config.yaml"
        path.write_text(json.dumps({"orgs": [org], "sources": [source], "links": links}))  # JSON is YAML
        self.manage("apply_config", str(path))

    def status(self) -> dict[str, Any]:
        """Return what sync_status says."""
        status: dict[str, Any] = json.loads(self.manage("sync_status", "--json"))
        return status

    def start_web(self) -> None:
        """Serve the site as in production, one process with one thread, as SQLite likes it best."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--port", str(port)]
        self.start("web", str(Path(sys.executable).parent / "granian"), *options, "project.wsgi:application")
        self.web = f"http://127.0.0.1:{port}"
        wait_for(self._is_serving, seconds=START_SECONDS, what="the web server")

    def _is_serving(self) -> bool:
        try:
            return self._session.get(f"{self.web}/healthz", timeout=5).ok
        except requests.ConnectionError:
            return False

    def start_worker(self, *arguments: str, name: str = "worker", **environment: str) -> subprocess.Popen[bytes]:
        """Start a supervised pool."""
        return self.start(name, sys.executable, "manage.py", "run_worker", *arguments, **environment)

    def post(self, *participants: Mapping[str, Any]) -> None:
        """Send one message to the webhook. Raises AssertionError unless all of it was accepted."""
        answer = self._session.post(
            f"{self.web}/webhooks/inwink/{_SOURCE_ID}/",
            json=list(participants),
            headers={"Authorization": f"Bearer {_TOKEN}"},
            timeout=30,
        )
        assert answer.status_code == 202, answer.text
        assert answer.json()["accepted"] == len(participants), answer.text
