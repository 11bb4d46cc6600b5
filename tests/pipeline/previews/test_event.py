"""The preview of a whole event keeps whom each verdict concerns, and nothing about them."""

import json
from datetime import UTC, datetime

import pytest

from connector.models import EventPreview, SalesforceOrg
from connector.pipeline.previews import batches as preview_batches
from connector.pipeline.previews.batches import batches_of
from connector.pipeline.previews.event import preview_event
from connector.pipeline.previews.preview import look_at, preview_link
from tests.world import World

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ADA = {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}
CAMILLE = {"id": "p2", "email": "camille.martin@acme.example", "firstName": "Camille", "lastName": "Martin",
           "registered": True, "position": "CFO"}  # fmt: skip
NOBODY = {"id": "p3", "firstName": "No", "lastName": "Email", "registered": True}
TWICE = {**ADA, "id": "p4"}


def groups_of(world: World) -> list[tuple[str, str, str, list[str]]]:
    """Return (verdict, effect, reason, participants) of the kept preview."""
    keys = {entry.pk: entry.participant_key for entry in world.link.entries.all()}
    kept = EventPreview.objects.get(link=world.link)
    return [
        (group["verdict"], group["effect"], group["reason"], [keys[one] for one in group["ids"]])
        for group in kept.groups
    ]


@pytest.mark.both
def test_everybody_stands_in_one_group(world: World) -> None:
    world.receive(ADA, CAMILLE, NOBODY, TWICE)

    preview_event(world.link, by="alice", now=NOW)

    assert groups_of(world) == [
        ("create", "new_lead", "", ["p1"]),
        ("create", "joins", "", ["p2"]),
        ("unchanged", "same_person", "", ["p4"]),
        ("needs_answer", "", "no_email", ["p3"]),
    ]
    kept = EventPreview.objects.get(link=world.link)
    assert (kept.made_by, kept.entry_count, kept.config_version) == ("alice", 4, world.link.config_version)
    assert 0 < kept.api_calls <= 6


def test_nothing_personal_is_kept_and_nothing_is_written(world: World) -> None:
    world.receive(ADA, CAMILLE, NOBODY)
    before = world.control("state", method="GET")

    preview_event(world.link, by="alice", now=NOW)

    kept = json.dumps(EventPreview.objects.filter(link=world.link).values("groups", "remarks").get())
    assert not [word for word in ("ada", "Lovelace", "camille", "CFO", "@") if word in kept]
    assert world.control("state", method="GET") == before


def test_fields_that_stay_are_counted_by_their_reason(world: World) -> None:
    [contact] = [row["Id"] for row in world.people("camille.martin@acme.example")]
    world.change("Contact", contact, Title="CEO")
    world.receive(CAMILLE)

    preview_event(world.link, by="alice", now=NOW)

    [entry] = world.link.entries.all()
    assert EventPreview.objects.get(link=world.link).remarks == [{"code": "not_updated", "ids": [entry.pk]}]


def test_the_next_look_replaces_the_last_one(world: World) -> None:
    world.receive(ADA)
    preview_event(world.link, by="alice", now=NOW)
    world.drain()

    preview_event(world.link, by="bob", now=NOW)

    assert groups_of(world) == [("unchanged", "", "", ["p1"])]
    assert EventPreview.objects.get().made_by == "bob"


def test_a_look_that_salesforce_does_not_answer_keeps_the_last_one(world: World) -> None:
    world.receive(ADA)
    preview_event(world.link, by="alice", now=NOW)
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", instance_url="", access_token="")
    world.link.refresh_from_db()

    look = preview_event(world.link, by="bob", now=NOW)

    assert look.problem_code == "no_connection"
    assert EventPreview.objects.get().made_by == "alice"


def test_a_value_that_does_not_fit_is_named_with_its_limit(world: World) -> None:
    world.configure(update_existing=True)
    world.receive({**CAMILLE, "position": "x" * 200})

    [row] = look_at(world.link, [world.entry("p2").pk]).preview.people

    assert (row.verdict, row.reason, row.code) == ("blocked", "invalid_value", "value_too_long")
    assert [(one.field, one.detail) for one in row.kept if one.why == "unfit"] == [
        ("Contact.Title", "200 characters, 128 fit")
    ]
    assert row.person_name == "Camille Martin"


def test_several_records_are_named_as_candidates(world: World) -> None:
    world.add("Contact", {"LastName": "Twin", "Email": "t@example.org"}, {"LastName": "Twin", "Email": "t@example.org"})
    world.receive({**ADA, "email": "t@example.org"})

    [row] = look_at(world.link, [world.entry("p1").pk]).preview.people

    assert (row.verdict, row.reason) == ("needs_answer", "ambiguous")
    assert [one["name"] for one in row.candidates] == ["Twin", "Twin"]


def test_whoever_shares_an_email_is_looked_at_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_batches, "CHUNK", 2)
    world.receive({**ADA, "id": "a1"}, NOBODY, CAMILLE, {**NOBODY, "id": "p5"}, {**ADA, "id": "a2"})

    keys = {entry.pk: entry.participant_key for entry in world.link.entries.all()}
    assert [[keys[pk] for pk in batch] for batch in batches_of(world.link)] == [["p3", "p5"], ["a1", "a2"], ["p2"]]
    people = preview_link(world.link).people
    assert [row.participant_key for row in people] == ["a1", "a2", "p2", "p3", "p5"], "in the order of arrival"
    assert [row.effect for row in people[:2]] == ["new_lead", "same_person"]


def test_more_participants_of_one_email_than_fit_are_parted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_batches, "CHUNK", 2)
    world.receive(*({**ADA, "id": f"a{number}"} for number in range(5)))
    assert [len(batch) for batch in batches_of(world.link)] == [2, 2, 1]
    assert batches_of(world.link.__class__(pk=0)) == []


def two_addresses(world: World) -> list[dict[str, object]]:
    """Let a contact be known by two addresses; returns four participants, the first and the last of them with those."""
    work = {"name": "Work_Email__c", "type": "email", "length": 80}
    world.switch(custom_fields={"Contact": [work]})
    world.forget_describes()
    world.configure(match_emails={"contact": ["Email", "Work_Email__c"], "lead": ["Email"]})
    person = {"FirstName": "Zoe", "LastName": "Zed", "Email": "a@example.org", "Work_Email__c": "z@example.org"}
    world.add("Contact", person)
    zoe = {"firstName": "Zoe", "lastName": "Zed", "registered": True}
    others = [{**ADA, "id": f"p{n}", "email": f"m{n}@example.org", "lastName": f"L{n}"} for n in (2, 3)]
    return [{**zoe, "id": "p1", "email": "a@example.org"}, *others, {**zoe, "id": "p4", "email": "z@example.org"}]


def test_two_addresses_of_one_record_are_one_person_whichever_batch_they_stand_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_batches, "CHUNK", 2)
    people = two_addresses(world)
    world.receive(*people)
    foretold = {row.participant_key: (row.verdict, row.effect) for row in preview_link(world.link).people}
    assert foretold == {
        "p1": ("create", "joins"), "p2": ("create", "new_lead"), "p3": ("create", "new_lead"),
        "p4": ("unchanged", "same_person"),
    }  # fmt: skip
    world.drain()
    assert len(world.members()) == 3
