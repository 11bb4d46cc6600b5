"""Several links, or all of an organisation, are paused, resumed and closed in one click, asked first."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from connector.models import CampaignLink
from tests.admin.conftest import SignIn
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/campaignlink/"
State = CampaignLink.LinkState


def act(client: Client, action: str, links: list[CampaignLink], **more: str) -> str:
    data: dict[str, Any] = {"action": f"{action}_selected", "_selected_action": [link.pk for link in links], **more}
    return client.post(LIST, data, follow=True).content.decode()


def states(*links: CampaignLink) -> list[str]:
    found = dict(CampaignLink.objects.values_list("pk", "state"))
    return [found[link.pk] for link in links]


def test_ticked_links_are_paused_resumed_and_closed(admin_client: Client) -> None:
    links = CampaignLinkFactory.create_batch(2)
    other, closed = CampaignLinkFactory.create(), CampaignLinkFactory.create(state=State.CLOSED)

    question = act(admin_client, "pause", links)
    assert "Pause 2 events?" in question
    assert all(str(link) in question for link in links)
    assert states(*links) == [State.ACTIVE, State.ACTIVE], "asked first"

    assert "2 events are paused." in act(admin_client, "pause", links, confirmed="1")
    assert states(*links, other) == [State.PAUSED, State.PAUSED, State.ACTIVE]
    assert "2 events are in that state already." in act(admin_client, "pause", links, confirmed="1")
    assert LogEntry.objects.count() == 2, "nothing is noted twice"

    assert "2 events are active" in act(admin_client, "resume", links, confirmed="1")
    assert "1 event is in that state already." in act(admin_client, "close", [*links, closed])
    assert "2 events are closed." in act(admin_client, "close", [*links, closed], confirmed="1")
    assert states(*links, other) == [State.CLOSED, State.CLOSED, State.ACTIVE]


def test_where_nothing_would_change_there_is_no_button(admin_client: Client) -> None:
    page = act(admin_client, "resume", [CampaignLinkFactory.create()])
    assert 'name="confirmed"' not in page


def test_a_link_that_waits_for_its_set_up_can_be_resumed(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(pause_kind=CampaignLink.PauseKind.CONFIGURATION, pause_code="label_missing")
    act(admin_client, "resume", [link], confirmed="1")
    link.refresh_from_db()
    assert link.pause_kind == ""


def test_who_may_not_change_links_may_not_pause_them(sign_in: SignIn) -> None:
    link, client = CampaignLinkFactory.create(), sign_in("view_campaignlink", "view_salesforceorg")
    act(client, "pause", [link], confirmed="1")
    url = reverse("admin:connector_salesforceorg_links_state", args=[link.org.pk])
    assert client.post(f"{url}?to=pause").status_code == 403
    assert states(link) == [State.ACTIVE]


def test_all_events_of_an_organisation_are_paused_and_resumed(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create()
    links = CampaignLinkFactory.create_batch(2, org=org)
    closed, other = CampaignLinkFactory.create(org=org, state=State.CLOSED), CampaignLinkFactory.create()
    url = reverse("admin:connector_salesforceorg_links_state", args=[org.pk])
    page = admin_client.get(reverse("admin:connector_salesforceorg_change", args=[org.pk])).content.decode()
    assert "Pause its events…" in page
    assert "Resume its events…" not in page

    assert "Pause 2 events?" in admin_client.get(f"{url}?to=pause").content.decode()
    answer = admin_client.post(f"{url}?to=pause", follow=True).content.decode()
    assert "2 events are paused." in answer
    assert states(*links, closed, other) == [State.PAUSED, State.PAUSED, State.CLOSED, State.ACTIVE]

    assert "There is no event" in admin_client.post(f"{url}?to=pause", follow=True).content.decode()
    assert "2 events are active" in admin_client.post(f"{url}?to=resume", follow=True).content.decode()
    assert states(*links, closed, other) == [State.ACTIVE, State.ACTIVE, State.CLOSED, State.ACTIVE]


@pytest.mark.parametrize("to", ["", "close", "x"])
def test_an_unknown_wish_changes_nothing(admin_client: Client, to: str) -> None:
    link = CampaignLinkFactory.create()
    admin_client.post(reverse("admin:connector_salesforceorg_links_state", args=[link.org.pk]) + f"?to={to}")
    assert states(link) == [State.ACTIVE]
