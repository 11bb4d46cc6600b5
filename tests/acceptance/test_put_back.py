"""Values are put back where Salesforce still holds what we wrote, and stay back; nothing is ever deleted."""

from typing import Any

import pytest

from connector.core.put_back import Kept
from connector.models import FieldMapping, SyncAttempt, SyncRun
from connector.pipeline.outbox.resync import resync_link
from connector.pipeline.put_back.now import put_back
from connector.pipeline.put_back.preview import preview_put_back
from connector.pipeline.put_back.run import Request
from connector.pipeline.put_back.selection import Selection
from tests.acceptance.people import someone
from tests.factories import OutboxEntryFactory
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

EMAIL = "ada.lovelace@example.org"
OLGA = Request(by="olga", reason="the wrong column", wait_seconds=0)


def known(world: World, **values: Any) -> str:
    """Let Salesforce know Ada as a student, and the link update people."""
    world.configure(update_existing=True)
    [row_id] = world.add(
        "Contact", {"FirstName": "Ada", "LastName": "Lovelace", "Email": EMAIL, "Title": "Student", **values}
    )
    return row_id


def ada(world: World) -> dict[str, Any]:
    [row] = world.people(EMAIL)
    return row


def last_run(**more: Any) -> Selection:
    run = SyncRun.objects.filter(**more).order_by("-pk")[0]
    return Selection(run_id=run.pk)


def status(world: World) -> str:
    return world.members()[EMAIL]


def test_a_run_is_put_back_logged_and_stays_back(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    assert ada(world)["Title"] == "CTO"

    tally = put_back(last_run(), OLGA)

    assert (tally.restored, tally.failed, tally.kept) == (1, 0, {Kept.CREATED: 1})
    assert world.holds() == untouched(f"Contact Ada Lovelace <{EMAIL}>: Registered")
    assert ada(world)["Title"] == "Student"
    run = SyncRun.objects.get(pk=tally.run_ids[0])
    assert (run.trigger, run.requested_by, run.updated_count, run.ended_at is not None) == ("put_back", "olga", 1, True)
    attempt = world.attempts("p1")[-1]
    assert attempt.changes == {"Contact.Title": ["CTO", "Student"]}
    assert (attempt.outcome, attempt.requested_by, attempt.request_reason) == ("updated", "olga", "the wrong column")
    assert world.ends() == {"p1": ("synced", "")}

    world.send(someone("p1", company="Elsewhere"))
    assert ada(world)["Title"] == "Student", "inwink says the same as before: what was put back stays"
    world.send(someone("p1", company="Elsewhere", position="CEO"))
    assert ada(world)["Title"] == "CEO", "inwink's value changed"


def test_a_resync_writes_it_again(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    put_back(last_run(), OLGA)

    resync_link(world.link, failed_only=False, requested_by="olga")
    world.drain()

    assert ada(world)["Title"] == "CTO"


@pytest.mark.parametrize(
    ("mode", "held", "restored"),
    [("overwrite", "Student", "Student"), ("if_empty", None, None), ("append", None, None)],
)
def test_it_stays_back_in_every_mode(world: World, mode: str, held: str | None, restored: str | None) -> None:
    field = "Description" if mode == "append" else "Title"
    world.map("contact", field, "position", mode=mode)
    known(world, **{field: held})
    world.send(someone("p1"))
    assert ada(world)[field] == "CTO"

    assert put_back(Selection(link_id=world.link.pk, path=f"Contact.{field}"), OLGA).restored == 1
    assert ada(world).get(field) == restored
    world.send(someone("p1", company="Elsewhere"))

    assert ada(world).get(field) == restored


def test_clicked_twice_changes_nothing_and_logs_nothing(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    selection = last_run()
    put_back(selection, OLGA)
    attempts = SyncAttempt.objects.count()

    tally = put_back(selection, OLGA)

    assert (tally.restored, tally.failed, tally.kept[Kept.ALREADY_BACK], tally.run_ids) == (0, 0, 1, [])
    assert (SyncAttempt.objects.count(), ada(world)["Title"]) == (attempts, "Student")


def test_a_put_back_can_be_put_back(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    put_back(last_run(), OLGA)

    assert put_back(last_run(trigger="put_back"), OLGA).restored == 1
    assert ada(world)["Title"] == "CTO"
    world.send(someone("p1", position="CEO"))

    assert ada(world)["Title"] == "CEO", "the value is ours again"


def test_what_a_colleague_changed_since_is_kept_and_reported(world: World) -> None:
    contact = known(world)
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.change("Contact", contact, Title="Countess")

    tally = put_back(last_run(), OLGA)

    assert (tally.restored, tally.kept[Kept.CHANGED_SINCE]) == (0, 1)
    assert ada(world)["Title"] == "Countess"
    attempt = world.attempts("p1")[-1]
    assert attempt.notes == [{"code": "not_put_back", "field": "Contact.Title", "why": "changed_since"}]
    assert (attempt.outcome, attempt.changes) == ("unchanged", {})


def test_people_and_memberships_that_we_made_stay(world: World) -> None:
    world.send(someone("p1"))
    before = world.rows("Lead"), world.rows("CampaignMember")

    tally = put_back(last_run(), OLGA)

    assert (tally.restored, set(tally.kept)) == (0, {Kept.CREATED})
    assert (world.rows("Lead"), world.rows("CampaignMember")) == before


def test_a_status_is_put_back_and_stays_back(world: World) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    known(world)
    world.send(someone("p1"))
    world.send(someone("p1", came=True, fields={"dietary": "vegan"}))
    assert status(world) == "Attended"

    assert put_back(last_run(), OLGA).restored == 2

    assert status(world) == "Registered"
    world.send(someone("p1", came=True, company="Elsewhere", fields={"dietary": "vegan"}))
    assert status(world) == "Registered", "inwink says the same as before"
    [member] = world.rows("CampaignMember")
    assert member.get("Dietary__c") is None


def test_a_status_that_the_campaign_lost_is_not_written(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    world.send(someone("p1", came=True))
    world.change("CampaignMemberStatus", world.label("Registered"), Label="Signed up")

    assert put_back(last_run(), OLGA).kept == {Kept.LABEL_GONE: 1}
    assert status(world) == "Attended"


def test_a_wrong_mapping_is_put_back_on_everybody_also_on_people_whom_we_created(world: World) -> None:
    world.map("lead", "Title", "company")
    world.map("contact", "Title", "company")
    known(world)
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    world.send(someone("p1", company="Elsewhere"))
    assert ada(world)["Title"] == "Elsewhere"

    for path in ("Contact.Title", "Lead.Title"):
        put_back(Selection(link_id=world.link.pk, path=path), OLGA)

    assert ada(world)["Title"] == "Student"
    [grace] = world.people("grace.hopper@example.org")
    assert (grace.get("Title"), grace["Company"], grace["LastName"]) == (None, "Analytical", "Hopper")
    FieldMapping.objects.filter(link=world.link, field="Title").delete()
    world.send(someone("p2", "Grace", "Hopper", company="Elsewhere"))
    [grace] = world.people("grace.hopper@example.org")
    assert grace.get("Title") is None


def test_a_participant_and_single_attempts_are_put_back(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    world.send(someone("p1", position="CEO"))
    last = world.attempts("p1")[-1]

    assert put_back(Selection(attempt_ids=(last.pk,)), OLGA).restored == 1
    assert ada(world)["Title"] == "CTO"
    assert put_back(Selection(entry_ids=(world.entry("p1").pk,)), OLGA).restored == 1
    assert ada(world)["Title"] == "Student", "before the first of all attempts"


def test_the_preview_shows_both_values_and_writes_nothing(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    rows = world.control("state", method="GET")
    attempts = SyncAttempt.objects.count()

    preview = preview_put_back(last_run())

    title = next(line for line in preview.lines if line.path == "Contact.Title")
    assert (title.participant_key, title.current, title.value, title.kept) == ("p1", "CTO", "Student", None)
    assert (preview.restored, preview.kept(), preview.participants) == (1, {Kept.CREATED: 1}, 1)
    assert world.control("state", method="GET") == rows
    assert SyncAttempt.objects.count() == attempts


def test_a_record_that_is_gone_is_kept_out_and_the_others_are_put_back(world: World) -> None:
    known(world)
    [grace] = world.add(
        "Contact", {"FirstName": "Grace", "LastName": "Hopper", "Email": "grace.hopper@example.org", "Title": "Cadet"}
    )
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    selection = last_run()
    world.delete(grace)

    tally = put_back(selection, OLGA)

    assert (tally.restored, tally.kept[Kept.RECORD_GONE]) == (1, 2)
    assert ada(world)["Title"] == "Student"


def test_text_that_looks_like_a_reference_is_put_back_as_text(world: World) -> None:
    known(world, Title="@{labels.records[0].Label}")
    world.send(someone("p1"))

    assert put_back(last_run(), OLGA).restored == 1

    assert ada(world)["Title"] == "@{labels.records[0].Label}"


def test_an_event_may_be_paused_or_closed(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    world.configure(state="closed")

    assert put_back(last_run(), OLGA).restored == 1


def test_a_colleague_who_writes_while_we_read_is_not_overwritten(world: World) -> None:
    contact = known(world)
    world.send(someone("p1"))
    selection = last_run()
    preview_put_back(selection)

    with before_call(1, lambda: world.change("Contact", contact, Title="Countess")):
        tally = put_back(selection, OLGA)

    assert (tally.restored, ada(world)["Title"]) == (0, "Countess")


def test_an_outage_stops_it_and_it_can_be_asked_for_again(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    selection = last_run()
    entry = OutboxEntryFactory.create(link=world.link, participant_key="p9", state="failed")
    world.fault({"status": 503}, times=5)

    tally = put_back(selection, OLGA)

    assert tally.stop_code
    assert (tally.restored, ada(world)["Title"]) == (0, "CTO")
    assert world.ends() == {"p1": ("synced", ""), "p9": ("failed", entry.reason)}
    world.control("faults", method="DELETE")
    assert put_back(selection, OLGA).restored == 1


def test_who_needs_an_answer_or_failed_stands_there_still(world: World) -> None:
    contact = known(world)
    world.send(someone("p1"))
    world.send(someone("p1", registered="refused"), someone("p1", position="x" * 200))
    ends = world.ends()
    assert ends["p1"][0] != "synced"

    selection = Selection(entry_ids=(world.entry("p1").pk,))
    assert put_back(selection, OLGA).restored == 1

    assert (world.ends(), contact) == (ends, ada(world)["Id"])


def two_contacts(world: World, first: str = "Student") -> Selection:
    """Replace the titles of two contacts in one run."""
    known(world, Title=first)
    world.add(
        "Contact", {"FirstName": "Grace", "LastName": "Hopper", "Email": "grace.hopper@example.org", "Title": "Cadet"}
    )
    world.send(someone("p1"), someone("p2", "Grace", "Hopper"))
    return last_run()


def titles(world: World) -> tuple[Any, Any]:
    [grace] = world.people("grace.hopper@example.org")
    return ada(world)["Title"], grace["Title"]


def test_a_row_that_salesforce_refuses_fails_alone(world: World) -> None:
    selection = two_contacts(world, first="Intern")
    world.switch(
        validation_rules=[{"sobject": "Contact", "field": "Title", "equals": "Intern", "message": "No interns"}]
    )

    tally = put_back(selection, OLGA)

    assert (tally.restored, tally.failed, titles(world)) == (1, 1, ("CTO", "Cadet"))
    attempt = world.attempts("p1")[-1]
    assert (attempt.outcome, attempt.error_code) == ("failed", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert attempt.changes == {}
    assert world.ends() == {"p1": ("synced", ""), "p2": ("synced", "")}


def test_a_locked_row_is_tried_once_more(world: World) -> None:
    selection = two_contacts(world)
    world.fault({"error_code": "UNABLE_TO_LOCK_ROW", "rows": [0]}, sobject="Contact")

    assert put_back(selection, OLGA).restored == 2
    assert titles(world) == ("Student", "Cadet")


def test_after_a_lost_answer_it_is_found_back_already(world: World) -> None:
    selection = two_contacts(world)
    world.fault({"close_after": True}, sobject="Contact", kind="collections")

    tally = put_back(selection, OLGA)

    assert (tally.restored, tally.failed, bool(tally.stop_code)) == (0, 2, True)
    assert titles(world) == ("Student", "Cadet")
    again = put_back(selection, OLGA)
    assert (again.restored, again.kept[Kept.ALREADY_BACK]) == (0, 2)
    world.send(someone("p1", company="Elsewhere"))
    assert titles(world) == ("Student", "Cadet")


def test_one_record_of_two_participants_is_written_once(world: World) -> None:
    known(world)
    world.send(someone("p1"), someone("p2"))
    world.send(someone("p1", position="CEO"), someone("p2", position="CEO"))

    tally = put_back(Selection(entry_ids=(world.entry("p1").pk, world.entry("p2").pk)), OLGA)

    assert (tally.restored, tally.failed, ada(world)["Title"]) == (1, 0, "Student")


def test_what_was_written_in_another_campaign_or_organisation_is_left_alone(world: World) -> None:
    known(world)
    world.send(someone("p1"))
    world.send(someone("p1", came=True))
    selection = last_run()
    [other] = world.add("Campaign", {"Name": "Other", "IsActive": True})
    world.configure(campaign_id=other)
    assert put_back(selection, OLGA).kept == {Kept.RECORD_GONE: 1}
    selection_run = SyncRun.objects.filter(attempts__changes__has_key="CampaignMember.Status")
    selection_run.update(org_id_at_run=world.org.pk + 1)

    assert put_back(selection, OLGA).participants == 0


def test_a_person_account_is_put_back_through_its_account(world: World) -> None:
    world.switch(person_accounts=True)
    world.configure(update_existing=True)
    person = {"FirstName": "Ada", "LastName": "Lovelace", "PersonEmail": EMAIL, "PersonTitle": "Student"}
    world.add("Account", {**person, "IsPersonAccount": True})
    world.send(someone("p1"))
    assert ada(world)["Title"] == "CTO"

    tally = put_back(last_run(), OLGA)

    assert (tally.restored, tally.failed, ada(world)["Title"]) == (1, 0, "Student")
    assert world.attempts("p1")[-1].changes == {"Contact.Title": ["CTO", "Student"]}
