"""The sum adds up, in one query."""

import pytest
from pytest_django import DjangoAssertNumQueries

from connector.core.outcomes import EntryState
from connector.pipeline.sums import Sum, sum_link
from tests.factories import CampaignLinkFactory, OutboxEntryFactory

pytestmark = pytest.mark.django_db


def test_each_state_is_counted_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    link, other = CampaignLinkFactory.create(), CampaignLinkFactory.create()
    for count, state in enumerate(EntryState, start=1):
        OutboxEntryFactory.create_batch(count, link=link, state=state)
    same = OutboxEntryFactory.create(link=other, state=EntryState.SYNCED)
    OutboxEntryFactory.create(link=other, state=EntryState.SYNCED, same_person_of=same)
    with django_assert_num_queries(1):
        total = sum_link(link.pk)
    assert total == Sum(synced=4, left_out=5, needs_answer=6, failed=7, waiting=1 + 2 + 3)
    assert total.rows == link.entries.count()
    assert sum_link(other.pk) == Sum(synced=2, same_person=1)


def test_a_link_without_participants_sums_to_nothing() -> None:
    assert sum_link(CampaignLinkFactory.create().pk).rows == 0
