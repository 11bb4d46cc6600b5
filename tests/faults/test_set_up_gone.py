"""Labels, fields and the campaign vanish in Salesforce: the link waits with a reason and goes on by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from connector.models import CampaignLink, DrainRequest, SyncRun
from connector.pipeline.alerts.needs import find_needs
from connector.pipeline.preflight.link import check_link
from connector.pipeline.setup.link_setup import set_state
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
GRACE = "Lead Grace Hopper <grace.hopper@example.org>"


def rename(world: World, old: str, new: str) -> Callable[[], None]:
    label = world.label(old)
    return lambda: world.change("CampaignMemberStatus", label, Label=new)


def assert_waits(world: World, code: str, named: str) -> None:
    link = world.link_now()
    assert (link.pause_kind, link.pause_code) == (CampaignLink.PauseKind.CONFIGURATION, code)
    assert named in link.pause_reason
    assert link.state == CampaignLink.LinkState.ACTIVE
    assert link.paused_until is not None


def test_a_label_that_is_gone_pauses_the_link_and_writes_nothing(world: World) -> None:
    rename(world, "Registered", "Gone")()

    world.send(someone("p1"))
    assert_waits(world, "label_gone", "Registered")
    assert world.ends() == {"p1": ("pending", "")}
    assert world.entry("p1").attempt_count == 0
    assert world.holds() == untouched()
    rename(world, "Gone", "Registered")()
    world.let_pass(minutes=10)
    world.drain()

    assert world.link_now().pause_kind == ""
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_label_that_goes_between_reading_and_writing_is_noticed_and_mended(world: World) -> None:
    """Salesforce stores the campaign's default without a word: the row must not count as sent."""
    with before_call(3, rename(world, "Registered", "Gone")):
        world.send(someone("p1"), someone("p2", "Grace", "Hopper"))

    assert_waits(world, "label_gone", "Registered")
    assert world.ends() == {"p1": ("pending", ""), "p2": ("pending", "")}
    assert world.holds() == untouched(f"{ADA}: Sent", f"{GRACE}: Sent")
    rename(world, "Gone", "Registered")()
    world.let_pass(minutes=10)
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered", f"{GRACE}: Registered")
    assert world.entry("p1").created_by_us


def test_those_whose_label_is_still_there_come_to_an_end(world: World) -> None:
    with before_call(3, rename(world, "Registered", "Gone")):
        world.send(someone("p1"), someone("p2", "Grace", "Hopper", came=True))

    assert world.ends() == {"p1": ("pending", ""), "p2": ("synced", "")}


def test_a_label_gone_before_an_unread_check_in_writes_nothing(world: World) -> None:
    world.send(someone("p1"))
    world.send(someone("p1", "Ada", "Lovelace", came=False))
    rename(world, "Attended", "Came")()

    world.send(someone("p1", came=True))

    assert_waits(world, "label_gone", "Attended")
    assert world.holds() == untouched(f"{ADA}: Registered")
    rename(world, "Came", "Attended")()
    world.let_pass(minutes=10)
    world.drain()
    assert world.holds() == untouched(f"{ADA}: Attended")


def test_a_campaign_that_is_gone_pauses_the_link(world: World) -> None:
    world.delete(world.link.campaign_id)

    world.send(someone("p1"))

    assert_waits(world, "campaign_gone", world.link.campaign_name)
    assert world.holds() == untouched()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_core_field_that_is_gone_pauses_the_link(world: World, when: str) -> None:
    if when == "after":
        world.send(someone("p0", "Mary", "Somerville"))
    world.switch(hidden_fields={"Contact": ["Email"]})

    world.send(someone("p1"))

    assert_waits(world, "core_field_gone", "Contact.Email")
    world.switch(hidden_fields={})
    world.let_pass(minutes=10)
    world.drain()
    assert world.ends()["p1"] == ("synced", "")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("sobject", ["Lead", "CampaignMember"])
def test_an_object_that_may_no_longer_be_created_pauses_the_link_and_fails_nobody(
    world: World, sobject: str, when: str
) -> None:
    """In Salesforce's words each row was stopped as by a trigger; only the describe tells that the right is gone."""
    camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")
    if when == "after":
        world.send(camille)
    world.switch(object_access={sobject: {"createable": False}})

    world.send(someone("p1"), {**camille, "came": True})

    assert_waits(world, "object_access_gone", f"{sobject}: create")
    is_served = sobject == "Lead" or when == "after"
    assert world.ends() == {"c1": ("synced" if is_served else "pending", ""), "p1": ("pending", "")}
    world.let_pass(minutes=10)
    world.drain()
    assert_waits(world, "object_access_gone", f"{sobject}: create")
    assert world.entry("p1").attempt_count == 0
    world.switch(object_access={})
    world.let_pass(minutes=10)
    world.drain()

    assert world.link_now().pause_kind == ""
    assert world.holds() == untouched(
        "Contact Camille Martin <camille.martin@acme.example>: Attended", f"{ADA}: Registered"
    )


def test_a_check_in_waits_while_members_may_not_be_edited(world: World) -> None:
    world.send(someone("p1"))
    world.switch(object_access={"CampaignMember": {"updateable": False}})

    world.send(someone("p1", came=True))

    assert_waits(world, "object_access_gone", "CampaignMember: edit")
    assert world.ends() == {"p1": ("pending", "")}
    world.switch(object_access={})
    world.let_pass(minutes=10)
    world.drain()
    assert world.holds() == untouched(f"{ADA}: Attended")


@pytest.mark.parametrize("how", ["hidden_fields", "readonly_fields"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mapped_field_that_is_gone_is_left_out_and_said_and_sent_when_it_returns(
    world: World, when: str, how: str
) -> None:
    world.map("campaign_member", "Dietary__c", "fields.dietary")
    if when == "after":
        world.send(someone("p0", "Mary", "Somerville"))
    world.switch(**{how: {"CampaignMember": ["Dietary__c"]}})

    world.send(someone("p1", fields={"dietary": "vegan"}))
    assert world.ends()["p1"] == ("synced", "")
    assert world.link_now().degraded_fields == ["CampaignMember.Dietary__c"]
    assert {"code": "field_dropped"} in world.entry("p1").notes
    world.switch(**{how: {}})
    world.forget_describes()
    world.send(someone("p2", "Grace", "Hopper"))

    assert world.link_now().degraded_fields == []
    world.drain()
    assert [row.get("Dietary__c") for row in world.rows("CampaignMember")].count("vegan") == 1


def assert_waits_for_room(world: World, *keys: str) -> None:
    assert world.link_now().pause_kind == ""
    for key in keys:
        entry = world.entry(key)
        assert (entry.state, entry.reason, entry.attempt_count) == ("retrying", "", 0)
        assert (entry.error_code, entry.error_message) == ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
        assert timedelta(minutes=9) < entry.available_at - timezone.now() <= timedelta(minutes=10)


@pytest.mark.parametrize("has_been", [False, True])
def test_without_storage_whoever_would_be_created_waits_and_the_others_are_sent(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, *, has_been: bool
) -> None:
    """One refused row tells of all: nobody fails, and what needs no room is written."""
    camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example")
    if has_been:
        world.send(camille)
    world.switch(storage_full=True)

    world.send(someone("p1"), {**camille, "came": True})

    assert_waits_for_room(world, "p1")
    assert world.ends()["c1"] == ("synced" if has_been else "retrying", "")
    needs = [(need.code, need.count) for need in find_needs(timezone.now()).values()]
    assert needs == [("STORAGE_LIMIT_EXCEEDED", 1 if has_been else 2)]
    world.let_pass(minutes=10)
    world.drain()
    assert_waits_for_room(world, "p1")
    assert len(world.attempts("p1")) == 0, "a try in vain, every ten minutes, is not worth a line"
    world.switch(storage_full=False)
    DrainRequest.objects.update(requested_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        assert check_link(world.link_now())
    assert DrainRequest.objects.filter(requested_at__isnull=False).exists(), "at once, not with the next sweep"
    world.drain()

    assert world.ends() == {"c1": ("synced", ""), "p1": ("synced", "")}
    assert list(find_needs(timezone.now())) == []
    assert world.holds() == untouched(
        "Contact Camille Martin <camille.martin@acme.example>: Attended", f"{ADA}: Registered"
    )


def test_a_check_in_passes_those_who_wait_for_storage(world: World) -> None:
    """They stand first in the queue, and are more than a run takes."""
    world.send(someone("known"))
    world.switch(storage_full=True)
    world.configure(batch_limit=5, pause_count=1)
    people = [someone(f"p{n:02}", "Grace", f"Number{n}", email=f"p{n}@example.org") for n in range(30)]
    world.send(*people, someone("known", came=True))

    assert world.ends()["known"] == ("synced", "")
    assert_waits_for_room(world, *(one["id"] for one in people))
    world.let_pass(minutes=11)
    world.configure(batch_limit=5, pause_count=1)
    world.send(someone("known", came=True, position="Countess"))
    assert world.entry("known").generation == world.entry("known").synced_generation
    assert_waits_for_room(world, *(one["id"] for one in people))
    assert [run.entry_count for run in SyncRun.objects.order_by("-pk")[:2]] == [1, 5], "one batch tries for all"

    world.switch(storage_full=False)
    world.let_pass(minutes=11)
    world.drain()
    assert {state for state, _reason in world.ends().values()} == {"synced"}


def test_each_of_those_who_wait_for_storage_gets_a_turn(world: World) -> None:
    """Somebody whom a colleague made meanwhile needs no room, and stands behind a whole batch that does."""
    world.switch(storage_full=True)
    world.send(*(someone(f"p{n}", "Grace", f"Number{n}", email=f"p{n}@example.org") for n in range(9)))
    [lead] = world.add("Lead", {"FirstName": "Grace", "LastName": "Number8", "Email": "p8@example.org", "Company": "x"})
    world.add("CampaignMember", {"CampaignId": world.link.campaign_id, "LeadId": lead, "Status": "Sent"})

    for _try in range(2):
        world.configure(batch_limit=5)
        world.let_pass(minutes=11)
        world.drain()

    assert world.ends()["p8"] == ("synced", "")


def test_resuming_a_link_tries_again_whoever_waits_for_storage(world: World) -> None:
    world.switch(storage_full=True)
    world.send(someone("p1"))
    world.switch(storage_full=False)
    set_state(world.link, CampaignLink.LinkState.PAUSED)
    set_state(world.link, CampaignLink.LinkState.ACTIVE)
    world.drain()
    assert world.holds() == untouched(f"{ADA}: Registered")


def test_a_person_created_before_the_storage_was_full_is_kept_and_becomes_a_member_later(world: World) -> None:
    with before_call(3, lambda: world.switch(storage_full=True)):
        world.send(someone("p1"))

    assert_waits_for_room(world, "p1")
    assert world.holds() == untouched(f"{ADA}: no member")
    world.switch(storage_full=False)
    world.let_pass(minutes=10)
    world.drain()

    assert world.holds() == untouched(f"{ADA}: Registered")
    assert world.entry("p1").created_by_us
