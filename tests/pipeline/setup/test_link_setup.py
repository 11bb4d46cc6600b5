"""What the admin asks when a link is set up, and how it is paused and resumed."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from connector.models import CampaignLink, FieldMapping
from connector.pipeline.setup.link_settings import begin_with
from connector.pipeline.setup.link_setup import (
    add_mappings,
    load_facts,
    load_labels,
    load_people,
    offer_campaigns,
    set_state,
)
from tests.factories import CampaignLinkFactory
from tests.world import World


def test_facts_hold_labels_and_describes(world: World) -> None:
    facts = load_facts(world.org, world.link.campaign_id)
    assert facts.is_known
    assert {"Registered", "Attended"} <= set(facts.labels)
    assert {sobject.value for sobject in facts.schemas} == {"Contact", "Lead", "CampaignMember"}


def test_fresh_facts_cost_one_call_where_describes_are_cached(world: World) -> None:
    load_facts(world.org, world.link.campaign_id)
    world.reset_calls()
    load_facts(world.org, world.link.campaign_id)
    assert world.api_calls() == 0
    load_facts(world.org, world.link.campaign_id, refresh=True)
    assert world.api_calls() == 1


def test_an_unreachable_salesforce_is_an_answer_not_an_exception(world: World) -> None:
    world.org.login_url = "http://127.0.0.1:9"
    world.org.save()
    assert offer_campaigns(world.org, "x").problem_code == "no_connection"
    assert load_labels(world.org, world.link.campaign_id).problem_code == "no_connection"
    assert not load_facts(world.org, world.link.campaign_id).is_known


def test_a_secret_of_another_key_is_an_answer_too(world: World, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    world.org.refresh_from_db()
    assert offer_campaigns(world.org, "x").problem_code == "wrong_encryption_key"
    assert load_labels(world.org, world.link.campaign_id).problem_code == "wrong_encryption_key"


def test_an_owner_is_not_looked_up_with_a_secret_of_another_key(world: World, settings: Any) -> None:
    facts = load_facts(world.org, world.link.campaign_id)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    world.org.refresh_from_db()
    named = CampaignLink(org=world.org, new_owner="005000000000001AAA")
    assert load_people(named, facts).problem_code == "wrong_encryption_key"


@pytest.mark.django_db
def test_default_mappings_keep_their_order_and_leave_a_history() -> None:
    link = CampaignLinkFactory.create()
    add_mappings(link, begin_with({}).mappings)
    assert list(link.mappings.values_list("position", flat=True)) == list(range(9))
    assert FieldMapping.history.count() == 9


@pytest.mark.django_db
def test_resuming_also_lifts_what_the_connector_waited_for() -> None:
    link = CampaignLinkFactory.create(pause_kind="configuration", pause_code="label_gone", pause_reason="gone")
    assert set_state(link, CampaignLink.LinkState.ACTIVE)
    link.refresh_from_db()
    assert (link.state, link.pause_kind, link.pause_code, link.pause_reason) == ("active", "", "", "")
    assert not set_state(link, CampaignLink.LinkState.ACTIVE)
    assert CampaignLink.history.filter(id=link.pk).count() == 2
