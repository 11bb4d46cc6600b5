"""Which status "No show" becomes: one is made on request, no other (rule 4.3), and the first choice stands."""

import pytest
from django.utils import timezone

from connector.pipeline.setup.no_show_label import choose_no_show_label, create_no_show_label
from tests.world import World


@pytest.fixture
def lacking(world: World) -> World:
    """A link without a status for no-shows, whose campaign has lost that of those who came."""
    for label in ("Attended", "No show"):
        world.delete(world.label(label))
    world.configure(status_no_show="")
    return world


def test_only_the_status_that_was_asked_for_is_made(lacking: World) -> None:
    before = [row["Label"] for row in lacking.rows("CampaignMemberStatus")]
    made = create_no_show_label(lacking.link, "No show")
    assert made.created == ("No show",)
    rows = lacking.rows("CampaignMemberStatus")
    assert [row["Label"] for row in rows] == [*before, "No show"]
    assert (rows[-1]["HasResponded"], rows[-1]["IsDefault"]) == (False, False)


def test_whoever_chooses_second_changes_nothing(lacking: World) -> None:
    link = lacking.link_now()
    assert choose_no_show_label(link, "Sent", now=timezone.now())
    assert not choose_no_show_label(link, "Declined", now=timezone.now())
    assert lacking.link_now().status_no_show == "Sent"
