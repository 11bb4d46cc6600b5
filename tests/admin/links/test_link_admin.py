"""Links are made and changed against a real Salesforce: campaigns are searched, statuses and fields chosen."""

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from tests.admin.links.forms import ADD, add_link, change_form, errors_of, new_campaign, new_link, search, url_of
from tests.factories import OutboxEntryFactory, UnlinkedEventFactory, UnlinkedParticipantFactory
from tests.world import World


def test_campaigns_are_searched_in_salesforce(world: World, admin_client: Client) -> None:
    new_campaign(world)
    answer = search(admin_client, world, "forum")
    assert [found["name"] for found in answer["found"]] == ["Forum RH 2027"]
    assert "20 January 2027" in answer["found"][0]["detail"]
    assert answer["problem"] == ""


def test_a_search_says_when_salesforce_cannot_be_reached(world: World, admin_client: Client) -> None:
    world.org.login_url = "http://127.0.0.1:9"
    world.org.save()
    answer = search(admin_client, world, "forum")
    assert answer["found"] == []
    assert "Salesforce did not answer usefully." in answer["problem"]


def test_the_statuses_of_a_campaign_are_offered_with_the_likely_ones(world: World, admin_client: Client) -> None:
    new_campaign(world)
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    url = reverse("admin:connector_campaignlink_labels")
    answer = json.loads(admin_client.post(url, {"campaign": sealed}).content)
    assert {"Inscrit", "Est venu"} <= set(answer["labels"])
    assert answer["suggested"] == {"registered": "Inscrit", "attended": "Est venu"}


def test_a_linked_event_gets_default_mappings_and_its_waiting_people(world: World, admin_client: Client) -> None:
    new_campaign(world)
    UnlinkedEventFactory.create(event_id="event-forum", event_name="Forum RH")
    UnlinkedParticipantFactory.create_batch(3, event_id="event-forum")
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    offered = admin_client.get(ADD).content.decode()
    assert "Forum RH – 3 participants" in offered
    assert add_link(admin_client, world, sealed=sealed).status_code == 302
    link = CampaignLink.objects.get(inwink_event_id="event-forum")
    assert (link.event_name, link.campaign_name) == ("Forum RH", "Forum RH 2027")
    assert link.starts_at is not None
    assert link.mappings.count() == 9
    world.drain()
    assert link.entries.count() == 3


@pytest.mark.parametrize("typed", ["701000000000001AAA", "Forum RH 2027", "WzEsICI3MDEiXQ:1x:y"])
def test_a_campaign_cannot_be_typed(world: World, admin_client: Client, typed: str) -> None:
    response = add_link(admin_client, world, sealed=typed)
    assert "Search and choose a campaign." in errors_of(response)
    assert not CampaignLink.objects.filter(inwink_event_id="event-forum").exists()


def test_a_campaign_belongs_to_one_event(world: World, admin_client: Client) -> None:
    sealed = search(admin_client, world, "Salon 2026")["found"][0]["value"]
    labels = {"status_registered": "Registered", "status_attended": "Attended"}
    response = add_link(admin_client, world, sealed=sealed, **labels)
    assert "is linked to this campaign already" in errors_of(response)


def test_a_status_that_the_campaign_lacks_is_refused(world: World, admin_client: Client) -> None:
    new_campaign(world)
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    response = add_link(admin_client, world, sealed=sealed, status_attended="Came")
    assert "status_attended" in errors_of(response)


def test_a_required_field_that_nothing_fills_lets_a_link_begin_paused(world: World, admin_client: Client) -> None:
    new_campaign(world)
    world.control("settings", {"required_fields": {"Lead": ["Industry"]}})
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    response = admin_client.post(ADD, new_link(world, sealed=sealed), follow=True)
    assert "Lead.Industry is required in this organisation" in response.content.decode()
    link = CampaignLink.objects.get(inwink_event_id="event-forum")
    assert (link.state, link.pause_kind) == ("paused", "manual")
    changed = {**change_form(admin_client, link), "event_name": "Forum"}
    assert "Lead.Industry is required" in admin_client.post(url_of(link), changed, follow=True).content.decode()


def test_a_change_that_the_mappings_do_not_bear_is_refused(world: World, admin_client: Client) -> None:
    world.control("settings", {"required_fields": {"Contact": ["Department"]}})
    data = {**change_form(admin_client, world.link), "create_as": "contact"}
    response = admin_client.post(url_of(world.link), data)
    assert "Contact.Department is required in this organisation" in errors_of(response)
    assert world.link_now().create_as == "lead"


def test_a_mapping_that_was_wrong_before_is_named_and_stops_no_other_change(world: World, admin_client: Client) -> None:
    world.map("contact", "Tittle", "position")
    data = {**change_form(admin_client, world.link), "event_name": "Forum"}
    page = admin_client.post(url_of(world.link), data, follow=True).content.decode()
    assert "Field mappings: position → Contact.Tittle: " in page
    assert "Did you mean Title?" in page
    assert world.link_now().event_name == "Forum"


def test_the_settings_lead_to_the_mappings(world: World, admin_client: Client) -> None:
    page = admin_client.get(url_of(world.link)).content.decode()
    assert f'href="/admin/connector/campaignlink/{world.link.pk}/mappings/"' in page
    assert "mappings-TOTAL_FORMS" not in page


def test_saving_without_a_change_sends_nobody_again(world: World, admin_client: Client) -> None:
    OutboxEntryFactory.create(link=world.link, state=EntryState.SYNCED)
    mapping = world.map("campaign_member", "Dietary__c", "fields.dietary", default={"a": 1}, values={"x": "y"})
    assert admin_client.post(url_of(world.link), change_form(admin_client, world.link)).status_code == 302
    before, version = mapping.default, world.link.config_version
    mapping.refresh_from_db()
    world.link.refresh_from_db()
    assert (mapping.default, mapping.values, world.link.config_version) == (before, {"x": "y"}, version)
    assert OutboxEntry.objects.get().state == EntryState.SYNCED


def test_another_status_is_folded_into_every_participant(world: World, admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(link=world.link, state=EntryState.SYNCED, participant_state="refused")
    data = {**change_form(admin_client, world.link), "status_refused": "Declined"}
    assert admin_client.post(url_of(world.link), data).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.target_state) == (EntryState.PENDING, "refused")


@pytest.mark.parametrize("compares", [True, False])
def test_a_change_offers_to_compare_who_is_here_and_says_how_many(
    world: World, admin_client: Client, compares: bool
) -> None:
    OutboxEntryFactory.create_batch(2, link=world.link, state=EntryState.SYNCED, participant_state="refused")
    assert "Compare the 2 participants who are here already" in admin_client.get(url_of(world.link)).content.decode()
    data = {**change_form(admin_client, world.link), "status_refused": "Declined"}
    if not compares:
        del data["compare_again"]
    page = unescape(admin_client.post(url_of(world.link), data, follow=True).content.decode())
    said = "are compared with Salesforce again." if compares else "keep what was sent until inwink changes them"
    assert f"2 participants {said}" in page
    assert set(OutboxEntry.objects.values_list("state", "target_state")) == {
        ("pending" if compares else "synced", "refused")
    }
    assert world.link_now().config_version == world.link.config_version + 1, "whoever is sent from now on follows it"


def test_nothing_is_offered_where_nobody_is_here(world: World, admin_client: Client) -> None:
    page = admin_client.get(url_of(world.link)).content.decode()
    assert "who are here already" not in page
    data = {**change_form(admin_client, world.link), "status_refused": "Declined"}
    del data["compare_again"]
    assert admin_client.post(url_of(world.link), data).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("pause", "2 participants wait and are kept, not sent."),
        ("close", "2 participants wait and are kept, not sent."),
        ("resume", "2 participants wait and are sent."),
    ],
)
def test_the_question_says_how_many_wait(world: World, admin_client: Client, wanted: str, said: str) -> None:
    OutboxEntryFactory.create_batch(2, link=world.link)
    OutboxEntryFactory.create(link=world.link, state=EntryState.SYNCED)
    assert said in admin_client.get(f"{url_of(world.link, 'state')}?to={wanted}").content.decode()


def test_a_link_can_be_looked_at_while_salesforce_is_away(world: World, admin_client: Client) -> None:
    world.org.login_url = "http://127.0.0.1:9"
    world.org.save()
    page = admin_client.get(url_of(world.link)).content.decode()
    assert "Salesforce did not answer usefully." in page


def test_a_link_with_participants_is_closed_not_deleted(world: World, admin_client: Client) -> None:
    OutboxEntryFactory.create(link=world.link)
    answer = admin_client.post(url_of(world.link, "delete"), {"post": "yes"}, follow=True)
    assert "Close it instead" in answer.content.decode()
    assert CampaignLink.objects.filter(pk=world.link.pk).exists()


def test_a_link_is_paused_resumed_closed_and_reopened_by_post_only(world: World, admin_client: Client) -> None:
    seen = []
    for to in ("pause", "pause", "resume", "close", "resume"):
        url = f"{url_of(world.link, 'state')}?to={to}"
        assert admin_client.get(url).status_code == 200
        admin_client.post(url)
        world.link.refresh_from_db()
        seen.append((world.link.state, world.link.pause_kind))
    assert seen == [("paused", "manual"), ("paused", "manual"), ("active", ""), ("closed", ""), ("active", "")]


def test_whatever_offers_to_add_a_link_leads_to_the_wizard_and_that_to_the_plain_form(admin_client: Client) -> None:
    links = admin_client.get(reverse("admin:connector_campaignlink_changelist")).content.decode()
    assert f'href="{reverse("admin:connector_campaignlink_wizard")}"' in links, "an empty list says where to begin"
    wizard = admin_client.get(reverse("admin:connector_campaignlink_add"), {"_changelist_filters": "q=x"}, follow=True)
    assert wizard.redirect_chain == [(reverse("admin:connector_campaignlink_wizard"), 302)]
    assert f'href="{ADD}"' in wizard.content.decode()
    assert 'name="closes_after_days"' in admin_client.get(ADD).content.decode()


@pytest.mark.parametrize("may_add", [True, False])
def test_the_list_offers_the_wizard_to_who_may_add(world: World, sign_in: Callable[..., Client], may_add: bool) -> None:
    client = sign_in("view_campaignlink", *(["add_campaignlink"] if may_add else []))
    page = client.get(reverse("admin:connector_campaignlink_changelist")).content.decode()
    assert (f'href="{reverse("admin:connector_campaignlink_wizard")}"' in page) == may_add
    assert f'href="{ADD}"' not in page


def test_a_closed_link_is_reopened_by_a_question_that_says_so(world: World, admin_client: Client) -> None:
    world.configure(state=CampaignLink.LinkState.CLOSED)
    assert "Reopen…" in admin_client.get(url_of(world.link, "event")).content.decode()
    asked = admin_client.get(f"{url_of(world.link, 'state')}?to=resume").content.decode()
    assert "Reopen Salon 2026?" in asked
    assert "Resume" not in asked


def test_sending_again_is_asked_first_and_allowed_apart(world: World, sign_in: Callable[..., Client]) -> None:
    OutboxEntryFactory.create(link=world.link, state=EntryState.SYNCED)
    OutboxEntryFactory.create(link=world.link, state=EntryState.FAILED)
    client = sign_in("view_campaignlink", "resync_campaignlink", "view_outboxentry")
    assert "1 participant of Salon 2026" in client.get(f"{url_of(world.link, 'resync')}?what=failed").content.decode()
    assert OutboxEntry.objects.filter(state=EntryState.PENDING).count() == 0
    answer = client.post(f"{url_of(world.link, 'resync')}?what=failed", follow=True)
    assert "1 participant is sent again." in answer.content.decode()
    answer = client.post(url_of(world.link, "resync"), follow=True)
    assert "2 participants are sent again." in answer.content.decode()
    assert set(OutboxEntry.objects.values_list("state", "requested_by")) == {("pending", "olga")}


def test_without_the_permission_nothing_is_sent_again_or_paused(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_campaignlink")
    assert client.post(url_of(world.link, "resync")).status_code == 403
    assert client.post(f"{url_of(world.link, 'state')}?to=pause").status_code == 403
    assert client.post(reverse("admin:connector_campaignlink_campaigns")).status_code == 403
    assert "Send everybody again" not in client.get(url_of(world.link, "event")).content.decode()


def new_people(world: World, **chosen: str) -> dict[str, str]:
    """Return the part of the form that says how people are created."""
    return {"owner_choice": "integration_user", "owner_id": "", "account_choice": "none", "account_id": "",
            "record_type_lead": "", "record_type_contact": "", **chosen}  # fmt: skip


def test_owner_account_and_record_type_are_chosen(world: World, admin_client: Client) -> None:
    field = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"], "relationship": "RecordType"}
    world.switch(custom_fields={"Lead": [field]})
    [guest] = world.add("RecordType", {"Name": "Guest", "DeveloperName": "G", "SobjectType": "Lead", "IsActive": True})
    [sales] = [u["Id"] for u in world.control("state?sobjects=User", method="GET")["User"] if u["LastName"] == "Vente"]
    page = admin_client.get(url_of(world.link))
    assert tuple(page.context["adminform"].form.initial[name] for name in ("owner_choice", "account_choice")) == (
        "integration_user",
        "none",
    )

    chosen = new_people(world, owner_choice="id", owner_id=sales[:15], account_choice="by_domain",
                        record_type_lead=guest)  # fmt: skip
    response = admin_client.post(url_of(world.link), {**change_form(admin_client, world.link), **chosen})

    assert response.status_code == 302, errors_of(response)
    stored = world.link_now()
    assert (stored.new_owner, stored.contact_account, stored.record_types) == (sales, "by_domain", {"lead": guest})
    shown = admin_client.get(url_of(world.link)).context["adminform"].form.initial
    assert (shown["owner_choice"], shown["owner_id"], shown["record_type_lead"]) == ("id", sales, guest)


def test_a_record_type_named_in_the_file_stays_as_it_was_written(world: World, admin_client: Client) -> None:
    field = {"name": "RecordTypeId", "type": "reference", "reference_to": ["RecordType"], "relationship": "RecordType"}
    world.switch(custom_fields={"Lead": [field]})
    [guest] = world.add("RecordType", {"Name": "Guest", "DeveloperName": "G", "SobjectType": "Lead", "IsActive": True})
    world.configure(record_types={"lead": "Guest", "contact": "Gone"})

    form = change_form(admin_client, world.link)
    admin_client.post(url_of(world.link), {**form, **new_people(world, record_type_lead=guest,
                                                               record_type_contact="Gone")})  # fmt: skip

    assert world.link_now().record_types == {"lead": "Guest", "contact": "Gone"}


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"owner_choice": "id", "owner_id": "sales"}, "Enter the id"),
        ({"owner_choice": "id", "owner_id": "005000000000009AAA"}, "There is no user 005000000000009AAA"),
        ({"owner_choice": "id", "owner_id": "00G000000000009AAA", "create_as": "contact"}, "not Contacts"),
        ({"account_choice": "id", "account_id": "001000000000009AAA", "create_as": "contact"}, "There is no account"),
        ({"account_choice": "id", "account_id": ""}, "Enter the id"),
    ],
)
def test_an_owner_or_account_that_is_none_is_refused(
    world: World, admin_client: Client, chosen: dict[str, str], words: str
) -> None:
    data = {**change_form(admin_client, world.link), **new_people(world, **chosen)}
    response = admin_client.post(url_of(world.link), data)
    assert words in errors_of(response)
    assert (world.link_now().new_owner, world.link_now().contact_account) == ("integration_user", "none")
