"""The mapping editor in a browser: conflicts shown while editing, choices mapped, a live example; also by phone."""

import pytest
from playwright.sync_api import expect

from connector.models import FieldMapping
from tests.browser.conftest import Visitor
from tests.browser.look import must_fit
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def event(world: World) -> World:
    """An event of three participants with custom fields, and a picklist on Lead."""
    track = {"name": "Track__c", "label": "Track", "type": "picklist", "picklist": ["Data", "Web"]}
    world.switch(custom_fields={"Lead": [track]})
    for number, (diet, chosen) in enumerate([("vegan", "Web"), ("x" * 300, "Quantum"), ("halal", "Web")], start=1):
        world.receive({"id": f"p{number}", "email": f"p{number}@example.org", "firstName": "Ada", "registered": True,
                       "lastName": f"Lovelace {number}", "fields": {"diet": diet, "track": chosen}})  # fmt: skip
    return world


def test_a_mapping_is_made_and_its_conflicts_are_shown_while_editing(event: World, visitor: Visitor) -> None:
    page = visitor.open(f"/admin/connector/campaignlink/{event.link.pk}/change/")
    page.get_by_role("link", name="Field mappings", exact=True).click()
    page.get_by_role("link", name="Add a mapping – Campaign member").click()
    page.get_by_label("Search a field of inwink").fill("vegan")
    expect(page.get_by_role("radio", name="Company")).to_be_hidden()
    page.get_by_role("radio", name="fields.diet").check()
    page.get_by_role("radio", name="Dietary needs").check()
    findings = page.get_by_role("status")
    expect(findings).to_contain_text("1 participant would fail. 300 characters, and the field holds 255.")
    page.get_by_label("Cut texts that are too long").check()
    expect(findings).to_contain_text("1 value is cut to 255 characters")
    page.get_by_label("Only if empty").check()
    page.get_by_label("Clear the field").check()
    expect(findings).to_contain_text("clear goes with mode: overwrite only")
    page.get_by_label("Keep what is there").check()
    expect(findings).not_to_contain_text("clear goes with")
    example = page.locator("[data-piece=example]")
    expect(example).to_contain_text("Ada Lovelace 3")
    expect(example).to_contain_text("halal")
    page.get_by_role("button", name="Another participant").click()
    expect(example).not_to_contain_text("Ada Lovelace 3")
    assert not FieldMapping.objects.filter(field="Dietary__c").exists()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("3 participants are compared with Salesforce again.")).to_be_visible()
    stored = FieldMapping.objects.get(field="Dietary__c")
    assert (stored.source, stored.mode, stored.truncate) == ("fields.diet", "if_empty", True)
    assert visitor.complaints == []


def test_choices_are_mapped_and_a_mapping_is_switched_off(event: World, visitor: Visitor) -> None:
    page = visitor.open(f"/admin/connector/campaignlink/{event.link.pk}/mappings/add/?object=lead")
    page.get_by_role("radio", name="fields.track").check()
    page.get_by_role("radio", name="Track__c").check()
    expect(page.get_by_role("status")).to_contain_text("Not in the list: Quantum (1)")
    page.get_by_label("“Quantum” becomes").select_option("Data")
    expect(page.get_by_role("status")).to_contain_text("The values of all 3 participants fit.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: fields.track")).to_be_visible()
    assert FieldMapping.objects.get(field="Track__c").values == {"Quantum": "Data"}
    page.get_by_role("button", name="Switch off – Track").click()
    expect(page.get_by_role("button", name="Switch on – Track")).to_be_visible()
    assert not FieldMapping.objects.get(field="Track__c").enabled
    assert visitor.complaints == []


def test_the_editor_fits_a_french_phone(event: World, french_phone: Visitor) -> None:
    event.map("campaign_member", "Dietary__c", "fields.diet")
    page = french_phone.open(f"/admin/connector/campaignlink/{event.link.pk}/mappings/")
    expect(page.get_by_text("1 participant serait en échec.").first).to_be_visible()
    must_fit(page)
    page.get_by_role("link", name="Dietary needs", exact=True).click()
    expect(page.get_by_role("radio", name="Remplacer La valeur")).to_be_checked()
    must_fit(page)
    page.get_by_label("Couper les textes trop longs").check()
    expect(page.get_by_role("status")).to_contain_text("est coupée à 255 caractères")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Enregistrée : ")).to_be_visible()
    assert french_phone.complaints == []
