"""One mapping is checked, stored, switched and removed; what was sent before follows."""

from datetime import UTC, datetime

import pytest

from connector.core.outcomes import EntryState
from connector.models import FieldMapping, OutboxEntry
from connector.pipeline.setup.link_setup import load_facts
from connector.pipeline.setup.mapping_edit import (
    check_mapping,
    remove_mapping,
    store_mapping,
    switch_mapping,
    uncovered_without,
)
from connector.pipeline.setup.mapping_sample import SAMPLED, load_sample
from tests.factories import OutboxEntryFactory
from tests.world import World

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ADA = {"id": "p1", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace", "registered": True}


def new(world: World, field: str = "Dietary__c", source: str = "fields.diet", **columns: object) -> FieldMapping:
    """Return a mapping of a member field that is not stored."""
    values = {"object": "campaign_member", "field": field, "source": source, **columns}
    return FieldMapping(link=world.link, **values)


def codes(world: World, mapping: FieldMapping) -> list[str]:
    """Return the codes of what is wrong with a mapping."""
    facts = load_facts(world.org, world.link.campaign_id)
    others = list(world.link.mappings.exclude(pk=mapping.pk))
    return [problem.code for problem in check_mapping(world.link, mapping, others, schema_of=facts.schema_of)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        ({"field": "dietary__c"}, []),
        ({"field": "Nothing__c"}, ["field_unknown"]),
        ({"field": "ContactId"}, ["field_is_ours"]),
        ({"source": ""}, ["source_or_constant"]),
        ({"source": "firstname"}, ["source_unknown"]),
        ({"mode": "if_empty", "blank": "clear"}, ["clear_needs_overwrite"]),
        ({"mode": "if_empty", "blank": "clear", "enabled": False}, ["clear_needs_overwrite"]),
        ({"object": "contact", "field": "email"}, ["mapped_twice"]),
    ],
)
def test_a_mapping_is_checked_by_the_rules_of_the_file(
    world: World, columns: dict[str, object], expected: list[str]
) -> None:
    found = codes(world, new(world, **columns))  # type: ignore[arg-type]
    assert [code for code in found if code in expected] == expected
    assert bool(found) == bool(expected)


def test_a_stored_mapping_takes_salesforces_spelling_and_sends_everybody_again(world: World) -> None:
    world.send(ADA)
    mapping, version = new(world, field="dietary__c"), world.link_now().config_version
    assert codes(world, mapping) == []

    assert store_mapping(mapping, now=NOW) == 1

    assert (mapping.field, mapping.position) == ("Dietary__c", 9)
    assert world.link_now().config_version == version + 1
    assert OutboxEntry.objects.get().state == EntryState.PENDING


def test_what_changes_nothing_sends_nobody_again(world: World) -> None:
    world.send(ADA)
    version = world.link_now().config_version

    same = world.link.mappings.get(object="contact", field="Title")
    assert store_mapping(same, now=NOW) is None
    assert store_mapping(new(world, enabled=False), now=NOW) == 0

    assert world.link_now().config_version == version
    assert OutboxEntry.objects.get().state == EntryState.SYNCED


def test_a_removed_mapping_leaves_a_trace(world: World) -> None:
    mapping = world.link.mappings.get(object="contact", field="Title")
    remove_mapping(mapping, now=NOW)
    assert not world.link.mappings.filter(object="contact", field="Title").exists()
    assert [row.history_type for row in FieldMapping.history.filter(field="Title", object="contact")][:1] == ["-"]


def test_the_last_mapping_of_a_required_field_is_missed(world: World) -> None:
    world.configure(placeholders={})
    facts = load_facts(world.org, world.link.campaign_id)
    mapping = world.link.mappings.get(object="lead", field="Company")
    others = list(world.link.mappings.exclude(pk=mapping.pk))
    found = uncovered_without(world.link, mapping, others, schema_of=facts.schema_of)
    assert [(problem.code, problem.params["field"]) for problem in found] == [("required_not_mapped", "Company")]


def test_a_sample_is_the_newest_and_whoever_is_wanted(world: World) -> None:
    first = OutboxEntryFactory.create(link=world.link)
    OutboxEntryFactory.create_batch(SAMPLED, link=world.link)
    sample = load_sample(world.link)
    assert (len(sample.people), sample.total, first.pk in sample.people) == (SAMPLED, SAMPLED + 1, False)
    assert first.pk in load_sample(world.link, also=first).people


def test_switching_a_mapping_keeps_what_a_colleague_changed_of_it_meanwhile(world: World) -> None:
    read_before = world.link.mappings.get(object="lead", field="Title")
    changed = world.link.mappings.get(object="lead", field="Title")
    changed.mode = "if_new"
    store_mapping(changed, now=NOW)

    assert switch_mapping(read_before, is_on=False, now=NOW) == 0
    assert switch_mapping(read_before, is_on=False, now=NOW) is None
    stored = world.link.mappings.get(object="lead", field="Title")
    assert (stored.mode, stored.enabled) == ("if_new", False)


def test_a_mapping_that_was_removed_meanwhile_is_not_brought_back_by_a_switch(world: World) -> None:
    store_mapping(mapping := new(world), now=NOW)
    remove_mapping(FieldMapping.objects.get(pk=mapping.pk), now=NOW)

    assert switch_mapping(mapping, is_on=False, now=NOW) is None
    assert not FieldMapping.objects.filter(pk=mapping.pk).exists()
