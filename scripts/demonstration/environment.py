"""What the demonstration's processes see: their own settings, keys made once, and nothing else of the machine's."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.demo.case import seed

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
"""Variables of the machine that a process may need; a DATABASE_URL or a .env of the machine is not among them."""

ADMIN_NAME = "admin"


class DemoProblem(Exception):
    """What keeps the demonstration from going on, in words for whoever started it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the demonstration keeps its files."""

    var: Path

    @property
    def keys(self) -> Path:
        """The generated keys and passwords, readable by their owner alone."""
        return self.var / "demo.env"

    @property
    def runs(self) -> Path:
        """Database and logs of the run."""
        return self.var / "demo"

    @property
    def database(self) -> Path:
        """The demonstration's own SQLite database."""
        return self.runs / "demo.sqlite3"


@contextmanager
def fresh_folder(folder: Folder) -> Iterator[None]:
    """Empty the folder of runs and keep it locked. Raises DemoProblem while another demonstration uses it."""
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoProblem(f"Another demonstration is running in {folder.runs}. End it first.") from None
        for path in folder.runs.iterdir():
            if path.is_file() and path.name != "lock":
                path.unlink()
        yield


def load_keys(path: Path) -> dict[str, str]:
    """Read the keys, made with mode 0600 where they do not exist yet."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        text = _new_keys()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    lines = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in lines}


def _new_keys() -> str:
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DEMO_ADMIN_PASSWORD": secrets.token_urlsafe(9),
        "DEMO_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    lines = [f"{name}={value}" for name, value in keys.items()]
    return "\n".join(["# Made by scripts/demo.py for its own use.", *lines, ""])


def environment(folder: Folder, keys: dict[str, str], *, salesforce_url: str) -> dict[str, str]:
    """Return the whole environment of every process of the demonstration."""
    own = {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "DJANGO_READ_DOT_ENV": "0",
        "DEBUG": "0",
        "HTTPS_ONLY": "0",
        "DATABASE_URL": f"sqlite:///{folder.database}",
        "SALESFORCE_EXTRA_HOSTS": "127.0.0.1",
        "DEMO_SALESFORCE_URL": salesforce_url,
        "DEMO_CLIENT_SECRET": seed()["apps"][0]["client_secret"],
        "PYTHONUNBUFFERED": "1",
    }
    return inherited() | keys | own


def inherited() -> dict[str, str]:
    """Return the variables of the machine that are passed on."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def show(value: object) -> str:
    """Return a value as it is compared and printed."""
    return json.dumps(value, ensure_ascii=False, default=str)
