"""Two who ask for the same long task at once get the same one."""

import pytest
from django_q.models import OrmQ

from connector.models import Errand
from connector.pipeline.errands.start import Order, start_once
from tests.factories import CampaignLinkFactory
from tests.races.threads import at_once


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize("is_of_link", [True, False], ids=["of an event", "of a selection"])
def test_a_double_click_begins_one_task(attempt: int, is_of_link: bool) -> None:
    link = CampaignLinkFactory.create() if is_of_link else None
    terms = {"failed_only": True} if is_of_link else {"ids": [1, 2]}
    order = Order(Errand.Kind.RESYNC, requested_by="olga", link=link, terms=terms)

    started = at_once(*[lambda: start_once(order) for _ in range(4)])

    errand = Errand.objects.get()
    assert {one.errand for one in started} == {errand}
    assert sorted(one.is_new for one in started) == [False, False, False, True]
    assert OrmQ.objects.count() == 1
