"""Make the virtual environment and the .env: everything that a fresh checkout lacks. Standard library only."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Set
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
BIN = VENV / "bin"
PYTHON = str(BIN / "python")
RUNTIME_LOCK = "requirements.txt"
DEVELOPMENT_LOCK = "requirements-dev.txt"
MINIMUM_PYTHON = (3, 11)


class CannotInstallError(Exception):
    """The machine lacks something; the text says what to do about it."""


def require_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise CannotInstallError when the running Python is too old."""
    if version < MINIMUM_PYTHON:
        raise CannotInstallError(
            f"This is Python {version[0]}.{version[1]}; the connector needs Python 3.11 or newer. "
            "Install one and name it: make PYTHON=python3.12 …"
        )


def stamp_of(locks: list[str], *, root: Path = ROOT) -> dict[str, str]:
    """Return what an environment with these lock files consists of: {"python": version, lock file: SHA-256}."""
    stamp = {"python": platform.python_version()}
    return stamp | {lock: hashlib.sha256((root / lock).read_bytes()).hexdigest() for lock in locks}


def is_current(wanted: dict[str, str], *, stamp_path: Path = STAMP) -> bool:
    """Return whether the stamp holds all that is wanted; an environment may hold more."""
    try:
        found = json.loads(stamp_path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and wanted.items() <= found.items()


def install(locks: list[str]) -> None:
    """Make .venv hold exactly what these lock files name; return at once when it does already."""
    require_python()
    wanted = stamp_of(locks)
    if is_current(wanted):
        return
    started = time.monotonic()
    print(f"Installing {', '.join(locks)} into {VENV.name} …", flush=True)
    kept = [lock for lock in (RUNTIME_LOCK, DEVELOPMENT_LOCK) if lock in locks or is_current(stamp_of([lock]))]
    wanted = stamp_of(kept)
    STAMP.unlink(missing_ok=True)
    _make_venv()
    _install_locked(kept)
    STAMP.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def _make_venv() -> None:
    if _venv_version() == platform.python_version():
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise CannotInstallError(
            "Python's venv module does not work here (Debian and Ubuntu: install the package python3-venv).\n"
            + (made.stdout + made.stderr).strip()
        )


def _venv_version() -> str | None:
    if not Path(PYTHON).exists():
        return None
    asked = [PYTHON, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or None


def _install_locked(locks: list[str]) -> None:
    requirements = [argument for lock in locks for argument in ("-r", str(ROOT / lock))]
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if _succeeds([*pip, "uv"]):
        # Unlike pip, uv compiles nothing by itself: where Python may write no bytecode, each process would do it anew.
        options = ["--quiet", "--compile-bytecode", "--python", PYTHON, "--require-hashes"]
        if _succeeds([PYTHON, "-m", "uv", "pip", "install", *options, *requirements]):
            return
    print("uv cannot be had or did not succeed; pip takes over, which takes longer.", flush=True)
    if not _succeeds([*pip, "--require-hashes", *requirements]):
        raise CannotInstallError("The packages could not be installed: the lines above say why.")


def _succeeds(command: list[str]) -> bool:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        print((ran.stdout + ran.stderr).strip()[-2000:], file=sys.stderr)
    return ran.returncode == 0


def complete_dot_env(path: Path = ROOT / ".env") -> list[str]:
    """Add to a .env the variables that `make run` needs and nothing gives; return their names.

    A new file is readable by its owner alone; what stands in an existing one stays as it is.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = _missing_lines(_names_in(before) | os.environ.keys())
    if not missing:
        return []
    head = "" if before else "# Made by scripts/dev.py for this machine. .env.example explains every variable.\n"
    gap = "" if before.endswith("\n") or not before else "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(head + gap + "".join(missing.values()))
    return list(missing)


def _missing_lines(given: Set[str]) -> dict[str, str]:
    """Return {variable: its line, with the comment above it} of what is not given, the keys new each time."""
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    wanted = {
        "SECRET_KEY": f"SECRET_KEY={secrets.token_urlsafe(50)}\n",
        "FIELD_ENCRYPTION_KEYS": "# The secrets in the database can only be read with this key: keep a copy of it.\n"
        f"FIELD_ENCRYPTION_KEYS={field_key}\n",
    }
    if (
        "SECRET_KEY" not in given
    ):  # a file with keys of its own may be of a site that people reach: https stays on there
        wanted["HTTPS_ONLY"] = "# Plain http on this machine. Remove the line in production.\nHTTPS_ONLY=0\n"
    return {name: line for name, line in wanted.items() if name not in given}


def _names_in(text: str) -> set[str]:
    """Return the variables that the text of a .env gives."""
    lines = [line.strip().removeprefix("export ").partition("=") for line in text.splitlines()]
    return {name.strip() for name, equals, _ in lines if equals and not name.startswith("#")}
