"""What a batch brings along."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector.core.outcomes import EntryState
from connector.core.rows import PersonRef
from connector.core.schema import PersonType
from connector.models import CampaignLink
from connector.pipeline.runs.batch import load_batch
from tests.factories import CampaignLinkFactory, OutboxEntryFactory, PersonChoiceFactory

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


def test_another_campaign_or_configuration_is_another_version() -> None:
    entry = OutboxEntryFactory.create()
    before = load_batch(entry.link_id, [entry.pk]).version

    versions = {before}
    for columns in ({"config_version": 2}, {"campaign_id": "701000000000009AAA"}):
        CampaignLink.objects.filter(pk=entry.link_id).update(**columns)
        versions.add(load_batch(entry.link_id, [entry.pk]).version)

    assert len(versions) == 3
