"""Run the whole test suite: on SQLite, then on PostgreSQL, then in a browser. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from install import PYTHON, ROOT

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NO_TESTS_COLLECTED = 5
"""Pytest's exit code; https://docs.pytest.org/en/stable/reference/exit-codes.html"""


@dataclass(frozen=True)
class Part:
    """One run of pytest; `why_skipped` says what the machine lacks for it."""

    name: str
    marker: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    why_skipped: str = ""
    may_be_empty: bool = True


def find_chromium(environ: Mapping[str, str]) -> str | None:
    """Return the Chromium to drive: CHROMIUM of the environment, else the first known name on PATH."""
    wanted = environ.get("CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    found = (shutil.which(name, path=environ.get("PATH")) for name in _CHROMIUM_NAMES)
    return next((path for path in found if path), None)


def parts_of(environ: Mapping[str, str]) -> list[Part]:
    """Return the parts of the suite in their order, each with what it needs or why it cannot run here."""
    coverage = ("--cov", "--cov-report=term") if environ.get("COVERAGE") == "1" else ()
    postgres, chromium = environ.get("TEST_DATABASE_URL", ""), find_chromium(environ)
    return [
        Part("SQLite", "not browser", ("-n", "auto", *coverage), may_be_empty=False),
        Part(
            "PostgreSQL",
            "both and not browser",
            ("-n", "auto"),
            {"DATABASE_URL": postgres},
            "" if postgres else "TEST_DATABASE_URL is not set (postgres://user@host:5432/database)",
        ),
        Part(
            "browser",
            "browser",
            ("-n", "auto", "--maxprocesses", "4"),  # each process drives a Chromium of its own
            environment={"CHROMIUM": chromium or ""},
            why_skipped="" if chromium else "no Chromium found (CHROMIUM=path, or install the package chromium)",
        ),
    ]


def run_suite(arguments: list[str]) -> int:
    """Run each part that can run, with these arguments for pytest; return 0 when all is well.

    With REQUIRE_ALL=1 a part that cannot run is a failure (tests/conftest.py sees to single skipped tests).
    """
    base = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    lines, is_failed = [], False
    for part in parts_of(os.environ):
        if part.why_skipped:
            lines.append(f"{part.name}: SKIPPED, {part.why_skipped}: {_names_of(part)}")
            is_failed |= os.environ.get("REQUIRE_ALL") == "1"
            continue
        print(f"\n── {part.name} ──", flush=True)
        started = time.monotonic()
        code = subprocess.run(
            _pytest(part, arguments), cwd=ROOT, env=base | dict(part.environment), check=False
        ).returncode
        is_well = code == 0 or (code == _NO_TESTS_COLLECTED and (part.may_be_empty or bool(arguments)))
        lines.append(f"{part.name}: {'passed' if is_well else 'FAILED'} in {time.monotonic() - started:.0f} s")
        is_failed |= not is_well
    print("\n" + "\n".join(lines), flush=True)
    return int(is_failed)


def _pytest(part: Part, arguments: list[str]) -> list[str]:
    return [PYTHON, "-m", "pytest", "-m", part.marker, *part.arguments, *arguments]


def _names_of(part: Part) -> str:
    """Return the names of the tests that a part would have run."""
    command = [PYTHON, "-m", "pytest", "-m", part.marker, "--collect-only", "-q", "-p", "no:cacheprovider"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    cases = Counter(line.partition("[")[0] for line in listed if "::" in line)
    return (
        "".join(f"\n  {name}" + (f" ({count} cases)" if count > 1 else "") for name, count in cases.items())
        or "no test"
    )
