"""The wizard makes the link that the form makes, a few questions at a time, and loses nothing on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.admin.links.wizard import activate as activate_module
from connector.core.advice.explain import advise
from connector.models import CampaignLink, FieldMapping, LinkDraft, UnlinkedParticipant
from connector.pipeline.setup.configure import apply_config
from tests.admin.links.forms import ADD, new_campaign, new_link, search
from tests.admin.links.wizard.journey import (
    ANSWERS,
    EVENT,
    START,
    activate,
    begin,
    say,
    send,
    url_of,
    wait_for_link,
    walk,
)
from tests.factories import CampaignLinkFactory, LinkDraftFactory, UnlinkedParticipantFactory
from tests.world import World, make_default_mappings

AWAY = advise("http_503", language="en").what
NOT_COMPARED = {"id", "created_at", "batch_limit", "config_version"}


def columns(link: CampaignLink) -> dict[str, Any]:
    """Return everything that a link is set to."""
    names = [field.attname for field in CampaignLink._meta.concrete_fields if field.name not in NOT_COMPARED]
    return {name: getattr(link, name) for name in names}


def mappings(link: CampaignLink) -> list[dict[str, Any]]:
    """Return the mappings of a link in their order."""
    return list(FieldMapping.objects.filter(link=link).values(*_MAPPING).order_by("position"))


_MAPPING = ("object", "field", "source", "constant", "mode", "values", "default", "blank", "enabled", "position")


def test_a_link_of_the_wizard_is_the_one_of_the_form(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    answer = activate(admin_client, walk(admin_client, begin(admin_client, world)))
    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert answer.url == reverse("admin:connector_campaignlink_event", args=[link.pk])
    by_wizard, wizard_mappings = columns(link), mappings(link)
    world.drain()
    assert link.entries.count() == 3
    link.entries.all().delete()
    link.delete()
    wait_for_link()
    sealed = search(admin_client, world, "forum")["found"][0]["value"]
    admin_client.post(ADD, new_link(world, sealed=sealed))
    by_form = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert (columns(by_form), mappings(by_form)) == (by_wizard, wizard_mappings)
    assert not LinkDraft.objects.exists()


def test_the_last_step_says_when_the_event_takes_place(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    days = {"starts_at_0": "2027-01-20", "starts_at_1": "09:00", "ends_at_0": "2027-01-21", "ends_at_1": "18:00"}
    draft = begin(admin_client, world)
    walk(admin_client, draft, policies=days)
    page = say(admin_client.get(url_of(draft, "activate")))
    assert "20 Jan 2027, 09:00" in page
    assert "21 Jan 2027, 18:00" in page


def test_a_link_of_the_wizard_is_the_one_of_a_file(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    who = {"only-0-source": "", "leave_out": ["category\tExhibitor"], "excluded_domains": "corp.example",
           "consent_source": "fields.optin", "consent_when_no": "nothing", "create_for": ["attended"]}  # fmt: skip
    policies = {"update_existing": "on", "ambiguous": "most_recent", "closes_after_days": "7"}
    walk(admin_client, begin(admin_client, world), who=who, policies=policies)
    activate(admin_client, LinkDraft.objects.get(), state="paused")
    made = CampaignLink.objects.get(inwink_event_id=EVENT)
    by_wizard, wizard_mappings = columns(made), mappings(made)
    made.delete()
    done = apply_config(FILE.replace("ORG", world.org.name))
    assert not done.errors
    by_file = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert (columns(by_file), mappings(by_file)) == (by_wizard, wizard_mappings)


FILE = f"""
links:
  - event: {EVENT}
    name: Forum RH
    org: ORG
    campaign: {{name: Forum RH 2027}}
    state: paused
    statuses: {{registered: Inscrit, attended: Est venu}}
    create_for: [attended]
    only: [{{source: category, not_in: [Exhibitor]}}]
    exclude_email_domains: [corp.example]
    consent: {{source: fields.optin, when_no: nothing, when_unknown: membership_only}}
    update_existing: true
    ambiguous: most_recent
    closes_after_days: 7
"""


def test_events_that_messages_came_for_are_offered_with_their_people(world: World, admin_client: Client) -> None:
    wait_for_link(people=3)
    page = say(admin_client.get(f"{START}?event={EVENT}"))
    assert "3 participants wait" in page
    assert f'value="{EVENT}" checked' in page


def test_an_event_can_be_linked_before_its_first_message(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = begin(admin_client, world, inwink_event_id="other", other_event=" EVENT-Later ", event_name="Later")
    assert activate(admin_client, walk(admin_client, draft)).status_code == 302
    assert CampaignLink.objects.get(event_name="Later").inwink_event_id.lower() == "event-later"


def test_a_linked_event_is_refused_at_the_first_step(world: World, admin_client: Client) -> None:
    taken = {"inwink_event_id": "other", "other_event": world.link.inwink_event_id, "go": "next"}
    page = admin_client.post(START, taken, follow=True)
    assert page.redirect_chain[-1][0].endswith("/event/?complain=1")
    assert "already exists" in say(page)


def test_going_back_and_forth_loses_nothing(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="policies")
    answer = send(admin_client, draft, "policies", go="back", **{**ANSWERS["policies"], "closes_after_days": "3"})
    assert answer.url == url_of(draft, "who")
    answer = send(admin_client, draft, "who", go="labels", **{**ANSWERS["who"], "match": "lead_only"})
    assert answer.url == url_of(draft, "labels")
    assert 'value="lead_only" checked' in say(admin_client.get(url_of(draft, "who")))
    assert 'value="3"' in say(admin_client.get(url_of(draft, "policies")))


def test_a_wrong_answer_stays_as_typed_and_holds_the_step(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world), until="who")
    page = admin_client.post(url_of(draft, "who"), {**ANSWERS["who"], "excluded_domains": "no domain"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{url_of(draft, 'who')}?complain=1"
    assert "no domain is no email domain" in say(page)
    draft.refresh_from_db()
    assert "who" not in draft.done
    assert admin_client.get(url_of(draft, "preview"), follow=True).redirect_chain == [(url_of(draft, "who"), 302)]


def test_nobody_chooses_the_owner_for_the_person(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world), until="people")
    page = say(admin_client.get(url_of(draft, "people")))
    assert "sales will not see them" in page
    assert 'name="owner_choice" value="integration_user" checked' not in page
    answer = send(admin_client, draft, "people", **{**ANSWERS["people"], "owner_choice": ""})
    assert "Choose to whom new people belong." in say(admin_client.get(answer.url))


def test_what_was_begun_can_be_left_and_resumed(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="policies")
    assert send(admin_client, draft, "policies", go="later", **ANSWERS["policies"]).url == START
    page = say(admin_client.get(START))
    assert f'href="{url_of(draft, "people")}"' in page
    assert "Forum RH" in page


@pytest.mark.parametrize("go", ["back", "later", "labels", "stay"])
def test_a_step_complains_only_to_those_who_wanted_to_go_on(world: World, admin_client: Client, go: str) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world), until="people")
    unanswered = {**ANSWERS["people"], "owner_choice": ""}
    send(admin_client, draft, "people", go=go, **unanswered)
    assert "Choose to whom new people belong." not in say(admin_client.get(url_of(draft, "people")))
    answer = send(admin_client, draft, "people", **unanswered)
    assert "Choose to whom new people belong." in say(admin_client.get(answer.url))


def test_a_draft_is_thrown_away_by_post_only(world: World, admin_client: Client, admin_user: Any) -> None:
    draft = LinkDraftFactory.create(owner=admin_user)
    url = reverse("admin:connector_campaignlink_wizard_discard", args=[draft.pk])
    admin_client.get(url)
    assert LinkDraft.objects.exists()
    admin_client.post(url)
    assert not LinkDraft.objects.exists()


def test_nobody_opens_the_draft_of_somebody_else(world: World, admin_client: Client) -> None:
    draft = LinkDraftFactory.create()
    assert admin_client.get(url_of(draft, "event")).status_code == 404
    assert str(draft) not in say(admin_client.get(START))


def test_the_wizard_is_for_people_who_may_link(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_campaignlink", "change_campaignlink")
    assert client.get(START).status_code == 403
    assert client.post(START, {"inwink_event_id": EVENT}).status_code == 403
    assert not LinkDraft.objects.exists()


def test_reading_a_step_writes_nothing(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world))
    before = LinkDraft.objects.values().get()
    rows = world.control("state", method="GET")
    for step in ("event", "campaign", *ANSWERS):
        assert admin_client.get(url_of(draft, step)).status_code == 200
    assert LinkDraft.objects.values().get() == before
    assert world.control("state", method="GET") == rows
    assert not CampaignLink.objects.filter(inwink_event_id=EVENT).exists()


@pytest.mark.parametrize("is_known", [True, False])
def test_opening_a_step_looks_up_neither_owner_nor_anything_else(
    world: World, admin_client: Client, *, is_known: bool
) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world))
    [sales] = [u["Id"] for u in world.control("state?sobjects=User", method="GET")["User"] if u["LastName"] == "Vente"]
    owner = sales if is_known else "005000000000000AAA"
    send(admin_client, draft, "people", **{**ANSWERS["people"], "owner_choice": "id", "owner_id": owner})
    admin_client.get(url_of(draft, "people"))
    world.reset_calls()

    pages = [say(admin_client.get(url_of(draft, step))) for step in ("people", "policies", "labels")]
    pages.append(say(admin_client.get(url_of(draft, "people"), {"complain": "1"})))

    assert world.api_calls() == 0
    assert ("There is no user 005000000000000AAA" in pages[-1]) is not is_known


def test_a_campaign_is_found_and_chosen_without_scripts(world: World, admin_client: Client) -> None:
    campaign = new_campaign(world)
    admin_client.post(START, {"inwink_event_id": "other", "other_event": EVENT, "event_name": "", "go": "next"})
    draft = LinkDraft.objects.get()
    page = admin_client.post(
        url_of(draft, "campaign"), {"org": world.org.pk, "q": "forum", "go": "search"}, follow=True
    )
    [(sealed, name, detail)] = page.context["found"]
    assert name == "Forum RH 2027"
    assert "0 members" in detail
    world.reset_calls()
    again = admin_client.get(url_of(draft, "campaign"))
    assert ([row[1] for row in again.context["found"]], again.context["q"]) == (["Forum RH 2027"], "forum")
    admin_client.get(url_of(draft, "campaign"), {"q": "salon"})
    assert world.api_calls() == 0, "only the button searches"
    send(admin_client, draft, "campaign", org=world.org.pk, campaign=["", sealed])
    activate(admin_client, walk(admin_client, draft))
    assert CampaignLink.objects.get(inwink_event_id=EVENT).campaign_id == campaign


def test_the_owner_of_new_people_is_found_by_name(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="people")
    [queue] = world.add("Group", {"Name": "Vente Salons", "Type": "Queue"})
    world.add("QueueSobject", {"QueueId": queue, "SobjectType": "Lead"})
    answers = {**ANSWERS["people"], "owner_choice": "id"}
    page = admin_client.post(
        url_of(draft, "people"), {**answers, "owner_q": "vente", "go": "search-owner"}, follow=True
    )
    (user, name, detail), (found_queue, queue_name, _detail) = page.context["owner"]["found"]
    assert ("Vente" in name, detail.startswith("User · ")) == (True, True)
    assert (found_queue, queue_name) == (queue, "Vente Salons")
    world.reset_calls()
    assert name in say(admin_client.get(url_of(draft, "people"))), "found once, shown again"
    admin_client.get(url_of(draft, "people"), {"owner_q": "other"})
    assert world.api_calls() == 0, "only the button searches"
    nobody = admin_client.post(url_of(draft, "people"), {**answers, "owner_q": "xx", "go": "search-owner"}, follow=True)
    assert "Nobody found" in say(nobody)

    send(admin_client, draft, "people", **{**answers, "owner_id": ["", user]})

    draft.refresh_from_db()
    assert "people" in draft.done
    assert f"Chosen: {name}" in say(admin_client.get(url_of(draft, "people")))


def test_no_queue_is_offered_as_owner_of_contacts(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="people")
    [queue] = world.add("Group", {"Name": "Vente Salons", "Type": "Queue"})
    world.add("QueueSobject", {"QueueId": queue, "SobjectType": "Lead"})
    search = {**ANSWERS["people"], "owner_choice": "id", "owner_q": "vente", "go": "search-owner"}
    admin_client.post(url_of(draft, "people"), search)
    contacts = {**ANSWERS["who"], "match": "contact_then_lead", "create_as": "contact"}
    send(admin_client, draft, "who", **contacts)
    shown = admin_client.get(url_of(draft, "people")).context["owner"]
    assert shown["found"] is None, "what was found for Leads is not shown"
    page = admin_client.post(url_of(draft, "people"), search, follow=True)
    assert [detail.partition(" · ")[0] for _id, _name, detail in page.context["owner"]["found"]] == ["User"]
    assert "queue" not in say(page).partition("owner_q")[2].partition("</fieldset>")[0]


def test_the_account_of_new_contacts_is_found_by_name(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="people")
    send(admin_client, draft, "who", **{**ANSWERS["who"], "match": "contact_then_lead", "create_as": "contact"})
    kiel, _lyon = world.add("Account", {"Name": "Nordwind", "BillingCity": "Kiel"}, {"Name": "Sudwind"})
    answers = {**ANSWERS["people"], "account_choice": "id"}
    search = {**answers, "account_q": "nord", "go": "search-account"}
    page = admin_client.post(url_of(draft, "people"), search, follow=True)
    assert page.context["account"]["found"] == [[kiel, "Nordwind", f"Kiel · {kiel}"]]
    assert page.context["owner"]["found"] is None
    send(admin_client, draft, "people", **{**answers, "account_id": ["", kiel]})
    draft.refresh_from_db()
    assert "people" in draft.done
    assert "Chosen: Nordwind" in say(admin_client.get(url_of(draft, "people")))


def test_every_status_of_the_campaign_is_told_apart(world: World, admin_client: Client) -> None:
    new_campaign(world, labels=("Inscrit", "Est venu", "Rendez-vous"))
    draft = begin(admin_client, world)
    page = admin_client.get(url_of(draft, "labels"))
    fates = {fate.label: fate.fate for fate, _states in page.context["fates"]}
    assert fates["Inscrit"] == fates["Est venu"] == "ours"
    assert fates["Sent"] == "replaced"
    assert set(fates) == {"Sent", "Responded", "Inscrit", "Est venu", "Rendez-vous"}


def test_a_missing_status_is_chosen_here_and_created_on_its_own_button(world: World, admin_client: Client) -> None:
    campaign = new_campaign(world, labels=("Inscrit",))
    draft = begin(admin_client, world)
    answers = {**ANSWERS["labels"], "status_attended": "Attended"}
    page = say(admin_client.get(send(admin_client, draft, "labels", **answers).url))
    assert "Create the missing statuses in Salesforce" in page
    assert "Press “Create the missing statuses in Salesforce” below, or choose one of: Sent" in page
    assert "Add it to the campaign" not in page, "one sentence says it, and it names the button"
    labels = {row["Label"] for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == campaign}
    assert "Attended" not in labels
    send(admin_client, draft, "labels", go="create-statuses", **answers)
    made = [row for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == campaign]
    assert [(row["HasResponded"], row["IsDefault"]) for row in made if row["Label"] == "Attended"] == [(True, False)]
    assert send(admin_client, draft, "labels", **answers).url == url_of(draft, "who")


def test_a_look_at_the_right_to_create_statuses_that_failed_is_said_and_not_kept(
    world: World, admin_client: Client
) -> None:
    new_campaign(world, labels=("Inscrit",))
    draft = begin(admin_client, world)
    answers = {**ANSWERS["labels"], "status_attended": "Attended"}
    url = send(admin_client, draft, "labels", **answers).url
    world.fault({"status": 503}, times=9)
    page = say(admin_client.get(url))
    assert AWAY in page
    assert "may not create member statuses" not in page
    world.control("faults", method="DELETE")
    assert "Create the missing statuses in Salesforce" in say(admin_client.get(url))


def test_while_salesforce_is_down_a_reload_does_not_wait_for_it_again(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = begin(admin_client, world)
    world.fault({"status": 503}, times=99)
    send(admin_client, draft, "labels", **ANSWERS["labels"])
    [fault] = world.control("faults", method="GET")["faults"]
    for _reload in range(2):
        assert AWAY in say(admin_client.get(url_of(draft, "labels")))
    assert world.control("faults", method="GET")["faults"] == [fault]

    world.control("faults", method="DELETE")
    assert send(admin_client, draft, "labels", **ANSWERS["labels"]).url == url_of(draft, "who")
    assert AWAY not in say(admin_client.get(url_of(draft, "labels")))


def test_every_missing_status_is_created_whatever_it_is_called(world: World, admin_client: Client) -> None:
    campaign = new_campaign(world, labels=("Inscrit",))
    draft = begin(admin_client, world)
    answers = {**ANSWERS["labels"], "status_attended": "Venu sur place", "status_no_show": "Absent"}
    send(admin_client, draft, "labels", **answers)
    page = admin_client.get(send(admin_client, draft, "labels", go="create-statuses", **answers).url)
    assert "2 statuses created: Venu sur place, Absent." in say(page)
    labels = {row["Label"] for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == campaign}
    assert {"Venu sur place", "Absent"} <= labels
    assert send(admin_client, draft, "labels", **answers).url == url_of(draft, "who")


def test_new_people_are_counted_for_what_is_ticked(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link(people=3)
    known = UnlinkedParticipantFactory.create(event_id=EVENT)
    known.payload = {**known.payload, "email": "camille.martin@acme.example"}
    known.save()
    draft = walk(admin_client, begin(admin_client, world), until="who")
    assert admin_client.get(url_of(draft, "who")).context["unknown"] is None
    send(admin_client, draft, "who", go="count", **ANSWERS["who"])
    page = admin_client.get(url_of(draft, "who"))
    assert page.context["created"] == 3
    assert {row["label"]: row["created"] for row in page.context["count_rows"]}["Registered"] == 3
    send(admin_client, draft, "who", go="stay", **{**ANSWERS["who"], "create_for": ["attended"]})
    assert admin_client.get(url_of(draft, "who")).context["created"] == 0
    send(admin_client, draft, "who", go="stay", **{**ANSWERS["who"], "match": "lead_only"})
    assert admin_client.get(url_of(draft, "who")).context["unknown"] is None


def test_whom_to_leave_out_is_offered_from_what_was_received(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    for value in ("Visitor", "Visitor", "Staff"):
        row = UnlinkedParticipantFactory.create(event_id=EVENT)
        row.payload = {**row.payload, "custom": {"category": value}}
        row.save()
    draft = walk(admin_client, begin(admin_client, world), until="who")
    typed = {"only-0-source": "company", "only-0-kind": "in", "only-0-values": "Acme"}
    send(admin_client, draft, "who", **ANSWERS["who"], **typed, leave_out=["category\tStaff"])
    page = admin_client.get(url_of(draft, "who"))
    [staff, visitor] = page.context["offers"]["category"]
    assert (staff.label, staff.count, staff.is_ticked, visitor.is_ticked) == ("Staff", 1, True, False)
    assert [row.source for row in page.context["condition_rows"]] == ["company"]
    walk(admin_client, draft, who={**typed, "leave_out": ["category\tStaff"]})
    activate(admin_client, draft)
    only = CampaignLink.objects.get(inwink_event_id=EVENT).only
    assert only == [{"source": "company", "in": ["Acme"]}, {"source": "category", "not_in": ["Staff"]}]


def test_fields_are_shown_with_samples_and_can_be_switched_off(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="mappings")
    page = say(admin_client.get(url_of(draft, "mappings")))
    assert "Analytical" in page
    assert "100 % filled" in page
    assert '<strong>Lead · Title</strong><br><code class="cx-subtle">Lead.Title</code>' in page
    assert "choose “Paused” on the last step" in page
    kept = [key for key in ANSWERS["mappings"]["mapping"] if key != "lead.Title"]
    walk(admin_client, draft, mappings={"mapping": kept})
    activate(admin_client, draft)
    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert list(link.mappings.filter(enabled=False).values_list("object", "field")) == [("lead", "Title")]


def test_a_preview_is_read_on_request_and_kept_until_something_changes(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link(people=2)
    draft = walk(admin_client, begin(admin_client, world), until="preview")
    send(admin_client, draft, "preview", go="preview")
    page = say(admin_client.get(url_of(draft, "preview")))
    assert "new Leads are created and join the campaign" in page
    assert "Nothing was written." in page
    send(admin_client, draft, "policies", **{**ANSWERS["policies"], "update_existing": "on"})
    assert admin_client.get(url_of(draft, "preview")).context["preview"] is None


def test_the_people_behind_a_count_are_named_for_whoever_may_see_people(
    world: World, admin_client: Client, sign_in: Callable[..., Client]
) -> None:
    new_campaign(world)
    wait_for_link(people=11)
    nobody = UnlinkedParticipantFactory.create(event_id=EVENT, payload={"first_name": "Grace", "last_name": "Hopper"})
    ada = UnlinkedParticipant.objects.exclude(pk=nobody.pk).earliest("pk").payload
    for client, is_named in ((admin_client, True), (sign_in("add_campaignlink", "view_campaignlink"), False)):
        draft = walk(client, begin(client, world), until="preview")
        send(client, draft, "preview", go="preview")
        page = say(client.get(url_of(draft, "preview")))
        assert "new Leads are created and join the campaign" in page
        assert (f"{ada['first_name']} {ada['last_name']} ({ada['email']})" in page) is is_named
        assert ("Grace Hopper" in page) is is_named
        assert ("and 1 more" in page) is is_named


def test_another_campaign_sends_one_back_to_the_statuses(world: World, admin_client: Client) -> None:
    new_campaign(world)
    new_campaign(world, name="Congress", labels=("Registered", "Attended"))
    draft = walk(admin_client, begin(admin_client, world))
    sealed = search(admin_client, world, "congress")["found"][0]["value"]
    send(admin_client, draft, "campaign", org=world.org.pk, campaign=sealed)
    page = admin_client.get(url_of(draft, "activate"))
    assert [step.slug for step in page.context["to_mend"]] == ["labels"]
    activate(admin_client, draft)
    assert not CampaignLink.objects.filter(inwink_event_id=EVENT).exists()


def test_a_link_whose_fields_do_not_suffice_begins_paused(world: World, admin_client: Client) -> None:
    new_campaign(world)
    world.switch(required_fields={"Lead": ["Industry"]})
    draft = walk(admin_client, begin(admin_client, world))
    assert "Lead.Industry is required" in say(admin_client.get(url_of(draft, "activate")))
    activate(admin_client, draft)
    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    assert (link.state, link.pause_kind) == ("paused", "manual")


def test_pressed_twice_the_event_is_linked_once(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world))
    first, second = activate(admin_client, draft), activate(admin_client, draft)
    link = CampaignLink.objects.get(inwink_event_id=EVENT)
    page = reverse("admin:connector_campaignlink_event", args=[link.pk])
    assert (first.headers["Location"], second.headers["Location"]) == (page, page)
    assert say(admin_client.get(page)).count("The event is linked.") == 2
    assert admin_client.get(url_of(draft, "labels")).headers["Location"] == page, "back in the browser"
    assert str(draft.pk) not in {str(row["draft"].pk) for row in admin_client.get(START).context["drafts"]}


def test_linked_in_another_way_meanwhile_it_says_so(
    world: World, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world))
    save = activate_module._save

    def save_too_late(*said: Any) -> CampaignLink:
        CampaignLinkFactory.create(org=world.org, inwink_event_id=EVENT)
        return save(*said)

    monkeypatch.setattr(activate_module, "_save", save_too_late)
    answer = activate(admin_client, draft)
    assert (answer.status_code, answer.headers["Location"]) == (302, url_of(draft, "activate"))
    assert "something does not fit any more" in say(admin_client.get(url_of(draft, "activate")))


def test_another_link_fills_in_the_steps_after_the_campaign(world: World, admin_client: Client) -> None:
    new_campaign(world)
    model = CampaignLinkFactory.create(
        org=world.org, status_registered="Inscrit", status_attended="Est venu", match="lead_then_contact",
        closes_after_days=4, new_owner="assignment_rules",
    )  # fmt: skip
    make_default_mappings([model])
    draft = begin(admin_client, world, begin=f"link:{model.pk}")
    send(admin_client, draft, "labels", **ANSWERS["labels"])
    assert 'value="lead_then_contact" checked' in say(admin_client.get(url_of(draft, "who")))
    send(admin_client, draft, "who", **{**ANSWERS["who"], "match": "lead_then_contact"})
    assert 'name="closes_after_days" value="4"' in say(admin_client.get(url_of(draft, "policies")))
    send(admin_client, draft, "policies", **ANSWERS["policies"])
    assert 'value="assignment_rules" checked' in say(admin_client.get(url_of(draft, "people")))


def test_salesforce_away_is_said_and_nothing_is_lost(world: World, admin_client: Client) -> None:
    new_campaign(world)
    draft = walk(admin_client, begin(admin_client, world))
    world.org.login_url, world.org.access_token = "http://127.0.0.1:9", ""
    world.org.save()
    page = admin_client.post(url_of(draft, "labels"), {**ANSWERS["labels"], "go": "next"}, follow=True)
    assert page.status_code == 200
    assert "Salesforce" in say(page)
    draft.refresh_from_db()
    assert draft.answers["status_registered"] == ["Inscrit"]


@pytest.mark.parametrize("step", ["event", "campaign", *ANSWERS])
def test_a_step_asks_the_database_a_fixed_number_of_times(
    world: World, admin_client: Client, django_assert_max_num_queries: Any, step: str
) -> None:
    new_campaign(world)
    wait_for_link(people=40)
    draft = walk(admin_client, begin(admin_client, world))
    admin_client.get(url_of(draft, step))
    with django_assert_max_num_queries(22):
        admin_client.get(url_of(draft, step))


def test_fields_are_called_as_in_the_mapping_editor(world: World, admin_client: Client) -> None:
    new_campaign(world)
    wait_for_link()
    draft = walk(admin_client, begin(admin_client, world), until="mappings")
    page = say(admin_client.get(url_of(draft, "mappings")))
    assert "text, 80 characters" in page
    assert "First name</td>" in page
    assert "string (" not in page
    assert "first_name</td>" not in page
