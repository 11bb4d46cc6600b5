"""The developer's script installs once, keeps what exists, and says what it left out."""

import base64
import json
import platform
import stat
from pathlib import Path

import install
import pytest
import suite

LOCKS = ["requirements.txt", "requirements-dev.txt"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for lock in LOCKS:
        (tmp_path / lock).write_text(f"# {lock}\n")
    return tmp_path


def _stamp(checkout: Path, locks: list[str]) -> Path:
    path = checkout / "installed.json"
    path.write_text(json.dumps(install.stamp_of(locks, root=checkout)))
    return path


def test_environment_with_more_than_wanted_is_current(checkout: Path) -> None:
    stamp = _stamp(checkout, LOCKS)
    assert install.is_current(install.stamp_of(["requirements.txt"], root=checkout), stamp_path=stamp)


def test_environment_without_the_development_tools_is_not_current_for_tests(checkout: Path) -> None:
    stamp = _stamp(checkout, ["requirements.txt"])
    assert not install.is_current(install.stamp_of(LOCKS, root=checkout), stamp_path=stamp)


def test_changed_lock_makes_the_environment_outdated(checkout: Path) -> None:
    stamp = _stamp(checkout, LOCKS)
    (checkout / "requirements.txt").write_text("# another version\n")
    assert not install.is_current(install.stamp_of(LOCKS, root=checkout), stamp_path=stamp)


def test_another_python_makes_the_environment_outdated(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = _stamp(checkout, LOCKS)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert not install.is_current(install.stamp_of(LOCKS, root=checkout), stamp_path=stamp)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_broken_stamp_means_install_again(checkout: Path, text: str) -> None:
    (checkout / "installed.json").write_text(text)
    wanted = install.stamp_of(LOCKS, root=checkout)
    assert not install.is_current(wanted, stamp_path=checkout / "installed.json")


def test_missing_stamp_means_install(checkout: Path) -> None:
    assert not install.is_current({"python": "3"}, stamp_path=checkout / "nowhere.json")


def test_old_python_is_refused_with_advice() -> None:
    with pytest.raises(install.CannotInstallError, match=r"Python 3\.10; .* PYTHON=python3\.12"):
        install.require_python((3, 10))


def test_dot_env_is_private_and_complete(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert install.create_dot_env(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in path.read_text().splitlines() if not line.startswith("#"))
    assert values.keys() == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"}
    assert len(base64.urlsafe_b64decode(values["FIELD_ENCRYPTION_KEYS"])) == 32


def test_existing_dot_env_is_kept(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    assert not install.create_dot_env(path)
    assert path.read_text() == "SECRET_KEY=mine\n"


def _chromium_in(folder: Path) -> Path:
    path = folder / "chromium"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_parts_say_what_the_machine_lacks(tmp_path: Path) -> None:
    parts = suite.parts_of({"PATH": str(tmp_path)})
    assert [part.name for part in parts] == ["SQLite", "PostgreSQL", "browser"]
    assert [bool(part.why_skipped) for part in parts] == [False, True, True]


def test_all_parts_run_where_everything_is_there(tmp_path: Path) -> None:
    chromium = _chromium_in(tmp_path)
    url = "postgres://postgres@127.0.0.1/x"
    parts = suite.parts_of({"PATH": str(tmp_path), "TEST_DATABASE_URL": url})
    assert not any(part.why_skipped for part in parts)
    assert parts[1].environment == {"DATABASE_URL": url}
    assert parts[2].environment == {"CHROMIUM": str(chromium)}


def test_named_chromium_that_does_not_exist_is_not_replaced_by_another(tmp_path: Path) -> None:
    _chromium_in(tmp_path)
    assert suite.find_chromium({"PATH": str(tmp_path), "CHROMIUM": "/nowhere/chromium"}) is None
