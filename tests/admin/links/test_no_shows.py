"""The button that marks no-shows: only after the event, asked first, safe to press twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connector.core.state import State
from connector.models import CampaignLink, OutboxEntry
from tests.admin.conftest import SignIn
from tests.factories import CampaignLinkFactory, OutboxEntryFactory
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> CampaignLink:
    """An event that is over: two registered, one who came; one of them is still to be sent."""
    link = CampaignLinkFactory.create(ends_at=timezone.now() - timedelta(hours=1), status_no_show="No show")
    for state, entry_state in (("registered", "synced"), ("registered", "pending"), ("attended", "synced")):
        OutboxEntryFactory.create(link=link, participant_state=state, states_seen=[state], state=entry_state)
    return link


def url_of(link: CampaignLink) -> str:
    return reverse("admin:connector_campaignlink_no_shows", args=[link.pk])


def label_url_of(link: CampaignLink) -> str:
    return reverse("admin:connector_campaignlink_no_show_label", args=[link.pk])


CONFIRMED = {"confirmed": "1"}
"""What the form of the question sends."""


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_it_is_asked_with_whom_it_concerns_and_who_still_waits(admin_client: Client, link: CampaignLink) -> None:
    page = admin_client.get(url_of(link)).content.decode()
    assert "Mark as no-shows: 2 participants" in page
    assert "1 participant of this event is still waiting to be sent." in page
    [waiting] = OutboxEntry.objects.waiting()
    assert f"{waiting.payload['first_name']} {waiting.payload['last_name']}" in page
    assert not OutboxEntry.objects.filter(target_state=State.NO_SHOW).exists(), "nothing happens on a GET"


def test_who_changes_nothing_in_the_campaign_is_named_apart(admin_client: Client, link: CampaignLink) -> None:
    registered = {"link": link, "participant_state": "registered", "states_seen": ["registered"]}
    OutboxEntryFactory.create_batch(2, state="failed", **registered)
    OutboxEntryFactory.create(state="needs_answer", **registered)
    gone = {"member_id": "00v000000000001AAA", "sent_label": "Registered", "reason": "removed_by_hand"}
    OutboxEntryFactory.create(state="left_out", **gone, **registered)
    OutboxEntryFactory.create(state="synced", member_id="00v000000000002AAA", member_label="Met", **registered)
    page = admin_client.get(url_of(link)).content.decode()
    assert "Mark as no-shows: 2 participants" in page
    assert "3 more cannot become “No show” yet: 1 needs an answer, 2 failed. The marks are kept until that" in page
    assert (
        "Nothing changes in the campaign for the others who never came: 1 left out by rule, "
        "1 has another status in the campaign, which stays." in page
    )
    after = said(admin_client.post(url_of(link), CONFIRMED, follow=True))
    assert "2 participants are marked as no-shows. 5 more are marked too, which changes nothing" in after


def test_where_only_those_are_left_who_wait_for_an_answer_it_is_said_that_nothing_changes(
    admin_client: Client, link: CampaignLink
) -> None:
    OutboxEntry.objects.update(state="needs_answer", reason="ambiguous")
    assert "Mark as no-shows: 0 participants" in admin_client.get(url_of(link)).content.decode()
    after = said(admin_client.post(url_of(link), CONFIRMED, follow=True))
    assert after == "2 participants are marked as no-shows. Nothing changes in the campaign for now."


def test_where_nobody_is_left_no_button_is_offered(admin_client: Client, link: CampaignLink) -> None:
    admin_client.post(url_of(link), CONFIRMED)
    page = admin_client.get(url_of(link)).content.decode()
    assert "Nobody is left to mark." in page
    assert 'name="confirmed"' not in page


def test_many_who_wait_are_named_in_part_and_hidden_from_whoever_may_not_see_people(
    admin_client: Client, sign_in: SignIn, link: CampaignLink
) -> None:
    for number in range(21):
        OutboxEntryFactory.create(link=link, state="pending", payload={"last_name": f"Waiting{number}"})
    page = admin_client.get(url_of(link)).content.decode()
    assert page.count("Waiting") == 19 + 0
    assert "… and 2 more" in page
    hidden = sign_in("view_campaignlink", "answer_campaignlink").get(url_of(link)).content.decode()
    assert "22 participants of this event are still waiting" in hidden
    assert "Waiting1" not in hidden


def test_marking_says_how_many_and_twice_is_once(admin_client: Client, link: CampaignLink) -> None:
    assert "2 participants are marked as no-shows." in said(admin_client.post(url_of(link), CONFIRMED, follow=True))
    assert "Nobody was left to mark." in said(admin_client.post(url_of(link), CONFIRMED, follow=True))
    marked = OutboxEntry.objects.filter(target_state=State.NO_SHOW)
    assert {(entry.state, entry.requested_by) for entry in marked} == {("pending", "admin")}
    assert marked.count() == 2


@pytest.mark.parametrize("sent", [{}, {"label": "Sent"}, {"go": "read"}])
def test_nobody_is_marked_by_what_the_question_did_not_send(
    admin_client: Client, link: CampaignLink, sent: dict[str, str]
) -> None:
    page = admin_client.post(url_of(link), sent, follow=True)
    assert page.redirect_chain == [(url_of(link), 302)]
    assert '<input type="hidden" name="confirmed" value="1">' in page.content.decode()
    assert not OutboxEntry.objects.filter(target_state=State.NO_SHOW).exists()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"ends_at": None}, "when the event ends"),
        ({"ends_at": timezone.now() + timedelta(days=300)}, "not over"),
    ],
)
def test_what_is_missing_is_said_instead(
    admin_client: Client, link: CampaignLink, columns: dict[str, Any], words: str
) -> None:
    CampaignLink.objects.update(**columns)
    assert words in said(admin_client.get(url_of(link), follow=True))
    assert words in said(admin_client.post(url_of(link), CONFIRMED, follow=True))
    assert not OutboxEntry.objects.filter(target_state=State.NO_SHOW).exists()


def test_whoever_may_settle_what_is_missing_is_led_there(
    admin_client: Client, sign_in: SignIn, link: CampaignLink
) -> None:
    CampaignLink.objects.update(ends_at=None)
    settings = reverse("admin:connector_campaignlink_change", args=[link.pk])
    assert admin_client.get(url_of(link)).headers["Location"] == settings
    operator = sign_in("view_campaignlink", "answer_campaignlink")
    assert "An administrator does that" in said(operator.get(url_of(link), follow=True))


@pytest.fixture
def over(world: World) -> World:
    """An event that is over, of which Ada never came and for whom nothing is written yet."""
    world.delete(world.label("No show"))
    world.send({"id": "ada", "email": "ada@example.org", "firstName": "Ada", "lastName": "Byron", "registered": True})
    world.configure(status_no_show="", ends_at=timezone.now() - timedelta(hours=1))
    return world


def need_of(client: Client, world: World) -> Any:
    found = client.get(reverse("admin:connector_campaignlink_event", args=[world.link.pk])).context["needs"]
    return next(need for need in found if "never came" in need.text)


def test_the_status_is_asked_for_created_and_leads_to_the_question(admin_client: Client, over: World) -> None:
    url = need_of(admin_client, over).url
    assert url == url_of(over.link)
    before = over.api_calls()
    page = admin_client.get(url, follow=True)
    asking = label_url_of(over.link)
    assert page.redirect_chain == [(asking, 302)]
    assert [(one.value, one.is_new) for one in page.context["choices"]] == [
        ("Sent", False), ("Declined", False), ("No show", True),
    ]  # fmt: skip
    assert over.api_calls() == before, "nothing is read, and nothing created, when a page is opened"

    assert "Choose a status." in admin_client.post(asking).content.decode()
    assert "Choose a status." in admin_client.post(asking, {"label": "Attended"}).content.decode()
    page = admin_client.post(asking, {"label": "No show"}, follow=True)

    assert page.redirect_chain == [(url, 302)]
    assert "Mark as no-shows: 1 participant" in page.content.decode()
    assert "still waiting to be sent" not in page.content.decode()
    assert over.link_now().status_no_show == "No show"
    assert "No show" in {row["Label"] for row in over.rows("CampaignMemberStatus")}
    admin_client.post(url, CONFIRMED)
    over.drain()
    assert over.members() == {"ada@example.org": "No show"}
    assert over.link_now().history.first().status_no_show == "No show"


def test_a_status_that_is_there_is_chosen_without_a_call(admin_client: Client, over: World) -> None:
    before = over.api_calls()
    admin_client.post(label_url_of(over.link), {"label": "Sent"})
    assert (over.api_calls(), over.link_now().status_no_show) == (before, "Sent")


@pytest.mark.parametrize("again", [{"label": "Sent"}, {"label": "No show"}, {"go": "read"}])
def test_a_second_press_leads_to_the_question_and_marks_nobody(
    admin_client: Client, over: World, again: dict[str, str]
) -> None:
    admin_client.post(label_url_of(over.link), {"label": "Sent"})
    before = over.api_calls()
    page = admin_client.post(label_url_of(over.link), again, follow=True)
    assert page.redirect_chain == [(url_of(over.link), 302)]
    assert (over.api_calls(), over.link_now().status_no_show) == (before, "Sent")
    assert not OutboxEntry.objects.filter(target_state=State.NO_SHOW).exists()


def test_a_status_that_salesforce_does_not_create_is_not_chosen(admin_client: Client, over: World) -> None:
    over.fault(
        {"error_code": "INSUFFICIENT_ACCESS_OR_READONLY", "rows": "all"}, sobject="CampaignMemberStatus", method="POST"
    )
    page = admin_client.post(label_url_of(over.link), {"label": "No show"}).content.decode()
    assert "Salesforce did not create it" in page
    assert over.link_now().status_no_show == ""


def test_whoever_may_not_change_the_link_reads_who_may(sign_in: SignIn, over: World) -> None:
    operator = sign_in("view_campaignlink", "answer_campaignlink")
    need = need_of(operator, over)
    assert (need.url, "An administrator first chooses" in need.detail) == ("", True)
    page = operator.post(label_url_of(over.link), {"label": "Sent"}, follow=True)
    assert "An administrator does that" in said(page)
    assert over.link_now().status_no_show == ""


def test_only_who_may_answer_for_participants_may_mark(sign_in: SignIn, link: CampaignLink) -> None:
    client = sign_in("view_campaignlink", "resync_campaignlink")
    assert client.post(url_of(link), CONFIRMED).status_code == 403
    assert client.post(label_url_of(link), {"label": "Sent"}).status_code == 403
    page = client.get(reverse("admin:connector_campaignlink_event", args=[link.pk]))
    assert "Mark no-shows" not in page.content.decode()


def test_the_button_stands_on_the_page_once_the_event_is_over(admin_client: Client, link: CampaignLink) -> None:
    address = reverse("admin:connector_campaignlink_event", args=[link.pk])
    assert "Mark no-shows…" in admin_client.get(address).content.decode()
    CampaignLink.objects.update(ends_at=timezone.now() + timedelta(days=1))
    assert "Mark no-shows…" not in admin_client.get(address).content.decode()
