"""The reconcile command: its keys, its exit codes, and whom it names how."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from connector.management.base import CommandProblem
from tests.acceptance.people import someone
from tests.world import World


def reconcile(*arguments: str, is_json: bool = True) -> tuple[Any, int]:
    """Return what the command printed, and its exit code."""
    stdout, code = io.StringIO(), 0
    try:
        more = ["--json"] if is_json else []
        call_command("reconcile", "--event", "event-salon", *arguments, *more, stdout=stdout)
    except SystemExit as exc:
        code = int(exc.code or 0)
    return json.loads(stdout.getvalue()) if is_json else stdout.getvalue(), code


def test_all_agrees(world: World) -> None:
    world.send(someone("p1"))
    values, code = reconcile()
    assert list(values)[:6] == ["matching", "never_received", "missing", "wrong_status", "removed", "extra"]
    assert [values[key] for key in list(values)[:6]] == [1, 0, 0, 0, 0, 0]
    assert (code, values["compared_with"], values["people"]) == (0, "received", [])
    text, code = reconcile(is_json=False)
    assert "Compared with what we received, not with inwink" in text
    assert "1 members read in 1 API calls." in text
    assert "Everybody who should be in the campaign is there, with the right status." in text


def test_with_a_row_that_cannot_be_read_nobody_says_that_everybody_is_there(world: World, tmp_path: Path) -> None:
    world.send(someone("p1"))
    world.receive(someone("p2", "Grace", "Hopper"))
    export = tmp_path / "export.jsonl"
    people = someone("p1"), someone("p2", "Grace", "Hopper"), someone("p3", registered="peut-être")
    export.write_text("\n".join(json.dumps(person) for person in people))
    text, code = reconcile("--file", str(export), is_json=False)
    assert code == 0, "neither is a difference"
    assert "Everybody who should be in the campaign is there" not in text
    assert "cannot be said yet: 1 rows of the export cannot be read, 1 waiting to be sent." in text
    assert "row 3 of the export: " in text


def test_a_difference_exits_with_1_and_names_people_by_id_unless_emails_are_asked_for(
    world: World, tmp_path: Path
) -> None:
    world.send(someone("p1"), someone(None, "Grace", "Hopper"))
    world.delete(*(row["Id"] for row in world.rows("CampaignMember")))
    export = tmp_path / "export.csv"
    export.write_text("Email;Nom\nedith@example.org;Clarke\nnot an email;X\n")
    text, code = reconcile("--file", str(export), is_json=False)
    assert code == 1
    assert "p1" in text
    assert "g…@example.org" in text
    assert "e…@example.org" in text
    assert not any(email in text for email in ("grace.hopper", "edith@", "ada.lovelace@"))
    values, code = reconcile("--file", str(export), "--show-emails")
    assert (code, values["removed"], values["never_received"], values["rows"]) == (1, 2, 2, 2)
    assert {person.get("email") or person["participant"] for person in values["people"]} >= {
        "ada.lovelace@example.org", "grace.hopper@example.org", "edith@example.org"}  # fmt: skip


def test_resync_takes_in_and_says_how_many(world: World, tmp_path: Path) -> None:
    export = tmp_path / "export.jsonl"
    export.write_text(json.dumps(someone("p1")))
    values, code = reconcile("--file", str(export), "--resync")
    assert (code, values["imported"], values["enqueued"], values["never_received"]) == (1, 1, 0, 1)
    world.drain()
    assert reconcile("--file", str(export))[1] == 0


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        (None, [], "No such file"),
        ("Nothing;At all\n1;2\n", [], "headings"),
        ("Email\nada@example.org\n", ["--as-of", "2999-01-01"], "in the future"),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    world: World, tmp_path: Path, content: str | None, arguments: list[str], words: str
) -> None:
    export = tmp_path / "export.csv"
    if content is not None:
        export.write_text(content)
    with pytest.raises(CommandProblem, match=words):
        reconcile("--file", str(export), *arguments)
    assert world.api_calls() == 0


def test_salesforce_that_cannot_be_reached_or_has_no_such_campaign_is_a_problem(world: World) -> None:
    world.configure(campaign_id="701000000000099AAA")
    with pytest.raises(CommandProblem, match="campaign_gone"):
        reconcile()
    world.org.login_url = "http://127.0.0.1:9"
    world.org.access_token = ""
    world.org.save()
    with pytest.raises(CommandProblem, match=r"could not be read.*check_link event-salon"):
        reconcile()
