"""Whom the filter of a link leaves out: nothing at all is written of them (rule 1.4)."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from connector.pipeline.previews.preview import preview_link
from connector.pipeline.setup.link_change import LinkChange, follow_link_change
from connector.pipeline.status import sync_status
from tests.acceptance.people import Said, cancelled, someone
from tests.world import World, untouched

pytestmark = pytest.mark.both

NO_STAFF = {"only": [{"source": "category", "not_in": ["Exhibitor", "Staff"]}]}
ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"
LEFT_OUT = ("left_out", "filtered")
SYNCED = ("synced", "")


def change_link(world: World, **columns: object) -> None:
    """Change a setting of the link as the admin and a configuration file do."""
    with transaction.atomic():
        world.configure(**columns)
        follow_link_change(world.link, LinkChange(frozenset(columns)), now=timezone.now())


def staff(key: str = "p1", **said: Any) -> Said:
    return someone(key, **said, category={"key": "st", "fr": "Équipe", "en": "Staff"})


def test_who_is_filtered_out_is_written_nowhere_and_the_others_are(world: World) -> None:
    world.configure(**NO_STAFF)

    world.send(staff(), someone("p2", "Grace", "Hopper", category="Visitor"))

    assert world.ends() == {"p1": LEFT_OUT, "p2": SYNCED}
    assert world.holds() == untouched(f"{GRACE}: Registered")


def test_nothing_is_written_of_a_contact_who_is_there_already(world: World) -> None:
    world.configure(**NO_STAFF, update_existing=True)

    world.send(staff(email="camille.martin@acme.example", position="CEO"))

    assert world.holds() == untouched()
    assert [row.get("Title") for row in world.people("camille.martin@acme.example")] != ["CEO"]


def test_a_change_of_the_value_is_evaluated_anew(world: World) -> None:
    world.configure(**NO_STAFF)
    world.send(staff())

    world.send(someone("p1", category="Visitor"))

    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_change_of_the_filter_sends_who_qualifies_now(world: World) -> None:
    world.configure(**NO_STAFF)
    world.send(staff(), someone("p2", "Grace", "Hopper", category="Press"))

    change_link(world, only=[{"source": "category", "in": ["st"]}])
    world.drain()

    assert world.ends() == {"p1": SYNCED, "p2": LEFT_OUT}
    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")


def test_of_who_was_synced_and_is_filtered_out_nothing_more_is_written_and_what_is_there_stays(world: World) -> None:
    world.configure(**NO_STAFF)
    world.send(someone("p1", category="Visitor"))

    world.send(staff(lastName="King", came=True))

    assert world.ends() == {"p1": LEFT_OUT}
    assert world.holds() == untouched(f"{ADA}: Registered")

    world.send(someone("p1", lastName="Lovelace", category="Visitor", came=True))
    assert world.holds() == untouched(f"{ADA}: Attended"), "what happened meanwhile arrives when they qualify again"


def test_a_resync_does_not_send_who_is_filtered_out(world: World) -> None:
    world.configure(**NO_STAFF)
    world.send(staff())
    world.reset_calls()

    change_link(world, exclude_email_domains=["nowhere.example"])
    world.drain()

    assert (world.ends(), world.holds()) == ({"p1": LEFT_OUT}, untouched())


@pytest.mark.parametrize("domain", ["example.org", "*.org"])
def test_excluded_email_domains(world: World, domain: str) -> None:
    world.configure(exclude_email_domains=[domain])

    world.send(someone("p1"), someone("p2", "Grace", "Hopper", email="Grace@Navy.example"))

    assert world.ends() == {"p1": LEFT_OUT, "p2": SYNCED}
    assert world.holds() == untouched("Lead Grace Hopper <grace@navy.example>: Registered")


def test_a_missing_value_is_not_one_of_those_demanded(world: World) -> None:
    world.configure(only=[{"source": "category", "in": ["Visitor"]}])

    world.send(someone("p1"), someone("p2", "Grace", "Hopper", category="visitor"))

    assert world.ends() == {"p1": LEFT_OUT, "p2": SYNCED}


def test_the_record_of_a_filtered_row_is_not_taken_for_another_name_on_its_email(world: World) -> None:
    shared = "info@acme.example"
    world.send(someone("p1", email=shared), someone("p2", "Grace", "Hopper", email=shared, position="Admiral"))
    change_link(world, only=[{"source": "position", "in": ["Admiral"]}])

    world.drain()
    world.send(someone("p2", "Grace", "Hopper", email=shared, position="Admiral", came=True))

    assert world.ends() == {"p1": LEFT_OUT, "p2": ("needs_answer", "shares_email")}
    assert world.holds() == untouched("Lead Ada Lovelace <info@acme.example>: Registered")


def test_who_waited_for_an_answer_because_of_a_filtered_row_goes_on(world: World) -> None:
    shared = "info@acme.example"
    row = {"Email": shared, "LastName": "Desk", "Company": "Acme"}
    world.add("Lead", row, row)  # nobody can be matched: several records
    world.send(someone("p1", email=shared), someone("p2", "Grace", "Hopper", email=shared))
    assert world.ends()["p2"] == ("needs_answer", "shares_email")
    world.configure(ambiguous="most_recent", **NO_STAFF)

    world.send(staff(email=shared))

    assert world.ends() == {"p1": LEFT_OUT, "p2": SYNCED}


def test_preview_and_status_show_the_reason(world: World) -> None:
    world.configure(**NO_STAFF)
    world.receive(staff(), someone("p2", "Grace", "Hopper"), cancelled("p3", "Mary", "Somerville", category="Staff"))

    shown = {row.participant_key: (row.verdict, row.reason) for row in preview_link(world.link).people}
    world.drain()

    assert shown == {"p1": LEFT_OUT, "p2": ("create", ""), "p3": LEFT_OUT}
    status = sync_status(world.link)
    assert (status["left_out"], status["by_reason"]) == (2, {"filtered": 2})
