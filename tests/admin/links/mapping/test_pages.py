"""Mappings are made from what was received, judged while they are edited and when they are saved, and followed."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState
from connector.models import FieldMapping, OutboxEntry, SalesforceOrg
from tests.admin.conftest import SignIn
from tests.factories import OutboxEntryFactory
from tests.world import World

LONG = "x" * 300


def person(number: int, **fields: Any) -> dict[str, Any]:
    """Return a message about a participant with these custom fields."""
    return {"id": f"p{number}", "email": f"p{number}@example.org", "firstName": "Ada", "lastName": f"Lovelace {number}",
            "registered": True, "fields": fields}  # fmt: skip


def url_of(world: World, page: str = "mappings", *more: int) -> str:
    """Return an address of the editor."""
    return reverse(f"admin:connector_campaignlink_{page}", args=[world.link.pk, *more])


def form(**sent: Any) -> dict[str, Any]:
    """Return what a browser sends for a member field filled from fields.diet."""
    return {
        "object": "campaign_member", "field": "Dietary__c", "source": "fields.diet", "mode": "overwrite",
        "blank": "keep", "unknown_choice": "fail", "enabled": "on", "default_text": "", "source_other": "",
        "constant_text": "", **sent,
    }  # fmt: skip


def add(client: Client, world: World, **sent: Any) -> Any:
    """Send the form of a new mapping."""
    return client.post(url_of(world, "mapping_add"), form(**sent))


def check(client: Client, world: World, **sent: Any) -> dict[str, Any]:
    """Ask what the script asks while somebody edits."""
    answer: dict[str, Any] = json.loads(client.post(url_of(world, "mapping_check"), form(**sent)).content)
    return answer


@pytest.fixture
def event(world: World) -> World:
    """An event of four participants with custom fields, and a picklist on Lead."""
    field = {"name": "Track__c", "label": "Track", "type": "picklist", "picklist": ["Data", "Web"]}
    world.switch(custom_fields={"Lead": [field]})
    world.receive(
        person(1, diet="vegan", track="Web"), person(2, diet="halal", track="Quantum"), person(3, diet=LONG), person(4)
    )  # fmt: skip
    return world


def test_sources_and_fields_are_offered_with_what_is_known_of_them(event: World, admin_client: Client) -> None:
    page = admin_client.get(url_of(event, "mapping_add"), {"object": "campaign_member"})
    sources = {one.path: one for group in page.context["source_groups"] for one in group}
    assert (sources["fields.diet"].percent, sources["email"].percent) == (75, 100)
    assert set(sources["fields.track"].samples) == {"Web", "Quantum"}
    assert {"inwink.attended_at", "event.name"} <= set(sources)
    targets = {one.name: one for one in page.context["targets"]}
    assert targets["Dietary__c"].type == "text, 255 characters"
    refused = {one.name: one.refusal for one in page.context["closed_targets"]}
    assert refused["Status"] == "Filled by the link itself."
    assert refused["CreatedById"] == "CreatedById holds the id of another record, which inwink does not know."
    assert "Dietary__c" not in refused


def test_required_fields_and_those_mapped_already_are_marked(event: World, admin_client: Client) -> None:
    page = admin_client.get(url_of(event, "mapping_add"), {"object": "lead"})
    assert {one.name: one.refusal for one in page.context["closed_targets"]}["Company"] == "Mapped already."
    mapping = event.link.mappings.get(object="lead", field="Company")
    page = admin_client.get(url_of(event, "mapping", mapping.pk))
    assert "required" in {one.name: one for one in page.context["targets"]}["Company"].marks


def test_values_that_do_not_fit_are_told_while_editing(event: World, admin_client: Client) -> None:
    found = check(admin_client, event)["findings"]
    assert "1 participant would fail." in found
    assert "300 characters, and the field holds 255." in found
    cut = check(admin_client, event, truncate="on")["findings"]
    assert "1 value is cut to 255 characters" in cut
    assert not FieldMapping.objects.filter(field="Dietary__c").exists()


def test_only_those_would_fail_for_whom_the_value_is_sent(event: World, admin_client: Client) -> None:
    event.configure(only=[{"source": "fields.diet", "not_in": [LONG]}])
    found = check(admin_client, event)["findings"]
    assert "would fail" not in found
    assert "The values of all 2 participants fit." in found
    assert "1 participant is not concerned: left out" in found


def test_those_who_are_not_updated_do_not_fail(event: World, admin_client: Client) -> None:
    event.drain()
    sent = {"object": "lead", "field": "Diet__c", "source": "fields.diet"}
    event.switch(custom_fields={"Lead": [{"name": "Diet__c", "label": "Diet", "type": "string", "length": 5}]})
    event.forget_describes()
    off = check(admin_client, event, **sent)["findings"]
    assert "would fail" not in off
    assert "It would be sent for none of the participants looked at" in off
    event.configure(update_existing=True)
    assert "1 participant would fail." in check(admin_client, event, **sent)["findings"]


def test_what_depends_on_salesforce_could_fail(event: World, admin_client: Client) -> None:
    sent = {"object": "lead", "field": "Track__c", "source": "fields.track"}
    assert (
        "1 participant could fail; it depends on what Salesforce holds"
        in check(admin_client, event, **sent)["findings"]
    )


def test_the_same_check_runs_without_a_script(event: World, admin_client: Client) -> None:
    page = add(admin_client, event, check="1")
    assert "300 characters, and the field holds 255." in page.content.decode()
    assert not FieldMapping.objects.filter(field="Dietary__c").exists()
    saved = admin_client.post(url_of(event, "mapping_add"), form(), follow=True).content.decode()
    assert "300 characters, and the field holds 255." in saved
    assert FieldMapping.objects.get(field="Dietary__c").source == "fields.diet"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"field": ""}, "Choose a field"),
        ({"field": "ContactId"}, "is filled by the link itself"),
        ({"source": ""}, "Give either a source or a constant"),
        ({"source": "=other", "source_other": "firstname"}, "write first_name"),
        ({"mode": "if_new", "blank": "clear"}, "clear goes with mode: overwrite only"),
        ({"object": "lead", "field": "Track__c", "value_from": ["Web"], "value_to": ["Nope"]}, "Nope is not a choice"),
        ({"object": "lead", "field": "Track__c", "unknown_choice": "default"}, "needs a default"),
        ({"object": "lead", "field": "Company"}, "Company is mapped already"),
    ],
)
def test_what_the_rules_refuse_is_said_while_editing_and_refused_when_saved(
    event: World, admin_client: Client, sent: dict[str, Any], words: str
) -> None:
    assert words in check(admin_client, event, **sent)["findings"]
    before = FieldMapping.objects.count()
    assert words in add(admin_client, event, **sent).content.decode()
    assert FieldMapping.objects.count() == before


def test_choices_received_stand_beside_those_of_the_picklist(event: World, admin_client: Client) -> None:
    sent = {"object": "lead", "field": "Track__c", "source": "fields.track"}
    answer = check(admin_client, event, **sent)
    assert "Not in the list: Quantum (1)" in answer["findings"]
    page = admin_client.post(url_of(event, "mapping_add"), form(**sent, check="1"))
    rows = {row.key: (row.count, row.by_itself, row.is_unknown) for row in page.context["value_rows"]}
    assert rows == {"Web": (1, "Web", False), "Quantum": (1, "", True)}
    assert "in the list: “Web”" in page.content.decode()
    assert [choice.value for choice in page.context["choices"]] == ["Data", "Web"]

    add(admin_client, event, **sent, value_from=["Web", "Quantum", ""], value_to=["", "Data", ""])

    stored = FieldMapping.objects.get(field="Track__c")
    assert stored.values == {"Quantum": "Data"}
    again = admin_client.get(url_of(event, "mapping", stored.pk)).context["value_rows"]
    assert [(row.key, row.wanted) for row in again if row.wanted] == [("Quantum", "Data")]


def test_one_line_stands_for_every_spelling_that_it_names(event: World, admin_client: Client) -> None:
    event.receive(person(5, track={"key": "quantum", "fr": "Quantique"}))
    mapping = event.map("lead", "Track__c", "fields.track", values={"quantum": "Data"})
    rows = admin_client.get(url_of(event, "mapping", mapping.pk)).context["value_rows"]
    assert [(row.key, row.count) for row in rows if row.wanted] == [("quantum", 2)]


def test_a_fixed_text_and_a_path_not_received_yet_can_be_mapped(event: World, admin_client: Client) -> None:
    add(admin_client, event, source="=constant", constant_text="Salon")
    assert FieldMapping.objects.get(field="Dietary__c").constant == "Salon"
    mapping = FieldMapping.objects.get(field="Dietary__c")
    admin_client.post(url_of(event, "mapping", mapping.pk), form(source="=other", source_other="fields.later"))
    mapping.refresh_from_db()
    assert (mapping.source, mapping.constant) == ("fields.later", None)


def test_json_values_that_nobody_touched_stay_what_they_are(event: World, admin_client: Client) -> None:
    mapping = event.map("campaign_member", "HasResponded__c", "", constant=True, default=7, enabled=False)
    sent = form(field="HasResponded__c", source="=constant", constant_text="true", default_text="7")
    sent.pop("enabled")
    page = admin_client.post(url_of(event, "mapping", mapping.pk), sent, follow=True)
    mapping.refresh_from_db()
    assert (mapping.constant, mapping.default) == (True, 7)
    assert "Nothing was changed." in page.content.decode()


def test_a_saved_mapping_sends_everybody_again_and_stands_in_the_history(event: World, admin_client: Client) -> None:
    event.drain()
    page = admin_client.post(url_of(event, "mapping_add"), form(truncate="on"), follow=True).content.decode()
    assert "4 participants are compared with Salesforce again." in page
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {EntryState.PENDING}
    event.drain()
    assert {row.get("Dietary__c") for row in event.rows("CampaignMember")} == {"vegan", "halal", "x" * 255, None}
    history = admin_client.get(reverse("admin:connector_campaignlink_history", args=[event.link.pk])).content.decode()
    assert "Dietary__c" in history


def test_a_mapping_is_switched_off_and_on_and_removed(event: World, admin_client: Client) -> None:
    mapping = event.map("campaign_member", "Dietary__c", "fields.diet")
    page = admin_client.post(url_of(event, "mapping_switch", mapping.pk), {"to": "off"}, follow=True)
    assert "Switched off: fields.diet" in page.content.decode()
    again = admin_client.post(url_of(event, "mapping_switch", mapping.pk), {"to": "off"}, follow=True)
    assert "compared with Salesforce again" not in again.content.decode()
    admin_client.post(url_of(event, "mapping_switch", mapping.pk), {"to": "on"})
    assert FieldMapping.objects.get(pk=mapping.pk).enabled
    assert "Remove" in admin_client.get(url_of(event, "mapping_remove", mapping.pk)).content.decode()
    admin_client.post(url_of(event, "mapping_remove", mapping.pk))
    assert not FieldMapping.objects.filter(pk=mapping.pk).exists()


def test_the_last_mapping_of_a_required_field_cannot_be_switched_off(event: World, admin_client: Client) -> None:
    event.configure(placeholders={})
    mapping = event.link.mappings.get(object="lead", field="Company")
    page = admin_client.post(url_of(event, "mapping_switch", mapping.pk), {"to": "off"}, follow=True).content.decode()
    assert "Lead.Company is required in this organisation and nothing fills it." in page
    assert FieldMapping.objects.get(pk=mapping.pk).enabled


def test_whoever_leaves_a_required_field_to_the_placeholder_is_told(event: World, admin_client: Client) -> None:
    event.configure(placeholders={"last_name": "[not provided]"})
    mapping = event.link.mappings.get(object="lead", field="LastName")
    warning = "Nothing of inwink fills LastName now: every new person gets “[not provided]” there."
    switch = url_of(event, "mapping_switch", mapping.pk)
    assert warning in admin_client.post(switch, {"to": "off"}, follow=True).content.decode()
    assert warning not in admin_client.post(switch, {"to": "on"}, follow=True).content.decode()
    remove = url_of(event, "mapping_remove", mapping.pk)
    assert warning in admin_client.post(remove, follow=True).content.decode()


def test_the_list_shows_an_example_before_and_after_and_who_would_fail(event: World, admin_client: Client) -> None:
    event.map("campaign_member", "Dietary__c", "fields.diet")
    page = admin_client.get(url_of(event), {"participant": str(event.entry("p2").pk)})
    [line] = page.context["groups"][2]["lines"]
    assert (line["example"].before, line["example"].after) == ("halal", "halal")
    assert "300 characters, and the field holds 255." in line["findings"][0].text
    other = admin_client.get(url_of(event), {"participant": str(event.entry("p2").pk), "shuffle": "1"}, follow=True)
    assert other.context["participant"]["id"] != event.entry("p2").pk


def test_the_live_example_is_somebody_who_has_a_value(event: World, admin_client: Client) -> None:
    newest = event.entry("p4").pk
    answer = check(admin_client, event, source="fields.track", field="Dietary__c", participant=str(newest))
    assert "Lovelace 2" in answer["example"]
    assert "Quantum" in answer["example"]
    kept = check(admin_client, event, source="fields.track", participant=str(event.entry("p1").pk))
    assert "Lovelace 1" in kept["example"], "who is shown stays as long as they have a value"
    for _time in range(5):
        other = check(admin_client, event, source="fields.track", participant=str(event.entry("p1").pk), shuffle="1")
        assert "Lovelace 2" in other["example"]
    nobody = check(admin_client, event, source="fields.none")["example"]
    assert "None of the 4 participants looked at has a value for this." in nobody
    assert "no value in inwink" not in nobody


def test_the_list_shows_somebody_who_has_most_of_the_values(event: World, admin_client: Client) -> None:
    event.map("lead", "Track__c", "fields.track")
    event.map("campaign_member", "Dietary__c", "fields.diet")
    page = admin_client.get(url_of(event))
    assert page.context["participant"]["id"] == event.entry("p2").pk


def test_who_is_not_concerned_shows_no_fault(event: World, admin_client: Client) -> None:
    event.add("Contact", {"FirstName": "Ada", "LastName": "Lovelace 3", "Email": "p3@example.org"})
    event.drain()
    assert event.entry("p3").person_type == "Contact"
    event.switch(custom_fields={"Lead": [{"name": "Diet__c", "label": "Diet", "type": "string", "length": 5}]})
    event.forget_describes()
    event.configure(update_existing=True)
    event.map("lead", "Diet__c", "fields.diet")
    page = admin_client.get(url_of(event), {"participant": str(event.entry("p3").pk)})
    [line] = [line for line in page.context["groups"][1]["lines"] if line["mapping"].field == "Diet__c"]
    assert (line["example"].is_concerned, line["example"].kind) == (False, "")
    assert "not concerned" in page.content.decode()
    concerned = check(
        admin_client, event, object="lead", field="Diet__c", source="fields.diet", mapping=str(line["mapping"].pk),
        participant=str(event.entry("p3").pk),
    )["example"]  # fmt: skip
    assert "Lovelace 2" in concerned, "another one who is concerned is shown in the editor"


def test_a_page_without_a_free_field_says_only_that(event: World, admin_client: Client) -> None:
    url = url_of(event, "mapping_add") + "?object=campaign_member"
    for target in admin_client.get(url).context["targets"]:
        event.map("campaign_member", target.name, "fields.diet")
    page = admin_client.get(url).content.decode()
    assert "Every field that can be filled is mapped already." in page
    assert "Back to the mappings" in page
    assert "data-mapping-editor" not in page
    assert ">Save</button>" not in page
    stored = event.link.mappings.filter(object="campaign_member").first()
    assert stored is not None
    assert "data-mapping-editor" in admin_client.get(url_of(event, "mapping", stored.pk)).content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    event: World, admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    admin_client.get(url_of(event))
    OutboxEntryFactory.create_batch(40, link=event.link)
    for number in range(20):
        event.map("campaign_member", f"F{number}__c", "fields.diet", enabled=False)
    with django_assert_max_num_queries(14):
        admin_client.get(url_of(event))


def test_nothing_is_asked_of_salesforce_while_editing(event: World, admin_client: Client) -> None:
    admin_client.get(url_of(event))
    event.reset_calls()
    check(admin_client, event)
    admin_client.get(url_of(event, "mapping_add"), {"object": "lead"})
    assert event.api_calls() == 0


def test_without_salesforce_a_mapping_can_still_be_written(event: World, admin_client: Client) -> None:
    SalesforceOrg.objects.update(login_url="http://127.0.0.1:9", instance_url="", access_token="")
    event.forget_describes()
    page = admin_client.get(url_of(event, "mapping_add"), {"object": "campaign_member"})
    assert "Write the API name" in page.content.decode()
    add(admin_client, event)
    assert FieldMapping.objects.filter(field="Dietary__c").exists()


def test_who_may_only_look_sees_mappings_and_no_values(event: World, sign_in: SignIn) -> None:
    client = sign_in("view_campaignlink")
    page = client.get(url_of(event))
    assert page.status_code == 200
    assert page.context["participant"] is None
    assert "Lovelace" not in page.content.decode()
    assert client.get(url_of(event, "mapping_add"), {"object": "lead"}).status_code == 403
    mapping = event.link.mappings.first()
    assert mapping is not None
    for page_name in ("mapping", "mapping_switch", "mapping_remove"):
        assert client.post(url_of(event, page_name, mapping.pk)).status_code == 403


def test_a_mapping_of_another_link_is_not_found(event: World, admin_client: Client) -> None:
    other = OutboxEntryFactory.create().link
    mapping = event.link.mappings.first()
    assert mapping is not None
    address = reverse("admin:connector_campaignlink_mapping", args=[other.pk, mapping.pk])
    assert admin_client.get(address).status_code == 404


def test_a_mapping_that_identifies_cannot_be_ticked_marketing(event: World, admin_client: Client) -> None:
    mapping = event.link.mappings.get(object="lead", field="Email")
    sent = {"object": "lead", "field": "Email", "source": "email", "marketing": "on"}
    assert "would never be found again" in check(admin_client, event, mapping=mapping.pk, **sent)["findings"]
    page = admin_client.post(url_of(event, "mapping", mapping.pk), form(**sent))
    assert "would never be found again" in page.content.decode()
    mapping.refresh_from_db()
    assert not mapping.marketing
