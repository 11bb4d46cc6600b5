"""Settings of a link in the words of the configuration file: what is begun with them is set as the link is."""

from typing import Any

import pytest
from pydantic import ValidationError

from connector.models import CampaignLink
from connector.pipeline.setup.configure_plan import MAPPING_COLUMNS
from connector.pipeline.setup.link_settings import begin_with, settings_for_others
from tests.factories import CampaignLinkFactory
from tests.world import make_default_mappings

pytestmark = pytest.mark.django_db

OTHERS: dict[str, Any] = {
    "status_registered": "Inscrit", "status_attended": "Est venu", "status_refused": "Décliné",
    "never_downgrade": False, "match": "lead_then_contact",
    "match_emails": {"contact": ["Email", "Work__c"], "lead": ["Email"]},
    "match_key": {"source": "inwink.id", "contact": "Key__c"}, "create_as": "contact", "create_for": ["attended"],
    "update_existing": True, "ambiguous": "most_recent", "same_email": "one_member", "removed_members": "add_again",
    "only": [{"source": "category", "not_in": ["Staff"]}], "exclude_email_domains": ["corp.example"],
    "consent": {"source": "fields.optin", "when_no": "nothing", "when_unknown": "all"}, "duplicates": "review",
    "new_owner": "005000000000001AAA", "contact_account": "by_domain", "record_types": {"contact": "Partner"},
    "placeholders": {"company": "?", "last_name": "??"}, "closes_after_days": 5,
}  # fmt: skip


def test_another_link_begins_with_every_setting_of_a_link() -> None:
    link = CampaignLinkFactory.create(**OTHERS)
    make_default_mappings([link])
    begun = begin_with(settings_for_others(link)).link
    assert begun is not None
    assert {column: getattr(begun, column) for column in OTHERS} == OTHERS
    assert (begun.inwink_event_id, begun.campaign_id, begun.starts_at, begun.state) == ("", "", None, "active")


def test_mappings_go_along_and_a_missing_default_one_is_switched_off() -> None:
    link = CampaignLinkFactory.create()
    make_default_mappings([link])
    link.mappings.filter(object="lead", field="Title").delete()
    link.mappings.create(object="campaign_member", field="Diet__c", source="fields.diet", values={"a": "b"}, position=9)
    begun = {(row.object, row.field): row for row in begin_with(settings_for_others(link)).mappings}
    for held in link.mappings.all():
        copied = begun[held.object, held.field]
        assert [getattr(copied, name) for name in MAPPING_COLUMNS] == [getattr(held, name) for name in MAPPING_COLUMNS]
    assert not begun["lead", "Title"].enabled
    assert len(begun) == 10


def test_without_settings_a_link_begins_as_every_link_does() -> None:
    begun = begin_with({})
    assert begun.link is None
    assert len(begun.mappings) == 9


def test_settings_that_no_file_could_hold_are_refused() -> None:
    with pytest.raises(ValidationError):
        begin_with({"match": "nobody"})
    assert not CampaignLink.objects.exists()
