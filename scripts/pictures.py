"""Take the pictures of docs/images anew: tell the story of `make demo`, then photograph the admin in English.

Run it by `.venv/bin/python scripts/pictures.py` after a page has changed, and look at what it took; needs a Chromium.
Pictures of what the story does not show (an empty connector, an organisation before its first log-in, missing rights)
are taken by hand.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demonstration import sender, site
from demonstration.environment import ADMIN_NAME, Folder, fresh_folder
from demonstration.main import ROOT, Demonstration, parser
from demonstration.processes import Processes
from playwright.sync_api import Page, expect, sync_playwright

from simulator.demo.story import Delivery

IMAGES = ROOT / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
DESK, PHONE = 1280, 400
TALLEST = 1200
"""Pixels; what is longer is cut off at its end."""
NAMES = ("Ada Lemoine", "Bastien Roche", "Chloé Marchand", "Driss Benali", "Elsa Kowalski", "Farid Haddad",
         "Gaëlle Tanguy", "Hugo Perret", "Inès Carvalho", "Jules Besson", "Katia Morel", "Loïc Guillou")  # fmt: skip
WIZARD = {"labels": "wizard-statuses", "who": "wizard-who", "policies": "wizard-policies", "people": "wizard-owner",
          "mappings": "wizard-fields", "preview": "wizard-preview"}  # fmt: skip
"""{step: picture}"""


class Sitting(Demonstration):
    """The demonstration, which ends with its pictures."""

    def serve(self, code: int) -> int:
        """Let a third event wait to be linked, and take every picture."""
        body = json.dumps([_guest(number, name) for number, name in enumerate(NAMES)], ensure_ascii=False)
        sender.send(
            [Delivery("pictures", body.encode())],
            url=self.web_url + site.webhook_path(),
            secret=self.keys["DEMO_WEBHOOK_SECRET"],
        )
        take_pictures(self.web_url, self.keys["DEMO_ADMIN_PASSWORD"])
        return code


def _guest(number: int, name: str) -> dict[str, object]:
    first, last = name.split(" ")
    return {
        "id": f"pd-{number}", "eventId": "petit-dejeuner-industrie-2026", "eventName": "Petit-déjeuner Industrie 2026",
        "email": f"{first}.{last}@ateliers-rhone.example".lower(), "firstName": first, "lastName": last,
        "company": "Ateliers du Rhône", "registered": True,
        "fields": {"category": "Speaker" if number < 2 else "Visitor"},
    }  # fmt: skip


def take_pictures(address: str, password: str, *, images: Path = IMAGES) -> None:
    """Sign in as the administrator and write every picture to a folder."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page(base_url=address, viewport={"width": DESK, "height": 900}, locale="en")
        page.goto("/admin/login/")
        page.fill("#id_username", ADMIN_NAME)
        page.fill("#id_password", password)
        page.press("#id_password", "Enter")
        page.wait_for_url("**/admin/")
        studio = Studio(page, images, Path(folder))
        for take in SCENES:
            take(studio)
        browser.close()


class Studio:
    """A page that is signed in, and where its pictures go."""

    def __init__(self, page: Page, images: Path, scratch: Path) -> None:
        self.page, self.images, self.scratch = page, images, scratch

    def shoot(self, name: str) -> None:
        """Write the page as it is now, from its top."""
        self.page.wait_for_load_state("networkidle")
        width = self.page.viewport_size["width"] if self.page.viewport_size else DESK
        height = min(TALLEST, self.page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": width, "height": height}
        self.page.screenshot(path=self.images / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
        print(f"{name}.png: {self.page.title()}", flush=True)

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def press(self, name: str) -> None:
        """Press the first button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def open_event(self) -> None:
        """Go to the page of the salon."""
        self.page.goto("/admin/")
        self.follow("Salon Horizons 2026")


def _list(studio: Studio, *, path: str, name: str) -> None:
    studio.page.goto(f"/admin/{path}")
    studio.shoot(name)


def _event(studio: Studio) -> None:
    studio.page.goto("/admin/")
    studio.press("All done: hide this")
    studio.open_event()
    studio.press("Count in Salesforce")
    studio.shoot("link")
    studio.follow("Event day")
    studio.page.set_viewport_size({"width": PHONE, "height": 900})
    studio.shoot("event-day")
    studio.page.set_viewport_size({"width": DESK, "height": 900})
    studio.open_event()
    studio.follow("Activity")
    studio.shoot("activity")


def _answer(studio: Studio) -> None:
    studio.page.goto("/admin/connector/outboxentry/answers/?question=ambiguous")
    studio.shoot("answer")


def _participant(studio: Studio) -> None:
    studio.page.goto("/admin/connector/outboxentry/?link__id__exact=1&target_state__exact=attended&standing=member")
    studio.page.locator("#result_list tbody a").last.click()
    studio.shoot("timeline")
    studio.press("Preview")
    studio.shoot("preview-participant")


def _message(studio: Studio) -> None:
    studio.page.goto("/admin/connector/webhookmessage/")
    studio.page.locator("#result_list tbody a").first.click()
    studio.shoot("message")


def _mappings(studio: Studio) -> None:
    studio.open_event()
    studio.follow("Field mappings")
    studio.shoot("field-mappings")
    studio.page.get_by_role("link", name="Track").first.click()
    studio.shoot("field-mapping")


def _reconciliation(studio: Studio) -> None:
    studio.open_event()
    studio.follow("Reconciliation")
    studio.press("Compare")
    expect(studio.page.get_by_text("in the campaign with the right status")).to_be_visible(timeout=60_000)
    studio.shoot("reconciliation")


def _import(studio: Studio) -> None:
    rows = ["Identifiant;Email;Prénom;Nom;Inscrit;Modifié le;Régime"]
    for number, name in enumerate(NAMES):
        first, last = name.split(" ")
        said = "peut-être" if number == 3 else "oui"
        rows.append(f"im-{number};{first}.{last}@example.org;{first};{last};{said};24/11/2026 09:30;végan".lower())
    file = studio.scratch / "export-inwink.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    studio.page.goto("/admin/connector/errand/import/")
    studio.page.select_option("#id_event", index=1)
    studio.page.set_input_files("#id_file", file)
    studio.shoot("import")
    studio.press("Check the file")
    expect(studio.page.get_by_text("Nothing has been written yet.")).to_be_visible(timeout=60_000)
    studio.shoot("import-check")


def _preflight(studio: Studio) -> None:
    studio.page.goto("/admin/connector/salesforceorg/")
    studio.page.locator("#result_list tbody a").first.click()
    studio.press("Test connection")
    studio.shoot("preflight-green")


def _audit(studio: Studio) -> None:
    studio.open_event()
    studio.follow("Field mappings")
    for name in ("Switch off", "Switch on"):
        studio.page.get_by_role("button", name=name).last.click()
        studio.page.wait_for_load_state()
    studio.page.goto("/admin/auth/user/audit/")
    studio.shoot("audit")


def _one_person(studio: Studio) -> None:
    studio.page.goto("/admin/connector/erasedperson/person/")
    studio.page.fill("input[type=email]", "remi.faure@credit-armor.example")
    studio.press("Show what is held")
    studio.shoot("one-person")


def _put_back(studio: Studio) -> None:
    studio.open_event()
    studio.follow("Put values back…")
    studio.press("CampaignMember.Checked_in_at__c")
    studio.shoot("put-back")


def _new_campaign(studio: Studio) -> None:
    """Create the campaign of the breakfast after the model of last week's meeting."""
    page = studio.page
    page.locator("button[value='new-campaign']").click()
    page.locator("#id_campaign").press_sequentially("rencontres")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("form.cx-wform button[type=submit]").click()
    page.fill("#id_Name", "Petit-déjeuner Industrie 2026")
    page.fill("#id_StartDate", "2026-12-10")
    page.fill("#id_EndDate", "2026-12-10")
    studio.shoot("new-campaign")
    page.locator("form.cx-wform button[type=submit]").click()


def _wizard(studio: Studio) -> None:
    page = studio.page
    page.goto("/admin/")
    page.get_by_role("link", name="Link to a campaign…").first.click()
    page.locator(".cx-wizard-buttons button[value='next']").click()
    page.locator("#id_campaign").press_sequentially("horizons")
    page.get_by_role("option").first.wait_for()
    studio.shoot("pick-a-campaign")
    page.reload()
    _new_campaign(studio)
    for slug, name in WIZARD.items():
        if slug != "labels":
            page.locator(".cx-wizard-buttons button[value='next']").click()
        page.wait_for_url(f"**/{slug}/")
        if slug == "people":
            page.locator("input[name='owner_choice'][value='integration_user']").check()
        studio.shoot(name)


_LISTS = {
    "overview": "", "problems": "connector/outboxentry/problems/",
    "sync-log": "connector/syncattempt/", "inbox": "connector/webhookmessage/", "roles": "auth/user/roles/",
}  # fmt: skip
SCENES: tuple[Callable[[Studio], None], ...] = (
    _event,
    *(partial(_list, name=name, path=path) for name, path in _LISTS.items()),
    _answer, _participant, _message, _mappings, _reconciliation, _import, _preflight, _put_back, _wizard, _audit,
    _one_person,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Tell the story and take the pictures; the exit code is the demonstration's."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as var:
        folder = Folder(Path(var))
        with fresh_folder(folder), Processes(folder=folder.runs, root=ROOT) as processes:
            return Sitting(folder, processes, options).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
