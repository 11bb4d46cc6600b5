"""What an administrator does to events and people, pressed to its end: at a desk and, in French, on a phone.

The words are looked up in the catalogue: that they are translated, and set well, is tested in tests/test_locale.py.
"""

import pytest
from playwright.sync_api import expect

from connector.core.schema import SObject
from connector.models import CampaignLink, ErasedPerson, FieldMapping, OutboxEntry
from tests.acceptance.people import someone
from tests.browser.conftest import Reader
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINK = "/admin/connector/campaignlink/"


def test_what_a_field_was_filled_with_is_put_back(world: World, reader: Reader) -> None:
    world.configure(update_existing=True)
    FieldMapping.objects.filter(link=world.link, field="Title").update(mode="overwrite")
    [ada] = world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada.lovelace@example.org",
                                  "Title": "Countess"})  # fmt: skip
    world.send(someone("p1", position="Something typed in a hurry"))
    title = f"{SObject.CONTACT.value}.Title"

    reader.open(f"{LINK}{world.link.pk}/event/")
    reader.follow("Put values back…")
    reader.page.get_by_role("button", name=f"{SObject.CONTACT.value} · Title").click()
    reader.reads(reader.count("%(counter)s value would be put back.", "%(counter)s values would be put back.", 1))
    expect(reader.page.get_by_role("row").filter(has_text=title)).to_contain_text("Countess")
    reader.press("Put back")
    assert _title(world, ada) == "Something typed in a hurry", "a reason is asked for first"
    reader.page.fill("input[name=reason]", "wrong column")
    reader.press("Put back")

    reader.reads(reader.count("%(count)s value was put back.", "%(count)s values were put back.", 1))
    assert _title(world, ada) == "Countess"


def _title(world: World, contact: str) -> object:
    return next(row["Title"] for row in world.rows("Contact") if row["Id"] == contact)


def test_an_event_is_paused_resumed_and_closed(world: World, reader: Reader) -> None:
    def state() -> str:
        return CampaignLink.objects.get(pk=world.link.pk).state

    address = f"{LINK}{world.link.pk}/event/"
    reader.open(address)
    reader.follow("Pause…")
    assert state() == "active", "asking changes nothing"
    reader.press("Pause")
    expect(reader.page.get_by_role("link", name=reader.words("Resume…"), exact=True).first).to_be_visible()
    assert state() == "paused"
    world.send(someone("p1"))
    assert world.ends()["p1"][0] == "pending"

    reader.follow("Resume…")
    reader.press("Resume")
    expect(reader.page.get_by_role("link", name=reader.words("Pause…"), exact=True).first).to_be_visible()
    world.drain()
    assert world.ends() == {"p1": ("synced", "")}

    reader.follow("Close…")
    reader.press("Close")
    reader.page.wait_for_url(f"**{address}")
    assert state() == "closed"


def test_one_persons_data_are_shown_handed_out_and_erased(world: World, reader: Reader) -> None:
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    reader.open("/admin/connector/erasedperson/person/")
    reader.page.fill("input[type=email]", "ada.lovelace@example.org")
    reader.press("Show what is held")
    assert "ada" not in reader.page.url
    with reader.page.expect_download() as download:
        reader.press("Download as JSON")
    told = download.value.path().read_text("utf-8")
    assert "ada.lovelace@example.org" in told
    assert "grace.hopper@example.org" not in told

    reader.page.fill("input[name=typed]", "grace.hopper@example.org")
    reader.press("Erase for good")
    assert OutboxEntry.objects.count() == 2, "another address erases nobody"
    reader.page.fill("input[name=typed]", "ada.lovelace@example.org")
    reader.press("Erase for good")

    reader.page.wait_for_load_state()
    assert [entry.participant_key for entry in OutboxEntry.objects.all()] == ["p2"]
    assert ErasedPerson.objects.exists()
    reader.open("/admin/auth/user/audit/")
    expect(reader.page.locator("body")).not_to_contain_text("ada.lovelace")


def test_everybody_of_an_event_is_sent_again_after_a_question(world: World, reader: Reader) -> None:
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.delete(*[row["Id"] for row in world.rows("CampaignMember")])
    OutboxEntry.objects.update(member_id="")

    reader.open(f"{LINK}{world.link.pk}/event/")
    reader.follow("Send everybody again…")
    expect(reader.page.get_by_role("heading").filter(has_text="2").first).to_be_visible()
    assert world.members() == {}, "asking sends nothing"
    reader.page.locator("form.cx-actions button[type=submit]").last.click()
    reader.page.wait_for_load_state()
    world.drain()

    assert sorted(world.members().values()) == ["Registered", "Registered"]
