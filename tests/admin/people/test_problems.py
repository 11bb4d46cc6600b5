"""The page of problems says what went wrong, what to do and for whom, and sends a group again."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.core.outcomes import EntryState, Reason
from connector.models import Errand, OutboxEntry, SalesforceOrg
from connector.pipeline.errands import sending
from tests.factories import (
    CampaignLinkFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    WebhookMessageFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/connector/outboxentry/problems/"
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


def fail(
    count: int = 1, *, code: str = RULE, text: str = "A region is needed.", **columns: object
) -> list[OutboxEntry]:
    """Make participants that Salesforce refused."""
    return OutboxEntryFactory.create_batch(
        count, state=EntryState.FAILED, reason=Reason.REFUSED_BY_SALESFORCE, error_code=code, error_message=text,
        **columns,
    )  # fmt: skip


def text_of(client: Client, *, query: str = "", language: str = "en") -> str:
    """Return the page."""
    return client.get(PAGE + query, headers={"accept-language": language}).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["A validation rule of the organisation refused this person.", "7 participants", "and 2 more"]),
        ("fr", ["Une règle de validation de l’organisation a refusé cette personne.", "7 participants", "et 2 autres"]),
    ],
)
def test_a_group_says_what_happened_what_to_do_and_to_whom(
    admin_client: Client, language: str, words: list[str]
) -> None:
    people = fail(7, link=CampaignLinkFactory.create(event_name="Salon RH"))
    page = text_of(admin_client, language=language)
    for said in (*words, "Salon RH", "A region is needed.", f"Lovelace {people[0].participant_key}", RULE):
        assert said in page


def test_the_list_behind_a_group_has_its_people_only(admin_client: Client) -> None:
    [entry] = fail()
    fail(code="DUPLICATES_DETECTED", link=entry.link)
    fail()
    page = text_of(admin_client)
    start = page.index('href="/admin/connector/outboxentry/?') + 6
    url = next(
        part.split('"')[0].replace("&amp;", "&")
        for part in page[start:].split('href="')
        if f"link__id__exact={entry.link_id}&amp;" in part and RULE in part.split('"')[0]
    )
    assert list(admin_client.get(url).context["cl"].result_list) == [entry]


def test_a_group_is_asked_about_and_sent_again_once(sign_in: Callable[..., Client]) -> None:
    [entry] = fail(link=CampaignLinkFactory.create())
    others = fail(code="DUPLICATES_DETECTED", link=entry.link)
    client = sign_in("view_outboxentry", "resync_campaignlink")
    url = (
        f"{reverse('admin:connector_outboxentry_resend_group')}?link={entry.link_id}&state=failed"
        f"&reason=refused_by_salesforce&code={RULE}"
    )
    assert "Send again: 1 participant of" in client.get(url).content.decode()
    assert OutboxEntry.objects.get(pk=entry.pk).state == EntryState.FAILED
    assert "1 participant is sent again." in client.post(url, follow=True).content.decode()
    assert "Nobody was left to send again" in client.post(url, follow=True).content.decode()
    stored = OutboxEntry.objects.get(pk=entry.pk)
    assert (stored.state, stored.requested_by, stored.generation) == (EntryState.PENDING, "olga", 2)
    assert OutboxEntry.objects.get(pk=others[0].pk).state == EntryState.FAILED


def test_a_large_group_pressed_twice_is_one_task(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(2, link=link, state=EntryState.FAILED, reason="refused_by_salesforce",
                                    error_code=RULE)  # fmt: skip
    url = (f"{reverse('admin:connector_outboxentry_resend_group')}?link={link.pk}&state=failed"
           f"&reason=refused_by_salesforce&code={RULE}")  # fmt: skip
    assert "The workers send 2 participants again" in admin_client.post(url, follow=True).content.decode()
    assert "This is under way already" in admin_client.post(url, follow=True).content.decode()
    assert Errand.objects.count() == 1


def test_nobody_sends_a_group_again_without_the_permission(sign_in: Callable[..., Client]) -> None:
    [entry] = fail()
    client = sign_in("view_outboxentry")
    assert "Fix and resend" not in text_of(client)
    url = f"{reverse('admin:connector_outboxentry_resend_group')}?link={entry.link_id}&state=failed&code={RULE}"
    assert client.post(url).status_code == 403
    assert OutboxEntry.objects.get().state == EntryState.FAILED


def test_who_may_not_see_participants_sees_no_problems(sign_in: Callable[..., Client]) -> None:
    assert sign_in().get(PAGE).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "?link=x", "?link=99999", "?state=synced&link=1", "?link=9999999999999999999999&state=failed"]
)
def test_an_address_that_names_no_group_leads_back(admin_client: Client, query: str) -> None:
    answer = admin_client.post(reverse("admin:connector_outboxentry_resend_group") + query)
    assert (answer.status_code, answer.headers["location"]) == (302, PAGE)


def test_where_a_mapping_is_the_cause_its_editor_is_opened_first(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create(
        link=link, state=EntryState.FAILED, reason=Reason.INVALID_VALUE, error_code="value_too_long",
        error_message="Title: longer than 128 characters",
    )  # fmt: skip
    page = text_of(admin_client)
    assert f'href="/admin/connector/campaignlink/{link.pk}/mappings/">Open the field mappings' in page


def test_what_waits_for_a_person_stands_first_with_the_page_to_open(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(state=SalesforceOrg.State.RECONNECT_NEEDED)
    OutboxEntryFactory.create(link=CampaignLinkFactory.create(org=org))
    CampaignLinkFactory.create(pause_kind="configuration", pause_code="label_gone", pause_reason="Attended")
    page = text_of(admin_client)
    assert f'href="/admin/connector/salesforceorg/{org.pk}/change/">Open the organisation' in page
    assert "1 participant waiting" in page
    assert "The campaign no longer has a status that this link writes. (Attended)" in page


def test_the_rest_of_what_went_wrong_is_shown_too(admin_client: Client) -> None:
    OutboxEntryFactory.create(state=EntryState.RETRYING, error_code="UNABLE_TO_LOCK_ROW")
    CampaignLinkFactory.create(degraded_fields=["Contact.Title"])
    page = text_of(admin_client)
    for said in ("Being tried again: 1 participant", "Try again now…", "Contact.Title", "Fields that are left out"):
        assert said in page


def test_refused_messages_are_shown_with_the_newest(admin_client: Client) -> None:
    from django.utils import timezone

    message = WebhookMessageFactory.create(
        received_at=timezone.now(), status="rejected", answer_status=400, answer={"error": "invalid_json"}
    )
    page = text_of(admin_client)
    assert "invalid_json" in page
    assert reverse("admin:connector_webhookmessage_change", args=[message.pk]) in page


def test_on_an_empty_site_nobody_says_that_every_link_sends(admin_client: Client) -> None:
    page = text_of(admin_client)
    assert "No problem: no event is linked yet, and nothing is sent." in page
    assert "every link sends" not in page


def test_without_problems_the_page_says_so(admin_client: Client) -> None:
    link, _other = CampaignLinkFactory.create_batch(2)
    assert "No problem: nobody failed" in text_of(admin_client)
    fail()
    assert "No problem in this event." in text_of(admin_client, query=f"?link={link.pk}")
    assert "A region is needed." not in text_of(admin_client, query=f"?link={link.pk}")


def test_the_menu_counts_those_who_failed(admin_client: Client) -> None:
    assert "cx-badge" not in admin_client.get("/admin/").content.decode()
    CampaignLinkFactory.create(pause_kind="configuration", pause_code="label_gone")
    assert 'cx-badge cx-tag-bad">!<' in admin_client.get("/admin/").content.decode()
    fail(3)
    assert 'cx-badge cx-tag-bad">3<' in admin_client.get("/admin/").content.decode()


def test_the_page_asks_as_much_for_one_group_as_for_twenty(admin_client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(admin_client)
        return len(queries)

    fail()
    count()  # whatever is cached for the process
    once = count()
    for number in range(20):
        fail(6, code=f"CODE_{number}")
    assert count() == once <= 12
