"""What goes over the wire stays right in awkward cases (rules 7.1 to 7.5)."""

from typing import Any

import pytest

from connector.models import CampaignLink
from connector.salesforce.gateway import Gateway
from tests.acceptance.people import someone
from tests.world import World, untouched

pytestmark = pytest.mark.both

AWKWARD = ["O'Brien", "A+B", "Fish & Chips", "100%", "back\\slash", 'quo"te', "@{labels.records[0].Label}", "@{x.y}",
           "日本 太郎", "_under%score", "new\nline"]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_what_a_person_typed_arrives_as_typed(world: World, text: str) -> None:
    world.send(someone("p1", "Ada", text, email="ada@example.org"), someone("p2", "Grace", "Hopper"))
    world.send(someone("p1", "Ada", text, email="ada@example.org", position="CEO", came=True))

    [lead] = world.people("ada@example.org")
    assert (lead["LastName"].replace("\r", ""), lead["Title"]) == (text, "CEO")
    assert world.members() == {"ada@example.org": "Attended", "grace.hopper@example.org": "Registered"}


@pytest.mark.parametrize("local", ["o'brien", "a+b", "a&b", "100%", "a_b", "a=b", "{x}"])
def test_awkward_emails_find_who_has_them(world: World, local: str) -> None:
    email = f"{local}@example.org"
    world.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": email})

    world.send(someone("p1", email=email), someone("p2", email=email.replace("_", "x")))

    assert f"Contact Ada Lovelace <{email}>: Registered" in world.holds()
    assert world.ends()["p1"] == ("synced", "")


def test_a_member_field_that_looks_like_a_reference_is_stored_as_text(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    world.send(someone("p1", fields={"dietary": "@{labels.records[0].Label}"}))
    world.send(someone("p1", came=True, fields={"dietary": "@{rows_0[0].id}"}))

    [member] = world.rows("CampaignMember")
    assert (member["Dietary__c"], member["Status"]) == ("@{rows_0[0].id}", "Attended")


def test_short_pages_are_followed_to_their_end(world: World) -> None:
    world.configure(update_existing=True)
    people = [someone(f"p{n}", "Ada", f"Number{n}") for n in range(12)]
    world.add("Contact", *({"FirstName": "Ada", "LastName": one["lastName"], "Email": one["email"]} for one in people))
    world.switch(page_size=5, child_page_size=1)

    world.send(*people)
    world.send(*({**one, "position": "CEO"} for one in people))

    assert len(world.rows("Contact")) == 13
    assert set(world.members().values()) == {"Registered"}
    assert {row["Title"] for row in world.rows("Contact")} == {"CEO", "Directrice"}
    assert len(world.rows("CampaignMember")) == 12


@pytest.mark.slow
def test_a_thousand_people_need_at_most_eight_calls(world: World) -> None:
    people = [someone(f"p{n}", "Ada", f"Number{n}") for n in range(1000)]
    rows = [{"FirstName": "Ada", "LastName": one["lastName"], "Email": one["email"]} for one in people]
    world.add("Contact", *rows[:400])
    world.add("Lead", *({**row, "Company": "Somewhere"} for row in rows[400:700]))
    world.send(someone("describes", "Mary", "Somerville"))
    world.reset_calls()

    world.send(*people)
    first = world.api_calls()
    world.send(*people)
    again = world.api_calls() - first
    world.send(*({**one, "came": True} for one in people))
    check_ins = world.api_calls() - first - again

    assert (first <= 8, again, check_ins <= 3) == (True, 0, True), (first, again, check_ins)
    assert len(world.members()) == 1001
    assert sorted(world.members().values()).count("Attended") == 1000


def test_headers_stand_in_the_subrequests_and_never_in_the_outer_call(world: World, monkeypatch: Any) -> None:
    sent: list[Any] = []
    send = Gateway._send

    def record(gateway: Gateway, ask: Any) -> Any:
        sent.append(ask)
        return send(gateway, ask)

    monkeypatch.setattr(Gateway, "_send", record)
    world.configure(new_owner="assignment_rules", duplicates=CampaignLink.Duplicates.REVIEW)

    world.send(someone("p1"))

    headers = [
        (one["method"], one["body"]["records"][0]["attributes"]["type"], one.get("httpHeaders"))
        for ask in sent
        if ask.body
        for one in ask.body["compositeRequest"]
        if one["method"] != "GET"
    ]
    lead = {"Sforce-Duplicate-Rule-Header": "allowSave=false", "Sforce-Auto-Assign": "TRUE"}
    assert headers == [("POST", "Lead", lead), ("POST", "CampaignMember", None)]
    assert all(not ask.headers for ask in sent)
    assert world.holds() == untouched("Lead Ada Lovelace <ada.lovelace@example.org>: Registered")
