"""Rows written in bulk are the rows that Django would have written one by one."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from connector.models import OutboxEntry
from connector.pipeline.bulk import insert_missing, update_rows
from tests.factories import NOW, CampaignLinkFactory, OutboxEntryFactory, WebhookSourceFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

ODD = {"quote": 'it\'s "5 %s" \\ %', "é": ["\u2028", 1.5, None, True, 10**30, {"a": {}}], "": ""}


def columns(entry: OutboxEntry) -> dict[str, object]:
    return {field.name: getattr(entry, field.attname) for field in entry._meta.concrete_fields if field.name != "id"}


def test_an_inserted_row_is_the_row_that_was_given() -> None:
    row = OutboxEntryFactory.build(
        link=CampaignLinkFactory.create(), source=WebhookSourceFactory.create(), payload=ODD, state="claimed"
    )
    with transaction.atomic():
        assert insert_missing([row], key="participant_key") == {row.participant_key}
    assert columns(OutboxEntry.objects.get()) == columns(row)


def test_a_row_that_is_there_is_left_alone() -> None:
    there = OutboxEntryFactory.create(payload={"mine": 1})
    fresh = OutboxEntryFactory.build(link=there.link)
    if connection.vendor == "postgresql":
        same = OutboxEntryFactory.build(link=there.link, participant_key=there.participant_key)
        with transaction.atomic():
            assert insert_missing([same, fresh], key="participant_key") == {fresh.participant_key}
    there.refresh_from_db()
    assert there.payload == {"mine": 1}


def test_updated_columns_are_written_and_no_others() -> None:
    entries = OutboxEntryFactory.create_batch(3)
    for number, entry in enumerate(entries):
        entry.payload, entry.held_payload = {**ODD, "n": number}, None
        entry.available_at = NOW + timedelta(microseconds=number)
        entry.created_by_us = True
        entry.reason = "not written"
    with transaction.atomic():
        update_rows(entries[:2], columns=["payload", "held_payload", "available_at", "created_by_us"])
    stored = list(OutboxEntry.objects.order_by("pk"))
    assert [entry.payload.get("n") for entry in stored] == [0, 1, None]
    assert [entry.available_at for entry in stored[:2]] == [entry.available_at for entry in entries[:2]]
    assert [entry.created_by_us for entry in stored] == [True, True, False]
    assert {entry.reason for entry in stored} == {""}
    assert OutboxEntry.objects.filter(held_payload__isnull=True).count() == 3


def test_any_number_of_rows_is_one_statement() -> None:
    link = CampaignLinkFactory.create()
    rows = OutboxEntryFactory.build_batch(1_500, link=link)
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        assert len(insert_missing(rows, key="participant_key")) == 1_500
    assert len(queries) == 1
    entries = list(OutboxEntry.objects.all())
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        update_rows(entries, columns=["payload", "state"])
    assert len(queries) == 1


def test_nothing_is_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert insert_missing([], key="participant_key") == set()
        update_rows([], columns=["payload"])
    assert len(queries) == 0
