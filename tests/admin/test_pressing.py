"""Buttons pressed when the session had ended, or twice: the way leads on, and says what was done and what was not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, FieldMapping, LinkDraft
from tests.factories import (
    CampaignLinkFactory,
    ErrandFactory,
    FieldMappingFactory,
    LinkDraftFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db

NOTHING_DONE = "Nothing was done. If your session had ended when you pressed, press again."


def failed() -> Any:
    return OutboxEntryFactory.create(state=EntryState.FAILED)


BUTTONS: list[tuple[str, Callable[[], Any], str]] = [
    ("outboxentry_resync", failed, "outboxentry_change"),
    ("outboxentry_take_back", failed, "outboxentry_change"),
    ("webhooksource_new_secret", WebhookSourceFactory.create, "webhooksource_change"),
    ("webhooksource_new_token", WebhookSourceFactory.create, "webhooksource_change"),
    ("webhooksource_test_message", WebhookSourceFactory.create, "webhooksource_change"),
    ("errand_stop", ErrandFactory.create, "errand_change"),
    ("errand_again", ErrandFactory.create, "errand_change"),
    ("errand_next", ErrandFactory.create, "errand_change"),
    ("campaignlink_check", CampaignLinkFactory.create, "campaignlink_event"),
    ("salesforceorg_check", SalesforceOrgFactory.create, "salesforceorg_change"),
    ("salesforceorg_log_in", SalesforceOrgFactory.create, "salesforceorg_change"),
]


@pytest.mark.parametrize(("button", "make", "page"), BUTTONS)
def test_a_press_that_came_after_the_session_leads_back_to_its_button(
    client: Client, admin_user: Any, button: str, make: Callable[[], Any], page: str
) -> None:
    row = make()
    answer = client.post(reverse(f"admin:connector_{button}", args=[row.pk]))
    assert answer.headers["Location"].startswith("/admin/login/")
    logged_in = client.post(answer.headers["Location"], {"username": "admin", "password": "password"})
    led = client.get(logged_in.headers["Location"])
    assert led.headers["Location"] == reverse(f"admin:connector_{page}", args=[row.pk])
    assert NOTHING_DONE in client.get(led.headers["Location"]).content.decode()


@pytest.mark.parametrize("button", ["outboxentry_answer_many", "outboxentry_take_back_many"])
def test_so_does_a_press_on_a_list(admin_client: Client, button: str) -> None:
    answer = admin_client.get(reverse(f"admin:connector_{button}"), follow=True)
    assert NOTHING_DONE in answer.content.decode()


def test_a_mapping_removed_twice_was_removed_already(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    mapping = FieldMappingFactory.create(link=link)
    url = reverse("admin:connector_campaignlink_mapping_remove", args=[link.pk, mapping.pk])
    first, second = admin_client.post(url), admin_client.post(url)
    assert not FieldMapping.objects.filter(pk=mapping.pk).exists()
    assert first.headers["Location"] == second.headers["Location"]
    assert "The mapping was removed already." in admin_client.get(second.headers["Location"]).content.decode()
    other = reverse("admin:connector_campaignlink_mapping_remove", args=[CampaignLinkFactory.create().pk, mapping.pk])
    assert admin_client.post(other).status_code == 404


def test_a_draft_thrown_away_twice_was_thrown_away_already(admin_client: Client, admin_user: Any) -> None:
    draft = LinkDraftFactory.create(owner=admin_user)
    url = reverse("admin:connector_campaignlink_wizard_discard", args=[draft.pk])
    first, second = admin_client.post(url), admin_client.post(url)
    assert first.headers["Location"] == second.headers["Location"]
    assert "The draft was thrown away already." in admin_client.get(second.headers["Location"]).content.decode()


def test_a_draft_that_is_a_link_meanwhile_leads_to_the_link(admin_client: Client, admin_user: Any) -> None:
    link = CampaignLinkFactory.create()
    draft = LinkDraftFactory.create(owner=admin_user, link=link)
    answer = admin_client.post(reverse("admin:connector_campaignlink_wizard_discard", args=[draft.pk]))
    assert answer.headers["Location"] == reverse("admin:connector_campaignlink_event", args=[link.pk])
    assert LinkDraft.objects.filter(pk=draft.pk).exists()
    assert CampaignLink.objects.filter(pk=link.pk).exists()
