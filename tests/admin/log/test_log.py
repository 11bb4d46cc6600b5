"""The log and the inbox drill down to what was written and what was said."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from connector.admin.inwink.inbox import count_words
from connector.admin.log.runs import ends_words
from connector.core.outcomes import Outcome, Reason
from connector.models import SyncAttempt, SyncRun
from tests.factories import SyncAttemptFactory, SyncRunFactory, WebhookMessageFactory
from tests.world import World

pytestmark = pytest.mark.django_db


def page_of(client: Client, model: str, key: object) -> str:
    """Return the page of one row."""
    return client.get(reverse(f"admin:connector_{model}_change", args=[key])).content.decode()


def test_an_attempt_shows_old_and_new_values_and_the_record(admin_client: Client) -> None:
    attempt = SyncAttemptFactory.create(
        instance_url="https://acme.my.salesforce.com", person_operation="create", member_operation="create",
        person_type="Lead", changes={"Lead.Company": [None, "Cobalt"], "Lead.DoNotCall": [False, True]},
    )  # fmt: skip
    page = page_of(admin_client, "syncattempt", attempt.pk)
    assert "Lead created, added to the campaign" in page
    assert f"https://acme.my.salesforce.com/{attempt.person_id}" in page
    values = '<td data-label="Before"><del>–</del></td><td data-label="After"><ins>Cobalt</ins></td>'
    assert f"<td><code>Lead.Company</code></td>{values}" in page
    assert "<ins>yes</ins>" in page


def test_an_attempt_outlives_its_entry_and_link(admin_client: Client) -> None:
    attempt = SyncAttemptFactory.create()
    SyncAttempt.objects.update(entry=None, link=None, run=None)
    page = page_of(admin_client, "syncattempt", attempt.pk)
    assert attempt.link_label in page
    assert attempt.participant_key in page


def test_a_failed_attempt_says_why_in_the_list_and_on_its_page(admin_client: Client) -> None:
    attempt = SyncAttemptFactory.create(
        outcome=Outcome.FAILED, reason=Reason.EXHAUSTED, error_code="UNABLE_TO_LOCK_ROW", changes={}
    )
    assert "Tried too often" in admin_client.get("/admin/connector/syncattempt/").content.decode()
    page = page_of(admin_client, "syncattempt", attempt.pk)
    assert "never accepted this person" in page
    assert "changing the same record" in page
    assert "Nothing was written in this attempt." in page


def test_a_failed_attempt_is_headed_by_plain_words_with_the_code_beside_them(admin_client: Client) -> None:
    attempt = SyncAttemptFactory.create(outcome=Outcome.FAILED, reason="", error_code="value_too_long")
    plain = "A text from inwink is longer than the Salesforce field allows."
    page = page_of(admin_client, "syncattempt", attempt.pk)
    assert f'<strong>{plain}</strong> <code class="cx-subtle">value_too_long</code>' in page
    listed = admin_client.get("/admin/connector/syncattempt/").content.decode()
    assert plain in listed
    assert "value_too_long" not in listed


def test_a_run_lists_its_attempts(admin_client: Client) -> None:
    run = SyncRunFactory.create(api_calls=6, failed_count=2, error_code="timeout")
    attempt = SyncAttemptFactory.create(run=run)
    page = page_of(admin_client, "syncrun", run.pk)
    assert reverse("admin:connector_syncattempt_change", args=[attempt.pk]) in page
    assert "1 added, 2 failed" in page
    assert "Salesforce did not answer usefully." in page


def test_who_was_only_added_to_the_campaign_does_not_read_as_a_new_person(world: World, admin_client: Client) -> None:
    for name in ("Hopper", "Clarke"):
        world.add("Contact", {"LastName": name, "FirstName": "Known", "Email": f"{name.lower()}@example.org"})
    world.receive(
        *({"id": name, "email": f"{name.lower()}@example.org", "firstName": "Known", "lastName": name,
           "registered": True} for name in ("Hopper", "Clarke", "Newton"))
    )  # fmt: skip
    world.drain()
    [run] = SyncRun.objects.all()

    pages = [
        admin_client.get(reverse("admin:connector_syncrun_changelist")).content.decode(),
        page_of(admin_client, "syncrun", run.pk),
        admin_client.get(reverse("admin:connector_campaignlink_event", args=[world.link.pk])).content.decode(),
    ]

    assert run.created_count == 3
    for page in pages:
        assert "3 added (1 new Lead)" in page
    log = admin_client.get(reverse("admin:connector_syncattempt_changelist")).content.decode()
    assert log.count('<span class="cx-tag cx-tag-good">Added</span>') == 3
    assert ">Created<" not in log


@pytest.mark.parametrize(
    ("run", "new_people", "words"),
    [
        ({"created_count": 12, "updated_count": 4}, {}, "12 added, 4 updated"),
        ({"created_count": 12}, {"Contact": 1, "Lead": 3}, "12 added (1 new Contact, 3 new Leads)"),
        ({"created_count": 0, "failed_count": 1}, {"Lead": 1}, "1 new Lead, 1 failed"),
        ({"created_count": 0}, {}, "–"),
    ],
)
def test_a_run_is_summed_up(run: dict[str, int], new_people: dict[str, int], words: str) -> None:
    assert ends_words(SyncRunFactory.build(link=None, **run), new_people) == words


def test_a_message_shows_its_body_and_the_answer(admin_client: Client) -> None:
    message = WebhookMessageFactory.create(body='{"firstName": "<b>Ada</b>"}', rejected_count=2)
    page = page_of(admin_client, "webhookmessage", message.pk)
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "1 accepted, 2 rejected" in page
    assert "&quot;message_id&quot;" in page


@pytest.mark.parametrize(("count", "words"), [(1, "1 accepté"), (2, "2 acceptés")])
def test_a_count_agrees_with_its_word_in_french(count: int, words: str) -> None:
    with override("fr"):
        assert count_words(WebhookMessageFactory.build(accepted_count=count)) == words


def test_a_body_that_is_no_json_is_shown_as_it_came(admin_client: Client) -> None:
    message = WebhookMessageFactory.create(body='{"id": ', status="rejected", answer_status=400)
    assert "{&quot;id&quot;: " in page_of(admin_client, "webhookmessage", message.pk)


def test_a_message_is_found_by_its_whole_id(admin_client: Client) -> None:
    WebhookMessageFactory.create(message_id="msg_1")
    WebhookMessageFactory.create(message_id="msg_12")
    found = admin_client.get("/admin/connector/webhookmessage/", {"q": "msg_1"}, follow=True).context["cl"].result_list
    assert [message.message_id for message in found] == ["msg_1"]
