"""The pages of long tasks: upload, check, import, progress, results, downloads; each with its permission."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connector.admin.links import views
from connector.core.outcomes import EntryState
from connector.models import Errand, OutboxEntry, UploadedExport
from connector.pipeline.errands.work import carry_out
from tests.admin.conftest import SignIn
from tests.factories import (
    CampaignLinkFactory,
    ErrandFactory,
    OutboxEntryFactory,
    UnlinkedEventFactory,
    UploadedExportFactory,
)
from tests.world import EVENT_ID, World

pytestmark = pytest.mark.django_db

IMPORT_URL = "/admin/connector/errand/import/"
CSV = (
    "Identifiant;Email;Prénom;Nom;Inscrit;Régime\n"
    "1;ada@example.org;Ada;Lovelace;oui;végan\n"
    "2;bob@example.org;Bob;Babbage;peut-être;=1+1\n"
)


@pytest.fixture
def olga(sign_in: SignIn) -> Client:
    """Return somebody who may import, compare and send again."""
    return sign_in(
        "view_errand", "see_people", "import_participants", "reconcile_participants", "resync_campaignlink",
        "view_campaignlink",
    )  # fmt: skip


def upload(text: str = CSV, name: str = "export.csv") -> SimpleUploadedFile:
    """Return a file of a form."""
    return SimpleUploadedFile(name, text.encode())


def form_of(**said: Any) -> dict[str, Any]:
    """Return a filled import form."""
    return {"event": EVENT_ID, "file": upload(), "as_of": "2026-11-20T10:00", "locale": "fr", **said}


def page_of(client: Client, errand: Errand) -> str:
    """Return the text of a task's page."""
    return client.get(f"/admin/connector/errand/{errand.pk}/change/").content.decode()


def do(client: Client, errand: Errand, action: str) -> Errand:
    """Press a button of a task's page; returns the task whose page comes next."""
    answer = client.post(f"/admin/connector/errand/{errand.pk}/{action}/")
    assert answer.status_code == 302
    return Errand.objects.get(pk=int(answer.headers["Location"].split("/")[-3]))


def test_a_file_is_checked_then_imported_and_its_bad_rows_are_handed_out(olga: Client) -> None:
    link = CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    answer = olga.post(IMPORT_URL, form_of())
    check = Errand.objects.get()
    assert answer.headers["Location"] == reverse("admin:connector_errand_change", args=[check.pk])
    assert "Waiting for a worker" in page_of(olga, check)

    carry_out(check.pk)
    text = page_of(olga, check)
    assert "Nothing has been written yet." in text
    assert "Import 1 participant" in text
    assert "Régime" in text
    assert OutboxEntry.objects.count() == 0

    errand = do(olga, check, "next")
    assert (errand.kind, errand.total_count) == ("import", None)
    carry_out(errand.pk)
    text = page_of(olga, errand)
    assert "Row 3:" in text
    assert OutboxEntry.objects.filter(link=link).count() == 1

    rejected = olga.get(f"/admin/connector/errand/{errand.pk}/rejected/")
    lines = b"".join(rejected.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "Row,What is wrong,Identifiant,Email,Prénom,Nom,Inscrit,Régime"
    assert lines[1].startswith("3,")
    assert lines[1].endswith(",bob@example.org,Bob,Babbage,peut-être,'=1+1")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mended_file_of_rejected_rows_needs_no_column_taken_out(olga: Client, language: str) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    olga.cookies["django_language"] = language
    check = check_of(olga, upload())
    rejected = rejected_file(olga, check)
    again = check_of(olga, upload(rejected, name="rejected.csv"))
    assert rejected_file(olga, again).splitlines()[0] == rejected.splitlines()[0]

    mended = check_of(olga, upload(rejected.replace("peut-être", "Inscrit"), name="mended.csv"))
    carry_out(do(olga, mended, "next").pk)
    [entry] = OutboxEntry.objects.all()
    assert entry.payload["custom"] == {"fields.Régime": "=1+1"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "a quotation mark of line 3 is not closed where its value ends: close it or take it out"),
        ("fr", "un guillemet de la ligne 3 n’est pas refermé à la fin de sa valeur"),
    ],
)
def test_a_stray_quotation_mark_loses_nobody_and_its_row_is_handed_out(olga: Client, language: str, said: str) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    olga.cookies["django_language"] = language
    more = "".join(f"{number};p{number}@example.org;P;Q;oui;\n" for number in range(3, 6))
    check = check_of(olga, upload(CSV.replace(";Bob;", ';"Bob;') + more))
    assert said in page_of(olga, check)
    assert '2;bob@example.org;"""Bob";Babbage;peut-être' in rejected_file(olga, check).replace(",", ";")
    carry_out(do(olga, check, "next").pk)
    assert set(OutboxEntry.objects.values_list("participant_key", flat=True)) == {"1", "3", "4", "5"}


def check_of(client: Client, file: Any) -> Errand:
    client.post(IMPORT_URL, form_of(file=file))
    check = Errand.objects.latest("pk")
    carry_out(check.pk)
    return check


def rejected_file(client: Client, errand: Errand) -> str:
    answer = client.get(f"/admin/connector/errand/{errand.pk}/rejected/")
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_the_check_of_a_file_that_was_imported_leads_to_the_import(olga: Client) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    olga.post(IMPORT_URL, form_of())
    check = Errand.objects.get()
    carry_out(check.pk)
    imported = do(olga, check, "next")
    carry_out(imported.pk)
    text = page_of(olga, check)
    assert "Nothing has been written yet" not in text
    assert "Import 1 participant" not in text
    assert "This file was imported by" in text
    assert f'href="/admin/connector/errand/{imported.pk}/change/"' in text


def test_a_second_click_does_not_import_twice(olga: Client) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    olga.post(IMPORT_URL, form_of())
    check = Errand.objects.get()
    carry_out(check.pk)
    assert do(olga, check, "next") == do(olga, check, "next")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"event": ""}, "Choose the event of this file."),
        ({"as_of": ""}, "Say when the file was exported from inwink."),
        ({"as_of": "2999-01-01T00:00"}, "That time has not come yet."),
        ({"file": upload(name="photo.png")}, "Choose a CSV, XLSX or JSON file."),
        ({"file": ""}, "Choose a file."),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_kept(olga: Client, said: dict[str, Any], error: str) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    assert error in olga.post(IMPORT_URL, form_of(**said)).content.decode().replace("&#x27;", "'")
    assert (Errand.objects.count(), UploadedExport.objects.count()) == (0, 0)


def test_an_event_that_is_not_linked_yet_can_be_imported(olga: Client) -> None:
    UnlinkedEventFactory.create(event_id="event-later", event_name="Later")
    olga.post(IMPORT_URL, form_of(event="event-later"))
    check = Errand.objects.get()
    assert (check.link, check.event_label) == (None, "Later")
    carry_out(check.pk)
    errand = do(olga, check, "next")
    carry_out(errand.pk)
    assert "waiting until the event is linked" in page_of(olga, errand)


def test_progress_is_told_in_json_and_a_task_can_be_stopped(olga: Client) -> None:
    errand = ErrandFactory.create(done_count=1_500, total_count=20_000, state="running")
    with CaptureQueriesContext(connection) as queries:
        said = olga.get(f"/admin/connector/errand/{errand.pk}/state/").json()
    assert '"connector_errand"."position"' not in "".join(query["sql"] for query in queries), "it may be long"
    assert said == {"is_open": True, "state": "At work", "progress": "1,500 of 20,000", "percent": 7}
    do(olga, errand, "stop")
    assert "Stopped after 1,500 of 20,000." in page_of(olga, errand)


def test_how_much_was_done_is_no_longer_so_far_once_it_has_ended(olga: Client) -> None:
    errand = ErrandFactory.create(done_count=286, state="running")
    state_url = f"/admin/connector/errand/{errand.pk}/state/"
    assert olga.get(state_url).json()["progress"] == "286 so far"
    Errand.objects.update(state="done", ended_at=timezone.now())
    assert olga.get(state_url).json()["progress"] == "286"
    assert "so far" not in olga.get("/admin/connector/errand/").content.decode()


def test_a_failed_task_says_why_and_can_be_done_again(olga: Client) -> None:
    link = CampaignLinkFactory.create()
    errand = ErrandFactory.create(link=link, state="failed", error_code="file_gone", terms={"failed_only": True})
    assert "The uploaded file is not kept any more." in page_of(olga, errand)
    again = do(olga, errand, "again")
    assert (again.pk != errand.pk, again.terms, again.state) == (True, {"failed_only": True}, "waiting")


def test_asked_for_twice_it_is_begun_once_and_says_so(olga: Client) -> None:
    errand = ErrandFactory.create(state="failed", error_code="file_gone")
    again = do(olga, errand, "again")
    assert do(olga, errand, "again") == again
    said = page_of(olga, again)
    assert "This is under way already, asked for by" in said
    assert "&lt;" not in said
    assert Errand.objects.count() == 2


@pytest.mark.parametrize("action", ["stop", "again", "next"])
def test_actions_need_a_post_and_the_permission_of_the_kind(sign_in: SignIn, action: str) -> None:
    errand = ErrandFactory.create(kind=Errand.Kind.CHECK_IMPORT, state="done")
    client = sign_in("view_errand", "see_people")
    assert client.get(f"/admin/connector/errand/{errand.pk}/{action}/").status_code == 403
    assert client.post(f"/admin/connector/errand/{errand.pk}/{action}/").status_code == 403
    assert client.get(f"/admin/connector/errand/{errand.pk}/rejected/").status_code == 403
    assert client.get(IMPORT_URL).status_code == 403
    assert Errand.objects.count() == 1


def test_a_reconciliation_shows_differences_and_mends_them(world: World, olga: Client) -> None:
    for number in ("1", "2"):
        world.send({"id": number, "email": f"p{number}@example.org", "lastName": number, "registered": True})
    [member, _other] = world.rows("CampaignMember")
    world.change("CampaignMember", member["Id"], Status="Sent")
    [stranger] = world.add("Contact", {"LastName": "Stranger", "Email": "s@example.org"})
    world.add("CampaignMember", {"CampaignId": world.link.campaign_id, "ContactId": stranger, "Status": "Sent"})
    url = f"/admin/connector/campaignlink/{world.link.pk}/reconciliation/"
    file = upload("id,email,first name,last name,registered\n9,eve@example.org,Eve,E,yes\n")

    olga.post(url, {"file": file, "as_of": "2026-11-20T10:00", "locale": "en"})
    errand = Errand.objects.get()
    carry_out(errand.pk)

    text = page_of(olga, errand)
    assert "Compared with 1 row of inwink" in text
    assert "never received" in text
    assert stranger in text
    assert olga.get(url).status_code == 200
    lines = b"".join(olga.get(f"/admin/connector/errand/{errand.pk}/differences/").streaming_content)  # type: ignore[attr-defined]
    assert b"never_received,9" in lines

    mend = do(olga, errand, "next")
    carry_out(mend.pk)
    assert "1 participant was taken in from inwink" in page_of(olga, mend).replace("&#x27;", "'")


def test_a_reconciliation_without_a_file_says_what_it_cannot_see(world: World, olga: Client) -> None:
    world.send({"id": "1", "email": "ada@example.org", "lastName": "A", "registered": True})
    olga.post(f"/admin/connector/campaignlink/{world.link.pk}/reconciliation/", {"locale": "fr"})
    errand = Errand.objects.get()
    carry_out(errand.pk)
    text = page_of(olga, errand)
    assert "Compared with what we received, not with inwink." in text
    assert "Everybody who should be in the campaign is there" in text


AGREES = "Everybody who should be in the campaign is there"


def compared(client: Client, world: World, **form: Any) -> Errand:
    """Compare the event of the world with its campaign."""
    client.post(f"/admin/connector/campaignlink/{world.link.pk}/reconciliation/", {"locale": "fr", **form})
    errand = Errand.objects.latest("pk")
    carry_out(errand.pk)
    return errand


def test_rows_of_the_export_that_cannot_be_read_are_named_and_nobody_says_that_everybody_is_there(
    world: World, olga: Client
) -> None:
    world.send({"id": "1", "email": "ada@example.org", "lastName": "Lovelace", "registered": True})
    errand = compared(olga, world, file=upload(), as_of="2026-11-20T10:00")

    text = page_of(olga, errand)

    assert AGREES not in text
    assert "No difference was found. Whether everybody is there cannot be said yet:" in text
    assert '<a href="#rejected">1 row of the export cannot be read</a>' in text
    assert "Row 3:" in text.split('id="rejected"')[1]
    rows = b"".join(olga.get(f"/admin/connector/errand/{errand.pk}/rejected/").streaming_content).decode()  # type: ignore[attr-defined]
    assert "bob@example.org" in rows
    assert "ada@example.org" not in rows


def test_the_rows_are_handed_out_to_who_may_import_only(world: World, sign_in: SignIn) -> None:
    client = sign_in("view_errand", "see_people", "reconcile_participants", "view_campaignlink")
    errand = compared(client, world, file=upload(), as_of="2026-11-20T10:00")
    assert "Row 3:" in page_of(client, errand)
    assert "Download the rows" not in page_of(client, errand)


@pytest.mark.parametrize(
    ("state", "reason", "words", "standing"),
    [
        (EntryState.NEEDS_ANSWER, "anonymised", "1 participant needs an answer", "needs_answer"),
        (EntryState.FAILED, "internal", "1 participant failed", "failed"),
        (EntryState.PENDING, "", "1 participant waits to be sent", "waiting"),
    ],
)
def test_nobody_says_that_everybody_is_there_while_somebody_is_not_sent(
    world: World, olga: Client, state: EntryState, reason: str, words: str, standing: str
) -> None:
    world.send({"id": "1", "email": "ada@example.org", "lastName": "Lovelace", "registered": True})
    OutboxEntryFactory.create(link=world.link, state=state, reason=reason)

    text = page_of(olga, compared(olga, world))

    assert AGREES not in text
    people = f"/admin/connector/outboxentry/?link__id__exact={world.link.pk}&amp;standing={standing}"
    assert f'<a href="{people}">{words}</a>' in text


def test_a_file_needs_its_time_in_a_reconciliation(olga: Client) -> None:
    link = CampaignLinkFactory.create()
    url = f"/admin/connector/campaignlink/{link.pk}/reconciliation/"
    text = olga.post(url, {"file": upload(), "locale": "fr"}).content.decode()
    assert "Say when the file was exported from inwink." in text
    assert Errand.objects.count() == 0


def test_the_pages_take_a_constant_number_of_queries(olga: Client, django_assert_max_num_queries: Any) -> None:
    link = CampaignLinkFactory.create()
    entries = OutboxEntryFactory.create_batch(30, link=link, state=EntryState.SYNCED)
    people = {"missing": [[entry.pk, "", "Registered", ""] for entry in entries]}
    errand = ErrandFactory.create(
        kind=Errand.Kind.RECONCILE, link=link, state="done", result={"counts": {"missing": 30}, "people": people},
        export=UploadedExportFactory.create(),
    )  # fmt: skip
    ErrandFactory.create_batch(20, link=link)
    with django_assert_max_num_queries(8):
        assert "Send these 30 participants again" in page_of(olga, errand)
    with django_assert_max_num_queries(10):
        assert olga.get("/admin/connector/errand/").status_code == 200


def test_sending_many_again_is_left_to_a_worker(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(3, link=link, state=EntryState.FAILED)
    answer = olga.post(f"/admin/connector/campaignlink/{link.pk}/resync/?what=failed")
    errand = Errand.objects.get()
    assert answer.headers["Location"] == f"/admin/connector/errand/{errand.pk}/change/"
    assert OutboxEntry.objects.failed().count() == 3
    carry_out(errand.pk)
    assert "3 participants are sent again." in page_of(olga, errand)
    assert OutboxEntry.objects.failed().count() == 0


def test_the_form_says_of_which_time_zone_the_time_is(olga: Client) -> None:
    assert "Time zone: Europe/Paris." in olga.get(IMPORT_URL).content.decode()
