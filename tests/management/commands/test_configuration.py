"""The commands about configuration and connection: exit codes, JSON keys, and text that a person can read."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector.models import SalesforceOrg
from connector.models.fields import Secret
from simulator.server import SimulatorServer
from tests.factories import OutboxEntryFactory, SalesforceOrgFactory
from tests.pipeline.setup.configuration import ENVIRON, WEB_SERVER, config_text, offline_text
from tests.world import World


def run(*words: str, code: int = 0) -> str:
    """Run a command as a person would; return what it prints."""
    out = StringIO()
    try:
        call_command(*words, stdout=out)
        ended = 0
    except SystemExit as exc:
        ended = int(str(exc.code))
    assert ended == code, out.getvalue()
    return out.getvalue()


def run_json(*words: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; return the one object that it prints."""
    values: dict[str, Any] = json.loads(run(*words, "--json", code=code))
    return values


@pytest.fixture
def config(
    tmp_path: Path, salesforce: SimulatorServer, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A configuration file for the simulator, with its variables set."""
    settings.SALESFORCE_EXTRA_HOSTS = ["127.0.0.1"]
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "config.yaml"
    path.write_text(config_text(salesforce.url))
    return path


def test_apply_config_counts_what_it_did(config: Path) -> None:
    done = {"created": 3, "updated": 0, "unchanged": 0, "errors": []}
    assert run_json("apply_config", str(config), "--dry-run") == done
    assert not SalesforceOrg.objects.exists()
    assert run_json("apply_config", str(config)) == done
    assert run_json("apply_config", str(config)) == {"created": 0, "updated": 0, "unchanged": 3, "errors": []}


def test_apply_config_says_where_somebody_must_log_in(config: Path, salesforce: SimulatorServer) -> None:
    config.write_text(config_text(salesforce.url, replace=WEB_SERVER).partition("sources:")[0])
    assert "log in" not in run("apply_config", str(config), "--dry-run")
    text = run("apply_config", str(config))
    assert "Acme is not connected yet: open it in the admin (/admin/connector/salesforceorg/) and log in" in text
    check = run_json("check_connection", "Acme", code=1)["checks"][0]
    assert (check["name"], check["ok"], "log_in_needed" in check["detail"]) == ("sign_in", False, True)


def test_apply_config_shows_a_person_what_changes(config: Path) -> None:
    text = run("apply_config", str(config), "--dry-run")
    assert "+ organisation Acme" in text
    assert "+ link event-salon" in text
    assert "    + campaign_member.Dietary__c ← fields.dietary (overwrite)" in text
    assert "3 would be created, 0 updated; 0 unchanged." in text
    assert "simulator-secret" not in text
    run("apply_config", str(config))
    config.write_text(config.read_text().replace("    org: Acme\n", "    org: Acme\n    create: nobody\n"))
    text = run("apply_config", str(config))
    assert "~ link event-salon\n    create  lead → nobody" in text


def test_apply_config_names_mistakes_with_file_line_and_path(config: Path) -> None:
    config.write_text(config.read_text().replace("login_url", "login_ulr"))
    values = run_json("apply_config", str(config), code=2)
    assert (values["created"], values["updated"], values["unchanged"]) == (0, 0, 0)
    message = "Unknown key login_ulr. Did you mean login_url?"
    assert values["errors"] == [{"line": 3, "path": "orgs[0].login_ulr", "message": message}]
    text = run("apply_config", str(config), code=2)
    assert f"{config}:3: orgs[0].login_ulr: Unknown key" in text
    assert "Nothing was changed." in text


@pytest.mark.django_db
def test_apply_config_works_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "config.yaml"
    path.write_text(offline_text())
    assert run_json("apply_config", str(path), "--offline")["created"] == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"\xff\xfe", "not UTF-8"), (b"orgs: " + b"[" * 5000, "nested too deeply")],
)
@pytest.mark.django_db
def test_apply_config_names_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "config.yaml"
    if content is not None:
        path.write_bytes(content)
    values = run_json("apply_config", str(path), code=2)
    (error,) = values.pop("errors")
    assert values == {"created": 0, "updated": 0, "unchanged": 0}
    assert set(error) == {"line", "path", "message"}
    assert words in error["message"]
    assert words in run("apply_config", str(path), code=2)


def test_export_config_prints_what_apply_config_reads(config: Path) -> None:
    run("apply_config", str(config))
    config.write_text(run("export_config"))
    assert run_json("apply_config", str(config))["unchanged"] == 3
    values = run_json("export_config")
    assert values["ok"] is True
    assert "simulator-secret" not in values["config"]


def test_check_connection_ends_with_1_when_something_is_not_well(world: World) -> None:
    values = run_json("check_connection", world.org.name)
    assert {"name", "ok", "detail", "advice"} == set(values["checks"][0])
    text = run("check_connection", world.org.name)
    assert "All is well. Next: python manage.py check_link EVENT." in text
    SalesforceOrg.objects.update(visibility_confirmed=False)
    world.switch(view_all=False)
    text = run("check_connection", world.org.name, code=1)
    assert "NOT OK  visibility" in text
    assert "Not ok: 1 of 16 checks." in text


def test_check_link_ends_with_1_when_something_is_not_well(world: World) -> None:
    assert all(check["ok"] for check in run_json("check_link", world.event_id)["checks"])
    world.configure(status_attended="Came")
    text = run("check_link", world.event_id, code=1)
    assert "NOT OK  statuses.attended" in text
    assert "Sent, Registered, Attended" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", [("check_connection", "Nobody"), ("check_link", "no"), ("sync_status", "--event", "no")]
)
def test_an_unknown_name_is_a_bad_argument(words: tuple[str, ...]) -> None:
    SalesforceOrgFactory.create(name="Acme")
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert caught.value.returncode == 2
    assert "no" in str(caught.value)


@pytest.mark.django_db
def test_sync_status_is_a_report_and_ends_with_0() -> None:
    link = OutboxEntryFactory.create(state="failed").link
    OutboxEntryFactory.create(link=link, state="synced")
    SalesforceOrg.objects.update(api_used=10, api_limit=1000, state="reconnect_needed", state_reason="x")
    assert run_json("sync_status", "--event", link.inwink_event_id)["rows"] == 2
    text = run("sync_status")
    assert "refused_by_salesforce" in text
    assert "10 of 1,000 API calls" in text
    assert "(reconnect_needed): x" in text


@pytest.mark.django_db
def test_setup_schedules_can_be_repeated() -> None:
    assert run_json("setup_schedules") == {"ok": True}
    assert "0 created" in run("setup_schedules")


@pytest.mark.django_db
def test_setup_roles_can_be_repeated() -> None:
    assert "3 created" in run("setup_roles")
    assert "0 created" in run("setup_roles")
    assert run_json("setup_roles") == {"ok": True}


@pytest.mark.django_db
def test_rotate_keys_counts_and_names_what_is_lost() -> None:
    org = SalesforceOrgFactory.create()
    assert "SalesforceOrg.client_secret" in run("rotate_keys")
    assert run_json("rotate_keys") == {"ok": True}
    SalesforceOrg.objects.update(client_secret=Secret("gAAAAA-another-key"))
    assert run_json("rotate_keys", code=2)["unreadable"] == [f"SalesforceOrg.client_secret of row {org.pk}"]


COMMANDS = [
    "apply_config", "export_config", "check_connection", "check_link", "sync_status", "setup_schedules", "setup_roles",
    "rotate_keys",
]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command(name, "--help")
    assert f"python manage.py {name}" in " ".join(capsys.readouterr().out.split())
