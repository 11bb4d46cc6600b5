"""What a changed link makes wrong is sent again, and nothing else."""

import pytest

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.setup.link_change import LinkChange, follow_confirmed_visibility, follow_link_change
from tests.factories import NOW, CampaignLinkFactory, FieldMappingFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db


def synced_link(**columns: str) -> CampaignLink:
    """Return a link with one participant who is synced."""
    link = CampaignLinkFactory.create(**columns)
    OutboxEntryFactory.create(link=link, state=EntryState.SYNCED.value)
    return link


@pytest.mark.parametrize(
    ("columns", "is_resent"),
    [
        ({"update_existing"}, True),
        ({"status_attended"}, True),
        ({"starts_at"}, True),
        ({"state", "closes_after_days", "ends_at"}, False),
        ({"event_name", "campaign_name"}, False),
    ],
)
def test_only_what_changes_what_is_sent_is_sent_again(columns: set[str], is_resent: bool) -> None:
    link = synced_link()
    count = follow_link_change(link, LinkChange(frozenset(columns)), now=NOW)
    entry = OutboxEntry.objects.get()
    assert (count, link.config_version) == ((1, 2) if is_resent else (0, 1))
    assert entry.state == (EntryState.PENDING if is_resent else EntryState.SYNCED)


def test_other_mappings_are_sent_to_everybody() -> None:
    assert follow_link_change(synced_link(), LinkChange(frozenset(), has_other_mappings=True), now=NOW) == 1


def test_a_new_name_of_the_event_counts_where_it_is_mapped() -> None:
    link = synced_link()
    FieldMappingFactory.create(link=link, source="event.name")
    assert follow_link_change(link, LinkChange(frozenset({"event_name"})), now=NOW) == 1


def test_a_row_that_is_being_sent_keeps_its_claim_and_is_sent_once_more() -> None:
    entry = OutboxEntryFactory.create(state=EntryState.CLAIMED.value)
    follow_link_change(entry.link, LinkChange(frozenset({"update_existing"})), now=NOW)
    after = OutboxEntry.objects.get()
    assert (after.state, after.claim_token, after.generation) == ("claimed", entry.claim_token, 2)


@pytest.mark.parametrize("column", ["campaign_id", "org"])
def test_another_campaign_or_organisation_voids_what_was_known(column: str) -> None:
    link = CampaignLinkFactory.create(status_refused="Declined")
    OutboxEntryFactory.create(
        link=link, state=EntryState.SYNCED.value, member_id="00v000000000001AAA", person_id="003000000000001AAA",
        participant_state="refused", states_seen=["registered", "refused"], target_state="registered",
    )  # fmt: skip
    assert follow_link_change(link, LinkChange(frozenset({column})), now=NOW) == 1
    entry = OutboxEntry.objects.get()
    assert (entry.member_id, entry.person_id, entry.state, entry.target_state) == ("", "", "pending", "refused")


def test_only_those_who_waited_for_visibility_are_sent_when_it_is_confirmed() -> None:
    link = CampaignLinkFactory.create()
    reasons = ["visibility_not_confirmed", "no_match"]
    for reason in reasons:
        OutboxEntryFactory.create(link=link, state=EntryState.LEFT_OUT.value, reason=reason)
    OutboxEntryFactory.create(state=EntryState.LEFT_OUT.value, reason="visibility_not_confirmed")
    assert follow_confirmed_visibility(link.org, now=NOW) == 1
    assert set(OutboxEntry.objects.filter(link=link).values_list("reason", flat=True)) == {"", "no_match"}
