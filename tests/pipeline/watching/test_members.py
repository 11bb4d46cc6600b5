"""Participants beside the members of the campaign: each stands in one part, so that the numbers add up."""

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connector.core.outcomes import EntryState
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.sums import sum_link
from connector.pipeline.watching.members import Apart, Known, known_members
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]

NOW = timezone.now()
_numbers = count(1)


@pytest.fixture
def link() -> CampaignLink:
    """Return a link with a label for those who register and those who come."""
    return CampaignLinkFactory.create(status_registered="Registered", status_attended="Attended")


def entry(link: CampaignLink, target: str, state: EntryState = EntryState.SYNCED, **columns: Any) -> OutboxEntry:
    """Make a participant whose status is, or will be, that of `target`."""
    return OutboxEntryFactory.create(link=link, participant_state=target, target_state=target, state=state, **columns)


def member(link: CampaignLink, target: str, has: str, state: EntryState = EntryState.SYNCED, **columns: Any) -> str:
    """Make one who is a member with the status of `has`; return the member's id."""
    own = columns.pop("member_id", None) or f"00v{next(_numbers):015d}"
    at = columns.pop("last_synced_at", NOW - timedelta(hours=1))
    entry(link, target, state, member_id=own, member_label=has.title(), last_synced_at=at, **columns)
    return own


def left(link: CampaignLink, member_id: str, has: str) -> str:
    """Make a registered participant whose email moved from one member's record to another's; return the new member."""
    note = {"code": "left_behind", "member_id": member_id, "left": has.title()}
    return member(link, "registered", "registered", notes=[note])


def assert_adds_up(link: CampaignLink, known: Known) -> None:
    """Check that participants without those apart, and with those lent and left, are the members of each status.

    All members together are those of the sum, and what is beyond it.
    """
    for state, label in link.statuses().items():
        here = OutboxEntry.objects.filter(link=link, target_state=state.value).count()
        apart = sum(known.apart.get(state.value, {}).values())
        beside = known.lent.get(label, 0) + known.left.get(label, 0)
        assert here - apart + beside == known.counts.get(label, 0), label
    total = sum_link(link.pk)
    beyond = sum(known.beyond.values()) + sum(known.left.values())
    assert total.synced - total.same_person + beyond == sum(known.counts.values())


def test_everybody_stands_in_one_part_and_the_parts_add_up(link: CampaignLink) -> None:
    for _time in range(3):
        member(link, "registered", "registered")
    member(link, "registered", "registered", EntryState.NEEDS_ANSWER, reason="shares_email")
    member(link, "attended", "registered", EntryState.FAILED)
    member(link, "attended", "registered", EntryState.PENDING)
    member(link, "attended", "attended")
    member(link, "registered", "attended")  # a colleague's status, which stays
    entry(link, "registered", EntryState.NEEDS_ANSWER, reason="no_email")
    entry(link, "registered", EntryState.LEFT_OUT, reason="filtered")
    entry(link, "registered", EntryState.RETRYING)
    entry(link, "registered", EntryState.CLAIMED, claim_token=uuid4(), lease_expires_at=NOW)
    entry(link, "attended")

    known = known_members(link, counted_at=NOW)

    assert known.counts == {"Registered": 6, "Attended": 2}
    assert known.apart == {
        "registered": {Apart.NEEDS_ANSWER: 1, Apart.LEFT_OUT: 1, Apart.WAITING: 2, Apart.OTHER_STATUS: 1},
        "attended": {Apart.FAILED: 1, Apart.WAITING: 1, Apart.NO_MEMBER: 1},
    }
    assert known.lent == {"Registered": 2, "Attended": 1}
    assert known.beyond == {Apart.NEEDS_ANSWER: 1, Apart.FAILED: 1, Apart.WAITING: 1, Apart.NO_MEMBER: -1}
    assert_adds_up(link, known)


def test_a_status_of_colleagues_that_stays_is_known_and_no_difference(link: CampaignLink) -> None:
    member(link, "registered", "registered")
    member(link, "registered", "meeting booked")
    known = known_members(link, counted_at=NOW)
    assert known.apart == {"registered": {Apart.OTHER_STATUS: 1}}
    assert [known.difference(label, 1) for label in ("Registered", "Meeting Booked")] == [0, 0]
    assert known.whole_difference(2) == 0
    assert_adds_up(link, known)


def test_who_was_removed_by_hand_is_no_member_and_no_difference(link: CampaignLink) -> None:
    member(link, "registered", "registered")
    gone = {"reason": "removed_by_hand", "member_id": "00v000000000900", "sent_label": "Registered"}
    entry(link, "registered", EntryState.LEFT_OUT, synced_state="registered", **gone)
    known = known_members(link, counted_at=NOW)
    assert (known.counts, known.apart) == ({"Registered": 1}, {"registered": {Apart.LEFT_OUT: 1}})
    assert known.difference("Registered", 1) == 0
    assert_adds_up(link, known)


def test_who_was_found_removed_since_the_count_may_have_been_there_by_then(link: CampaignLink) -> None:
    gone = {"reason": "removed_by_hand", "member_id": "00v000000000900", "last_synced_at": NOW - timedelta(hours=3)}
    entry(link, "registered", EntryState.LEFT_OUT, last_read_at=NOW + timedelta(minutes=1), **gone)
    known = known_members(link, counted_at=NOW)
    assert [known.difference("Registered", there) for there in (0, 1, 2)] == [0, 0, 1]
    assert known.synced_since == 0


def test_a_member_that_was_left_is_one_of_the_campaign_all_the_same(link: CampaignLink) -> None:
    left(link, "00v000000000900", "attended")
    member(link, "registered", "registered", notes=[{"code": "left_behind"}])  # moves; nothing is left until it has
    known = known_members(link, counted_at=NOW)
    assert (known.counts, known.left) == ({"Registered": 2, "Attended": 1}, {"Attended": 1})
    assert known.whole_difference(3) == 0
    assert_adds_up(link, known)


def test_a_member_that_was_left_twice_or_has_somebody_again_counts_once(link: CampaignLink) -> None:
    left(link, "00v000000000900", "registered")
    left(link, "00v000000000900", "registered")
    left(link, member(link, "attended", "attended"), "registered")
    known = known_members(link, counted_at=NOW)
    assert (known.counts, known.left) == ({"Registered": 4, "Attended": 1}, {"Registered": 1})
    assert_adds_up(link, known)


@pytest.mark.parametrize(
    ("targets", "has", "expected"),
    [
        (("registered", "registered"), "registered", {"registered": {Apart.SAME_PERSON: 1}}),
        (("registered", "attended"), "attended", {"registered": {Apart.SAME_PERSON: 1}}),
        (("attended", "registered", "registered"), "attended", {"registered": {Apart.SAME_PERSON: 2}}),
    ],
)
@pytest.mark.parametrize("is_told", [True, False])
def test_one_member_for_several_is_that_of_whoever_has_its_status(
    link: CampaignLink, targets: tuple[str, ...], has: str, expected: Any, is_told: bool
) -> None:
    """`is_told`: the rows know that they are one person, as those of one run do."""
    own, first = "", None
    for target in targets:
        own = member(link, target, has, member_id=own, same_person_of=first if is_told else None)
        first = first or OutboxEntry.objects.get(link=link)
    known = known_members(link, counted_at=None)
    assert (known.counts, known.apart, known.lent) == ({has.title(): 1}, expected, {})
    assert known.beyond == ({} if is_told else {Apart.SAME_PERSON: 1 - len(targets)})
    assert_adds_up(link, known)


def test_the_member_of_several_has_the_status_that_was_learned_last(link: CampaignLink) -> None:
    """The second registration of a person came; another transaction had the first row in hand, which never learned."""
    own = member(link, "registered", "registered", last_synced_at=NOW - timedelta(hours=3))
    member(link, "attended", "attended", member_id=own)
    known = known_members(link, counted_at=None)
    assert known.counts == {"Attended": 1}
    assert known.apart == {"registered": {Apart.SAME_PERSON: 1}}
    assert_adds_up(link, known)


def test_who_shares_a_member_and_waits_or_failed_is_said_to(link: CampaignLink) -> None:
    """Same person is who is synced and stands behind another; the sum above says so too."""
    own = member(link, "registered", "registered")
    first = OutboxEntry.objects.get(link=link)
    member(link, "registered", "registered", member_id=own, same_person_of=first)
    member(link, "registered", "registered", EntryState.PENDING, member_id=own)
    member(link, "registered", "registered", EntryState.FAILED, member_id=own, last_synced_at=None)
    known = known_members(link, counted_at=None)
    assert known.apart == {"registered": {Apart.SAME_PERSON: 1, Apart.WAITING: 1, Apart.FAILED: 1}}
    assert_adds_up(link, known)


def test_who_leads_a_person_and_failed_is_a_member_beyond_the_sum(link: CampaignLink) -> None:
    own = member(link, "registered", "registered", EntryState.FAILED)
    member(link, "registered", "registered", member_id=own, same_person_of=OutboxEntry.objects.get(link=link))
    known = known_members(link, counted_at=None)
    assert known.beyond == {Apart.FAILED: 1}
    assert_adds_up(link, known)


def test_members_that_were_synced_since_the_count_are_open(link: CampaignLink) -> None:
    member(link, "registered", "registered")
    own = member(link, "attended", "attended", last_synced_at=NOW + timedelta(minutes=1))
    member(link, "registered", "attended", member_id=own, last_synced_at=NOW - timedelta(hours=3))
    entry(link, "registered", last_synced_at=NOW + timedelta(minutes=1))
    known = known_members(link, counted_at=NOW)
    assert (known.counts, known.open_members, known.synced_since) == (Counter(Registered=1), 1, 2)


def test_the_number_of_queries_does_not_depend_on_the_size(link: CampaignLink) -> None:
    sizes = []
    for _time in range(2):
        own = member(link, "attended", "attended")
        for target in ("registered", "attended", "registered"):
            member(link, target, target)
            member(link, target, "attended", member_id=own)
            entry(link, target, EntryState.FAILED)
        sizes.append(queries_of(link))
    for number in (901, 902):
        left(link, f"00v000000000{number}", "registered")
        sizes.append(queries_of(link))
    assert sizes == [2, 2, 4, 4]


def queries_of(link: CampaignLink) -> int:
    with CaptureQueriesContext(connection) as queries:
        known_members(link, counted_at=NOW)
    return len(queries)
