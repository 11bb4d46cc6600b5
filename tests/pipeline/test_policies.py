"""What a link decides, as the rules read it."""

import pytest
from django.utils import timezone

from connector.core.mapping import Mode
from connector.core.rows import Ambiguous
from connector.core.schema import PersonType, SObject
from connector.core.state import State
from connector.models import CampaignLink
from connector.pipeline.policies import policy_of
from tests.factories import CampaignLinkFactory, FieldMappingFactory

pytestmark = [pytest.mark.both, pytest.mark.django_db]


def test_a_link_is_read_as_its_policy() -> None:
    link = CampaignLinkFactory.create(
        match=CampaignLink.Match.LEAD_THEN_CONTACT, create_as="nobody", status_refused="Declined",
        ambiguous="most_recent", same_email="one_member", removed_members="add_again", org__visibility_confirmed=False,
    )  # fmt: skip
    FieldMappingFactory.create(link=link, field="Dietary__c", mode="if_empty")
    FieldMappingFactory.create(link=link, field="Off__c", enabled=False)

    policy = policy_of(link)

    assert policy.match == (PersonType.LEAD, PersonType.CONTACT)
    assert policy.create is None
    assert policy.labels == {
        State.REGISTERED: "Registered", State.ATTENDED: "Attended", State.REFUSED: "Declined"}  # fmt: skip
    assert (policy.ambiguous, policy.is_one_member_an_email) == (Ambiguous.MOST_RECENT, True)
    assert (policy.adds_removed_again, policy.can_create) == (True, False)
    [rule] = policy.mappings
    assert (rule.sobject, rule.field, rule.mode) == (SObject.CAMPAIGN_MEMBER, "Dietary__c", Mode.IF_EMPTY)


@pytest.mark.parametrize(
    ("is_confirmed", "is_proved", "can_create"),
    [(False, False, False), (True, False, True), (False, True, True), (True, True, True)],
)
def test_people_are_created_where_seeing_everybody_is_confirmed_or_proved(
    is_confirmed: bool, is_proved: bool, can_create: bool
) -> None:
    link = CampaignLinkFactory.create(
        org__visibility_confirmed=is_confirmed, org__visibility_proved_at=timezone.now() if is_proved else None
    )
    assert policy_of(link).can_create is can_create
