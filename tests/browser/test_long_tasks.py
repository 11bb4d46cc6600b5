"""Import a file and compare an event with its campaign, in a real browser, while a worker does the work."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from connector.models import OutboxEntry
from tests.browser.conftest import Visitor, work
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "Identifiant;Email;Prénom;Nom;Inscrit;Est venu\n"


def test_a_file_is_checked_imported_and_compared(world: World, visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(HEAD + "1;ada@example.org;Ada;Lovelace;oui;oui\n2;bob@example.org;Bob;B;peut-être;\n")
    page = visitor.open("/admin/")
    page.get_by_role("link", name="Import a file").click()
    page.select_option("#id_event", world.event_id)
    page.set_input_files("#id_file", file)
    expect(page.locator("#id_as_of")).not_to_have_value("")
    expect(page.locator("#id_event_id")).to_have_value("")
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    page.get_by_text("How the columns were understood").click()
    expect(page.get_by_role("cell", name="Est venu")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows (CSV)").click()
    assert "peut-être" in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Import 1 participant").click()
    page.wait_for_url("**/change/")
    work()
    expect(page.get_by_text("taken in and being sent")).to_be_visible()
    assert OutboxEntry.objects.count() == 1
    world.drain()
    page.get_by_role("link", name="Back to the link").click()
    page.get_by_role("link", name="Reconciliation").click()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/errand/**")
    work()
    expect(page.get_by_text("Everybody who should be in the campaign is there")).to_be_visible()
    assert world.members() == {"ada@example.org": "Attended"}
    assert visitor.complaints == []


def test_the_pages_speak_french_on_a_phone(world: World, french_phone: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(HEAD + "".join(f"{n};p{n}@example.org;P;N{n};oui;non\n" for n in range(40)))
    page = french_phone.open(f"/admin/connector/campaignlink/{world.link.pk}/reconciliation/")
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Comparer").click()
    page.wait_for_url("**/errand/**")
    work()
    page.get_by_text("jamais reçus").click()
    must_fit(page)
    page.get_by_role("button", name="Renvoyer ces 40 participants").click()
    page.wait_for_url("**/change/")
    work()
    expect(page.get_by_text("40 participants ont été repris de l’export inwink.")).to_be_visible()
    must_fit(page)
    assert french_phone.complaints == []
