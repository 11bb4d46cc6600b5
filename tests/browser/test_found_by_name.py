"""The owner of new people is found by name on the settings form, by keyboard, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader
from tests.browser.look import find_faults, must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_owner_and_an_account_are_found_by_name(world: World, reader: Reader) -> None:
    kiel, _lyon = world.add("Account", {"Name": "Nordwind", "BillingCity": "Kiel"}, {"Name": "Nordwind"})
    world.configure(match="contact_then_lead", create_as="contact")
    page = reader.open(f"/admin/connector/campaignlink/{world.link.pk}/change/")
    named = page.locator("[data-picker-name]").first
    page.select_option("#id_owner_choice", "id")
    page.select_option("#id_account_choice", "id")
    page.locator("#id_owner_id_q").press_sequentially("vente")
    expect(page.locator("li[role=option]")).to_have_count(1)
    must_fit(page)
    assert list(find_faults(page)) == [], "the open list is read in both themes"
    page.locator("#id_owner_id_q").press("ArrowDown")
    page.locator("#id_owner_id_q").press("Enter")
    expect(named).to_have_text("Sacha Vente")
    owner = page.locator("#id_owner_id").input_value()
    assert owner.startswith("005")
    page.locator("#id_account_id_q").press_sequentially("nordwind")
    page.locator("li[role=option]", has_text="Kiel").click()
    expect(page.locator("#id_account_id")).to_have_value(kiel)
    page.locator("#id_account_id_q").press_sequentially("zzz")
    reader.reads(reader.words("Nothing found: no account that the connector sees has this in its name."))
    page.click("[name=_save]")
    expect(page).to_have_url(re.compile("/event/$"))
    link = world.link_now()
    assert (link.new_owner, link.contact_account) == (owner, kiel)


def test_a_typed_id_takes_the_name_beside_it_away(world: World, reader: Reader) -> None:
    page = reader.open(f"/admin/connector/campaignlink/{world.link.pk}/change/")
    named = page.locator("[data-picker-name]").first
    page.select_option("#id_owner_choice", "id")
    page.locator("#id_owner_id_q").press_sequentially("vente")
    page.locator("li[role=option]").first.click()
    expect(named).to_have_text("Sacha Vente")
    page.locator("#id_owner_id").press_sequentially("x")
    expect(named).to_have_text("")
