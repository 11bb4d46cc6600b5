"""The commands of a developer: `python3 scripts/dev.py COMMAND [ARGUMENTS]`; the Makefile calls them.

Runs on a bare Python 3.11: it makes the virtual environment that everything else runs in.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from install import BIN, DEVELOPMENT_LOCK, PYTHON, ROOT, RUNTIME_LOCK, CannotInstallError, complete_dot_env, install
from suite import run_suite

_TEST_ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
"""Settings with throw-away keys, for checks that need Django but no installation."""


def install_all(arguments: list[str]) -> int:
    """Make .venv with all that the connector, its tests and its checks need."""
    install([RUNTIME_LOCK, DEVELOPMENT_LOCK])
    return 0


PRIVATE = 0o077
"""umask of whatever writes a database: it holds personal data, which nobody else on the machine may read."""


def demo(arguments: list[str]) -> NoReturn:
    """Show the connector at work against a local Salesforce (ARGS=--once ends after the summary)."""
    install([RUNTIME_LOCK])
    os.umask(PRIVATE)
    _become(["scripts/demo.py", *arguments])


def test(arguments: list[str]) -> int:
    """Run the whole test suite; ARGS go to pytest."""
    install_all([])
    return run_suite(arguments)


def run(arguments: list[str]) -> NoReturn:
    """Serve the site for development on port 8000, or on ARGS=PORT."""
    _prepare_site()
    print("Nobody to log in as yet? .venv/bin/python manage.py createsuperuser", flush=True)
    print("Nothing is sent without a worker: make worker, in a second terminal.", flush=True)
    _become(["manage.py", "runserver", "--insecure", *arguments])


def worker(arguments: list[str]) -> NoReturn:
    """Run the background workers."""
    _prepare_site()
    if _steps([["python", "manage.py", "setup_schedules"]]):
        sys.exit(1)
    _become(["manage.py", "run_worker", *arguments])


def lint(arguments: list[str]) -> int:
    """Look for mistakes and unformatted code."""
    install_all([])
    return _steps([["ruff", "check", *arguments], ["ruff", "format", "--check", *arguments]])


def fmt(arguments: list[str]) -> int:
    """Format the code and mend what can be mended safely."""
    install_all([])
    return _steps([["ruff", "check", "--fix", *arguments], ["ruff", "format", *arguments]])


def types(arguments: list[str]) -> int:
    """Check the types."""
    install_all([])
    return _steps([["mypy", *arguments]], environment=_TEST_ENVIRONMENT)


def check(arguments: list[str]) -> int:
    """Run every check that needs no database: lint, types, layers, Django's own, missing migrations."""
    install_all([])
    return _steps(
        [
            ["ruff", "check"],
            ["ruff", "format", "--check"],
            ["mypy"],
            ["lint-imports", "--no-logo"],
            ["python", "manage.py", "check", "--fail-level", "WARNING"],
            ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
        ],
        environment=_TEST_ENVIRONMENT,
    )


CATALOGUES = "connector/locale"
LANGUAGES = ("en", "fr")


def texts(arguments: list[str]) -> int:
    """Gather the texts that people see into the catalogues, in alphabetical order, and compile them (needs gettext)."""
    install_all([])
    gather = [option for language in LANGUAGES for option in ("-l", language)]
    options = ["--no-obsolete", "--no-wrap", "--no-location", "--verbosity", "0"]
    forget = ["--clear-fuzzy", "--clear-previous", "--empty", "--no-wrap"]  # guesses at a translation are none
    failed = _steps([["python", "manage.py", "makemessages", *gather, *options]], environment=_TEST_ENVIRONMENT)
    for language in LANGUAGES:
        catalogue = f"{CATALOGUES}/{language}/LC_MESSAGES/django"
        for tool in (
            ["msgattrib", *forget, "--output", f"{catalogue}.po", f"{catalogue}.po"],
            ["msgcat", "--sort-output", "--no-wrap", "--output", f"{catalogue}.po", f"{catalogue}.po"],
            ["sed", "--in-place", '/^"POT-Creation-Date/d', f"{catalogue}.po"],
            ["msgfmt", "--output", f"{catalogue}.mo", f"{catalogue}.po"],
        ):
            failed |= subprocess.run(tool, cwd=ROOT, check=False).returncode
    return failed


def bench(arguments: list[str]) -> NoReturn:
    """Measure: print the tables of bench/."""
    install_all([])
    _become(["-m", "bench", *arguments])


def lock(arguments: list[str]) -> int:
    """Compile requirements*.in into the lock files (ARGS=--upgrade takes the newest versions)."""
    install_all([])
    compiler = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    options = ["--generate-hashes", "--no-header", *arguments]
    return _steps(
        [
            [*compiler, *options, "requirements.in", "-o", RUNTIME_LOCK],
            [*compiler, *options, "requirements-dev.in", "-o", DEVELOPMENT_LOCK],
        ]
    )


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "install": install_all,
    "demo": demo,
    "test": test,
    "run": run,
    "worker": worker,
    "lint": lint,
    "fmt": fmt,
    "types": types,
    "check": check,
    "texts": texts,
    "bench": bench,
    "lock": lock,
}


def _prepare_site() -> None:
    install([RUNTIME_LOCK])
    os.umask(PRIVATE)
    added = complete_dot_env()
    if added:
        print(f"Wrote new values for this machine into .env: {', '.join(added)}.", flush=True)
    if _steps([["python", "manage.py", "migrate", "--verbosity", "0"]]):
        sys.exit(1)


def _steps(steps: list[list[str]], *, environment: dict[str, str] | None = None) -> int:
    """Run each program of the virtual environment, also after one failed; return 0 when all succeeded."""
    failed = [step for step in steps if _run_step(step, environment or {})]
    for step in failed:
        print(f"FAILED: {' '.join(step)}", file=sys.stderr, flush=True)
    return int(bool(failed))


def _run_step(step: list[str], environment: dict[str, str]) -> int:
    return subprocess.run(
        [str(BIN / step[0]), *step[1:]], cwd=ROOT, env=os.environ | environment, check=False
    ).returncode


def _become(command: list[str]) -> NoReturn:
    """Replace this process, so that exit code and signals are the command's own."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [PYTHON, *command])


def main(arguments: list[str]) -> int:
    """Run the named command; 2 = unknown command or a machine that lacks something."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python3 {Path(sys.argv[0]).name} COMMAND [ARGUMENTS]\n")
        for name, command in COMMANDS.items():
            print(f"  {name:8} {(command.__doc__ or '').splitlines()[0]}")
        return 0 if arguments[:1] in (["help"], ["--help"], ["-h"]) else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except CannotInstallError as exc:
        print(f"{exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
