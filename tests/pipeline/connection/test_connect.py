"""Describes, labels and campaigns come from caches that all processes share, else from Salesforce."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connector.core.schema import SObject
from connector.models import CampaignLabels, SalesforceOrg, SalesforceSchema
from connector.pipeline.connection.connect import (
    CampaignNotFound,
    Label,
    campaign_labels,
    find_campaign,
    gateway_for,
    object_schema,
    record_usage,
    search_campaigns,
    store_labels,
)
from connector.pipeline.connection.schema_cache import dump_schema
from connector.pipeline.connection.schema_refresh import refresh_schemas
from connector.pipeline.connection.sign_in import store_token, stored_token
from connector.salesforce.schema import parse_describe
from tests.world import World

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_describe_is_fetched_once_a_day(world: World) -> None:
    first = object_schema(world.org, SObject.LEAD, now=NOW)
    calls = world.api_calls()
    assert object_schema(world.org, SObject.LEAD, now=NOW + timedelta(hours=23)) == first
    assert world.api_calls() == calls
    object_schema(world.org, SObject.LEAD, now=NOW + timedelta(hours=25))
    assert world.api_calls() == calls + 1
    object_schema(world.org, SObject.LEAD, now=NOW + timedelta(hours=25), refresh=True)
    assert world.api_calls() == calls + 2
    assert SalesforceSchema.objects.count() == 1


def test_an_old_describe_is_asked_for_only_if_it_changed(world: World) -> None:
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    first = object_schema(world.org, SObject.LEAD, now=tomorrow)
    later = tomorrow + timedelta(hours=25)
    world.reset_calls()

    assert object_schema(world.org, SObject.LEAD, now=later) == first
    assert [call["status"] for call in world.control("calls", method="GET")["log"]] == [304]
    assert SalesforceSchema.objects.get().fetched_at == later

    object_schema(world.org, SObject.LEAD, now=later, refresh=True)
    assert [call["status"] for call in world.control("calls", method="GET")["log"]] == [304, 200]


def test_a_describe_that_an_earlier_release_kept_is_fetched_whole(world: World) -> None:
    schema = object_schema(world.org, SObject.LEAD)
    row = SalesforceSchema.objects.get()
    SalesforceSchema.objects.update(body={**row.body, "format": "name,label", "fields": []})
    assert object_schema(world.org, SObject.LEAD) == schema


def test_the_describes_of_another_user_are_forgotten(world: World) -> None:
    object_schema(world.org, SObject.LEAD)
    row = SalesforceOrg.objects.get()
    token = stored_token(row)
    assert token is not None
    assert store_token(row, replace(token, access_token="another"))
    assert SalesforceSchema.objects.exists()
    row.refresh_from_db()
    assert store_token(row, replace(token, access_token="a third", user_id="005000000000009AAA"))
    assert not SalesforceSchema.objects.exists()


@pytest.mark.parametrize("sobject", [SObject.LEAD, SObject.CONTACT, SObject.CAMPAIGN_MEMBER, SObject.CAMPAIGN])
def test_a_stored_describe_says_the_same_as_salesforce(world: World, sobject: SObject) -> None:
    schema = object_schema(world.org, sobject, now=NOW)
    assert parse_describe(dump_schema(schema)) == schema
    assert object_schema(world.org, sobject, now=NOW) == schema


def test_describes_are_refreshed_for_connected_organisations(world: World) -> None:
    object_schema(world.org, SObject.LEAD, now=NOW)
    world.control("settings", {"hidden_fields": {"Lead": ["Title"]}})
    assert refresh_schemas(now=NOW) == 1
    assert object_schema(world.org, SObject.LEAD, now=NOW).find_field("Title") is None
    world.salesforce.stop()
    assert refresh_schemas(now=NOW) == 0
    SalesforceOrg.objects.update(state="reconnect_needed")
    assert refresh_schemas(now=NOW) == 0


def test_labels_come_in_their_order_and_are_kept(world: World) -> None:
    campaign_id = world.link.campaign_id
    labels = campaign_labels(world.org, campaign_id, now=NOW)
    assert labels[:2] == [Label("Sent", False, True), Label("Registered", True, False)]
    calls = world.api_calls()
    assert campaign_labels(world.org, campaign_id, now=NOW) == labels
    assert world.api_calls() == calls
    store_labels(world.org, campaign_id, labels=labels[:1], now=NOW)
    assert campaign_labels(world.org, campaign_id, now=NOW) == labels[:1]
    assert campaign_labels(world.org, campaign_id, now=NOW, refresh=True) == labels
    assert CampaignLabels.objects.count() == 1


def test_campaigns_are_searched_by_a_part_of_their_name(world: World) -> None:
    world.add("Campaign", {"Name": "100%_sure", "IsActive": False}, {"Name": "Other", "StartDate": "2027-01-01"})
    (found,) = search_campaigns(world.org, " salon ")
    assert (found.id, found.name, found.is_active) == (world.link.campaign_id, "Salon 2026", True)
    assert (found.start_date, found.end_date, found.member_count) == (date(2026, 11, 12), date(2026, 11, 13), 0)
    assert [choice.name for choice in search_campaigns(world.org, "0%_s")] == ["100%_sure"]
    assert [choice.name for choice in search_campaigns(world.org, world.link.campaign_id[:15])] == ["Salon 2026"]
    assert len(search_campaigns(world.org, "", limit=2)) == 2


def test_a_campaign_is_found_by_id_or_exact_name(world: World) -> None:
    by_name = find_campaign(world.org, "SALON 2026")
    assert by_name == find_campaign(world.org, world.link.campaign_id[:15])
    with pytest.raises(CampaignNotFound, match="No campaign “Salon”"):
        find_campaign(world.org, "Salon")
    (twin,) = world.add("Campaign", {"Name": "Salon 2026", "IsActive": True})
    with pytest.raises(CampaignNotFound) as caught:
        find_campaign(world.org, "Salon 2026")
    assert {match.id for match in caught.value.matches} == {twin, world.link.campaign_id}


def test_a_name_that_would_break_a_query_is_only_a_name(world: World) -> None:
    name = "L'été \\ 50 % & @{x}"
    (campaign_id,) = world.add("Campaign", {"Name": name})
    assert find_campaign(world.org, name).id == campaign_id


def test_usage_is_remembered_as_salesforce_told_it(world: World) -> None:
    gateway = gateway_for(world.org)
    record_usage(world.org, gateway, now=NOW)
    assert SalesforceOrg.objects.get().api_usage_at is None
    gateway.limits()
    record_usage(world.org, gateway, now=NOW)
    gateway.close()
    org = SalesforceOrg.objects.get()
    values: dict[str, Any] = world.control("calls", method="GET")
    assert (org.api_used, org.api_limit, org.api_usage_at) == (values["api_used"], values["api_limit"], NOW)
