"""What a batch brings along."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connector.core.mapping import Mode
from connector.core.outcomes import EntryState
from connector.core.rows import Ambiguous, PersonRef
from connector.core.schema import PersonType, SObject
from connector.core.state import State
from connector.models import CampaignLink
from connector.pipeline.batch import load_batch, policy_of
from tests.factories import CampaignLinkFactory, FieldMappingFactory, OutboxEntryFactory, PersonChoiceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def test_siblings_on_the_same_email_come_along_unclaimed() -> None:
    link = CampaignLinkFactory.create()
    claimed = OutboxEntryFactory.create(link=link, email_key="shared@example.org")
    synced = OutboxEntryFactory.create(link=link, email_key="shared@example.org", state="synced")
    held = OutboxEntryFactory.create(link=link, email_key="shared@example.org", state="needs_answer")
    OutboxEntryFactory.create(email_key="shared@example.org")
    OutboxEntryFactory.create(link=link)

    batch = load_batch(link.pk, [claimed.pk])

    assert [(row.id, row.is_claimed) for row in batch.rows] == [
        (claimed.pk, True), (synced.pk, False), (held.pk, False)]  # fmt: skip
    assert list(batch.entries) == [claimed.pk]
    assert batch.siblings == {synced.pk: EntryState.SYNCED, held.pk: EntryState.NEEDS_ANSWER}


def test_rows_without_an_email_have_no_siblings() -> None:
    link = CampaignLinkFactory.create()
    one, _other = OutboxEntryFactory.create_batch(2, link=link, email_key="")

    assert [row.id for row in load_batch(link.pk, [one.pk]).rows] == [one.pk]


def test_remembered_choices_of_the_organisation_come_along() -> None:
    entry = OutboxEntryFactory.create(email_key="shared@example.org")
    choice = PersonChoiceFactory.create(org=entry.link.org, email_key="shared@example.org")
    PersonChoiceFactory.create(email_key="shared@example.org")

    batch = load_batch(entry.link_id, [entry.pk])

    assert batch.choices == {"shared@example.org": PersonRef(PersonType.CONTACT, choice.person_id)}


def test_the_number_of_queries_does_not_depend_on_the_size() -> None:
    link = CampaignLinkFactory.create()
    ids = [entry.pk for entry in OutboxEntryFactory.create_batch(20, link=link)]

    counts = []
    for some in (ids[:1], ids):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            load_batch(link.pk, some)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 6


def test_a_link_is_read_as_its_policy() -> None:
    link = CampaignLinkFactory.create(
        match=CampaignLink.Match.LEAD_THEN_CONTACT, create_as="nobody", status_refused="Declined",
        ambiguous="most_recent", same_email="one_member", removed_members="add_again", org__visibility_confirmed=False,
    )  # fmt: skip
    FieldMappingFactory.create(link=link, field="Dietary__c", mode="if_empty")
    FieldMappingFactory.create(link=link, field="Off__c", enabled=False)

    policy = policy_of(link)

    assert policy.match == (PersonType.LEAD, PersonType.CONTACT)
    assert policy.create is None
    assert policy.labels == {
        State.REGISTERED: "Registered", State.ATTENDED: "Attended", State.REFUSED: "Declined"}  # fmt: skip
    assert (policy.ambiguous, policy.is_one_member_an_email) == (Ambiguous.MOST_RECENT, True)
    assert (policy.adds_removed_again, policy.can_create) == (True, False)
    [rule] = policy.mappings
    assert (rule.sobject, rule.field, rule.mode) == (SObject.CAMPAIGN_MEMBER, "Dietary__c", Mode.IF_EMPTY)


@pytest.mark.parametrize(
    ("is_confirmed", "is_proved", "can_create"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_people_are_created_where_seeing_everybody_is_confirmed_or_proved(
    is_confirmed: bool, is_proved: bool, can_create: bool
) -> None:
    link = CampaignLinkFactory.create(
        org__visibility_confirmed=is_confirmed, org__visibility_proved_at=timezone.now() if is_proved else None
    )
    assert policy_of(link).can_create is can_create


def test_another_campaign_or_configuration_is_another_version() -> None:
    entry = OutboxEntryFactory.create()
    before = load_batch(entry.link_id, [entry.pk]).version

    versions = {before}
    for columns in ({"config_version": 2}, {"campaign_id": "701000000000009AAA"}):
        CampaignLink.objects.filter(pk=entry.link_id).update(**columns)
        versions.add(load_batch(entry.link_id, [entry.pk]).version)

    assert len(versions) == 3
