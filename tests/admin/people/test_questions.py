"""Who needs an answer stands apart from failures, by question; one or many are answered, and it can be taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry, PersonChoice
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory, SalesforceOrgFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/connector/outboxentry/answers/"
MANY = "/admin/connector/outboxentry/answer-many/"
TAKE_BACK = "/admin/connector/outboxentry/take-back-many/"
CANDIDATES = [
    {"type": "Contact", "id": "003000000000101AAA", "name": "Grace Hopper", "company": "Nordwind",
     "last_activity_at": "2026-10-02", "created_at": "", "is_member": False},
    {"type": "Lead", "id": "00Q000000000102AAA", "name": "G. Hopper", "company": "", "last_activity_at": "",
     "created_at": "", "is_member": True},
]  # fmt: skip


def waiting(reason: Reason, **columns: Any) -> OutboxEntry:
    """Make a participant that needs an answer."""
    return OutboxEntryFactory.create(state=EntryState.NEEDS_ANSWER, reason=reason, **columns)


def text_of(client: Client, query: str = "", *, language: str = "en") -> str:
    """Return the page."""
    return client.get(PAGE + query, headers={"accept-language": language}).content.decode()


def said(client: Client, url: str, data: dict[str, Any]) -> str:
    """Post, and return the page that follows."""
    return client.post(url, data, follow=True).content.decode()


def test_questions_stand_in_their_order_with_their_numbers(admin_client: Client) -> None:
    waiting(Reason.AMBIGUOUS, candidates=CANDIDATES)
    for _ in range(2):
        waiting(Reason.NO_EMAIL)
    OutboxEntryFactory.create(state=EntryState.FAILED)
    tabs = admin_client.get(PAGE).context["tabs"]
    assert [(str(tab["label"]), tab["count"], tab["is_current"]) for tab in tabs] == [
        ("No valid email", 2, True), ("Several records with this email", 1, False), ("Answers given", 0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Contact: Grace Hopper", "last activity 2 October 2026", "already a member of this campaign"]),
        (
            "fr",
            ["Contact : Grace Hopper", "déjà membre de cette campagne", "dans tous les événements de l’organisation"],
        ),
    ],
)
def test_candidates_stand_side_by_side_with_a_link_into_salesforce(
    admin_client: Client, language: str, words: list[str]
) -> None:
    org = SalesforceOrgFactory.create(instance_url="https://acme.my.salesforce.com")
    waiting(Reason.AMBIGUOUS, candidates=CANDIDATES, link=CampaignLinkFactory.create(org=org))
    page = text_of(admin_client, language=language)
    for one in [*words, "https://acme.my.salesforce.com/00Q000000000102AAA"]:
        assert one in page


@pytest.mark.parametrize("said_id", ["003éééééééééééé", "001000000000101AAA", "003-00000000101AAA", "003"])
def test_what_is_no_id_of_a_person_is_said_and_picks_nobody(admin_client: Client, said_id: str) -> None:
    entry = waiting(Reason.NO_EMAIL)
    url = reverse("admin:connector_outboxentry_answer", args=[entry.pk])
    form = {"question": "no_email", "asked": entry.generation, "answer": "by_id", "record_id": said_id}
    assert "Give the id of a Contact (it begins with 003)" in said(admin_client, url, form)
    assert OutboxEntry.objects.get().answers == {}


def test_one_is_answered_in_the_list_and_the_list_comes_back(admin_client: Client) -> None:
    entry, other = waiting(Reason.AMBIGUOUS, candidates=CANDIDATES), waiting(Reason.AMBIGUOUS)
    form = {
        "entry": entry.pk,
        "question": "ambiguous",
        "asked": entry.generation,
        "answer": "pick:Contact:003000000000101AAA",
    }
    page = said(admin_client, PAGE + "?question=ambiguous", form)
    assert "Your answer is kept and carried out." in page
    assert other.participant_key in page
    choice = PersonChoice.objects.get()
    assert (choice.person_id, choice.chosen_by) == ("003000000000101AAA", "admin")
    assert "waits for that answer no longer" in said(admin_client, PAGE + "?question=ambiguous", form)
    assert OutboxEntry.objects.get(pk=entry.pk).generation == 2


@pytest.mark.parametrize(
    ("reason", "answer", "button"),
    [
        (Reason.TEST_SCAN, "release", "Count as attended"),
        (Reason.TEST_SCAN, "discard", "It was a test"),
        (Reason.LOOKS_ANONYMISED, "discard", "Keep the former values"),
        (Reason.NO_EMAIL, "create", "Create without an email"),
        (Reason.SHARES_EMAIL, "same_person", "Both are the same person"),
        (Reason.CONVERTED_WITHOUT_CONTACT, "leave_out", "Leave this participant out"),
    ],
)
def test_every_question_has_its_answers(admin_client: Client, reason: Reason, answer: str, button: str) -> None:
    entry = waiting(reason)
    assert f"<strong>{button}</strong>" in text_of(admin_client)
    said(admin_client, PAGE, {"entry": entry.pk, "question": reason.value, "asked": entry.generation, "answer": answer})
    assert OutboxEntry.objects.get().state == EntryState.PENDING


def test_a_held_message_is_shown_before_and_after(admin_client: Client) -> None:
    waiting(Reason.LOOKS_ANONYMISED, held_payload={"first_name": "anonymous", "last_name": "anonymous", "came": False})
    page = text_of(admin_client)
    assert ">anonymous<" in page
    assert ">Ada<" in page


def test_whoever_shares_an_email_is_shown_with_the_others(admin_client: Client) -> None:
    entry = waiting(Reason.SHARES_EMAIL)
    payload = {"first_name": "Grace", "last_name": "Hopper", "email": entry.email_key}
    OutboxEntryFactory.create(link=entry.link, state=EntryState.SYNCED, payload=payload)
    assert "Grace Hopper</a> <span" in text_of(admin_client)


@pytest.mark.parametrize("answer", ["", "release", "pick:Account:001", "by_id:001000000000001AAA", "nonsense"])
def test_an_answer_that_was_not_offered_is_refused(admin_client: Client, answer: str) -> None:
    entry = waiting(Reason.AMBIGUOUS, candidates=CANDIDATES)
    page = said(
        admin_client, PAGE, {"entry": entry.pk, "question": "ambiguous", "asked": entry.generation, "answer": answer}
    )
    assert 'role="alert"' in page
    assert OutboxEntry.objects.get().state == EntryState.NEEDS_ANSWER


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"answer": "release"}, id="from the list"),
        pytest.param({"answer": "release", "asked": ""}, id="without what was shown"),
        pytest.param({"decision": "release", "scope": "ticked", "confirmed": "1"}, id="of a selection, confirmed"),
        pytest.param({"decision": "release", "scope": "all", "confirmed": "1"}, id="of all, confirmed"),
    ],
)
def test_an_answer_to_what_was_shown_before_a_change_is_not_given(admin_client: Client, form: dict[str, str]) -> None:
    entry = waiting(Reason.TEST_SCAN)
    shown = f"{entry.pk}:{entry.generation}"
    OutboxEntry.objects.update(generation=2)
    sent = {"entry": entry.pk, "question": "test_scan", "asked": "1", "selected": shown, "counted": shown, **form}
    page = said(admin_client, MANY if "decision" in form else PAGE, sent)
    assert "no longer" in page
    assert OutboxEntry.objects.get().answers == {}


def test_those_ticked_are_answered_by_a_rule_after_a_confirmation(admin_client: Client) -> None:
    entries = [waiting(Reason.AMBIGUOUS, candidates=CANDIDATES) for _ in range(2)]
    unfit, unticked = waiting(Reason.AMBIGUOUS), waiting(Reason.AMBIGUOUS, candidates=CANDIDATES)
    form = {"question": "ambiguous", "scope": "ticked", "decision": "the_member",
            "selected": [f"{entry.pk}:1" for entry in (*entries, unfit)]}  # fmt: skip

    asked = said(admin_client, MANY, form)
    assert "Pick the one who is a member already: 2 participants" in asked
    assert "Not answered: 1 participant" in asked
    assert not PersonChoice.objects.exists()

    done = said(admin_client, MANY, {**form, "confirmed": "1"})
    assert "2 answers are kept and carried out." in done
    assert "1 goes on waiting: the rule names no single record." in done
    assert set(PersonChoice.objects.values_list("person_id", flat=True)) == {"00Q000000000102AAA"}
    assert OutboxEntry.objects.get(pk=unticked.pk).state == EntryState.NEEDS_ANSWER

    again = said(admin_client, MANY, {**form, "confirmed": "1"})
    assert "2 were no longer waiting." in again


def test_all_of_an_event_are_answered_at_once(admin_client: Client) -> None:
    link = CampaignLinkFactory.create()
    for _ in range(3):
        waiting(Reason.TEST_SCAN, link=link)
    elsewhere = waiting(Reason.TEST_SCAN)
    form = {"question": "test_scan", "scope": "all", "decision": "release", "link": link.pk}
    asked = admin_client.post(MANY, form)
    assert "Count as attended: 3 participants" in asked.content.decode()
    assert "3 answers are kept and carried out." in said(admin_client, MANY, confirmed(asked))
    assert OutboxEntry.objects.get(state=EntryState.NEEDS_ANSWER) == elsewhere


def confirmed(asked: Any) -> dict[str, Any]:
    """Return what the button of a question sends."""
    return {**dict(asked.context["sent"]), "confirmed": "1"}


def test_who_asks_while_the_question_is_read_was_not_counted_and_is_not_answered(admin_client: Client) -> None:
    older = OutboxEntryFactory.create(state=EntryState.SYNCED)
    counted = [waiting(Reason.TEST_SCAN) for _ in range(2)]
    form = {"question": "test_scan", "scope": "all", "decision": "release"}
    asked = admin_client.post(MANY, form)
    OutboxEntry.objects.filter(pk=older.pk).update(state=EntryState.NEEDS_ANSWER, reason=Reason.TEST_SCAN)
    waiting(Reason.TEST_SCAN)

    assert "2 answers are kept and carried out." in said(admin_client, MANY, confirmed(asked))
    assert OutboxEntry.objects.filter(state=EntryState.NEEDS_ANSWER).count() == 2
    assert not OutboxEntry.objects.filter(pk__in=[one.pk for one in counted], state=EntryState.NEEDS_ANSWER).exists()
    assert "Count as attended: 2 participants" in said(admin_client, MANY, {**form, "confirmed": "1"}), "asked anew"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"question": "test_scan", "decision": "the_member", "scope": "all"},
        {"question": "nonsense", "decision": "leave_out", "scope": "all"},
        {"question": "test_scan", "decision": "leave_out", "scope": "ticked", "selected": ["x"]},
    ],
)
def test_a_selection_that_says_nothing_changes_nothing(admin_client: Client, form: dict[str, Any]) -> None:
    waiting(Reason.TEST_SCAN)
    assert admin_client.post(MANY, {**form, "confirmed": "1"}).status_code == 302
    assert OutboxEntry.objects.get().state == EntryState.NEEDS_ANSWER


def test_answers_given_are_shown_with_who_and_when_and_are_taken_back(admin_client: Client) -> None:
    entry, other = waiting(Reason.AMBIGUOUS, candidates=CANDIDATES), waiting(Reason.TEST_SCAN)
    said(
        admin_client,
        PAGE,
        {
            "entry": entry.pk,
            "question": "ambiguous",
            "asked": entry.generation,
            "answer": "pick:Contact:003000000000101AAA",
        },
    )
    said(
        admin_client,
        PAGE,
        {"entry": other.pk, "question": "test_scan", "asked": other.generation, "answer": "leave_out"},
    )
    page = text_of(admin_client, "?question=given")
    for one in (
        "Pick this record Contact: Grace Hopper <",
        "003000000000101AAA",
        "Leave this participant out",
        "admin",
        "Check-in before the event",
    ):
        assert one in page
    form = {"question": "given", "selected": [entry.pk, other.pk]}
    assert "Take back the answers: 2 participants" in said(admin_client, TAKE_BACK, form)
    assert PersonChoice.objects.exists()
    assert "2 answers are taken back" in said(admin_client, TAKE_BACK, {**form, "confirmed": "1"})
    assert not PersonChoice.objects.exists()
    assert "Nobody has answered yet." in text_of(admin_client, "?question=given")


@pytest.mark.parametrize(
    ("reason", "answer", "words"),
    [(Reason.TEST_SCAN, "release", "Count as attended"), (Reason.TEST_SCAN, "discard", "It was a test"),
     (Reason.NO_EMAIL, "create", "Create without an email")],
)  # fmt: skip
def test_an_answer_given_is_called_as_its_button(admin_client: Client, reason: Reason, answer: str, words: str) -> None:
    entry = waiting(reason)
    admin_client.post(PAGE, {"entry": entry.pk, "question": reason, "asked": entry.generation, "answer": answer})
    given = admin_client.get(f"{PAGE}?question=given").content.decode()
    timeline = admin_client.get(f"/admin/connector/outboxentry/{entry.pk}/change/").content.decode()
    assert words in given
    assert words in timeline
    assert "Release this participant" not in given + timeline


def test_who_may_not_answer_looks_only(sign_in: Callable[..., Client]) -> None:
    entry = waiting(Reason.TEST_SCAN)
    client = sign_in("view_outboxentry", "see_people")
    page = text_of(client)
    assert entry.participant_key in page
    assert "Count as attended" not in page
    data = {"entry": entry.pk, "question": "test_scan", "asked": entry.generation, "answer": "release",
            "selected": [f"{entry.pk}:1"], "confirmed": "1", "decision": "release"}  # fmt: skip
    for url in (PAGE, MANY, TAKE_BACK):
        assert client.post(url, data).status_code == 403
    assert client.get(reverse("admin:connector_outboxentry_find", args=[entry.pk])).status_code == 403
    assert OutboxEntry.objects.get().state == EntryState.NEEDS_ANSWER


def test_who_may_not_see_participants_sees_no_questions(sign_in: Callable[..., Client]) -> None:
    assert sign_in().get(PAGE).status_code == 403


def test_where_nobody_waits_the_page_says_so(admin_client: Client) -> None:
    assert "Nobody needs an answer." in text_of(admin_client)
    assert "cx-badge" not in text_of(admin_client)
    waiting(Reason.NO_EMAIL)
    assert 'cx-badge cx-tag-warn">1<' in text_of(admin_client)


def test_many_are_shown_page_by_page(admin_client: Client) -> None:
    entries = OutboxEntryFactory.create_batch(27, state=EntryState.NEEDS_ANSWER, reason=Reason.TEST_SCAN)
    second = text_of(admin_client, "?question=test_scan&page=2")
    assert "page 2 of 2" in second
    assert entries[26].participant_key in second
    assert f"person-{entries[0].pk}" not in second


@pytest.mark.parametrize("reason", [Reason.AMBIGUOUS, Reason.SHARES_EMAIL, Reason.TEST_SCAN])
def test_the_page_asks_as_much_for_one_as_for_twenty(admin_client: Client, reason: Reason) -> None:
    def count(query: str = "") -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(admin_client, query)
        return len(queries)

    waiting(reason, answered_at=NOW)
    count()  # whatever is cached for the process
    once, given = count(), count("?question=given")
    for number in range(20):
        waiting(reason, answered_at=NOW + timedelta(minutes=number), candidates=CANDIDATES)
    assert count() == once <= 12
    assert count("?question=given") == given <= 12


def test_a_participant_who_no_longer_waits_is_not_searched(admin_client: Client) -> None:
    entry = OutboxEntryFactory.create(state=EntryState.SYNCED)
    answer = admin_client.get(reverse("admin:connector_outboxentry_find", args=[entry.pk]), follow=True)
    assert "no longer waits for an answer" in answer.content.decode()
