"""A link is checked in Salesforce, and its missing statuses are created there, by those who may, on a press only."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connector.models import CampaignLabels, CampaignLink
from tests.acceptance.people import someone
from tests.admin.conftest import SignIn
from tests.world import World


def url_of(link: CampaignLink, page: str) -> str:
    return reverse(f"admin:connector_campaignlink_{page}", args=[link.pk])


def labels(world: World) -> list[str]:
    return [row["Label"] for row in world.rows("CampaignMemberStatus") if row["CampaignId"] == world.link.campaign_id]


@pytest.fixture
def lacking(world: World) -> World:
    """A campaign without the status of those who came."""
    world.delete(world.label("Attended"))
    return world


def test_each_line_is_shown_on_a_press(world: World, admin_client: Client) -> None:
    world.configure(status_refused="Sorry")
    admin_client.get(url_of(world.link, "check"))
    assert world.api_calls() == 0
    page = admin_client.post(url_of(world.link, "check")).content.decode()
    assert "1 thing to mend" in page
    assert "Member status for Refused" in page
    assert "No duplicate rule for Contacts or Leads is active." in page


def test_the_page_of_the_link_names_what_is_missing(lacking: World, admin_client: Client) -> None:
    page = admin_client.get(url_of(lacking.link, "change")).content.decode()
    assert "The campaign lacks these member statuses: Attended." in " ".join(page.split())
    assert url_of(lacking.link, "statuses") in page


def test_statuses_are_created_on_a_press_and_not_on_a_look(lacking: World, admin_client: Client) -> None:
    page = admin_client.post(url_of(lacking.link, "statuses"), {"go": "read"}).content.decode()
    assert "Attended" in page
    assert "Attended" not in labels(lacking)

    answer = admin_client.post(url_of(lacking.link, "statuses"), follow=True)

    assert "1 status created: Attended." in answer.content.decode()
    assert labels(lacking).count("Attended") == 1
    assert "+ Attended" in LogEntry.objects.latest("pk").change_message


def test_what_was_read_is_shown_with_its_age_and_read_again_on_a_press(lacking: World, admin_client: Client) -> None:
    url = url_of(lacking.link, "statuses")
    assert "were not read yet" in admin_client.get(url).content.decode()
    assert lacking.api_calls() == 0
    admin_client.post(url, {"go": "read"})
    CampaignLabels.objects.update(read_at=timezone.now() - timedelta(hours=3))
    lacking.reset_calls()

    page = admin_client.get(url).content.decode()

    assert "<strong>Attended</strong>" in page
    assert "Read in Salesforce 3 h ago." in page
    assert "Create the missing statuses" in page
    assert lacking.api_calls() == 0
    lacking.switch(marketing_user=False)
    assert "Send this text to somebody who may" in admin_client.post(url, {"go": "read"}).content.decode()
    assert "Read in Salesforce 0 s ago." in admin_client.get(url).content.decode()


def test_a_run_that_finds_a_status_gone_lets_the_page_say_so(lacking: World, admin_client: Client) -> None:
    lacking.send(someone("p1"))
    assert lacking.link_now().pause_code == "label_gone"
    assert "<strong>Attended</strong>" in admin_client.get(url_of(lacking.link, "statuses")).content.decode()


def test_a_second_press_says_that_nothing_was_to_be_done(lacking: World, admin_client: Client) -> None:
    admin_client.post(url_of(lacking.link, "statuses"))
    answer = admin_client.post(url_of(lacking.link, "statuses"), follow=True)
    assert "Nothing was to be created" in answer.content.decode()
    assert labels(lacking).count("Attended") == 1


def test_who_may_not_create_them_in_salesforce_gets_a_text_to_send(lacking: World, admin_client: Client) -> None:
    lacking.switch(marketing_user=False)
    for answer in (
        admin_client.post(url_of(lacking.link, "statuses"), {"go": "read"}),
        admin_client.post(url_of(lacking.link, "statuses")),
    ):
        page = answer.content.decode()
        assert "Send this text to somebody who may" in page
        assert "- Attended (tick “Responded”)" in page
        assert lacking.link.campaign_id in page
    assert "Attended" not in labels(lacking)


def test_what_salesforce_refuses_is_shown(lacking: World, admin_client: Client) -> None:
    action = {"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "rows": "all", "message": "not here"}
    lacking.fault(action, sobject="CampaignMemberStatus", method="POST")
    page = admin_client.post(url_of(lacking.link, "statuses"), follow=True).content.decode()
    assert "Salesforce did not create all of them" in page
    assert "not here" in page


@pytest.mark.parametrize("page", ["check", "statuses"])
def test_it_takes_the_permission_to_change_links(lacking: World, sign_in: SignIn, page: str) -> None:
    client = sign_in("view_campaignlink")
    before = lacking.api_calls()
    assert client.post(url_of(lacking.link, page)).status_code == 403
    assert (lacking.api_calls(), "Attended" in labels(lacking)) == (before, False)


@pytest.mark.parametrize("go", ["read", "create"])
def test_a_salesforce_that_does_not_answer_is_told(lacking: World, admin_client: Client, go: str) -> None:
    lacking.salesforce.stop()
    answer: Any = admin_client.post(url_of(lacking.link, "statuses"), {"go": go})
    assert "Salesforce did not answer usefully." in answer.content.decode()
