"""A person's answer is kept in one shape, only where it is asked for, and sent at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.core.outcomes import EntryState, Reason
from connector.core.state import State
from connector.models import OutboxEntry, PersonChoice
from connector.pipeline import answers
from connector.pipeline.answers import AnswerNotAllowedError, allowed_answers
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory, PersonChoiceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

CONTACT = "003000000000001AAA"


def waiting(reason: Reason, **columns: Any) -> OutboxEntry:
    state = EntryState.LEFT_OUT if reason is Reason.PERSON_DELETED else EntryState.NEEDS_ANSWER
    return OutboxEntryFactory.create(state=state.value, reason=reason.value, sent_hash="h", **columns)


def give(entry: OutboxEntry, kind: str) -> bool:
    if kind == "pick":
        return answers.pick_person(entry, "Contact", CONTACT, "alice")
    functions: dict[str, Callable[[OutboxEntry, str], bool]] = {
        "leave_out": answers.leave_out,
        "release": answers.release,
        "discard": answers.discard,
        "same_person": answers.same_person,
        "create": answers.create_person,
    }
    return functions[kind](entry, "alice")


EVERY_ANSWER = [(reason, kind) for reason in Reason for kind in allowed_answers(reason)]


@pytest.mark.parametrize(("reason", "kind"), EVERY_ANSWER)
def test_an_answer_is_kept_and_sent_at_once(reason: Reason, kind: str) -> None:
    entry = waiting(reason)
    assert give(entry, kind)
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.reason, stored.generation, stored.priority) == ("pending", "", 2, 0)
    assert (stored.requested_by, stored.sent_hash) == ("alice", "")
    if (reason, kind) == (Reason.AMBIGUOUS, "pick"):
        assert stored.answers == {}
        return
    said = stored.answers[reason.value]
    assert said["answer"] == {"release": "accept"}.get(kind, kind)
    assert (said["by"], set(said) >= {"at"}) == ("alice", True)
    if kind == "pick":
        assert (said["person_type"], said["person_id"]) == ("Contact", CONTACT)


@pytest.mark.parametrize(("reason", "kind"), EVERY_ANSWER)
def test_an_answer_given_twice_changes_nothing_more(reason: Reason, kind: str) -> None:
    entry = waiting(reason)
    give(entry, kind)
    before = OutboxEntry.objects.values().get()
    assert not give(entry, kind)
    assert OutboxEntry.objects.values().get() == before


@pytest.mark.parametrize("reason", list(Reason))
def test_an_answer_that_does_not_fit_the_reason_is_refused(reason: Reason) -> None:
    entry = waiting(reason)
    for kind in {"pick", "leave_out", "release", "discard", "same_person", "create"} - set(allowed_answers(reason)):
        with pytest.raises(AnswerNotAllowedError):
            give(entry, kind)
    assert OutboxEntry.objects.get().generation == 1


@pytest.mark.parametrize(
    ("person_type", "person_id"), [("Account", CONTACT), ("Contact", "x"), ("Lead", "' OR 1=1 --")]
)
def test_only_a_contact_or_lead_can_be_picked(person_type: str, person_id: str) -> None:
    with pytest.raises(AnswerNotAllowedError):
        answers.pick_person(waiting(Reason.AMBIGUOUS), person_type, person_id, "alice")


def test_a_choice_serves_the_whole_organisation() -> None:
    link = CampaignLinkFactory.create()
    email = {"payload": {"email": "info@example.org"}}
    entry = waiting(Reason.AMBIGUOUS, link=link, **email)
    same_org = waiting(Reason.AMBIGUOUS, link=CampaignLinkFactory.create(org=link.org), **email)
    other_org = waiting(Reason.AMBIGUOUS, **email)
    assert answers.pick_person(entry, "Contact", CONTACT[:15], "alice")
    choice = PersonChoice.objects.get()
    assert (choice.org, choice.email_key, choice.person_type, choice.person_id, choice.chosen_by) == (
        link.org, "info@example.org", "Contact", CONTACT, "alice",
    )  # fmt: skip
    states = dict(OutboxEntry.objects.values_list("pk", "state"))
    assert states == {entry.pk: "pending", same_org.pk: "pending", other_org.pk: "needs_answer"}


def test_an_accepted_message_that_looked_anonymised_is_merged() -> None:
    entry = waiting(
        Reason.LOOKS_ANONYMISED, held_payload={"first_name": "", "last_name": "Deleted", "email": "d@x.org"}
    )
    answers.release(entry, "alice")
    stored = OutboxEntry.objects.get()
    assert (stored.payload["last_name"], stored.email_key, stored.held_payload) == ("Deleted", "d@x.org", None)


def test_a_discarded_message_that_looked_anonymised_is_dropped() -> None:
    entry = waiting(Reason.LOOKS_ANONYMISED, held_payload={"last_name": "Deleted"})
    answers.discard(entry, "alice")
    stored = OutboxEntry.objects.get()
    assert (stored.payload, stored.held_payload) == (entry.payload, None)


def test_a_discarded_test_scan_leaves_the_registration() -> None:
    entry = waiting(Reason.TEST_SCAN, participant_state=State.ATTENDED.value)
    assert OutboxEntry.objects.get().target_state == "attended"
    answers.discard(entry, "alice")
    stored = OutboxEntry.objects.get()
    assert (stored.participant_state, stored.target_state, stored.payload["came"]) == (
        "registered",
        "registered",
        False,
    )


def test_an_answer_can_be_taken_back_once() -> None:
    entry = waiting(Reason.SHARES_EMAIL)
    PersonChoiceFactory.create(org=entry.link.org, email_key=entry.email_key)
    answers.leave_out(entry, "alice")
    assert answers.take_back(entry, "bob")
    stored = OutboxEntry.objects.get()
    assert (stored.answers, stored.generation, stored.requested_by) == ({}, 3, "bob")
    assert not PersonChoice.objects.exists()
    assert not answers.take_back(entry, "bob")
    assert OutboxEntry.objects.get().generation == 3


def test_the_choice_that_is_taken_back_is_of_the_address_that_the_participant_has_by_then() -> None:
    entry = waiting(Reason.SHARES_EMAIL)
    PersonChoiceFactory.create(org=entry.link.org, email_key=entry.email_key)
    PersonChoiceFactory.create(org=entry.link.org, email_key="new@example.org")
    OutboxEntry.objects.update(email_key="new@example.org")
    assert answers.take_back(entry, "bob")
    assert PersonChoice.objects.get().email_key == entry.email_key


def test_an_answer_while_a_worker_has_the_row_is_too_late_but_can_be_taken_back() -> None:
    entry = waiting(Reason.SHARES_EMAIL)
    answers.leave_out(entry, "alice")
    claimed = OutboxEntryFactory.build(state=EntryState.CLAIMED.value, generation=2)
    OutboxEntry.objects.update(
        state="claimed",
        claim_token=claimed.claim_token,
        claimed_generation=2,
        lease_expires_at=NOW + timedelta(minutes=2),
    )
    assert not answers.same_person(entry, "bob")
    assert answers.take_back(entry, "bob")
    stored = OutboxEntry.objects.get()
    assert (stored.state, stored.claim_token, stored.generation) == ("claimed", claimed.claim_token, 3)
