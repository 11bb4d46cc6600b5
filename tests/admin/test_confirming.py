"""A question names whom or what it is about, and how many."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState, Reason
from connector.models import CampaignLink, OutboxEntry, WebhookMessage
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    FieldMappingFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(db: None) -> CampaignLink:
    """An event."""
    return CampaignLinkFactory.create(event_name="Salon 2026", org=SalesforceOrgFactory.create(name="Acme"))


def people(link: CampaignLink, count: int, **columns: object) -> list[OutboxEntry]:
    """Make that many participants: Ada Lovelace a0, a1 …"""
    kept = {"link": link, "state": EntryState.SYNCED, **columns}
    return [OutboxEntryFactory.create(participant_key=f"a{number}", **kept) for number in range(count)]


def words(answer: object) -> str:
    """Return the text of an answer."""
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_correcting_a_status_names_the_person_and_the_event(admin_client: Client, link: CampaignLink) -> None:
    [entry] = people(link, 1)
    page = words(admin_client.get(reverse("admin:connector_outboxentry_correct", args=[entry.pk])))
    assert "Correct the status of Ada Lovelace a0?" in page
    assert "Event: Salon 2026" in page


def test_who_may_not_see_people_is_told_the_id(link: CampaignLink) -> None:
    [entry] = people(link, 1)
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_outboxentry", "resync_campaignlink"]))
    client = Client()
    client.force_login(user)
    page = words(client.get(reverse("admin:connector_outboxentry_correct", args=[entry.pk])))
    assert "Correct the status of a0?" in page
    assert "Lovelace" not in page


@pytest.mark.parametrize(("count", "more"), [(2, False), (13, True)])
def test_sending_a_selection_again_names_the_first_ten(
    admin_client: Client, link: CampaignLink, *, count: int, more: bool
) -> None:
    ids = [entry.pk for entry in people(link, count)]
    said = {"action": "resync_selected", "_selected_action": ids}
    page = words(admin_client.post(reverse("admin:connector_outboxentry_changelist"), said))
    assert f"Send again: {count} participants?" in page
    assert "Salon 2026: Ada Lovelace a0, Ada Lovelace a1" in page
    assert ("… and 3 more" in page) == more


ALL_OF_A_LIST = {"select_across": "1", "index": "0"}


def test_all_of_a_list_are_those_that_were_counted(admin_client: Client, link: CampaignLink) -> None:
    counted = people(link, 2)
    url = reverse("admin:connector_outboxentry_changelist")
    said = {"action": "resync_selected", "_selected_action": counted[0].pk, **ALL_OF_A_LIST}
    question = admin_client.post(url, said)
    assert "Send again: 2 participants?" in words(question)
    newcomer = OutboxEntryFactory.create(link=link, state=EntryState.SYNCED)

    done = words(admin_client.post(url, {**dict(question.context["sent"]), "confirmed": "1"}, follow=True))

    assert "2 participants are sent again." in done
    assert {entry.state for entry in OutboxEntry.objects.filter(pk__in=[one.pk for one in counted])} == {"pending"}
    assert OutboxEntry.objects.get(pk=newcomer.pk).state == EntryState.SYNCED
    assert "Send again: 3 participants?" in words(admin_client.post(url, {**said, "confirmed": "1"})), "not counted yet"


def test_all_messages_of_a_list_are_those_that_were_counted(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(name="inwink")
    first = WebhookMessageFactory.create(source=source)
    url = reverse("admin:connector_webhookmessage_changelist")
    question = admin_client.post(url, {"action": "replay_selected", "_selected_action": first.pk, **ALL_OF_A_LIST})
    assert "Replay 1 message?" in words(question)
    later = WebhookMessageFactory.create(source=source)

    done = words(admin_client.post(url, {**dict(question.context["sent"]), "confirmed": "1"}, follow=True))

    assert "1 message was read again." in done
    assert not WebhookMessage.objects.filter(replay_of=later).exists()


@pytest.mark.parametrize(
    ("page", "said"),
    [("answer_many", {"question": Reason.TEST_SCAN, "decision": "discard"}), ("take_back_many", {})],
)
def test_answering_many_names_them(admin_client: Client, link: CampaignLink, page: str, said: dict[str, str]) -> None:
    waiting = people(link, 2, state=EntryState.NEEDS_ANSWER, reason=Reason.TEST_SCAN)
    shown = [f"{entry.pk}:{entry.generation}" if page == "answer_many" else entry.pk for entry in waiting]
    posted = {**said, "selected": shown}
    text = words(admin_client.post(reverse(f"admin:connector_outboxentry_{page}"), posted))
    assert "2 participants" in text
    assert "Salon 2026: Ada Lovelace a0, Ada Lovelace a1" in text


def test_replaying_names_the_messages(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(name="inwink")
    first, last = (
        WebhookMessageFactory.create(source=source, received_at=NOW + timedelta(hours=hours)) for hours in (0, 2)
    )
    page = words(admin_client.get(reverse("admin:connector_webhookmessage_replay", args=[first.pk])))
    assert "From inwink, received 23 Nov 2026 10:30:00." in page
    said = {"action": "replay_selected", "_selected_action": [first.pk, last.pk]}
    page = words(admin_client.post(reverse("admin:connector_webhookmessage_changelist"), said))
    assert "From inwink, received between 23 Nov 2026 10:30:00 and 23 Nov 2026 12:30:00." in page


def test_revoking_names_the_source_and_nothing_is_nothing(admin_client: Client) -> None:
    source = WebhookSourceFactory.create(name="inwink")
    url = reverse("admin:connector_webhooksource_revoke", args=[source.pk])
    assert "Revoke abc123 of inwink?" in words(admin_client.get(url, {"secret": "abc123"}))
    assert admin_client.get(url).status_code == admin_client.post(url).status_code == 302


def test_disconnecting_names_the_events_that_wait(admin_client: Client, link: CampaignLink) -> None:
    url = reverse("admin:connector_salesforceorg_disconnect", args=[link.org_id])
    page = words(admin_client.get(url))
    assert "Disconnect Acme?" in page
    assert "1 event waits: Salon 2026." in page


def test_removing_a_mapping_names_the_event(admin_client: Client, link: CampaignLink) -> None:
    mapping = FieldMappingFactory.create(link=link)
    url = reverse("admin:connector_campaignlink_mapping_remove", args=[link.pk, mapping.pk])
    assert f"Remove {mapping} from Salon 2026?" in words(admin_client.get(url))
