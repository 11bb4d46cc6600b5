"""Many are answered with one decision, each once, and many answers are taken back."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector.core.matching.answer_rules import AnswerRule
from connector.core.outcomes import EntryState, Reason
from connector.models import OutboxEntry, PersonChoice
from connector.pipeline.answering import (
    Asked,
    Decision,
    Tally,
    answer_entries,
    count_fitting,
    count_questions,
    take_back_entries,
)
from connector.pipeline.answers import AnswerKind, picked_record
from tests.factories import CampaignLinkFactory, OutboxEntryFactory
from tests.world import World

MOST_RECENT = Decision(AnswerKind.PICK, rule=AnswerRule.MOST_RECENT)
CANDIDATES = [
    {"type": "Contact", "id": "003000000000101AAA", "last_activity_at": "2026-10-02", "created_at": ""},
    {"type": "Lead", "id": "00Q000000000102AAA", "last_activity_at": "", "created_at": ""},
]


def waiting(reason: Reason, **columns: Any) -> OutboxEntry:
    """Make a participant that needs an answer."""
    return OutboxEntryFactory.create(state=EntryState.NEEDS_ANSWER, reason=reason, **columns)


def asked(first: OutboxEntry, *others: OutboxEntry) -> Asked:
    """Return the question of the first, as it is shown of all of them now."""
    return Asked({entry.pk: entry.generation for entry in (first, *others)}, first.reason)


@pytest.mark.django_db
def test_many_are_answered_by_a_rule_and_the_others_go_on_waiting() -> None:
    entry, other = waiting(Reason.AMBIGUOUS, candidates=CANDIDATES), waiting(Reason.AMBIGUOUS)
    gone = OutboxEntryFactory.create(state=EntryState.SYNCED)
    question = asked(entry, other, gone)

    assert count_fitting(question, MOST_RECENT) == 1
    assert answer_entries(question, MOST_RECENT, by="olga") == Tally(answered=1, too_late=1, unfit=1)

    choice = PersonChoice.objects.get()
    assert (choice.email_key, choice.person_id, choice.chosen_by) == (entry.email_key, "003000000000101AAA", "olga")
    states = dict(OutboxEntry.objects.values_list("pk", "state"))
    assert states == {entry.pk: "pending", other.pk: "needs_answer", gone.pk: "synced"}
    assert OutboxEntry.objects.get(pk=entry.pk).answered_at is not None


@pytest.mark.django_db
def test_answering_twice_changes_nothing() -> None:
    entry = waiting(Reason.TEST_SCAN)
    decision = Decision(AnswerKind.RELEASE)
    assert answer_entries(asked(entry), decision, by="olga") == Tally(answered=1)
    assert answer_entries(asked(entry), decision, by="olga") == Tally(too_late=1)
    assert OutboxEntry.objects.get().generation == 2


@pytest.mark.django_db
def test_whoever_waits_with_another_question_meanwhile_is_not_answered() -> None:
    entry = waiting(Reason.NO_EMAIL)
    tally = answer_entries(Asked({entry.pk: 1}, Reason.TEST_SCAN), Decision(AnswerKind.LEAVE_OUT), by="olga")
    assert tally == Tally(too_late=1)
    assert OutboxEntry.objects.get().answers == {}


@pytest.mark.django_db
def test_a_pick_settles_the_same_email_in_the_other_events_of_the_organisation() -> None:
    entry = waiting(Reason.AMBIGUOUS, candidates=CANDIDATES)
    second = CampaignLinkFactory.create(org=entry.link.org)
    waiting(Reason.AMBIGUOUS, link=second, payload=entry.payload)
    assert answer_entries(asked(entry), MOST_RECENT, by="olga") == Tally(answered=1, settled=1)
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"pending"}


@pytest.mark.django_db
def test_questions_are_counted_in_the_order_of_the_rules() -> None:
    link = waiting(Reason.AMBIGUOUS).link
    for _ in range(2):
        waiting(Reason.NO_EMAIL, link=link)
    waiting(Reason.NO_EMAIL)
    OutboxEntryFactory.create(link=link, state=EntryState.LEFT_OUT, reason=Reason.NO_MATCH)
    assert list(count_questions().items()) == [("no_email", 3), ("ambiguous", 1)]
    assert count_questions(link.pk) == {"no_email": 2, "ambiguous": 1}


@pytest.mark.django_db
def test_taking_many_back_locks_and_saves_them_together() -> None:
    entries = [waiting(Reason.TEST_SCAN) for _ in range(30)]
    ids = [entry.pk for entry in entries]
    answer_entries(asked(*entries), Decision(AnswerKind.LEAVE_OUT), by="olga")
    with CaptureQueriesContext(connection) as queries:
        assert take_back_entries(ids, by="bob") == 30
    assert len(queries) < 30 + 10, "one each for what was chosen for the address"


@pytest.mark.django_db
def test_many_answers_are_taken_back() -> None:
    entries = [waiting(Reason.TEST_SCAN), waiting(Reason.AMBIGUOUS, candidates=CANDIDATES)]
    answer_entries(asked(entries[0]), Decision(AnswerKind.LEAVE_OUT), by="olga")
    answer_entries(asked(entries[1]), MOST_RECENT, by="olga")
    never = waiting(Reason.NO_EMAIL)

    assert take_back_entries([*(entry.pk for entry in entries), never.pk], by="bob") == 2

    assert not PersonChoice.objects.exists()
    assert not OutboxEntry.objects.exclude(answers={}).exists()
    assert not OutboxEntry.objects.filter(answered_at__isnull=False).exists()


ADA = {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}


def test_the_most_recently_used_of_several_records_becomes_the_member(world: World) -> None:
    world.add("Contact", {"LastName": "Lovelace", "FirstName": "A.", "Email": "ada@example.org"})
    [used] = world.add(
        "Contact",
        {"LastName": "Lovelace", "FirstName": "Ada", "Email": "ada@example.org", "LastActivityDate": "2026-10-02"},
    )
    world.send(ADA)
    entry = world.entry("p1")
    assert (entry.state, entry.reason) == ("needs_answer", "ambiguous")

    assert answer_entries(asked(entry), MOST_RECENT, by="olga").answered == 1
    world.drain()

    assert [(row["ContactId"], row["Status"]) for row in world.rows("CampaignMember")] == [(used, "Registered")]


def test_a_wrong_pick_is_taken_back_and_asked_again(world: World) -> None:
    wrong, right = world.add(
        "Contact", *({"LastName": "Lovelace", "FirstName": name, "Email": None} for name in ("Adele", "Ada"))
    )
    world.send({**ADA, "email": None})
    pick = Decision(AnswerKind.PICK)
    entry = world.entry("p1")
    answer_entries(asked(entry), replace(pick, picked=picked_record("Contact", wrong)), by="olga")
    world.drain()
    assert world.entry("p1").person_id == wrong

    assert take_back_entries([entry.pk], by="olga") == 1
    world.drain()
    assert world.ends() == {"p1": ("needs_answer", "no_email")}

    answer_entries(asked(world.entry("p1")), replace(pick, picked=picked_record("Contact", right)), by="olga")
    world.drain()
    assert world.entry("p1").person_id == right


def test_an_answer_is_about_the_person_who_was_shown(world: World) -> None:
    """Bob shares Alice's address; by the time of the answer inwink says that he shares Carla's."""
    bob = {**ADA, "id": "bob", "firstName": "Bob", "lastName": "Deux", "email": "one@example.org"}
    world.send({**bob, "id": "alice", "firstName": "Alice", "lastName": "Un"})
    world.send({**bob, "id": "carla", "firstName": "Carla", "lastName": "Trois", "email": "two@example.org"})
    world.send(bob)
    shown = asked(world.entry("bob"))
    world.send({**bob, "email": "two@example.org"})
    assert world.entry("bob").reason == shown.reason == "shares_email"
    before = world.holds()

    assert count_fitting(shown, Decision(AnswerKind.SAME_PERSON)) == 0
    assert answer_entries(shown, Decision(AnswerKind.SAME_PERSON), by="olga") == Tally(too_late=1)
    world.drain()

    assert world.holds() == before, "nobody is called Bob Deux"


def test_the_question_is_another_one_when_the_other_person_is(world: World) -> None:
    bob = {**ADA, "id": "bob", "firstName": "Bob", "lastName": "Deux", "email": "one@example.org"}
    alice = {**bob, "id": "alice", "firstName": "Alice", "lastName": "Un"}
    world.send(alice)
    world.send(bob)
    shown = asked(world.entry("bob"))
    world.send({**alice, "email": "alice@example.org"})
    world.send({**bob, "id": "carla", "firstName": "Carla", "lastName": "Trois"})
    assert answer_entries(shown, Decision(AnswerKind.SAME_PERSON), by="olga") == Tally(too_late=1)
