"""What is asked before something is done, and what a form says that was not filled in, can be used by everybody.

These pages answer what is posted, so no address leads to them: they are reached as people reach them, and judged.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from connector.core.outcomes import Reason
from connector.models import OutboxEntry
from tests.browser.conftest import Visitor
from tests.browser.look import find_faults
from tests.house import House
from tests.replaced import EMAIL, replace_title
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ACTIONS = (
    ("connector/outboxentry", "resync_selected"), ("connector/campaignlink", "pause_selected"),
    ("connector/syncattempt", "put_back_selected"), ("auth/group", "delete_selected"),
)  # fmt: skip
"""(list, action on ticked rows)"""


@pytest.fixture
def house(world: World, admin_client: Client) -> House:
    """A site in use, in which a value of Salesforce was replaced."""
    replace_title(world)
    house = House(world, admin_client)
    house.furnish(1)
    house.use()
    return house


def ask_about_ticked(page: Page, action: str) -> None:
    """Tick all rows of a list and run an action on them."""
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option(action)
    with page.expect_navigation():
        page.locator("button[name=index]").first.click()


def test_every_question_about_ticked_rows(house: House, visitor: Visitor) -> None:
    faults: list[str] = []
    for path, action in ACTIONS:
        page = visitor.open(f"/admin/{path}/")
        ask_about_ticked(page, action)
        assert page.locator("#content form[method=post]").count(), (path, action)
        faults += find_faults(page)
    assert faults == []
    assert visitor.complaints == []


def send(page: Page, button: str) -> None:
    """Press a button, or follow a link, that leads to the next page."""
    with page.expect_navigation():
        page.locator(button).locator("visible=true").first.click()


def _nothing(page: Page) -> None:
    """Look at the page itself."""


def _show_person(page: Page) -> None:
    page.fill("input[type=email]", EMAIL)
    send(page, "button[value=show]")


def _type_another_email(page: Page) -> None:
    _show_person(page)
    page.fill("input[name=typed]", "somebody@example.org")
    send(page, "button[value=erase]")


def _ask_about_answers(page: Page) -> None:
    page.locator("input[name=scope][value=all]").check()
    page.locator("select[name=decision]").select_option(index=1)
    send(page, "#selection button[type=submit]")


def _answer_several(page: Page) -> None:
    _ask_about_answers(page)
    send(page, "form[method=post] .cx-button-main")


def _ask_about_taking_back(page: Page) -> None:
    page.locator("#selection input[name=selected]").first.check()
    send(page, "#selection button[type=submit]")


def _find(page: Page) -> None:
    page.fill("input[name=name]", "Lovelace")
    send(page, "form.cx-search button[type=submit]")


def _fix_group(page: Page) -> None:
    send(page, "a[href*='resend-group'], form[action*='resend-group'] button")


def _preview(page: Page) -> None:
    send(page, "form[method=post] .cx-button-main")


def _leave_empty(page: Page) -> None:
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    send(page, "[name=_save], form[method=post] .cx-button-main")


def _name_source(page: Page) -> None:
    page.fill("#id_name", "inwink production")
    send(page, "[name=_save]")


Step = Callable[[Page], None]


def ways(house: House) -> list[tuple[str, Step]]:
    """Return pages of ours, and what is done there before the page that is judged."""
    link = f"campaignlink/{house.rows['campaignlink']}"
    nameless = OutboxEntry.objects.filter(reason=Reason.NO_EMAIL).latest("pk").pk
    person, answers = "erasedperson/person/", "outboxentry/answers/?question="
    return [
        (person, _show_person), (person, _type_another_email),
        (f"{answers}ambiguous", _ask_about_answers), (f"{answers}ambiguous", _answer_several),
        (f"{answers}given", _ask_about_taking_back), (f"outboxentry/{nameless}/find/", _find),
        ("outboxentry/problems/", _fix_group), (f"outboxentry/{house.rows['outboxentry']}/preview/", _preview),
        (f"{link}/state/?to=pause", _nothing),
        (f"{link}/resync/?what=failed", _nothing), (f"{link}/no-shows/", _nothing),
        (f"{link}/put-back/?field=Contact.Title", _nothing), (f"{link}/preview/", _preview),
        ("campaignlink/add/", _leave_empty), (f"{link}/save-as-template/", _leave_empty),
        (f"{link}/mappings/add/?object=lead", _leave_empty), ("campaignlink/wizard/", _leave_empty),
        ("errand/import/", _leave_empty), ("webhooksource/add/", _name_source),
    ]  # fmt: skip


def test_every_question_and_every_form_left_empty(house: House, visitor: Visitor) -> None:
    over = timezone.now() - timedelta(hours=1)
    house.world.configure(status_no_show="Sent", ends_at=over)
    faults: list[str] = []
    for path, step in ways(house):
        step(visitor.open(f"/admin/connector/{path}"))
        faults += [f"{path} {step.__name__}: {fault}" for fault in find_faults(visitor.page)]
    assert faults == []
    assert visitor.complaints == []
