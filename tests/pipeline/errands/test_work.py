"""Errands end with a result or an explained failure, go on in slices, and survive lost workers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connector.core.outcomes import EntryState
from connector.models import Errand, OutboxEntry, SyncAttempt, UploadedExport, WebhookMessage
from connector.pipeline.errands import pace
from connector.pipeline.errands.start import (
    INTERRUPTED,
    Order,
    keep_export,
    queue,
    revive_errands,
    start_errand,
    start_once,
    stop_errand,
)
from connector.pipeline.errands.work import FILE_GONE, INTERNAL, UNREADABLE_FILE, carry_out
from connector.pipeline.privacy.forget import forget_participant
from connector.pipeline.privacy.held import Sought
from connector.pipeline.privacy.uploads import prune_uploads
from tests.factories import (
    CampaignLinkFactory,
    ErrandFactory,
    OutboxEntryFactory,
    UploadedExportFactory,
    WebhookMessageFactory,
)
from tests.world import EVENT_ID, World

pytestmark = pytest.mark.django_db

HEAD = "id,email,first name,last name,registered\n"


def export_of(*lines: str) -> UploadedExport:
    """Upload a CSV with these rows."""
    return keep_export("export.csv", (HEAD + "\n".join(lines) + "\n").encode(), uploaded_by="olga")


def order_of(kind: Errand.Kind, **said: Any) -> Order:
    """Return an order of Olga's."""
    return Order(kind, requested_by="olga", **said)


def file_terms(**more: Any) -> dict[str, Any]:
    """Return how a file of the event is to be understood."""
    return {"event_id": EVENT_ID, "as_of": "2026-11-20T10:00:00+00:00", "locale": "en", **more}


def finish(errand: Errand) -> Errand:
    """Do slices until the errand ends."""
    for _slice in range(50):
        carry_out(errand.pk)
        errand.refresh_from_db()
        if not errand.is_open:
            return errand
    raise AssertionError("the errand does not end")


def test_a_check_says_what_an_import_would_do_and_writes_nothing() -> None:
    link = CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    OutboxEntryFactory.create(link=link, participant_key="2", source_updated_at=datetime(2026, 11, 22, tzinfo=UTC))
    before = list(OutboxEntry.objects.values())
    export = export_of(
        "1,ada@example.org,Ada,Lovelace,yes", "2,bob@example.org,Bob,Babbage,yes", "3,c@example.org,C,D,?"
    )

    errand = finish(start_errand(order_of(Errand.Kind.CHECK_IMPORT, export=export, terms=file_terms())))

    assert errand.state == "done"
    assert {key: errand.result.get(key) for key in ("rows", "new", "changed", "stale", "rejected_count")} == {
        "rows": 3, "new": 1, "changed": None, "stale": 1, "rejected_count": 1,
    }  # fmt: skip
    assert errand.result["rejected"][0]["row"] == 4
    assert ["registered", "registration", "registered"] in errand.result["columns"]
    assert list(OutboxEntry.objects.values()) == before


def test_an_import_stores_what_the_check_foretold() -> None:
    link = CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    export = export_of(
        "1,ada@example.org,Ada,Lovelace,yes", "2,bob@example.org,Bob,Babbage,no", "3,c@example.org,C,D,?"
    )
    terms = file_terms()
    foretold = finish(start_errand(order_of(Errand.Kind.CHECK_IMPORT, export=export, terms=terms))).result

    errand = finish(start_errand(order_of(Errand.Kind.IMPORT, export=export, terms={**terms, "rows": 3})))

    assert (errand.state, errand.done_count, errand.total_count) == ("done", 3, 3)
    assert errand.result["accepted"] == foretold["new"] == OutboxEntry.objects.filter(link=link).count() == 2
    assert errand.result["rejected"] == foretold["rejected"]


def test_a_long_import_goes_on_in_slices_and_stores_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    link = CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)
    export = export_of(*(f"{number},p{number}@example.org,P,Q,yes" for number in range(1, 1_201)))
    errand = start_errand(order_of(Errand.Kind.IMPORT, export=export, terms=file_terms()))

    carry_out(errand.pk)
    errand.refresh_from_db()
    assert (errand.state, errand.position["rows"], errand.done_count) == ("waiting", 500, 500)

    errand = finish(errand)
    assert (errand.result["rows"], errand.result["accepted"]) == (1_200, 1_200)
    assert OutboxEntry.objects.filter(link=link).count() == 1_200


def test_an_order_that_is_open_already_is_not_begun_twice() -> None:
    link = CampaignLinkFactory.create()
    first = start_errand(order_of(Errand.Kind.RESYNC, link=link, terms={"failed_only": True}))
    again = start_errand(order_of(Errand.Kind.RESYNC, link=link, terms={"failed_only": True}))
    other = start_errand(order_of(Errand.Kind.RESYNC, link=link, terms={"failed_only": False}))
    assert first == again != other


def test_another_cause_is_another_order_but_not_why_a_person_puts_back() -> None:
    for kind, is_new in ((Errand.Kind.RESYNC, True), (Errand.Kind.PUT_BACK, False)):
        orders = [order_of(kind, terms={"reason": why}) for why in ("internal", "invalid_value")]
        assert [start_once(order).is_new for order in orders] == [True, is_new]


def test_an_order_that_is_over_is_begun_anew() -> None:
    order = order_of(Errand.Kind.RESYNC, link=CampaignLinkFactory.create())
    first, again = finish(start_errand(order)), start_once(order)
    assert (again.is_new, again.errand == first) == (True, False)


def test_a_file_sent_twice_is_checked_and_kept_once() -> None:
    orders = [
        order_of(Errand.Kind.CHECK_IMPORT, export=export_of("1,ada@example.org,A,L,yes"), terms=file_terms())
        for _ in range(2)
    ]
    started = [start_once(order) for order in orders]
    assert ([one.is_new for one in started], UploadedExport.objects.count()) == ([True, False], 1)
    other = order_of(Errand.Kind.CHECK_IMPORT, export=export_of("2,b@example.org,B,B,yes"), terms=file_terms())
    assert start_once(other).is_new


def test_failed_ones_are_sent_again_and_counted() -> None:
    link = CampaignLinkFactory.create()
    OutboxEntryFactory.create_batch(3, link=link, state=EntryState.FAILED)
    synced = OutboxEntryFactory.create(link=link, state=EntryState.SYNCED)

    errand = finish(start_errand(order_of(Errand.Kind.RESYNC, link=link, terms={"failed_only": True})))

    assert (errand.result, errand.total_count) == ({"enqueued": 3}, 3)
    assert set(OutboxEntry.objects.exclude(pk=synced.pk).values_list("state", "requested_by")) == {("pending", "olga")}
    synced.refresh_from_db()
    assert synced.state == EntryState.SYNCED


def test_a_replay_goes_on_in_slices_and_reads_every_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)
    CampaignLinkFactory.create(inwink_event_id="event-1")
    first = WebhookMessageFactory.create_batch(3)
    errand = start_errand(order_of(Errand.Kind.REPLAY, terms={"ids": [message.pk for message in first]}))
    carry_out(errand.pk)
    errand.refresh_from_db()
    assert (errand.is_open, errand.done_count) == (True, 0), "a slice that is over at once does nothing"

    monkeypatch.setattr(pace, "SLICE_SECONDS", 20)
    finish(errand)

    assert (errand.result["messages"], errand.result["accepted"], errand.result["unchanged"]) == (3, 1, 2)
    assert (errand.done_count, errand.total_count) == (3, 3)
    assert WebhookMessage.objects.filter(replay_of__in=first, requested_by="olga").count() == 3


def test_a_stopped_errand_keeps_what_is_done_and_does_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0)
    export = export_of(*(f"{number},p{number}@example.org,P,Q,yes" for number in range(1, 1_001)))
    errand = start_errand(order_of(Errand.Kind.IMPORT, export=export, terms=file_terms()))
    carry_out(errand.pk)

    assert stop_errand(errand)
    assert not stop_errand(errand)
    carry_out(errand.pk)

    errand.refresh_from_db()
    assert (errand.state, OutboxEntry.objects.count()) == ("stopped", 500)


def test_a_person_stops_an_errand_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    CampaignLinkFactory.create(inwink_event_id=EVENT_ID)
    export = export_of(*(f"{number},p{number}@example.org,P,Q,yes" for number in range(1, 1_001)))
    errand = start_errand(order_of(Errand.Kind.IMPORT, export=export, terms=file_terms()))
    keep = pace.Pace.keep

    def stop_meanwhile(self: pace.Pace, rows: int, **said: Any) -> None:
        stop_errand(errand)
        keep(self, rows, **said)

    monkeypatch.setattr(pace.Pace, "keep", stop_meanwhile)
    carry_out(errand.pk)

    errand.refresh_from_db()
    assert (errand.state, errand.result, errand.done_count) == ("stopped", {}, 500)
    assert OutboxEntry.objects.count() == 500


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"name,colour\nAda,red\n", UNREADABLE_FILE), (None, FILE_GONE)],
    ids=["no heading", "no file"],
)
def test_a_file_that_cannot_be_read_ends_with_its_reason(content: bytes | None, code: str) -> None:
    export = keep_export("x.csv", content, uploaded_by="olga") if content else None
    errand = finish(start_errand(order_of(Errand.Kind.CHECK_IMPORT, export=export, terms=file_terms())))
    assert (errand.state, errand.error_code) == ("failed", code)
    assert bool(errand.error_message) is (content is not None)


def test_what_nobody_expected_ends_the_errand_and_is_raised() -> None:
    errand = ErrandFactory.create(kind=Errand.Kind.IMPORT, export=UploadedExportFactory.create(), terms={})
    with pytest.raises(KeyError):
        carry_out(errand.pk)
    errand.refresh_from_db()
    assert (errand.state, errand.error_code) == ("failed", INTERNAL)


def test_a_lost_task_is_queued_again_by_the_sweep() -> None:
    now = timezone.now()
    ErrandFactory.create(beat_at=now - timedelta(minutes=3))
    ErrandFactory.create(beat_at=now)
    assert revive_errands(now) == 1
    assert OrmQ.objects.count() == 1
    assert revive_errands(now) == 0


def test_an_errand_whose_worker_is_gone_goes_on_and_fails_in_the_end() -> None:
    now = timezone.now()
    errand = ErrandFactory.create(state="running", beat_at=now - timedelta(minutes=11))
    for interruptions in (1, 2):
        assert revive_errands(now) == 1
        errand.refresh_from_db()
        assert (errand.state, errand.interrupted_count) == ("waiting", interruptions)
        Errand.objects.update(state="running", beat_at=now - timedelta(minutes=11))
    assert revive_errands(now) == 0
    errand.refresh_from_db()
    assert (errand.state, errand.error_code) == ("failed", INTERRUPTED)


def test_a_second_task_for_an_errand_at_work_does_nothing() -> None:
    errand = ErrandFactory.create(state="running")
    queue(errand)
    carry_out(errand.pk)
    errand.refresh_from_db()
    assert (errand.state, errand.result) == ("running", {})


def test_a_reconciliation_counts_and_names_what_differs(world: World) -> None:
    world.send({"id": "1", "email": "ada@example.org", "lastName": "A", "registered": True})
    world.send({"id": "2", "email": "bob@example.org", "lastName": "B", "registered": True})
    member = next(row for row in world.rows("CampaignMember"))
    world.change("CampaignMember", member["Id"], Status="Sent")
    OutboxEntry.objects.filter(participant_key="2").update(member_id="")
    export = export_of("1,ada@example.org,Ada,A,yes", "2,bob@example.org,Bob,B,yes", "9,eve@example.org,Eve,E,yes")
    terms = file_terms(has_file=True)

    errand = finish(start_errand(order_of(Errand.Kind.RECONCILE, link=world.link, export=export, terms=terms)))

    assert errand.state == "done", errand.error_message
    assert errand.result["never_received"] == ["9"]
    assert errand.result["file_rows"] == 3
    assert sum(errand.result["counts"].values()) == 2

    mended = finish(start_errand(order_of(Errand.Kind.MEND, link=world.link, export=export, terms=terms)))
    assert mended.result["imported"] == 1
    world.drain()
    assert world.members()["eve@example.org"] == "Registered"


def test_a_reconciliation_says_when_salesforce_cannot_be_read(world: World) -> None:
    type(world.org).objects.update(login_url="http://127.0.0.1:9", access_token="", instance_url="")
    errand = finish(start_errand(order_of(Errand.Kind.RECONCILE, link=world.link, terms={"has_file": False})))
    assert errand.state == "failed"
    assert errand.error_code


def test_uploads_go_after_a_week_and_with_whoever_is_erased() -> None:
    now = timezone.now()
    old = UploadedExportFactory.create(uploaded_at=now - timedelta(days=8))
    ErrandFactory.create(state="done", export=old, ended_at=now - timedelta(days=8))
    fresh = UploadedExportFactory.create(uploaded_at=now)

    assert prune_uploads(errands_before=now - timedelta(days=30), now=now) == 1
    assert list(UploadedExport.objects.all()) == [fresh]
    assert Errand.objects.get().export is None

    forget_participant(Sought(email="ada@example.org"), by="olga")
    assert (UploadedExport.objects.count(), Errand.objects.count()) == (0, 0)
    assert (SyncAttempt.objects.count(), WebhookMessage.objects.count()) == (0, 0)
