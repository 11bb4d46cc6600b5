"""A person is erased here for good, and nobody else with them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.inwink.identity import Identity
from connector.models import (
    CampaignLink,
    ErasedPerson,
    ErasureKey,
    MessageParticipant,
    OutboxEntry,
    PersonChoice,
    SyncAttempt,
    UnlinkedParticipant,
    WebhookMessage,
    WebhookSource,
)
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.inbox.importing import ImportTerms, import_file
from connector.pipeline.inbox.receive import receive_message
from connector.pipeline.privacy.erased import find_erased, remember_erased
from connector.pipeline.privacy.export import export_participant
from connector.pipeline.privacy.forget import Forgotten, PersonInHandError, erase_returned, forget_participant
from connector.pipeline.privacy.held import Sought
from connector.pipeline.setup.keys import rotate_keys
from tests.factories import (
    NOW,
    CampaignLinkFactory,
    OutboxEntryFactory,
    PersonChoiceFactory,
    SyncAttemptFactory,
    WebhookSourceFactory,
)

pytestmark = [pytest.mark.both, pytest.mark.django_db]

ADA, GRACE = "ada@example.org", "grace@example.org"
EVERYTHING = (
    OutboxEntry, UnlinkedParticipant, SyncAttempt, PersonChoice, WebhookMessage, MessageParticipant, ErasedPerson,
    CampaignLink,
)  # fmt: skip
"""Where personal data could stand."""


def said(key: str = "p1", email: str = ADA, event: str = "event-1", **more: Any) -> dict[str, Any]:
    names = {"firstName": "Ada" if email == ADA else "Grace", "lastName": "Lovelace" if email == ADA else "Hopper"}
    return {"id": key, "eventId": event, "email": email, "registered": True, **names, **more}


@pytest.fixture
def source() -> WebhookSource:
    return WebhookSourceFactory.create()


@pytest.fixture
def link() -> CampaignLink:
    return CampaignLinkFactory.create(inwink_event_id="event-1")


def receive(source: WebhookSource, *participants: dict[str, Any], message_id: str = "m") -> dict[str, Any]:
    body = json.dumps({"participants": list(participants)}).encode()
    answer = receive_message(source, message_id=message_id, body=body, received_at=timezone.now())
    return {"status": answer.status, **answer.body}


def forget(**sought: str) -> Forgotten:
    return forget_participant(Sought(**sought), by="alice")


def is_ada_mentioned() -> bool:
    return bool(re.search(r"\bada\b|lovelace", all_texts()))


def all_texts() -> str:
    return json.dumps([list(model.objects.values()) for model in EVERYTHING], default=str).casefold()


def test_everything_about_a_person_goes_and_the_others_stay(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said(), said("p2", GRACE), said("p3", event="unlinked"))
    [entry] = OutboxEntry.objects.filter(participant_key="p1")
    SyncAttemptFactory.create(entry=entry, changes={"Lead.LastName": [None, "Lovelace"]})
    SyncAttemptFactory.create(entry=OutboxEntry.objects.get(participant_key="p2"))
    PersonChoiceFactory.create(email_key=ADA)

    assert forget(email=ADA) == Forgotten(messages=1, entries=2, attempts=1)

    assert not is_ada_mentioned()
    assert [row.participant_key for row in OutboxEntry.objects.all()] == ["p2"]
    assert SyncAttempt.objects.count() == 1
    body = json.loads(WebhookMessage.objects.get().body)
    assert body == {"participants": [None, said("p2", GRACE), None]}
    assert [row.participant_key for row in MessageParticipant.objects.all()] == ["p2"]
    assert {row.erased_by for row in ErasedPerson.objects.all()} == {"alice"}


def test_forgetting_twice_is_the_same_as_once(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said())
    forget(email=ADA)
    assert forget(email=ADA) == Forgotten()
    assert ErasedPerson.objects.count() == 2, "the email and the id"


def test_later_messages_are_counted_and_dropped_before_anything_is_stored(
    source: WebhookSource, link: CampaignLink
) -> None:
    receive(source, said())
    forget(email=ADA)

    answer = receive(source, said(came=True), said("p2", GRACE), said("p1", "new@example.org"), message_id="m2")

    assert (answer["accepted"], answer["unchanged"], answer["rejected"]) == (1, 2, [])
    assert not is_ada_mentioned()
    assert "new@example.org" not in all_texts()
    assert sum(row.dropped_count for row in ErasedPerson.objects.all()) == 2
    assert [row.participant_key for row in OutboxEntry.objects.all()] == ["p2"]


def test_an_invalid_participant_of_an_erased_person_leaves_nothing_either(source: WebhookSource) -> None:
    forget(email=ADA)

    answer = receive(source, said(registered="perhaps"), {"email": ADA})

    assert (answer["unchanged"], answer["rejected"]) == (2, [])
    assert not is_ada_mentioned()


def test_a_message_that_cannot_be_read_is_not_kept_where_it_names_an_erased_person(source: WebhookSource) -> None:
    forget(email=ADA)
    texts = ['{"email": "ada@example.org"', '{"email": "grace@example.org"']
    for number, text in enumerate(texts):
        receive_message(source, message_id=f"m{number}", body=text.encode(), received_at=timezone.now())
    assert [message.body for message in WebhookMessage.objects.order_by("message_id")] == ["", texts[1]]


def test_a_new_id_of_an_erased_person_is_recognised_without_the_email_too(
    source: WebhookSource, link: CampaignLink
) -> None:
    forget(email=ADA)
    receive(source, said("p9"), message_id="m1")

    receive(source, {"id": "p9", "eventId": "event-1", "lastName": "Lovelace", "registered": True}, message_id="m2")

    assert not OutboxEntry.objects.exists()
    assert not MessageParticipant.objects.exists()
    assert not is_ada_mentioned()


def test_an_import_drops_erased_people_too(tmp_path: Any, link: CampaignLink) -> None:
    forget(email=ADA)
    file = tmp_path / "export.csv"
    file.write_text(f"id,email,last name,registered\np1,{ADA},Lovelace,yes\np2,{GRACE},Hopper,yes\n")

    counts = import_file(file, ImportTerms(event_id="event-1"))

    assert (counts.accepted, counts.unchanged) == (1, 1)
    assert [row.participant_key for row in OutboxEntry.objects.all()] == ["p2"]


def test_messages_of_every_form_are_cleaned(source: WebhookSource) -> None:
    bodies = [
        json.dumps(said()),
        json.dumps([said("p2", GRACE), said(email="ADA@Example.ORG")]),
        json.dumps(said()).replace("@", "\\u0040"),
        json.dumps([{"unique-id": "p7", "e_mail": ADA, "eventId": "event-1", "registered": "what?"}]),
        '{"email": "Ada@example.org", broken',
    ]
    for number, body in enumerate(bodies):
        receive_message(source, message_id=f"m{number}", body=body.encode(), received_at=timezone.now())

    assert forget(email=ADA).messages == len(bodies)
    assert not is_ada_mentioned()
    assert "hopper" in all_texts()


def test_refused_values_of_the_person_go_from_the_answer_too(source: WebhookSource) -> None:
    receive(source, said("p2", GRACE, registered="what?"), said(registered="Lovelace"))
    forget(email=ADA)
    assert [error["index"] for error in WebhookMessage.objects.get().answer["rejected"]] == [0]
    assert [row.place for row in MessageParticipant.objects.all()] == [0]
    assert not is_ada_mentioned()


def test_by_id_whatever_else_is_the_same_person_comes_along(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said("p1"), said("p2", event="event-2"), said("p3", GRACE))
    assert forget(participant_id="p1").entries == 2
    assert not is_ada_mentioned()


def test_by_id_an_email_that_another_name_has_is_left_alone(source: WebhookSource, link: CampaignLink) -> None:
    shared = {"email": "info@acme.example"}
    receive(source, said("p1") | shared, said("p2", GRACE) | shared)

    assert forget(participant_id="p1").entries == 1

    assert [row.participant_key for row in OutboxEntry.objects.all()] == ["p2"]
    assert receive(source, said("p2", GRACE, came=True) | shared, message_id="m2")["accepted"] == 1


def test_an_id_that_nobody_has_leaves_no_hash() -> None:
    assert forget(participant_id="p1") == Forgotten()
    assert not ErasedPerson.objects.exists()


def test_other_participants_forget_the_record_that_was_the_persons(link: CampaignLink) -> None:
    gone = OutboxEntryFactory.create(
        link=link, email_key=ADA, state="synced", person_type="Contact", person_id="003000000000001AAA"
    )
    other = OutboxEntryFactory.create(
        link=link,
        email_key=GRACE,
        payload={"email": GRACE, "last_name": "Hopper"},
        matched_email=ADA,
        matched_last_name="Lovelace",
        claimed_email=ADA,
        sent_values={"Contact.LastName": "Lovelace"},
        state=EntryState.NEEDS_ANSWER,
        reason="ambiguous",
        candidates=[{"id": gone.person_id, "name": "Ada Lovelace"}, {"id": "003000000000009AAA", "name": "Grace"}],
    )

    forget(email=ADA)

    other.refresh_from_db()
    assert (other.matched_email, other.matched_last_name, other.claimed_email) == ("", "", "")
    assert other.sent_values == {}
    assert [candidate["name"] for candidate in other.candidates] == ["Grace"]


def test_an_answer_that_picked_the_persons_record_forgets_its_name(link: CampaignLink) -> None:
    gone = OutboxEntryFactory.create(link=link, email_key=ADA, person_type="Contact", person_id="003000000000001AAA")
    picked = {"answer": "pick", "person_type": "Contact", "person_id": gone.person_id, "person_name": "Ada Lovelace"}
    other = OutboxEntryFactory.create(link=link, email_key=GRACE, answers={"no_email": picked}, answered_at=NOW)
    choice = PersonChoiceFactory.create(email_key=GRACE, person_id=gone.person_id, person_name="Ada Lovelace")
    kept = PersonChoiceFactory.create(email_key="k@example.org", person_name="Kay")

    forget(email=ADA)

    for row in (other, choice, kept):
        row.refresh_from_db()
    assert other.answers == {"no_email": {key: said for key, said in picked.items() if key != "person_name"}}
    assert (choice.person_name, kept.person_name) == ("", "Kay")


def test_a_person_in_the_hands_of_a_worker_is_not_erased_under_it(link: CampaignLink) -> None:
    OutboxEntryFactory.create(
        link=link, email_key=ADA, state=EntryState.CLAIMED, lease_expires_at=timezone.now() + timedelta(minutes=2)
    )
    with pytest.raises(PersonInHandError):
        forget(email=ADA)
    assert OutboxEntry.objects.count() == 1
    assert ErasedPerson.objects.exists(), "new messages are dropped from the first try on"

    OutboxEntry.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert forget(email=ADA).entries == 1


def test_hashes_outlive_the_rotation_of_every_other_key(settings: Any) -> None:
    forget(email=ADA)
    new = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE="
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    rotate_keys()
    settings.FIELD_ENCRYPTION_KEYS = [new]
    settings.SECRET_KEY = "another"
    assert find_erased([Identity(frozenset({ADA}), frozenset())]) == {0}


def test_nobody_comes_back_because_the_key_cannot_be_read(settings: Any, source: WebhookSource) -> None:
    forget(email=ADA)
    settings.FIELD_ENCRYPTION_KEYS = ["bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE="]
    with pytest.raises(WrongEncryptionKey):
        receive(source, said())
    assert not WebhookMessage.objects.exists()


def test_hashes_cannot_be_guessed_without_the_key() -> None:
    for _ in range(2):
        forget(email=ADA)
    first = set(ErasedPerson.objects.values_list("pk", flat=True))
    ErasedPerson.objects.all().delete()
    ErasureKey.objects.all().delete()
    forget(email=ADA)
    assert first.isdisjoint(ErasedPerson.objects.values_list("pk", flat=True))


def test_who_came_back_while_being_erased_is_erased_again(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said(), said("p2", GRACE), said("p3", event="unlinked"))
    identity = Identity(frozenset({ADA}), frozenset())
    remember_erased(identity, by="alice", now=timezone.now())  # as if the message had been stored a moment later
    OutboxEntry.objects.filter(participant_key="p1").update(state=EntryState.LEFT_OUT, reason="erased")

    assert erase_returned() == 2

    assert not is_ada_mentioned()
    assert erase_returned() == 0


def test_what_is_held_is_handed_out(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said(fields={"dietary": "vegan"}), said("p2", GRACE), said("p3", event="unlinked"))
    entry = OutboxEntry.objects.get(participant_key="p1")
    SyncAttemptFactory.create(entry=entry)
    PersonChoiceFactory.create(email_key=ADA)

    held = export_participant(Sought(email=ADA))

    assert held["emails"] == [ADA]
    assert held["ids"] == [{"event": "event-1", "id": "p1"}, {"event": "unlinked", "id": "p3"}]
    [participant] = held["participants"]
    assert participant["payload"]["custom"] == {"fields.dietary": "vegan"}
    assert (participant["event"], participant["campaign"]) == ("event-1", link.campaign_id)
    parts = ("not_linked_yet", "messages", "attempts", "choices")
    assert [len(held[part]) for part in parts] == [1, 1, 1, 1]
    said_of = [(row["event_id"], row["participant_key"], row["effect"]) for row in held["message_readings"]]
    assert said_of == [("event-1", "p1", "new"), ("unlinked", "p3", "new")]
    assert "hopper" not in json.dumps(held).casefold(), "of others nothing is handed out"
    assert held["messages"][0]["said"][0]["email"] == ADA


def test_nothing_is_held_of_who_was_erased(source: WebhookSource, link: CampaignLink) -> None:
    receive(source, said())
    forget(email=ADA)
    held = export_participant(Sought(email=ADA))
    assert {part: held[part] for part in held if held[part]} == {"emails": [ADA]}
