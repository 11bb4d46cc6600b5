"""It stops being certain that everybody is seen while a run is on its way: nobody is created any more (rule 3.0)."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.utils import timezone

from connector.core.outcomes import Priority
from connector.models import SalesforceOrg
from connector.pipeline.setup.link_change import follow_confirmed_visibility
from connector.salesforce.composite import MAX_HEAVY
from tests.acceptance.people import someone
from tests.interruptions import before_call
from tests.world import World, untouched

pytestmark = pytest.mark.both

ADA = "Lead Ada Lovelace <ada.lovelace@example.org>"
CAMILLE = "Contact Camille Martin <camille.martin@acme.example>"
WAITS = ("left_out", "visibility_not_confirmed")


def sign_in(world: World) -> None:
    """Let the first sign-in be over, which drops what was proved before it."""
    world.send(someone("c1", "Camille", "Martin", email="camille.martin@acme.example"))


def withdraw_confirmation() -> None:
    SalesforceOrg.objects.update(visibility_confirmed=False)


def lose_proof() -> None:
    SalesforceOrg.objects.update(visibility_proved_at=None)


@pytest.mark.parametrize("priority", [Priority.LIVE, Priority.BACKFILL])
@pytest.mark.parametrize("lose", [withdraw_confirmation, lose_proof])
def test_nobody_is_created_and_the_others_go_on(world: World, lose: Callable[[], None], priority: Priority) -> None:
    sign_in(world)
    is_proof = lose is lose_proof
    SalesforceOrg.objects.update(
        visibility_confirmed=not is_proof, visibility_proved_at=timezone.now() if is_proof else None
    )
    camille = someone("c1", "Camille", "Martin", email="camille.martin@acme.example", came=True)
    world.receive(someone("p1"), camille, priority=priority)

    with before_call(1, lose):
        world.drain()

    assert world.holds() == untouched(f"{CAMILLE}: Attended")
    assert world.ends() == {"p1": WAITS, "c1": ("synced", "")}
    assert world.entry("p1").create_sent_at is None


def test_between_two_calls_that_create_people_too(world: World) -> None:
    sign_in(world)
    SalesforceOrg.objects.update(working_sizes={"Lead": 1})
    world.receive(*(someone(f"p{number}", "Ada", f"Number{number}") for number in range(MAX_HEAVY + 2)))

    with before_call(2, withdraw_confirmation):
        world.drain()

    leads = [row for row in world.rows("Lead") if row["LastName"].startswith("Number")]
    assert len(leads) == MAX_HEAVY, "a call that is on its way is not called back"
    assert Counter(world.ends().values()) == {("synced", ""): MAX_HEAVY + 1, WAITS: 2}


def test_a_name_that_looks_like_a_reference_is_not_created_either(world: World) -> None:
    sign_in(world)
    world.receive(someone("p1", "@{rows_0[0].id}", "Lovelace", email="ada.lovelace@example.org"))

    with before_call(1, withdraw_confirmation):
        world.drain()

    assert world.people("ada.lovelace@example.org") == []
    assert world.ends()["p1"] == WAITS


def test_who_was_created_before_becomes_a_member_and_who_was_not_is_sent_when_it_is_certain_again(world: World) -> None:
    sign_in(world)
    world.receive(someone("p1"))

    with before_call(3, withdraw_confirmation):
        world.drain()
    world.send(someone("p2", "Grace", "Hopper"))
    assert world.ends()["p2"] == WAITS
    assert f"{ADA}: Registered" in world.holds()

    SalesforceOrg.objects.update(visibility_confirmed=True)
    follow_confirmed_visibility(SalesforceOrg.objects.get(), now=timezone.now())
    world.drain()
    assert "Lead Grace Hopper <grace.hopper@example.org>: Registered" in world.holds()
