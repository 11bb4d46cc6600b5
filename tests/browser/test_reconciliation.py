"""Reconciliation in a browser: upload inwink's export, see what differs, send exactly that again, compare anew."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connector.models import OutboxEntry
from tests.browser.conftest import Visitor, work
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": {
        "tab": "Reconciliation", "compare": "Compare", "rows": "Compared with 4 rows of inwink's export.",
        "never": "never received", "missing": "missing in the campaign", "wrong": "wrong status",
        "right": "in the campaign with the right status", "send": "Send these 3 participants again",
        "csv": "Download the differences (CSV)", "taken": "1 participant was taken in from inwink's export.",
        "again": "2 participants are sent again.", "back": "Back to the link",
        "agrees": "Everybody who should be in the campaign is there, with the right status.",
        "when": "Say when the file was exported from inwink.",
    },
    "fr": {
        "tab": "Rapprochement", "compare": "Comparer", "rows": "Comparé à 4 lignes de l’export inwink.",
        "never": "jamais reçu", "missing": "absent de la campagne", "wrong": "mauvais statut",
        "right": "dans la campagne avec le bon statut", "send": "Renvoyer ces 3 participants",
        "csv": "Télécharger les écarts (CSV)", "taken": "1 participant a été repris de l’export inwink.",
        "again": "2 participants sont renvoyés.", "back": "Retour à la liaison",
        "agrees": "Toutes les personnes qui doivent être dans la campagne y sont, avec le bon statut.",
        "when": "Indiquez quand le fichier a été exporté d’inwink.",
    },
}  # fmt: skip
EXPORT = "Identifiant;Email;Prénom;Nom;Inscrit\n" + "".join(
    f"{key};{key}@example.org;{key.title()};Lovelace;oui\n" for key in ("ada", "bob", "cleo", "dora")
)


def person(key: str) -> dict[str, object]:
    """Return what inwink says of one participant of the export."""
    return {"id": key, "email": f"{key}@example.org", "firstName": key.title(), "lastName": "Lovelace",
            "registered": True}  # fmt: skip


def disturb(world: World) -> None:
    """Send three of the four of the export, lose one membership, and let the link name another status for who came."""
    world.send(person("ada"), person("bob"), {**person("cleo"), "came": True})
    ids = {row["Email"]: row["Id"] for row in world.rows("Lead")}
    members = {row["LeadId"]: row["Id"] for row in world.rows("CampaignMember")}
    world.delete(members[ids["bob@example.org"]])
    OutboxEntry.objects.filter(participant_key="bob").update(member_id="")
    label = {"CampaignId": world.link.campaign_id, "Label": "Present", "HasResponded": True, "SortOrder": 9}
    world.add("CampaignMemberStatus", label)
    world.configure(status_attended="Present")


def compare(page: Page, words: dict[str, str], file: Path) -> None:
    """Upload the export and press the button; the workers do the rest."""
    page.set_input_files("#id_file", file)
    expect(page.locator("#id_as_of")).not_to_have_value("")
    page.get_by_role("button", name=words["compare"], exact=True).click()
    page.wait_for_url("**/errand/**")
    work()


def test_what_differs_is_seen_and_only_that_is_sent_again(
    world: World, either: tuple[Visitor, str], tmp_path: Path
) -> None:
    visitor, language = either
    words = WORDS[language]
    disturb(world)
    file = tmp_path / "export.csv"
    file.write_text(EXPORT, encoding="utf-8")
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/event/")
    page.get_by_role("link", name=words["tab"], exact=True).click()
    before = world.holds()
    compare(page, words, file)

    expect(page.get_by_text(words["rows"])).to_be_visible()
    for finding, whom in (("never", "dora"), ("missing", "bob@example.org"), ("wrong", "cleo@example.org")):
        summary = page.locator("summary").filter(has_text=words[finding])
        expect(summary).to_contain_text("1")
        summary.click()
        expect(page.locator("details[open]").filter(has_text=words[finding])).to_contain_text(whom)
    expect(page.get_by_text(words["right"])).to_be_visible()
    must_fit(visitor.page)
    assert world.holds() == before, "comparing writes nothing"
    with page.expect_download() as download:
        page.get_by_role("link", name=words["csv"]).click()
    assert "never_received,dora" in download.value.path().read_text(encoding="utf-8-sig").replace(";", ",")

    page.get_by_role("button", name=words["send"]).click()
    page.wait_for_url("**/change/")
    work()
    expect(page.get_by_text(words["taken"])).to_be_visible()
    expect(page.get_by_text(words["again"])).to_be_visible()
    resent = OutboxEntry.objects.filter(requested_by="admin").order_by("participant_key")
    assert list(resent.values_list("participant_key", flat=True)) == ["bob", "cleo"], "whoever was right is left alone"
    world.drain()
    wanted = {f"{key}@example.org": "Registered" for key in ("ada", "bob", "dora")}
    assert world.members() == {**wanted, "cleo@example.org": "Present"}

    page.get_by_role("link", name=words["back"]).click()
    page.get_by_role("link", name=words["tab"], exact=True).click()
    compare(page, words, file)
    expect(page.get_by_text(words["agrees"])).to_be_visible()
    must_fit(visitor.page)


def test_a_file_without_its_time_is_not_compared(world: World, either: tuple[Visitor, str], tmp_path: Path) -> None:
    visitor, language = either
    words = WORDS[language]
    file = tmp_path / "export.csv"
    file.write_text(EXPORT, encoding="utf-8")
    page = visitor.open(f"/admin/connector/campaignlink/{world.link.pk}/reconciliation/")
    page.set_input_files("#id_file", file)
    page.fill("#id_as_of", "")
    page.get_by_role("button", name=words["compare"], exact=True).click()
    expect(page.get_by_text(words["when"])).to_be_visible()
    must_fit(visitor.page)
