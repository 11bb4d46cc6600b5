"""The site starts with good settings, and says in one sentence what is missing otherwise."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from project.json_logging import JsonFormatter

ROOT = Path(__file__).resolve().parent.parent
_BARE = {"PATH": os.environ["PATH"], "DJANGO_READ_DOT_ENV": "0", "DJANGO_SETTINGS_MODULE": "project.settings"}


def _manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_BARE | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["check", "migrate", "run_worker", "sync_due"])
def test_missing_secret_key_stops_the_start_with_one_sentence(command: str) -> None:
    ran = _manage(command)
    assert ran.returncode == 2
    assert ran.stderr.startswith("Configuration error: SECRET_KEY is not set")
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_missing_encryption_key_stops_the_start_and_says_how_to_make_one() -> None:
    ran = _manage("check", SECRET_KEY="s" * 60)
    assert ran.returncode == 2
    assert ran.stderr.startswith("Configuration error: FIELD_ENCRYPTION_KEYS is not set")
    assert "base64" in ran.stderr


def test_empty_keys_count_as_missing() -> None:
    assert _manage("check", SECRET_KEY="", FIELD_ENCRYPTION_KEYS="").returncode == 2


def test_empty_database_url_means_the_default() -> None:
    ran = _manage("check", DEBUG="1", DATABASE_URL="")
    assert ran.returncode == 0, ran.stderr


def test_debug_needs_no_keys() -> None:
    ran = _manage("check", DEBUG="1")
    assert ran.returncode == 0, ran.stderr


def test_a_malformed_number_is_named() -> None:
    ran = _manage("check", DEBUG="1", CLAIM_LEASE_SECONDS="soon")
    assert ran.returncode == 2
    assert "CLAIM_LEASE_SECONDS" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", "maybe", "write 1 or 0"),
        ("HTTPS_ONLY", "perhaps", "write 1 or 0"),
        ("DATABASE_URL", "foo", "postgres://user:password@host"),
        ("DATABASE_URL", "mysql://root:hidden@db/x", "postgres://user:password@host"),
        ("DATABASE_URL", "postgres://root:hidden@db:port/x", "postgres://user:password@host"),
        ("TIME_ZONE", "Mars/X", "Europe/Paris"),
        ("TIME_ZONE", "../etc", "Europe/Paris"),
        ("TIME_ZONE", "", "Europe/Paris"),
        ("Q_WORKERS", "0", "1 or more"),
        ("Q_WORKERS", "two", ".env.example"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_in_one_sentence(name: str, value: str, words: str) -> None:
    ran = _manage("check", **{"DEBUG": "1", name: value})
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"Configuration error: {name} ")
    assert words in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert "hidden" not in ran.stderr


@pytest.mark.parametrize("word", ["0", "off", "False", ""])
def test_debug_can_be_turned_off_in_words(word: str) -> None:
    assert "SECRET_KEY is not set" in _manage("check", DEBUG=word).stderr


@pytest.mark.django_db
@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3", reason="SQLite's options")
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 1), ("busy_timeout", 20000), ("foreign_keys", 1)]
)
def test_sqlite_pragma_is_in_force(pragma: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


def _policy_of(path: str) -> dict[str, str]:
    response = Client().get(path)
    assert response.status_code == 200
    directives = (part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    return dict(directives)


def test_pages_outside_the_admin_load_nothing() -> None:
    assert _policy_of("/healthz") == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.django_db
def test_the_admin_gets_what_its_look_needs_and_no_inline_script() -> None:
    policy = _policy_of("/admin/login/")
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["frame-ancestors"] == "'none'"


def test_https_only_redirects_all_but_probes() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "print([Client().get(path).status_code for path in ('/admin/login/', '/healthz')])\n"
    )
    environment = _BARE | {"SECRET_KEY": "s" * 60, "FIELD_ENCRYPTION_KEYS": os.environ["FIELD_ENCRYPTION_KEYS"]}
    environment |= {"ALLOWED_HOSTS": "testserver"}
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[301, 200]", ran.stderr


def test_log_lines_are_json_with_the_extra_fields_and_without_query_strings() -> None:
    record = logging.makeLogRecord({"name": "connector.x", "levelname": "INFO", "msg": "batch %s", "args": ("sent",)})
    record.link_id = 7
    record.request = "<WSGIRequest: GET '/admin/?q=ada@example.org'>"
    line = json.loads(JsonFormatter().format(record))
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "logger": "connector.x", "message": "batch sent", "link_id": 7}


def test_log_lines_hold_the_traceback() -> None:
    try:
        raise ValueError("broken\nin two lines")
    except ValueError:
        record = logging.makeLogRecord({"exc_info": sys.exc_info()})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_tracebacks_in_log_lines_repeat_no_row_and_no_email() -> None:
    try:
        raise ValueError("no 'ada@example.org'\nDETAIL:  Failing row contains (7, Lovelace, 1815).\nCONTEXT: x")
    except ValueError:
        record = logging.makeLogRecord({"exc_info": sys.exc_info()})
    exception = json.loads(JsonFormatter().format(record))["exception"]
    assert exception.splitlines()[-3:] == ["ValueError: no '[…]'", "DETAIL: […]", "CONTEXT: x"]
