"""The first steps: what is done, what is next, for whom one waits; hidden once all is done."""

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import FirstRunDismissal
from connector.pipeline.invitations.issue import invite_integrator, invite_salesforce_admin, open_invitation
from tests.admin.test_pages import count_queries
from tests.factories import (
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    UnlinkedEventFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/admin/first-steps/"


def states(client: Client) -> list[str]:
    return [row["step"].state.value for row in client.get(PAGE).context["steps"]]


def buttons(client: Client) -> list[str]:
    return [button.text for row in client.get(PAGE).context["steps"] for button in row["buttons"]]


def test_one_step_after_the_other_is_next(admin_client: Client) -> None:
    assert states(admin_client) == ["next", "later", "later", "later"]
    assert buttons(admin_client) == ["Connect Salesforce", "Ask my Salesforce administrator"]
    org = SalesforceOrgFactory.create(organization_id="")
    assert buttons(admin_client) == ["Test the connection"]
    org.organization_id = "00D000000000001AAA"
    org.save()
    assert (states(admin_client)[:2], buttons(admin_client)) == (
        ["done", "next"],
        ["Make a source", "Ask my integrator"],
    )
    source = WebhookSourceFactory.create(signing_secrets="")
    assert buttons(admin_client) == ["Make a secret"]
    source.bearer_token_hashes = ["x"]
    source.save()
    assert states(admin_client) == ["done", "done", "next", "later"]
    link = CampaignLinkFactory.create(org=org)
    assert states(admin_client) == ["done", "done", "done", "waiting"]
    assert buttons(admin_client) == ["Inbox", "Participants"]
    entry = OutboxEntryFactory.create(link=link, state=EntryState.FAILED)
    assert (states(admin_client)[-1], buttons(admin_client)) == ("next", ["Look at the participant"])
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED, member_id="00v000000000001AAA")
    assert states(admin_client) == ["done"] * 4
    assert entry.pk


def test_a_step_waits_for_whoever_got_a_link_and_the_next_one_can_go_on(admin_client: Client) -> None:
    asked = invite_salesforce_admin(org=None, name="Acme", by="olga", now=timezone.now())
    assert states(admin_client) == ["waiting", "next", "later", "later"]
    assert "made and not opened yet" in admin_client.get(PAGE).content.decode()
    open_invitation(asked.token, now=timezone.now())
    page = admin_client.get(PAGE).content.decode()
    assert "was opened and is not used yet" in page
    assert "&lt;span" not in page
    invite_integrator(WebhookSourceFactory.create(signing_secrets=""), by="olga", now=timezone.now())
    assert states(admin_client) == ["waiting", "waiting", "next", "later"]


def test_an_event_that_was_heard_of_is_offered(admin_client: Client) -> None:
    SalesforceOrgFactory.create()
    WebhookSourceFactory.create()
    UnlinkedEventFactory.create(event_id="forum", event_name="Forum")
    page = admin_client.get(PAGE).content.decode()
    assert "Participants of Forum have arrived" in unescape(page)
    assert "event=forum" in page


def test_tests_are_no_participants(admin_client: Client) -> None:
    CampaignLinkFactory.create()
    WebhookMessageFactory.create(trial_count=1)
    assert "Nothing has arrived from inwink yet" in admin_client.get(PAGE).content.decode()
    WebhookMessageFactory.create()
    assert "Messages have arrived" in admin_client.get(PAGE).content.decode()


def finish() -> None:
    """Do everything that the steps ask for."""
    WebhookSourceFactory.create()
    OutboxEntryFactory.create(state=EntryState.SYNCED, member_id="00v000000000001AAA")


def test_the_steps_stand_on_the_overview_until_all_is_done_and_somebody_hides_them(admin_client: Client) -> None:
    answer = admin_client.post(PAGE, follow=True)
    assert "Not everything is done yet." in answer.content.decode()
    assert "Connect Salesforce" in answer.content.decode()
    finish()
    assert "All done: hide this" in admin_client.get("/admin/").content.decode()
    for _ in range(2):
        assert 'id="steps-heading"' not in admin_client.post(PAGE, follow=True).content.decode()
    assert FirstRunDismissal.objects.get().dismissed_by == "admin"
    with CaptureQueriesContext(connection) as queries:
        admin_client.get("/admin/")
    asked = "".join(query["sql"] for query in queries)
    assert "connector_firstrundismissal" in asked
    assert "connector_invitation" not in asked, "what is hidden is not looked for"
    assert 'id="steps-heading"' in admin_client.get(PAGE).content.decode()


def test_only_who_may_change_links_hides_the_steps(sign_in: Callable[..., Client]) -> None:
    finish()
    client = sign_in("view_campaignlink")
    assert "All done: hide this" not in client.get(PAGE).content.decode()
    assert client.post(PAGE).status_code == 403
    assert not FirstRunDismissal.objects.exists()


def test_only_what_the_reader_may_do_is_offered(sign_in: Callable[..., Client]) -> None:
    assert buttons(sign_in("view_campaignlink")) == []


def test_who_may_not_look_sees_nothing(sign_in: Callable[..., Client]) -> None:
    assert sign_in().get(PAGE).status_code == 403


def test_the_page_asks_as_much_for_one_as_for_ten(admin_client: Client) -> None:
    finish()
    count_queries(admin_client, PAGE)
    once = count_queries(admin_client, PAGE)
    for _ in range(9):
        finish()
    assert count_queries(admin_client, PAGE) == once
    assert once <= 12
