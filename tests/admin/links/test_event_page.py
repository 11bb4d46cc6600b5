"""The page of a linked event: the sum, the campaign beside it, what needs a person, and what can be done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from connector.core.outcomes import EntryState, Outcome
from connector.core.state import State
from connector.models import CampaignLink, LastImport, LastMessage, MemberCount, OutboxEntry
from tests.acceptance.people import someone
from tests.admin.links.forms import url_of
from tests.factories import (
    CampaignLinkFactory,
    LastMessageFactory,
    MemberCountFactory,
    OutboxEntryFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookSourceFactory,
)
from tests.world import World

SignIn = Callable[..., Client]


def needs(client: Client, link: CampaignLink) -> list[str]:
    """Return what the page says that the link needs."""
    return [need.text for need in client.get(url_of(link, "event")).context["needs"]]


@pytest.mark.django_db
def test_the_sum_adds_up_and_each_number_leads_to_its_participants(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    made = {
        EntryState.SYNCED: 3, EntryState.NEEDS_ANSWER: 1, EntryState.LEFT_OUT: 2, EntryState.PENDING: 1,
        EntryState.RETRYING: 1, EntryState.CLAIMED: 1, EntryState.FAILED: 2,
    }  # fmt: skip
    for state, count in made.items():
        OutboxEntryFactory.create_batch(count, link=link, state=state)
    one = OutboxEntry.objects.filter(state=EntryState.SYNCED).first()
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED, same_person_of=one)
    ledger = admin_client.get(url_of(link, "event")).context["ledger"]
    assert [line["count"] for line in ledger["lines"]] == [3, 1, 1, 2, 3, 2]
    assert ledger["rows"] == 12
    for line in ledger["lines"]:
        assert admin_client.get(line["url"]).context["cl"].result_count == line["count"]


def test_the_campaign_is_counted_on_request_and_each_difference_explained(world: World, admin_client: Client) -> None:
    world.send(
        {"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True},
        {"id": "p2", "email": "grace@acme.example", "lastName": "Hopper", "registered": True, "came": True},
        {"id": "p3", "lastName": "Nobody", "registered": True},
    )
    [stranger] = world.add("Contact", {"LastName": "Perrin", "Email": "perrin@acme.example"})
    member = {"CampaignId": world.link.campaign_id, "ContactId": stranger, "Status": "Sent"}
    world.add("CampaignMember", member)
    page = url_of(world.link, "event")
    world.reset_calls()
    rows = admin_client.get(page).context["rows"]
    assert [(row.state, row.here, row.there) for row in rows] == [("Registered", 2, None), ("Attended", 1, None)]
    assert world.api_calls() == 0

    response = admin_client.post(url_of(world.link, "count"), follow=True)

    assert response.redirect_chain == [(page, 302)]
    assert world.api_calls() == 1
    rows = response.context["rows"]
    assert [(row.state, row.label, row.here, row.there) for row in rows] == [
        ("Registered", "Registered", 2, 1), ("Attended", "Attended", 1, 1), ("–", "Sent", None, 1),
    ]  # fmt: skip
    assert [row.notes for row in rows[:2]] == [("1 needs an answer",), ()]
    assert rows[1].is_equal
    assert "colleagues" in rows[2].notes[0]


def test_what_a_colleague_changed_shows_as_a_difference(world: World, admin_client: Client) -> None:
    world.send({"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True})
    member = next(row for row in world.rows("CampaignMember") if row["CampaignId"] == world.link.campaign_id)
    world.change("CampaignMember", member["Id"], Status="Attended")
    response = admin_client.post(url_of(world.link, "count"), follow=True)
    notes = {row.state: row.notes for row in response.context["rows"]}
    assert notes["Registered"] == ("1 fewer in Salesforce: removed or changed there",)
    assert notes["Attended"] == ("1 more in Salesforce: added or changed there",)


def said_of(response: Any) -> dict[str, tuple[int | None, int | None, tuple[str, ...]]]:
    """Return {status: (here, there, notes)} of the table."""
    return {row.label: (row.here, row.there, row.notes) for row in response.context["rows"]}


def test_what_the_connector_knows_is_no_difference_of_a_colleague(world: World, admin_client: Client) -> None:
    """Of six who registered one came by a second registration, two have kept statuses, one was removed, one moved."""
    names = ("Twice", "Kept", "Raised", "Removed", "Moved", "Calm")
    people = {name: someone(name, name, "Person") for name in names}
    world.send(*people.values())
    emails = {row["Id"]: row["Email"].split(".")[0] for row in world.rows("Lead")}
    members = {emails[row["LeadId"]]: row["Id"] for row in world.rows("CampaignMember")}
    world.add("CampaignMemberStatus", {"CampaignId": world.link.campaign_id, "Label": "Meeting booked",
                                       "HasResponded": True, "SortOrder": 9})  # fmt: skip
    world.change("CampaignMember", members["kept"], Status="Meeting booked")
    world.change("CampaignMember", members["raised"], Status="Attended")
    world.delete(members["removed"])
    again = {name: {**people[name], "position": "CEO"} for name in ("Kept", "Raised", "Removed")}
    world.send(*again.values(), someone("Moved", "Other", "Guest"))
    world.send(someone("Second", "Twice", "Person", came=True))

    response = admin_client.post(url_of(world.link, "count"), follow=True)

    assert said_of(response) == {
        "Registered": (6, 3, ("1 same person as another", "1 left out by rule",
                              "2 have another status in the campaign, which stays",
                              "and 1 membership left behind when an email moved to another record")),
        "Attended": (1, 2, ("and 1 of another state here who has this status in the campaign",)),
        "Meeting booked": (None, 1, ("a status of your colleagues; inwink has none for it",
                                     "1 of them is a participant here, whose status stays")),
    }  # fmt: skip
    assert response.context["there_total"] == 6
    assert response.context["together_notes"] == [
        "5 members in the sum", "and 1 membership left behind when an email moved to another record",
    ]  # fmt: skip
    page = response.content.decode()
    assert "5 members in the sum · and 1 membership left behind" in page


def test_the_sum_and_the_campaign_are_brought_together_in_words(world: World, admin_client: Client) -> None:
    """Two are held after they became members, one is, and a colleague added a stranger."""
    world.send(*(someone(key, f"N{key}", "Person") for key in ("1", "2", "3")))
    OutboxEntry.objects.filter(participant_key__in="12").update(state="needs_answer", reason="looks_anonymised")
    [stranger] = world.add("Contact", {"LastName": "Perrin", "Email": "perrin@acme.example"})
    page = admin_client.post(url_of(world.link, "count"), follow=True)
    assert page.context["together_notes"] == [
        "1 member in the sum", "and 2 who need an answer and are members already",
    ]  # fmt: skip
    member = {"CampaignId": world.link.campaign_id, "ContactId": stranger, "Status": "Sent"}
    world.add("CampaignMember", member)
    page = admin_client.post(url_of(world.link, "count"), follow=True)
    assert page.context["together_notes"][2:] == ["1 more in Salesforce: added or changed there"]


def test_where_the_sum_and_the_campaign_are_as_many_nothing_is_said(world: World, admin_client: Client) -> None:
    assert admin_client.get(url_of(world.link, "event")).context["together_notes"] == []
    world.send(someone("p1"))
    assert admin_client.post(url_of(world.link, "count"), follow=True).context["together_notes"] == []


def test_only_those_whom_marking_would_make_no_shows_are_offered(world: World, admin_client: Client) -> None:
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"), someone("p3", "Mary", "Somerville", email=None))
    world.send(someone("p4", came=True))
    world.configure(ends_at=timezone.now() - timedelta(hours=1), status_no_show="No show")
    offered = "The event is over: 1 registered participant never came"
    assert offered in needs(admin_client, world.link)
    assert offered in admin_client.get(reverse("admin:index")).content.decode()
    OutboxEntry.objects.filter(participant_key="p2").update(state="failed", reason="refused_by_salesforce")
    assert not [need for need in needs(admin_client, world.link) if "never came" in need]


def test_who_is_a_member_and_needs_an_answer_is_not_missing_from_the_campaign(
    world: World, admin_client: Client
) -> None:
    """Ada is a member; then Grace registers under the same email, and who changed her name is asked about."""
    world.send({"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True})
    world.send({"id": "p2", "email": "ada@acme.example", "lastName": "Hopper", "registered": True})
    OutboxEntry.objects.filter(participant_key="p1").update(state=EntryState.NEEDS_ANSWER, reason="shares_email")
    response = admin_client.post(url_of(world.link, "count"), follow=True)
    [row] = [row for row in response.context["rows"] if row.state == "Registered"]
    assert (row.here, row.there, row.notes) == (2, 1, ("1 needs an answer",))


def test_what_was_synced_since_the_count_is_no_change_of_a_colleague(world: World, admin_client: Client) -> None:
    """The campaign was counted before the people came: nobody there was removed."""
    world.send({"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True})
    admin_client.post(url_of(world.link, "count"))
    world.send(
        {"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True, "came": True},
        {"id": "p2", "email": "grace@acme.example", "lastName": "Hopper", "registered": True, "came": True},
    )
    page = admin_client.get(url_of(world.link, "event"))
    rows = {row.state: (row.here, row.there, row.notes) for row in page.context["rows"]}
    assert rows == {"Registered": (0, 1, ()), "Attended": (2, 0, ())}
    assert "2 participants were synced since: count again to compare." in page.content.decode()


def test_what_a_colleague_changed_before_the_count_shows_whoever_was_synced_since(
    world: World, admin_client: Client
) -> None:
    ada = {"id": "p1", "email": "ada@acme.example", "lastName": "Lovelace", "registered": True}
    world.send(ada, {"id": "p2", "email": "grace@acme.example", "lastName": "Hopper", "registered": True})
    for member in world.rows("CampaignMember"):
        world.change("CampaignMember", member["Id"], Status="Sent")
    admin_client.post(url_of(world.link, "count"))
    world.send({**ada, "came": True})
    rows = {row.state: row.notes for row in admin_client.get(url_of(world.link, "event")).context["rows"]}
    assert rows["Registered"] == ("1 fewer in Salesforce: removed or changed there",)


def test_a_campaign_that_cannot_be_counted_says_why_and_keeps_the_last_count(
    world: World, admin_client: Client
) -> None:
    admin_client.post(url_of(world.link, "count"))
    before = MemberCount.objects.get()
    world.org.login_url = "http://127.0.0.1:9"
    world.org.access_token, world.org.instance_url = "", ""
    world.org.save()
    response = admin_client.post(url_of(world.link, "count"), follow=True)
    assert "Salesforce did not answer usefully." in response.content.decode()
    assert MemberCount.objects.get().counted_at == before.counted_at


@pytest.mark.django_db
def test_a_count_of_another_campaign_is_not_shown(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    MemberCountFactory.create(link=link, campaign_id="701000000000999AAA")
    assert admin_client.get(url_of(link, "event")).context["counted"] is None


@pytest.mark.django_db
def test_a_running_event_that_is_silent_for_half_an_hour_warns(admin_client: Client) -> None:
    now = timezone.now()
    link = CampaignLinkFactory.create(starts_at=now - timedelta(hours=3), ends_at=now + timedelta(hours=3))
    silent = "The event is running and inwink has sent nothing for"
    assert needs(admin_client, link) == [f"{silent} 3 h"]
    LastMessageFactory.create(link=link, received_at=now - timedelta(minutes=42))
    assert needs(admin_client, link) == [f"{silent} 42 min"]
    LastMessage.objects.update(received_at=now - timedelta(minutes=20))
    assert needs(admin_client, link) == []
    LastMessage.objects.update(received_at=now - timedelta(minutes=42))
    CampaignLink.objects.update(ends_at=now - timedelta(minutes=1))
    assert needs(admin_client, link) == []


@pytest.mark.django_db
def test_those_who_came_before_the_link_are_shown_until_they_are_moved(admin_client: Client) -> None:
    now = timezone.now()
    link = CampaignLinkFactory.create(starts_at=now - timedelta(hours=13), ends_at=now + timedelta(hours=3))
    UnlinkedEventFactory.create(event_id=link.inwink_event_id, last_message_at=now - timedelta(minutes=5))
    UnlinkedParticipantFactory.create_batch(25, event_id=link.inwink_event_id, source=WebhookSourceFactory.create())
    words = "25 participants who came before the link are not counted here yet: a worker takes them over."
    for address in (url_of(link, "event"), url_of(link, "day"), reverse("admin:index")):
        assert words in admin_client.get(address).content.decode()
    page = admin_client.get(url_of(link, "event"))
    assert page.context["needs"] == []
    assert "none yet" not in page.content.decode()


@pytest.mark.django_db
def test_an_import_is_named_apart_and_does_not_break_the_silence(admin_client: Client) -> None:
    now = timezone.now()
    link = CampaignLinkFactory.create(starts_at=now - timedelta(hours=3), ends_at=now + timedelta(hours=3))
    heard = LastMessageFactory.create(link=link, received_at=now - timedelta(minutes=42))
    LastImport.objects.create(link=link, imported_at=now - timedelta(minutes=4))
    for address in (url_of(link, "event"), url_of(link, "day"), reverse("admin:index")):
        page = admin_client.get(address).content.decode()
        assert "inwink has sent nothing for 42 min" in page
        assert "The last file was imported 4 min ago." in page
        assert "Last import" in page
    heard.delete()
    page = admin_client.get(url_of(link, "event")).content.decode()
    assert "none yet" in page
    assert "inwink has sent nothing" not in page, "an event that lives on imports"


@pytest.mark.django_db
def test_silence_leads_to_the_messages_of_the_event_whoever_may_see_them(admin_client: Client, sign_in: SignIn) -> None:
    now = timezone.now()
    link = CampaignLinkFactory.create(
        inwink_event_id="e 1", starts_at=now - timedelta(hours=3), ends_at=now + timedelta(hours=3)
    )
    [need] = admin_client.get(url_of(link, "event")).context["needs"]
    assert need.url == "/admin/connector/webhookmessage/?event=e+1"
    [need] = sign_in("view_campaignlink").get(url_of(link, "event")).context["needs"]
    assert need.url == ""


@pytest.mark.django_db
def test_what_needs_a_person_stands_first_with_where_to_settle_it(admin_client: Client) -> None:
    now = timezone.now()
    link = CampaignLinkFactory.create(
        pause_kind="configuration", pause_code="label_gone", degraded_fields=["Lead.Track__c"],
        status_no_show="No show", starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1),
    )  # fmt: skip
    link.org.visibility_confirmed = False
    link.org.save()
    OutboxEntryFactory.create_batch(2, link=link, state=EntryState.FAILED)
    OutboxEntryFactory.create(link=link, state=EntryState.NEEDS_ANSWER)
    OutboxEntryFactory.create_batch(3, link=link, state=EntryState.SYNCED)
    found = admin_client.get(url_of(link, "event")).context["needs"]
    assert [need.colour for need in found] == ["bad", "bad", "warn", "warn", "warn", "warn"]
    assert "Choose another status on the link" in found[0].text
    assert found[1].text == "2 participants failed"
    assert found[2].text == "1 participant needs an answer"
    assert found[-1].text == "The event is over: 3 registered participants never came"
    assert all(admin_client.get(need.url).status_code == 200 for need in found)


@pytest.mark.django_db
def test_a_paused_link_with_people_waiting_offers_to_resume(admin_client: Client, sign_in: SignIn) -> None:
    link = CampaignLinkFactory.create(state=CampaignLink.LinkState.PAUSED, inwink_event_id="e9")
    assert needs(admin_client, link) == []
    OutboxEntryFactory.create(link=link, state=EntryState.PENDING)
    UnlinkedEventFactory.create(event_id="e9")
    UnlinkedParticipantFactory.create(event_id="e9")
    [need] = admin_client.get(url_of(link, "event")).context["needs"]
    assert (need.colour, need.text) == ("warn", "2 participants wait until the link is resumed")
    now = timezone.now()
    CampaignLink.objects.update(starts_at=now - timedelta(minutes=9), ends_at=now + timedelta(hours=2))
    [need] = admin_client.get(url_of(link, "event")).context["needs"]
    assert need.colour == "bad"
    viewer = sign_in("view_campaignlink").get(url_of(link, "event"))
    assert [need.post_url for need in viewer.context["needs"]] == [""]

    admin_client.post(need.post_url)

    link.refresh_from_db()
    assert link.state == CampaignLink.LinkState.ACTIVE


@pytest.mark.django_db
def test_the_delay_of_what_was_sent_live_is_shown(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    run, now = SyncRunFactory.create(link=link, started_at=timezone.now(), api_calls=4), timezone.now()
    for tenths in range(1, 101):
        SyncAttemptFactory.create(run=run, link=link, created_at=now, delay_ms=tenths * 100, outcome=Outcome.UPDATED)
    SyncAttemptFactory.create(run=run, link=link, created_at=now - timedelta(hours=5), delay_ms=90_000)
    page = admin_client.get(url_of(link, "event"))
    assert "sent who had come" not in page.content.decode()
    assert page.context["delays"] == [
        ("last hour", "5.0 s", "9.5 s", 100), ("last 24 hours", "5.1 s", "9.6 s", 101),
    ]  # fmt: skip
    assert "(100 sendings)" in page.content.decode()
    assert page.context["calls_today"] == 4
    assert [row["run"] for row in page.context["runs"]] == [run]


@pytest.mark.django_db
def test_who_was_sent_from_before_the_link_is_not_called_nothing(admin_client: Client) -> None:
    link, now = CampaignLinkFactory.create(), timezone.now()
    SyncRunFactory.create(link=link, started_at=now - timedelta(minutes=5), created_count=17, updated_count=2)
    SyncRunFactory.create(link=link, started_at=now, created_count=0, updated_count=9, trigger="put_back")
    SyncRunFactory.create(link=link, started_at=now - timedelta(hours=3), created_count=0, updated_count=5)
    page = admin_client.get(url_of(link, "event"))
    assert "in the last 24 hours; 24 participants were sent who had come before" in page.content.decode()
    assert "nothing was sent" not in page.content.decode()
    for elsewhere in ("/admin/", url_of(link, "day")):
        assert "19 sent who had arrived before" in admin_client.get(elsewhere).content.decode()


@pytest.mark.django_db
def test_a_viewer_sees_the_page_without_what_is_not_theirs(sign_in: SignIn) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(link=link, state=EntryState.FAILED)
    SyncRunFactory.create(link=link)
    client = sign_in("view_campaignlink")
    page = client.get(url_of(link, "event"))
    assert page.context["needs"] == []
    assert page.context["runs"] == []
    words = ("Pause…", "Send everybody again", "Mark no-shows", "Put values back")
    assert [word for word in words if word in page.content.decode()] == []


@pytest.mark.django_db
def test_without_the_permission_the_page_and_the_count_are_refused(sign_in: SignIn) -> None:
    link = CampaignLinkFactory.create()
    client = sign_in("view_syncrun")
    assert client.get(url_of(link, "event")).status_code == 403
    assert client.post(url_of(link, "count")).status_code == 403


@pytest.mark.django_db
def test_the_page_costs_the_same_however_many_participants_there_are(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = CampaignLinkFactory.create()
    for state in EntryState:
        OutboxEntryFactory.create_batch(3, link=link, state=state, participant_state=State.ATTENDED)
    SyncRunFactory.create_batch(9, link=link)
    admin_client.get(url_of(link, "event"))
    with django_assert_num_queries(17):  # one of them counts for the menu
        admin_client.get(url_of(link, "event"))


SETTLED = "data-now-settled"
SELDOM = "data-now-seldom"


@pytest.mark.django_db
def test_the_sum_says_how_fresh_it_is_and_is_asked_for_while_somebody_waits(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    link = CampaignLinkFactory.create()
    entries = OutboxEntryFactory.create_batch(12, link=link, state=EntryState.PENDING)
    page = admin_client.get(url_of(link, "event")).content.decode()
    assert f'data-url="{url_of(link, "event_now")}"' in page
    assert SETTLED not in page
    with django_assert_num_queries(7):
        piece = admin_client.get(url_of(link, "event_now"))
    assert "no-store" in piece["Cache-Control"]
    assert (SETTLED in piece.content.decode(), "<html" in piece.content.decode()) == (False, False)
    assert 'data-now-number="waiting">12</a>' in piece.content.decode()
    OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(state=EntryState.SYNCED)
    after = admin_client.get(url_of(link, "event_now")).content.decode()
    assert 'data-now-number="member">12</a>' in after
    assert SETTLED in after
    assert "Last refreshed" in after


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("held", "why"),
    [
        ({"state": "paused"}, "This link was paused by a person"),
        ({"state": "closed"}, "This link is closed"),
        ({"pause_kind": "configuration", "pause_code": "label_gone"}, "status"),
        ({"org__state": "paused"}, "The organisation is paused and resumes by itself."),
    ],
)
def test_whoever_waits_while_a_link_is_held_is_asked_for_seldom_and_the_sum_says_why(
    admin_client: Client, held: dict[str, str], why: str
) -> None:
    link = CampaignLinkFactory.create(**held)
    entry = OutboxEntryFactory.create(link=link, state=EntryState.PENDING)
    piece = admin_client.get(url_of(link, "event_now")).content.decode()
    assert (SETTLED in piece, SELDOM in piece, why in piece) == (False, True, True)
    OutboxEntry.objects.filter(pk=entry.pk).update(state=EntryState.SYNCED)
    after = admin_client.get(url_of(link, "event_now")).content.decode()
    assert (SETTLED in after, SELDOM in after, why in after) == (True, False, False)


@pytest.mark.django_db
def test_the_piece_is_refused_without_permission(sign_in: SignIn) -> None:
    assert sign_in("view_syncrun").get(url_of(CampaignLinkFactory.create(), "event_now")).status_code == 403


@pytest.mark.django_db
def test_the_list_of_links_leads_to_the_event(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(event_name="Forum")
    page = admin_client.get(reverse("admin:connector_campaignlink_changelist")).content.decode()
    assert f'href="{url_of(link, "event")}">Forum</a>' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [("?what=failed", "Nobody has failed here"), ("", "There is nobody yet who could be sent again")],
)
def test_where_nobody_is_to_be_sent_again_nothing_is_asked(admin_client: Client, query: str, words: str) -> None:
    link = CampaignLinkFactory.create()
    address = f"/admin/connector/campaignlink/{link.pk}/resync/{query}"
    assert words in admin_client.get(address, follow=True).content.decode()
    assert words in admin_client.post(address, follow=True).content.decode()
