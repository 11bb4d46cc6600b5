"""The sync log is filtered, searched and downloaded; no page costs more because the log is long."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from connector.admin.frame import paginator
from connector.core.outcomes import Outcome, Reason
from connector.models import SyncAttempt
from tests.factories import NOW, SyncAttemptFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/connector/syncattempt/"
EXPORT = f"{LIST}export/"


def found(client: Client, **query: str) -> list[str]:
    """Return the participants that the list shows."""
    return [attempt.participant_key for attempt in client.get(LIST, query, follow=True).context["cl"].result_list]


def downloaded(client: Client, *, delimiter: str = ",", **query: str) -> list[list[str]]:
    """Return the rows of the file below its heading."""
    answer = client.get(EXPORT, query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(StringIO(text), delimiter=delimiter))


@pytest.fixture
def attempts(db: None) -> list[SyncAttempt]:
    """Three attempts of three people, a day apart, the oldest first."""
    ends = [(Outcome.CREATED, "", ""), (Outcome.FAILED, Reason.REFUSED_BY_SALESFORCE, "STRING_TOO_LONG"),
            (Outcome.UPDATED, "", "")]  # fmt: skip
    return [
        SyncAttemptFactory.create(
            outcome=outcome,
            reason=reason,
            error_code=code,
            created_at=NOW + timedelta(days=day),
            participant_key=f"p{day}",
        )
        for day, (outcome, reason, code) in enumerate(ends)
    ]


@pytest.mark.usefixtures("attempts")
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, ["p2", "p1", "p0"]),
        ({"outcome__exact": "failed"}, ["p1"]),
        ({"why": "refused_by_salesforce"}, ["p1"]),
        ({"q": "STRING_TOO_LONG"}, ["p1"]),
        ({"q": "p2"}, ["p2"]),
        ({"q": "nobody"}, []),
        ({"created_at_from_0": "2026-11-24", "created_at_to_0": "2026-11-24"}, ["p1"]),
        ({"created_at_from_0": "2026-11-24"}, ["p2", "p1"]),
        ({"created_at_to_0": "2026-11-24", "created_at_to_1": "10:00:00"}, ["p0"]),
        ({"created_at_from_0": "2026-11-24", "outcome__exact": "created"}, []),
    ],
)  # fmt: skip
def test_the_log_is_filtered_and_searched(admin_client: Client, query: dict[str, str], keys: list[str]) -> None:
    assert found(admin_client, **query) == keys


@pytest.mark.usefixtures("attempts")
def test_dates_are_read_as_french_people_write_them(admin_client: Client) -> None:
    admin_client.cookies["django_language"] = "fr"
    assert found(admin_client, created_at_from_0="24/11/2026", created_at_to_0="24/11/2026") == ["p1"]


@pytest.mark.usefixtures("attempts")
@pytest.mark.parametrize("end", ["from", "to"])
@pytest.mark.parametrize("day", ["soon", "0001-01-01", "9999-12-31"])
def test_a_date_that_cannot_be_read_does_not_break_the_page(admin_client: Client, day: str, end: str) -> None:
    assert admin_client.get(LIST, {f"created_at_{end}_0": day}, follow=True).status_code == 200


def test_attempts_stored_out_of_order_are_found_by_their_time(admin_client: Client) -> None:
    for minute in (30, 10, 20, 0, 90, 50):
        SyncAttemptFactory.create(participant_key=f"p{minute}", created_at=NOW + timedelta(minutes=minute))
    assert sorted(found(admin_client, created_at_from_0="2026-11-23", created_at_from_1="10:45:00",
                        created_at_to_0="2026-11-23", created_at_to_1="11:25:00")) == ["p20", "p30", "p50"]  # fmt: skip


@pytest.mark.usefixtures("attempts")
def test_the_file_holds_what_the_list_shows(admin_client: Client) -> None:
    heading, row = downloaded(admin_client, outcome__exact="failed")
    said = dict(zip(heading, row, strict=True))
    assert (said["Time"], said["Participant id"], said["Outcome"]) == ("2026-11-24 10:30:00", "p1", "Failed")
    assert (said["Object"], said["Reason"], said["Error code"]) == (
        "Contact", "Refused by Salesforce", "STRING_TOO_LONG",
    )  # fmt: skip
    assert said["What was written"] == "CampaignMember.Status: – → Registered"


def test_a_moment_that_was_written_is_of_the_same_clock_as_the_attempt(admin_client: Client) -> None:
    moment = "2026-10-08T07:40:00.000+0000"
    SyncAttemptFactory.create(changes={"CampaignMember.Came_At__c": [None, moment]})
    heading, row = downloaded(admin_client)
    written = dict(zip(heading, row, strict=True))["What was written"]
    assert written == "CampaignMember.Came_At__c: – → 8 Oct 2026 09:40:00"


@pytest.mark.usefixtures("attempts")
def test_the_file_is_in_the_readers_language(admin_client: Client) -> None:
    admin_client.cookies["django_language"] = "fr"
    SyncAttempt.objects.filter(outcome="failed").update(error_message="Title: 218 characters, 128 fit")
    heading, row = downloaded(admin_client, delimiter=";", outcome__exact="failed")  # what a French Excel expects
    assert (heading[4], row[4], row[11]) == ("Résultat", "En échec", "Title\u00a0: 218 caractères, 128 au plus")


@pytest.mark.parametrize("danger", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)"])
def test_what_participants_typed_is_no_formula(admin_client: Client, danger: str) -> None:
    SyncAttemptFactory.create(participant_key=danger)
    assert downloaded(admin_client)[1][2] == f"'{danger}"


@pytest.mark.parametrize("said", ["Doe;=HYPERLINK(1)", "Doe,+1", "Doe\n@SUM(1)", 'Doe;"=1'])
def test_nor_where_a_spreadsheet_ends_cells_elsewhere(admin_client: Client, said: str) -> None:
    SyncAttemptFactory.create(error_message=said)
    [_heading, row] = downloaded(admin_client)
    assert not re.search(r"""[;,\n"][=+@-]""", row[11])
    assert row[11].replace("'", "") == said


def test_the_file_goes_on_beyond_what_is_read_at_once(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.admin.log.export.CHUNK", 2)
    for number in range(5):
        SyncAttemptFactory.create(participant_key=f"p{number}")
    assert [row[2] for row in downloaded(admin_client)[1:]] == ["p4", "p3", "p2", "p1", "p0"]


def test_taking_the_log_away_needs_a_permission_of_its_own(sign_in: Callable[..., Client]) -> None:
    client = sign_in("view_syncattempt")
    assert "Download this list" not in client.get(LIST).content.decode()
    assert client.get(EXPORT).status_code == 403


def test_who_may_only_download_but_not_look_may_not(sign_in: Callable[..., Client]) -> None:
    assert sign_in("export_syncattempt").get(EXPORT).status_code == 403


def test_the_button_keeps_filters_and_search(admin_client: Client) -> None:
    answer = admin_client.get(LIST, {"outcome__exact": "failed", "q": "p1", "p": "1"}, follow=True)
    [(address, _status)] = answer.redirect_chain
    query = address.partition("?")[2].replace("&", "&amp;")
    assert f'{EXPORT}?{query}"' in answer.content.decode()


def test_a_long_list_is_not_counted_to_its_end(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginator, "MOST_ROWS", 3)
    for _ in range(5):
        SyncAttemptFactory.create()
    answer = admin_client.get(LIST)
    assert answer.context["cl"].result_count == 3
    assert "There are more than these 3" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_takes_as_many_queries_for_one_attempt_as_for_many(
    admin_client: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = SyncAttemptFactory.create()
    for _ in range(number - 1):
        SyncAttemptFactory.create(entry=attempt.entry, link=attempt.link, run=attempt.run)
    admin_client.get(LIST)
    query: dict[str, Any] = {"created_at_from_0": "2026-11-01", "created_at_to_0": "2026-11-30"}
    with django_assert_num_queries(9):
        admin_client.get(LIST, query)


@pytest.mark.parametrize(("language", "words"), [("en", "3 attempts"), ("fr", "3 tentatives")])
def test_the_log_counts_attempts(admin_client: Client, language: str, words: str) -> None:
    SyncAttemptFactory.create_batch(3)
    page = admin_client.get(LIST, headers={"accept-language": language}).content.decode()
    assert words in " ".join(page.split())
