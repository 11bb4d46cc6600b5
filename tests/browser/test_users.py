"""An administrator makes users of each role; each signs in, and may do what the role says and no more."""

from typing import Any

import pytest
from django.utils.translation import override
from playwright.sync_api import Page, expect

from connector.pipeline.setup.roles import ABILITIES, SUMMARIES, Role, setup_roles
from tests.acceptance.people import someone
from tests.browser.conftest import Reader
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "ada.lovelace@example.org"
PASSWORD = "only for the length of a test"
HIDDEN = "Names, emails and values are hidden: your role may not see personal data."


def refuse_ada(world: World) -> None:
    """Have a participant whom Salesforce refused, for a cause that is gone by now."""
    setup_roles()
    world.fault({"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": "all"}, times=5, sobject="Lead")
    world.send(someone("p1"))
    world.control("faults", method="DELETE")
    assert (world.ends()["p1"][0], world.members()) == ("failed", {})


def make_user(reader: Reader, name: str, role: Role) -> None:
    """Add somebody with a role; staff status is ticked."""
    page = reader.page
    reader.menu("Users")
    page.locator("a[href$='/user/add/']").first.click()
    page.fill("#id_username", name)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    expect(page.locator("#id_is_staff")).to_be_checked()
    with override(reader.language):
        page.get_by_label(f"{role.label} – {SUMMARIES[role]}").check()
    page.locator("[name=_save]").click()
    page.wait_for_url("**/auth/user/*/change/")
    reader.menu("Users")


def change_to(reader: Reader, name: str) -> Page:
    """Log out, and let somebody else sign in at the same window."""
    page = reader.page
    reader.unfold_menu()
    page.locator(".cx-account").click()
    page.locator("#logout-form button").click()
    page.locator("a[href='/admin/']").click()
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{reader.visitor.address}/admin/")
    return page


def is_offered(reader: Reader, text: str) -> bool:
    """Say whether the menu has a page."""
    return bool(reader.page.locator("#nav-sidebar").get_by_text(reader.words(text), exact=True).count())


def ability(reader: Reader, text: str) -> dict[str, Any]:
    """Return what the page of refusals says of an ability."""
    with override(reader.language):
        found = next(one for one in ABILITIES if one.permissions and text in one.permissions)
        return {"role": str(found.least.label), "ability": str(found.text)}


def test_users_of_each_role_may_what_it_says(world: World, reader: Reader) -> None:
    refuse_ada(world)
    reader.open("/admin/")
    make_user(reader, "olga", Role.ADMINISTRATOR)
    change_to(reader, "olga")
    assert is_offered(reader, "Who changed what")
    for name, role in (("oskar", Role.OPERATOR), ("vera", Role.VIEWER)):
        make_user(reader, name, role)

    page = change_to(reader, "vera")
    assert (is_offered(reader, "Users"), is_offered(reader, "Needs an answer")) == (False, False)
    reader.menu("Problems")
    reader.follow_named("p1")
    reader.reads(reader.words(HIDDEN))
    for personal in (EMAIL, "Lovelace", "Analytical"):
        expect(page.locator("body")).not_to_contain_text(personal)
    expect(page.get_by_role("button", name=reader.words("Send again"))).to_have_count(0)
    page.goto(f"{reader.visitor.address}/admin/connector/campaignlink/{world.link.pk}/preview/")  # a colleague's link
    reader.reads(reader.words("You may not do this"))
    said = ability(reader, "connector.see_people")
    reader.reads(reader.words("It takes the role %(role)s: “%(ability)s”.", **said))
    reader.follow("What each role may do")
    reader.visitor.complaints[:] = [text for text in reader.visitor.complaints if "a status of 403" not in text]

    page = change_to(reader, "oskar")
    assert (is_offered(reader, "Users"), is_offered(reader, "Needs an answer")) == (False, True)
    reader.menu("Problems")
    reader.follow_named("Ada Lovelace")
    reader.reads(EMAIL)
    reader.press("Send again")
    reader.reads(reader.count("%(count)s participant is sent again.", "%(count)s participants are sent again.", 1))
    world.drain()
    assert world.members() == {EMAIL: "Registered"}

    page = change_to(reader, "olga")
    reader.menu("Who changed what")
    for name in ("oskar", "vera"):
        expect(page.get_by_role("row").filter(has_text=name).first).to_contain_text("olga")
