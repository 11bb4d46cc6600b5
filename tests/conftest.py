"""What every test shares: where the SQLite test database lives, and that a skip is a failure where all must run."""

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import translation

from simulator.server import SimulatorServer

_ALLOWED_SKIPS = ("recordings are not here",)
"""Reasons that REQUIRE_ALL accepts: recordings of real answers are kept outside the project."""

_skipped: list[str] = []

hypothesis.settings.register_profile(
    "connector", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("connector")
"""An example that takes long on a busy machine has found nothing."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put the SQLite test database into a file: in memory it would know neither WAL nor a second process."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _emptying() -> Iterator[None]:
    """Empty the database after a test that committed in our way (tests/emptying.py)."""
    from tests.emptying import empty_tables  # models can be imported only once Django is set up

    with patch.object(TransactionTestCase, "_fixture_teardown", empty_tables):
        yield


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Let no test hand its language on: Django keeps that of the last request in the thread."""
    yield
    translation.deactivate()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skipped test with its reason."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _remember_skip(report)


@pytest.hookimpl(tryfirst=True)
def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember each module that was skipped as a whole."""
    if report.skipped:
        _remember_skip(report)


def _remember_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in _ALLOWED_SKIPS):
        _skipped.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session when REQUIRE_ALL=1 and anything was skipped."""
    is_controller = not hasattr(session.config, "workerinput")
    if is_controller and _skipped and os.environ.get("REQUIRE_ALL") == "1" and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what REQUIRE_ALL=1 does not forgive."""
    if _skipped and os.environ.get("REQUIRE_ALL") == "1":
        terminalreporter.section("skipped, and REQUIRE_ALL=1 forbids it", red=True, bold=True)
        for line in _skipped:
            terminalreporter.write_line(line)


@pytest.fixture
def salesforce() -> Iterator[SimulatorServer]:
    """A fresh local Salesforce over real HTTP."""
    with SimulatorServer() as server:
        yield server


@pytest.fixture
def world(salesforce: SimulatorServer, transactional_db: None, settings: Any) -> Any:
    """A Salesforce, an organisation connected to it and an event linked to its campaign (tests/world.py)."""
    from tests.world import make_world  # models can be imported only once Django is set up

    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    return make_world(salesforce)


@pytest.fixture
def replaced(world: Any) -> Any:
    """A world with a contact whose title was replaced (tests/replaced.py)."""
    from tests.replaced import replace_title  # models can be imported only once Django is set up

    return replace_title(world)
