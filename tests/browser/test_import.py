"""The import page in a browser: when the file is from, how it was understood, what it would do, progress, bad rows."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from connector.models import OutboxEntry
from connector.pipeline.errands import pace
from tests.browser.conftest import Reader, Visitor, work
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": {
        "check": "Check the file", "dry": "Nothing has been written yet.", "columns": "How the columns were understood",
        "own": "field of its own", "new": "2 new", "old": "1 older than what is known", "bad": "1 unreadable",
        "rows": "Download the rows (CSV)", "import": "Import 2 participants", "all": "Import 620 participants",
        "taken": "2 taken in and being sent", "mended": "Import 1 participant", "so_far": "500 so far",
        "of": "500 of 621", "done": "620 taken in and being sent", "future": "That time has not come yet.",
        "leave": "You can leave this page and come back.", "tasks": "Import – Salon 2026", "first_name": "first name",
        "other": "Choose another file",
    },
    "fr": {
        "check": "Vérifier le fichier", "dry": "Rien n’a encore été écrit.",
        "columns": "Comment les colonnes ont été comprises", "own": "champ propre", "new": "2 nouvelles",
        "old": "1 plus ancienne que ce qui est connu", "bad": "1 illisible", "rows": "Télécharger les lignes (CSV)",
        "import": "Importer 2 participants", "all": "Importer 620 participants",
        "taken": "2 prises en compte, en cours d’envoi", "mended": "Importer 1 participant", "so_far": "500 jusqu’ici",
        "of": "500 sur 621", "done": "620 prises en compte, en cours d’envoi",
        "future": "Ce moment n’est pas encore venu.", "leave": "Vous pouvez quitter cette page et y revenir.",
        "tasks": "Import – Salon 2026", "first_name": "prénom", "other": "Choisir un autre fichier",
    },
}  # fmt: skip
HEADINGS = ("Identifiant", "Email", "Prénom", "Nom", "Inscrit", "Modifié le", "Régime")


def csv_of(path: Path, *rows: Sequence[str]) -> Path:
    """Write an export as inwink's French grid does."""
    path.write_text("".join(";".join(row) + "\n" for row in (HEADINGS, *rows)), encoding="utf-8")
    return path


def row_of(key: str, registered: str = "oui", modified: str = "") -> tuple[str, ...]:
    """Return a row of the grid."""
    return (key, f"{key}@example.org", key.title(), "Lovelace", registered, modified, "végan")


def choose(page: Page, world: World, file: Path, *, as_of: str = "") -> None:
    """Fill in the form; the time is what the page proposes unless one is given."""
    page.select_option("#id_event", world.event_id)
    page.set_input_files("#id_file", file)
    expect(page.locator("#id_as_of")).not_to_have_value("")
    if as_of:
        page.fill("#id_as_of", as_of)


def test_a_csv_is_checked_first_and_its_bad_rows_are_mended(
    world: World, either: tuple[Visitor, str], tmp_path: Path
) -> None:
    visitor, language = either
    words = WORDS[language]
    world.receive({"id": "newer", "email": "newer@example.org", "lastName": "Lovelace", "registered": False,
                   "updatedAt": "2020-01-01T08:00:00Z"})  # fmt: skip
    file = csv_of(
        tmp_path / "export.csv",
        row_of("ada"), row_of("bob"), row_of("newer", modified="31/12/2019 18:00"), row_of("cleo", "peut-être"),
    )  # fmt: skip
    page = visitor.open("/admin/connector/errand/import/")
    tomorrow = timezone.localtime() + timedelta(days=1)
    choose(page, world, file, as_of=tomorrow.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name=words["check"]).click()
    expect(page.get_by_text(words["future"])).to_be_visible()
    must_fit(visitor.page)

    choose(page, world, file)
    page.get_by_role("button", name=words["check"]).click()
    page.wait_for_url("**/change/")
    expect(page.get_by_text(words["leave"])).to_be_visible()
    work()
    expect(page.get_by_text(words["dry"])).to_be_visible()
    for term in ("new", "old", "bad"):
        expect(page.locator(".cx-sum")).to_contain_text(words[term])
    page.get_by_text(words["columns"]).click()
    for heading, meant in (("Prénom", words["first_name"]), ("Régime", words["own"])):
        expect(page.locator(".cx-columns tr").filter(has_text=heading)).to_contain_text(meant)
    must_fit(visitor.page)
    assert set(OutboxEntry.objects.values_list("participant_key", flat=True)) == {"newer"}
    with page.expect_download() as download:
        page.get_by_role("link", name=words["rows"]).click()
    refused = download.value.path().read_text(encoding="utf-8-sig")
    assert "peut-être" in refused
    assert "ada@example.org" not in refused, "only the rows that were refused"

    page.get_by_role("button", name=words["import"]).click()
    page.wait_for_url("**/change/")
    work()
    expect(page.locator(".cx-sum")).to_contain_text(words["taken"])
    assert world.entry("newer").participant_state == "not_registered", "an older row undoes nothing"
    mended = tmp_path / "mended.csv"
    mended.write_text(refused.replace("peut-être", "oui"), encoding="utf-8")
    page = visitor.open("/admin/connector/errand/import/")
    choose(page, world, mended)
    page.get_by_role("button", name=words["check"]).click()
    page.wait_for_url("**/change/")
    work()
    page.get_by_role("button", name=words["mended"]).click()
    page.wait_for_url("**/change/")
    work()
    expect(page.locator(".cx-sum")).to_be_visible()
    world.drain()
    assert {email for email in world.members() if email != "newer@example.org"} == {
        f"{key}@example.org" for key in ("ada", "bob", "cleo")
    }


def test_a_workbook_shows_how_far_it_is_and_can_be_left(
    world: World, either: tuple[Visitor, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, language = either
    words = WORDS[language]
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    people = (row_of(f"p{number}") for number in range(620))
    for row in (HEADINGS, *people, row_of("cleo", "peut-être")):
        sheet.append(row)
    file = tmp_path / "export.xlsx"
    book.save(file)
    page = visitor.open("/admin/")
    Reader(visitor, language).menu("Import a file")
    choose(page, world, file)
    page.get_by_role("button", name=words["check"]).click()
    page.wait_for_url("**/change/")
    work()
    expect(page.get_by_text(words["so_far"])).to_be_visible()
    while work():
        pass
    expect(page.locator(".cx-sum")).to_contain_text(words["bad"])
    with page.expect_download() as download:
        page.get_by_role("link", name=words["rows"]).click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("@example.org") == 1, "the one that was refused"
    page.get_by_role("button", name=words["all"]).click()
    page.wait_for_url("**/change/")
    work()
    expect(page.get_by_text(words["of"])).to_be_visible()
    must_fit(visitor.page)
    visitor.open("/admin/")
    assert OutboxEntry.objects.count() == 500
    while work():
        pass
    page = visitor.open("/admin/connector/errand/")
    page.locator("#result_list").get_by_role("link", name="Import", exact=True).first.click()
    expect(page.locator(".cx-sum")).to_contain_text(words["done"])
    assert OutboxEntry.objects.count() == 620
    world.drain()
    assert len(world.members()) == 620
