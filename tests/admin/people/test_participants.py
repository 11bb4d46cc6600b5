"""A participant's page says everything, and a person can send again, correct and answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connector.core.outcomes import EntryState, Outcome, Reason
from connector.models import Errand, OutboxEntry, PersonChoice
from connector.pipeline.errands import sending
from connector.pipeline.errands.work import carry_out
from tests.factories import (
    CampaignLinkFactory,
    OutboxEntryFactory,
    PersonChoiceFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
)

pytestmark = pytest.mark.django_db

CANDIDATES = [
    {"type": "Contact", "id": "003000000000101AAA", "name": "Grace Hopper", "title": "Admiral", "company": "Nordwind",
     "last_activity_at": "2026-10-02T09:00:00+00:00"},
    {"type": "Lead", "id": "00Q000000000102AAA", "name": "G. Hopper", "company": "", "last_activity_at": None,
     "created_at": "2026-03-01T09:00:00.000+0000"},
]  # fmt: skip


def url_of(entry: OutboxEntry, page: str = "change") -> str:
    """Return the address of a page of a participant."""
    return reverse(f"admin:connector_outboxentry_{page}", args=[entry.pk])


def text_of(client: Client, entry: OutboxEntry, *, language: str = "en") -> str:
    """Return the page of a participant."""
    return client.get(url_of(entry), headers={"accept-language": language}).content.decode()


def ambiguous(**columns: Any) -> OutboxEntry:
    """Make a participant whose email two records have."""
    return OutboxEntryFactory.create(
        state=EntryState.NEEDS_ANSWER, reason=Reason.AMBIGUOUS, candidates=CANDIDATES, **columns
    )


def test_a_page_says_what_inwink_said_and_what_was_written(admin_client: Client) -> None:
    org = SalesforceOrgFactory.create(instance_url="https://acme.my.salesforce.com")
    entry = OutboxEntryFactory.create(
        link=CampaignLinkFactory.create(org=org), state=EntryState.SYNCED, person_type="Contact",
        person_id="003000000000001AAA", member_id="00v000000000001AAA", member_label="Registered",
    )  # fmt: skip
    SyncAttemptFactory.create(
        entry=entry, outcome=Outcome.UPDATED, changes={"Contact.Title": ["CMO", "CTO"]},
        notes=[{"code": "kept_manual", "label": "Met"}],
    )  # fmt: skip
    page = text_of(admin_client, entry)
    for said in ("Lovelace", "CTO", "Registered", "Analytical", "<del>CMO</del>", "<ins>CTO</ins>"):
        assert said in page
    assert "https://acme.my.salesforce.com/003000000000001AAA" in page
    assert "https://acme.my.salesforce.com/00v000000000001AAA" in page
    assert "Status of a colleague kept" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "A validation rule of the organisation refused this person."), ("fr", "Une règle de validation")],
)
def test_a_failure_is_explained_with_the_next_step(admin_client: Client, language: str, words: str) -> None:
    entry = OutboxEntryFactory.create(
        state=EntryState.FAILED, reason=Reason.REFUSED_BY_SALESFORCE,
        error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION", error_message="A region is needed.",
    )  # fmt: skip
    page = text_of(admin_client, entry, language=language)
    assert words in page
    assert "A region is needed." in page


def test_a_waiting_participant_says_what_it_waits_for(admin_client: Client) -> None:
    paused = CampaignLinkFactory.create(
        pause_kind="configuration", pause_code="label_gone", pause_reason="Attended",
        paused_until=timezone.now() + timedelta(minutes=10),
    )  # fmt: skip
    assert "is in the queue" in text_of(admin_client, OutboxEntryFactory.create())
    page = text_of(admin_client, OutboxEntryFactory.create(link=paused))
    assert "The campaign no longer has a status that this link writes. (Attended)" in page
    assert "Choose another status on the link" in page


def test_what_a_participant_says_is_never_html(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(
        payload={"first_name": "<script>alert(1)</script>", "custom": {"fields.<b>": "<i>"}}
    )
    page = text_of(admin_client, entry)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "fields.<b>" not in page


def test_selected_participants_are_sent_again_twice_without_harm(sign_in: Callable[..., Client]) -> None:
    entries = OutboxEntryFactory.create_batch(2, state=EntryState.FAILED)
    other = OutboxEntryFactory.create(state=EntryState.FAILED)
    client = sign_in("view_outboxentry", "resync_campaignlink")
    data = {"action": "resync_selected", "_selected_action": [entry.pk for entry in entries]}
    question = client.post("/admin/connector/outboxentry/", data).content.decode()
    assert "Send again: 2 participants?" in question
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {EntryState.FAILED}, "asked first"
    for _ in range(2):
        answer = client.post("/admin/connector/outboxentry/", {**data, "confirmed": "1"}, follow=True)
        assert "2 participants are sent again." in answer.content.decode()
    states = dict(OutboxEntry.objects.values_list("pk", "state"))
    assert [states[entry.pk] for entry in entries] == [EntryState.PENDING] * 2
    assert states[other.pk] == EntryState.FAILED


def test_very_many_are_left_to_the_workers(sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    entries = OutboxEntryFactory.create_batch(2, state=EntryState.FAILED)
    OutboxEntryFactory.create(state=EntryState.FAILED)
    data = {"action": "resync_selected", "_selected_action": [entry.pk for entry in entries], "confirmed": "1"}

    answer = sign_in("view_outboxentry", "resync_campaignlink").post("/admin/connector/outboxentry/", data)

    errand = Errand.objects.get()
    assert answer.headers["Location"] == reverse("admin:connector_errand_change", args=[errand.pk])
    carry_out(errand.pk)
    errand.refresh_from_db()
    assert (errand.state, errand.result, errand.total_count) == ("done", {"enqueued": 2}, 2)
    assert OutboxEntry.objects.failed().count() == 1


def test_without_the_permission_the_action_is_not_there(sign_in: Callable[..., Client]) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.FAILED)
    client = sign_in("view_outboxentry")
    assert b"resync_selected" not in client.get("/admin/connector/outboxentry/").content
    client.post("/admin/connector/outboxentry/", {"action": "resync_selected", "_selected_action": [entry.pk]})
    for page in ("resync", "correct", "answer", "take_back"):
        assert client.post(url_of(entry, page)).status_code == 403
    assert OutboxEntry.objects.get().state == EntryState.FAILED
    assert "Send again" not in text_of(client, entry)


def test_candidates_stand_side_by_side_and_one_is_picked(admin_client: Client) -> None:
    entry = ambiguous()
    page = text_of(admin_client, entry)
    assert "Contact: Grace Hopper" in page
    assert "Admiral · Nordwind" in page
    assert "last activity 2 October 2026" in page
    assert "no activity, created 1 March 2026" in page
    admin_client.post(
        url_of(entry, "answer"),
        {"question": "ambiguous", "asked": entry.generation, "answer": "pick:Contact:003000000000101AAA"},
    )
    entry.refresh_from_db()
    assert entry.state == EntryState.PENDING
    choice = PersonChoice.objects.get()
    assert (choice.person_id, choice.chosen_by) == ("003000000000101AAA", "admin")
    assert "003000000000101AAA" in text_of(admin_client, entry)


def test_a_known_record_is_picked_by_its_id(admin_client: Client) -> None:
    entry = ambiguous()
    refused = admin_client.post(
        url_of(entry, "answer"),
        {"question": "ambiguous", "asked": entry.generation, "answer": "by_id", "record_id": "001000000000101AAA"},
    )
    assert "it begins with 003" in refused.content.decode()
    admin_client.post(
        url_of(entry, "answer"),
        {"question": "ambiguous", "asked": entry.generation, "answer": "by_id", "record_id": "00Q000000000999AAA"},
    )
    assert PersonChoice.objects.get().person_type == "Lead"


@pytest.mark.parametrize("answer", ["", "same_person", "pick:Account:001", "nonsense"])
def test_an_answer_that_was_not_offered_is_refused(admin_client: Client, answer: str) -> None:
    entry = ambiguous()
    assert (
        admin_client.post(
            url_of(entry, "answer"), {"question": "ambiguous", "asked": entry.generation, "answer": answer}
        ).status_code
        == 200
    )
    entry.refresh_from_db()
    assert entry.state == EntryState.NEEDS_ANSWER


def test_a_participant_is_left_out_and_taken_back(admin_client: Client) -> None:
    entry = ambiguous()
    admin_client.post(
        url_of(entry, "answer"), {"question": "ambiguous", "asked": entry.generation, "answer": "leave_out"}
    )
    entry.refresh_from_db()
    assert entry.answers["ambiguous"]["answer"] == "leave_out"
    admin_client.post(url_of(entry, "take_back"))
    entry.refresh_from_db()
    assert entry.answers == {}


def test_an_answer_that_comes_too_late_changes_nothing(admin_client: Client) -> None:
    entry = ambiguous()
    form = {"question": "ambiguous", "asked": entry.generation, "answer": "leave_out"}
    admin_client.post(url_of(entry, "answer"), form)
    generation = OutboxEntry.objects.get().generation
    late = admin_client.post(url_of(entry, "answer"), form, follow=True)
    assert late.status_code == 200
    assert OutboxEntry.objects.get().generation == generation


def test_who_may_not_answer_sees_no_answers(sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_outboxentry")
    assert "Your answer" not in text_of(client, ambiguous())


def test_a_remembered_choice_is_shown_and_can_be_taken_back(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
    PersonChoiceFactory.create(org=entry.link.org, email_key=entry.email_key, person_id="003000000000777AAA")
    assert "003000000000777AAA" in text_of(admin_client, entry)
    admin_client.post(url_of(entry, "take_back"))
    assert not PersonChoice.objects.exists()


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("Participant-X@Example.org ", ["participant-x"]),
        ("participant-x", ["participant-x"]),
        ("003000000000042AAA", ["participant-x"]),
        ("003000000000042", ["participant-x"]),
        ("articipant-x", []),
        ("nobody@example.org", []),
    ],
)
def test_participants_are_found_by_whole_email_or_id(admin_client: Client, term: str, found: list[str]) -> None:
    entry = OutboxEntryFactory.create(participant_key="participant-x", state=EntryState.SYNCED)
    SyncAttemptFactory.create(entry=entry, person_id="003000000000042AAA")
    SyncAttemptFactory.create()
    for model in ("outboxentry", "syncattempt"):
        results = admin_client.get(f"/admin/connector/{model}/", {"q": term}, follow=True).context["cl"].result_list
        assert [row.participant_key for row in results] == found


@pytest.mark.parametrize(
    ("query", "count"),
    [({"standing": "waiting"}, 2), ({"standing": "same_person"}, 1), ({"standing": "failed"}, 1),
     ({"why": "no_match"}, 1), ({"standing": "synced"}, 2), ({}, 7)],
)  # fmt: skip
def test_participants_are_filtered(admin_client: Client, query: dict[str, str], count: int) -> None:
    first = OutboxEntryFactory.create(state=EntryState.SYNCED)
    OutboxEntryFactory.create(state=EntryState.SYNCED, same_person_of=first)
    OutboxEntryFactory.create(state=EntryState.PENDING)
    OutboxEntryFactory.create(state=EntryState.RETRYING)
    OutboxEntryFactory.create(state=EntryState.FAILED)
    OutboxEntryFactory.create(state=EntryState.LEFT_OUT, reason=Reason.NO_MATCH)
    OutboxEntryFactory.create(state=EntryState.NEEDS_ANSWER, reason=Reason.NO_EMAIL)
    assert admin_client.get("/admin/connector/outboxentry/", query).context["cl"].result_count == count


def test_an_answer_to_a_question_that_changed_meanwhile_is_not_taken_for_the_new_one(admin_client: Client) -> None:
    """ "It was a test" and "keep the former values" are one word: the second would drop a message nobody looked at."""
    entry = OutboxEntryFactory.create(
        state=EntryState.NEEDS_ANSWER, reason=Reason.LOOKS_ANONYMISED, held_payload={"first_name": "", "last_name": ""}
    )
    assert 'name="question" value="looks_anonymised"' in text_of(admin_client, entry)
    late = admin_client.post(
        url_of(entry, "answer"), {"question": "test_scan", "asked": entry.generation, "answer": "discard"}, follow=True
    )
    assert "waits for that answer no longer" in late.content.decode()
    entry.refresh_from_db()
    assert (entry.state, entry.answers, bool(entry.held_payload)) == (EntryState.NEEDS_ANSWER, {}, True)


def test_a_refused_record_id_is_kept_for_correction(admin_client: Client) -> None:
    entry = ambiguous()
    sent = admin_client.post(
        url_of(entry, "answer"),
        {"question": "ambiguous", "asked": entry.generation, "answer": "by_id", "record_id": "001xyz"},
    )
    page = sent.content.decode()
    assert 'value="by_id" required checked>' in page
    assert page.count(" checked>") == 1
    assert 'name="record_id" value="001xyz"' in page
    assert " checked>" not in text_of(admin_client, entry)


@pytest.mark.parametrize("page", ["change", "preview"])
def test_two_people_with_one_email_have_titles_of_their_own(admin_client: Client, page: str) -> None:
    link = CampaignLinkFactory.create()
    names = ("Ada", "Hugo")
    entries = [
        OutboxEntryFactory.create(
            link=link, email_key="team@example.org", payload={"first_name": name, "last_name": "Byron"}
        )
        for name in names
    ]
    for entry, name in zip(entries, names, strict=True):
        text = admin_client.get(url_of(entry, page)).content.decode()
        title = text.partition("<title>")[2].partition("</title>")[0]
        assert f"{name} Byron (team@example.org)" in title
        assert f"{name} Byron (team@example.org)</h2>" in text


def test_whoever_may_not_see_people_sees_no_name_in_the_title(sign_in: Callable[..., Client]) -> None:
    entry = OutboxEntryFactory.create(participant_key="p1")
    page = text_of(sign_in("view_outboxentry"), entry)
    assert page.partition("<title>")[2].strip().startswith("p1 |")


def test_the_list_is_named_as_in_the_menu(admin_client: Client) -> None:
    page = admin_client.get("/admin/connector/outboxentry/").content.decode()
    assert "Outbox" not in page
