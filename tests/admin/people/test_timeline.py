"""A participant's page tells what happened, the newest first, and says on top where the person stands."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.core.outcomes import EntryState, Operation, Outcome, Reason
from connector.core.state import State
from connector.models import OutboxEntry, SyncRun, WebhookMessage
from connector.pipeline.inbox.receive import receive_message
from tests.admin.conftest import SignIn
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    MessageParticipantFactory,
    OutboxEntryFactory,
    PersonChoiceFactory,
    SalesforceOrgFactory,
    SalesforceSchemaFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

pytestmark = pytest.mark.django_db


def page_of(client: Client, entry: OutboxEntry, **asked: Any) -> Any:
    return client.get(reverse("admin:connector_outboxentry_change", args=[entry.pk]), asked)


def kinds(answer: Any) -> list[str]:
    return [moment.kind for moment in answer.context["moments"]]


def receive(entry: OutboxEntry, *, at: Any, message_id: str, **said: Any) -> None:
    source = WebhookSourceFactory.create()
    body = {"id": entry.participant_key, "eventId": entry.link.inwink_event_id, "registered": True, **said}
    receive_message(source, message_id=message_id, body=json.dumps(body).encode(), received_at=at)


def minute(number: int) -> Any:
    return NOW + timedelta(minutes=number)


def test_messages_attempts_and_answers_stand_in_the_order_of_time(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(
        state=EntryState.SYNCED,
        answers={
            "correction": {
                "answer": "correct",
                "state": "not_registered",
                "by": "olga",
                "at": minute(3).isoformat(),
                "why": "wrong scan",
            }
        },
    )
    receive(entry, at=minute(1), message_id="m1", email=f"{entry.participant_key}@example.org", company="Engines")
    SyncAttemptFactory.create(entry=entry, created_at=minute(2), changes={"Contact.Title": ["CMO", "CTO"]})
    run = SyncRunFactory.create(trigger=SyncRun.Trigger.PUT_BACK)
    SyncAttemptFactory.create(entry=entry, created_at=minute(5), run=run, outcome=Outcome.UPDATED)
    PersonChoiceFactory.create(org=entry.link.org, email_key=entry.email_key, chosen_at=minute(4), chosen_by="paul")

    answer = page_of(admin_client, entry)

    assert kinds(answer) == ["attempt", "answer", "answer", "attempt", "message"]
    text = answer.content.decode()
    for said in (
        "Put back",
        "paul",
        "Status corrected",
        "Not registered",
        "olga",
        "wrong scan",
        "<del>CMO</del>",
        "Engines",
        "Changed",
    ):
        assert said in text
    message = WebhookMessage.objects.get()
    assert reverse("admin:connector_webhookmessage_change", args=[message.pk]) in text


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ({"outcome": Outcome.UPDATED}, "Sent to Salesforce"),
        ({"outcome": Outcome.FAILED, "person_operation": Operation.CREATE}, "Sent to Salesforce"),
        ({"outcome": Outcome.FAILED}, "Attempt to send"),
        ({"outcome": Outcome.NEEDS_ANSWER}, "Looked at"),
        ({"outcome": Outcome.LEFT_OUT}, "Looked at"),
        ({"outcome": Outcome.UNCHANGED}, "Looked at"),
    ],
)
def test_sent_is_said_only_where_something_was_written(
    admin_client: Client, columns: dict[str, Any], title: str
) -> None:
    entry = OutboxEntryFactory.create()
    nothing = {"person_operation": Operation.NONE, "member_operation": Operation.NONE}
    SyncAttemptFactory.create(entry=entry, **{**nothing, **columns})
    answer = page_of(admin_client, entry)
    assert [moment.row["title"] for moment in answer.context["moments"]] == [title]
    assert ("Sent to Salesforce" in answer.content.decode()) is (title == "Sent to Salesforce")


@pytest.mark.parametrize(("language", "words"), [("en", "Lead · Job"), ("fr", "Piste (Lead) · Job")])
def test_a_field_is_called_as_in_salesforce_with_its_api_name_beside(
    admin_client: Client, language: str, words: str
) -> None:
    entry = OutboxEntryFactory.create()
    SyncAttemptFactory.create(entry=entry, changes={"Lead.Job__c": ["CEO", "CTO"], "Lead.Gone__c": [None, "x"]})
    fields = [{"name": "Job__c", "label": "Job"}]
    SalesforceSchemaFactory.create(org=entry.link.org, sobject="Lead", body={"name": "Lead", "fields": fields})
    url = reverse("admin:connector_outboxentry_change", args=[entry.pk])
    page = admin_client.get(url, headers={"accept-language": language}).content.decode()
    assert f'{words} <code class="cx-subtle">Lead.Job__c</code>' in page
    assert "<td><code>Lead.Gone__c</code></td>" in page, "what no describe knows has its API name alone"


def test_messages_from_before_the_link_and_refused_ones_are_there(admin_client: Client) -> None:
    link = CampaignLinkFactory.create(inwink_event_id="e9")
    entry = OutboxEntryFactory.create(link=link, participant_key="p9")
    receive(entry, at=minute(1), message_id="m1", registered="perhaps")
    text = page_of(admin_client, entry).content.decode()
    assert "Could not be read" in text
    assert "perhaps" in text, "what was wrong is said"


def test_messages_of_others_are_not(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(participant_key="p1")
    MessageParticipantFactory.create(event_id=entry.link.inwink_event_id, participant_key="p2")
    MessageParticipantFactory.create(event_id="another", participant_key="p1")
    assert kinds(page_of(admin_client, entry)) == []


def test_who_may_not_see_the_inbox_gets_no_way_into_it(sign_in: SignIn) -> None:
    entry = OutboxEntryFactory.create()
    receive(entry, at=minute(1), message_id="m1")
    text = page_of(sign_in("view_outboxentry", "see_people"), entry).content.decode()
    assert "Message of inwink" in text
    assert "webhookmessage" not in text


def test_a_message_of_very_many_is_not_taken_apart(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create()
    message = WebhookMessageFactory.create(accepted_count=500, body=json.dumps([{"id": entry.participant_key}]))
    MessageParticipantFactory.create(
        message=message, event_id=entry.link.inwink_event_id, participant_key=entry.participant_key
    )
    [moment] = page_of(admin_client, entry).context["moments"]
    assert moment.row["said"] == []


def test_a_page_holds_fifty_and_leads_to_older_ones(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
    run = SyncRunFactory.create(link=entry.link)
    for number in range(60):
        SyncAttemptFactory.create(entry=entry, run=run, created_at=minute(number))
    first, second = page_of(admin_client, entry), page_of(admin_client, entry, page=2)
    assert [len(kinds(answer)) for answer in (first, second)] == [50, 10]
    assert first.context["moments"][0].at == minute(59)
    assert second.context["moments"][-1].at == minute(0)
    assert (first.context["older"], second.context["older"], second.context["newer"]) == (2, None, 1)
    assert len(kinds(page_of(admin_client, entry, page="x"))) == 50


def test_the_number_of_queries_does_not_depend_on_what_happened(
    admin_client: Client, django_assert_num_queries: Any
) -> None:
    counts = []
    for size in (1, 30):
        entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
        for number in range(size):
            receive(entry, at=minute(number), message_id=f"m{number}", company=f"Acme {number}")
            SyncAttemptFactory.create(entry=entry, created_at=minute(number))
        page_of(admin_client, entry)
        with django_assert_num_queries(10, exact=False) as queries:
            page_of(admin_client, entry)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"state": EntryState.SYNCED, "participant_state": State.ATTENDED, "member_id": "00v000000000001AAA",
             "member_label": "Attended", "last_synced_at": NOW},
            r"In inwink: Attended \(since 23 Nov 2026, .*\)\. "
            r"In Salesforce: member “Attended” of the campaign Salon \(last compared on 23 Nov 2026, .*\)\. Nothing",
        ),
        (
            {"state": EntryState.LEFT_OUT, "reason": Reason.REMOVED_BY_HAND, "member_id": "00v000000000001AAA",
             "sent_label": "Registered", "synced_state": State.REGISTERED},
            r"In Salesforce: no longer in the campaign Salon, a colleague removed this person\. "
            r"Left out, nothing is written: Removed from the campaign by hand\.",
        ),
        (
            {"state": EntryState.LEFT_OUT, "reason": Reason.PERSON_DELETED, "member_id": "00v000000000001AAA",
             "synced_state": State.REGISTERED},
            r"In Salesforce: no longer in the campaign Salon\. Left out",
        ),
        (
            {"state": EntryState.SYNCED, "target_state": State.NO_SHOW, "member_id": "00v000000000001AAA",
             "member_label": "Absent", "notes": [{"code": "marked_no_show", "by": "olga", "at": NOW.isoformat()}]},
            r"In inwink: Registered.*\. Marked as no-show by olga on 23 Nov 2026, .*\. In Salesforce: member “Absent”",
        ),
        (
            {"state": EntryState.SYNCED, "target_state": State.NO_SHOW},
            r"Marked as no-show after the event\. In Salesforce: not in the campaign Salon\. Nothing waits\.",
        ),
        (
            {"state": EntryState.NEEDS_ANSWER, "reason": Reason.AMBIGUOUS},
            r"not in the campaign Salon\. Nothing is sent until somebody answers: Several records with this email\.",
        ),
        ({"state": EntryState.LEFT_OUT, "reason": Reason.FILTERED}, r"Left out, nothing is written: Left out by"),
        ({"state": EntryState.FAILED}, r"The last attempt failed, and nothing is tried again by itself: Refused by"),
        ({"state": EntryState.PENDING}, r"A change of 23 Nov 2026, .* waits to be sent\."),
    ],
    ids=lambda value: value.get("state") if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_sentence_says_where_the_person_stands(admin_client: Client, columns: dict[str, Any], expected: str) -> None:
    entry = OutboxEntryFactory.create(link=CampaignLinkFactory.create(event_name="Salon"), **columns)
    assert re.search(expected, page_of(admin_client, entry).context["standing"])


def test_whoever_is_the_same_person_as_another_is_said_to_be(admin_client: Client) -> None:
    other = OutboxEntryFactory.create(participant_key="twin")
    shared = {"member_id": "00v000000000001AAA", "member_label": "Attended"}
    entry = OutboxEntryFactory.create(link=other.link, state=EntryState.SYNCED, same_person_of=other, **shared)
    said = page_of(admin_client, entry).context["standing"]
    assert "the same person as twin, with one campaign member “Attended” for both." in said


def test_no_link_leads_to_a_member_that_is_gone(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(instance_url="https://acme.my.salesforce.com")
    entry = OutboxEntryFactory.create(
        link=CampaignLinkFactory.create(org=org), state=EntryState.LEFT_OUT, reason=Reason.REMOVED_BY_HAND,
        person_type="Lead", person_id="00Q000000000001AAA", member_id="00v000000000001AAA", sent_label="Registered",
    )  # fmt: skip
    page = page_of(admin_client, entry)
    assert [record.id for record in page.context["records"]] == ["00Q000000000001AAA"]
    assert "Registered”" not in page.content.decode()


def test_whoever_marked_a_no_show_stands_in_the_timeline_for_everybody(admin_client: Client, sign_in: SignIn) -> None:
    mark = {"code": "marked_no_show", "by": "paul", "at": minute(3).isoformat()}
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED, target_state=State.NO_SHOW, notes=[mark])
    [moment] = page_of(admin_client, entry).context["moments"]
    assert (moment.row["title"], moment.row["by"], moment.at) == ("Marked as no-show", "paul", minute(3))
    assert "somebody marked this participant as one who never came" in page_of(admin_client, entry).content.decode()
    masked = page_of(sign_in("view_outboxentry"), entry)
    assert kinds(masked) == ["answer"]
    assert "Marked as no-show by paul" in masked.context["standing"]
    OutboxEntry.objects.update(target_state=State.ATTENDED)
    assert page_of(admin_client, entry).context["moments"] == []


def test_who_may_not_see_people_gets_the_same_moments_without_who_it_is(sign_in: SignIn) -> None:
    correction = {"answer": "correct", "state": "refused", "by": "olga", "at": minute(3).isoformat(), "why": "Ada rang"}
    other = OutboxEntryFactory.create(participant_key="grace@example.org")
    entry = OutboxEntryFactory.create(link=other.link, state=EntryState.SYNCED)
    receive(entry, at=minute(1), message_id="m1", email="ada@example.org", lastName="Lovelace", company="Engines")
    receive(entry, at=minute(1), message_id="m2", email="ada@example.org", registered="Lovelace perhaps")
    kept = {"state": EntryState.SYNCED, "same_person_of": other, "answers": {"correction": correction},
            "member_id": "00v000000000001AAA", "member_label": "Refused"}  # fmt: skip
    OutboxEntry.objects.filter(pk=entry.pk).update(**kept)
    SyncAttemptFactory.create(
        entry=entry, created_at=minute(2), requested_by="paul", request_reason="Ada wrote",
        changes={"Contact.LastName": [None, "Lovelace"]},
    )  # fmt: skip
    PersonChoiceFactory.create(org=entry.link.org, email_key="ada@example.org", chosen_at=minute(4), chosen_by="paul")

    answer = page_of(sign_in("view_outboxentry"), entry)

    assert kinds(answer) == ["answer", "answer", "attempt", "message", "message"]
    text = answer.content.decode()
    for said in ("In inwink: Registered (since", "In Salesforce: the same person as (hidden)", "Nothing waits.",
                 "Status corrected", "olga", "Sent to Salesforce", "paul", "Message of inwink"):  # fmt: skip
        assert said in text
    for hidden in ("Ada", "ada@", "Lovelace", "Engines", "grace", "Contact 003", "perhaps", "What it said"):
        assert hidden not in text, hidden


def test_who_may_not_see_people_reads_no_body(sign_in: SignIn) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
    receive(entry, at=minute(1), message_id="m1", email="ada@example.org")
    client = sign_in("view_outboxentry")
    with CaptureQueriesContext(connection) as queries:
        page_of(client, entry)
    [asked] = [one["sql"] for one in queries if "short_body" in one["sql"]]
    assert "<= -1" in asked
