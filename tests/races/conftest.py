"""Tests that only PostgreSQL can show: SQLite has one writer at a time."""

import os

import pytest
from django.conf import settings


def _is_postgresql() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")


@pytest.fixture
def postgresql() -> None:
    """Ask for PostgreSQL; the whole suite runs the tests marked `both` there where TEST_DATABASE_URL is set."""
    if not _is_postgresql():
        pytest.skip("needs PostgreSQL: set TEST_DATABASE_URL")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out on SQLite where the same suite runs them on PostgreSQL: that is no skip."""
    if _is_postgresql() or not os.environ.get("TEST_DATABASE_URL"):
        return
    elsewhere = [item for item in items if "postgresql" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]
