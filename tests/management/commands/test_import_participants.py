"""An export file becomes backfill, or waits for its link; loading it again changes nothing."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from connector.core.outcomes import Priority
from connector.management.base import CommandProblem
from connector.models import CampaignLink, OutboxEntry, UnlinkedParticipant
from connector.pipeline.outbox.enqueue import store_participants
from connector.pipeline.outbox.hearing import Telling
from tests.factories import CampaignLinkFactory
from tests.pipeline.said import said

pytestmark = [pytest.mark.both, pytest.mark.django_db]


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="e1")


def load(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command with --json; return exit code and object."""
    stdout = io.StringIO()
    code = 0
    try:
        call_command("import_participants", str(path), "--event", "e1", *arguments, "--json", stdout=stdout)
    except SystemExit as exc:
        code = int(exc.code or 0)
    return code, json.loads(stdout.getvalue())


def csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_become_backfill_and_a_second_run_changes_nothing(tmp_path: Path, link: CampaignLink) -> None:
    path = csv(
        tmp_path / "export.csv",
        "Identifiant unique;Email;Prénom;Nom;Est inscrit;Est venu",
        "p1;Ada@Example.org;Ada;Lovelace;Oui;Non",
        "p2;grace@example.org;Grace;Hopper;Oui;Oui",
    )
    assert load(path) == (
        0, {"read": 2, "accepted": 2, "unchanged": 0, "stale": 0, "unlinked": 0, "rejected": []},
    )  # fmt: skip
    entries = {entry.participant_key: entry for entry in OutboxEntry.objects.all()}
    assert {entry.priority for entry in entries.values()} == {2}
    assert (entries["p1"].email_key, entries["p1"].target_state) == ("ada@example.org", "registered")
    assert (entries["p2"].target_state, entries["p2"].source) == ("attended", None)
    assert load(path)[1]["unchanged"] == 2


def test_a_rejected_row_is_named_and_the_others_are_taken(tmp_path: Path, link: CampaignLink) -> None:
    path = csv(tmp_path / "export.csv", "id,email,registered", "p1,a@example.org,yes", "p2,b@example.org,perhaps")
    code, report = load(path, "--locale", "en")
    assert (code, report["read"], report["accepted"]) == (1, 2, 1)
    assert [rejected["row"] for rejected in report["rejected"]] == [3]
    assert "perhaps" in report["rejected"][0]["errors"][0]


def test_a_row_that_a_stray_mark_or_separator_broke_is_named_and_the_rows_around_it_are_taken(
    tmp_path: Path, link: CampaignLink
) -> None:
    path = csv(
        tmp_path / "export.csv", "id;email;prénom;nom", 'p1;a@b.org;"Un;Nom', "p2;c@d.org;Ada;Lovelace",
        "p3;e@f.org;Jean;Paul;Martin", "p4;g@h.org;Grace;Hopper",
    )  # fmt: skip
    code, report = load(path)
    assert (code, report["accepted"]) == (1, 2)
    assert [rejected["row"] for rejected in report["rejected"]] == [2, 4]
    assert set(OutboxEntry.objects.values_list("participant_key", flat=True)) == {"p2", "p4"}


def test_participants_of_an_event_that_is_not_linked_wait(tmp_path: Path) -> None:
    path = csv(tmp_path / "export.jsonl", json.dumps({"id": "p1", "registered": True}))
    assert load(path)[1]["unlinked"] == 1
    assert UnlinkedParticipant.objects.get().event_id == "e1"


def test_rows_older_than_what_is_known_are_stale(tmp_path: Path, link: CampaignLink) -> None:
    known_at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with transaction.atomic():
        told = [said("p1", updated_at=known_at)]
        store_participants(link, told, telling=Telling(None, known_at), priority=Priority.LIVE)
    path = csv(tmp_path / "export.csv", "id,company", "p1,Old")
    assert load(path, "--as-of", "2026-10-31")[1]["stale"] == 1
    assert load(path, "--as-of", "2026-11-01T18:00")[1]["accepted"] == 1
    assert OutboxEntry.objects.get().payload["company"] == "Old"


def test_who_cancelled_after_the_list_was_made_stays_cancelled(tmp_path: Path, link: CampaignLink) -> None:
    """Also where inwink's messages carry no time: then their arrival counts."""
    for hour, registration in ((9, "registered"), (12, "refused")):
        at = datetime(2026, 11, 1, hour, tzinfo=UTC)
        with transaction.atomic():
            told = [said("p1", registration=registration)]
            store_participants(link, told, telling=Telling(None, at), priority=Priority.LIVE)
    path = csv(tmp_path / "export.csv", "id,registered", "p1,yes")
    assert load(path, "--as-of", "2026-11-01T11:00Z", "--locale", "en")[1]["stale"] == 1
    assert OutboxEntry.objects.get().participant_state == "refused"
    dated = csv(tmp_path / "dated.csv", "id,registered,company,updatedAt", "p1,no,Engines,2026-11-01T11:59:58Z")
    assert load(dated, "--as-of", "2026-11-01T12:30Z", "--locale", "en")[1]["accepted"] == 1, "what only the list says"
    assert load(path, "--as-of", "2026-11-01T13:00Z", "--locale", "en")[1]["accepted"] == 1


def test_a_time_in_the_future_is_refused(tmp_path: Path, link: CampaignLink) -> None:
    path = csv(tmp_path / "export.csv", "id", "p1")
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    with pytest.raises(CommandProblem, match="future"):
        load(path, "--as-of", tomorrow)
    assert not OutboxEntry.objects.exists()


@pytest.mark.parametrize("time", ["yesterday", "2026-13-45", "2026-11-23T25:00"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, link: CampaignLink, time: str) -> None:
    with pytest.raises(CommandError, match="is no time"):
        load(csv(tmp_path / "export.csv", "id", "p1"), "--as-of", time)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a workbook"])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "export"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandProblem, match="export"):
        load(path)


def test_a_workbook_of_several_batches_is_streamed(tmp_path: Path, link: CampaignLink) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(["id", "email", "registered"])
    for n in range(1_201):
        sheet.append([f"p{n}", f"p{n}@example.org", True])
    workbook.save(tmp_path / "export.xlsx")
    assert load(tmp_path / "export.xlsx")[1]["accepted"] == 1_201
    assert OutboxEntry.objects.count() == 1_201


@pytest.mark.django_db(transaction=True)
def test_a_drain_is_asked_for(tmp_path: Path, link: CampaignLink) -> None:
    load(csv(tmp_path / "export.csv", "id,email", "p1,a@example.org"))
    assert [task.task["func"] for task in OrmQ.objects.all()] == ["connector.tasks.drain"]


def test_people_are_told_what_became_of_the_rows(tmp_path: Path, link: CampaignLink) -> None:
    stdout = io.StringIO()
    path = csv(tmp_path / "export.csv", "id,registered", *[f"p{n},perhaps" for n in range(22)])
    with pytest.raises(SystemExit):
        call_command("import_participants", str(path), "--event", "e1", stdout=stdout)
    lines = stdout.getvalue().splitlines()
    assert lines[0] == "22 rows read: 0 accepted, 0 unchanged, 0 stale, 0 waiting for a link, 22 rejected"
    assert lines[-1] == "  … and 2 more; --json lists them all"
