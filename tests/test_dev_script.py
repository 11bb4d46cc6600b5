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


@pytest.fixture
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"):
        monkeypatch.delenv(name, raising=False)


def _values(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.usefixtures("_bare_environment")
def test_dot_env_is_private_and_complete(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert install.complete_dot_env(path) == ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _values(path).keys() == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"}
    assert len(base64.urlsafe_b64decode(_values(path)["FIELD_ENCRYPTION_KEYS"])) == 32
    assert install.complete_dot_env(path) == []


@pytest.mark.usefixtures("_bare_environment")
@pytest.mark.parametrize("end", ["", "\n"])
def test_dot_env_made_by_hand_gets_the_keys_it_lacks(tmp_path: Path, end: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"# mine\nSALESFORCE_EXTRA_HOSTS=127.0.0.1{end}")
    assert install.complete_dot_env(path) == ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"]
    assert path.read_text().startswith("# mine\nSALESFORCE_EXTRA_HOSTS=127.0.0.1\nSECRET_KEY=")
    assert list(_values(path)) == ["SALESFORCE_EXTRA_HOSTS", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HTTPS_ONLY"]


@pytest.mark.usefixtures("_bare_environment")
@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("SECRET_KEY=mine\n", ["FIELD_ENCRYPTION_KEYS"]),
        ("export SECRET_KEY=mine\nFIELD_ENCRYPTION_KEYS = key\n", []),
        ("#SECRET_KEY=no\nHTTPS_ONLY=1\n", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"]),
    ],
)
def test_what_stands_in_a_dot_env_is_kept_and_https_with_it(tmp_path: Path, text: str, added: list[str]) -> None:
    path = tmp_path / ".env"
    path.write_text(text)
    assert install.complete_dot_env(path) == added
    assert path.read_text().startswith(text)
    assert path.read_text().count("HTTPS_ONLY") == text.count("HTTPS_ONLY")


def test_keys_of_the_environment_are_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        monkeypatch.setenv(name, "given")
    path = tmp_path / ".env"
    assert install.complete_dot_env(path) == []
    assert not path.exists()


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
