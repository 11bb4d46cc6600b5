"""Check, store, switch and remove one mapping of a link; what was sent with the old ones follows (rule 6.3)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from connector.core.checking.mapping import validate_mapping_alone
from connector.core.checking.problem import Problem, gettext_noop
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.policies import rule_of
from connector.pipeline.setup.link_change import LinkChange, follow_link_change
from connector.pipeline.setup.link_check import SchemaOf, mapping_problems, spell_fields

_OWN_COLUMNS = ("object", "field", "source", "constant", "mode", "values", "default", "blank", "truncate",
                "unknown_choice", "marketing", "enabled")  # fmt: skip


def check_mapping(
    link: CampaignLink, mapping: FieldMapping, others: Sequence[FieldMapping], *, schema_of: SchemaOf | None
) -> list[Problem]:
    """Say what is wrong with a mapping beside the others of its link; spells its field as Salesforce does.

    `schema_of` is None where Salesforce cannot be asked: then only what can be known without it.
    """
    if not mapping.field:
        return [Problem("field_missing", "field", gettext_noop("Choose a field of Salesforce."))]
    if schema_of is not None:
        spell_fields([mapping], schema_of=schema_of)
    problems = [problem for other in others if (problem := _repeats(mapping, other)) is not None]
    if schema_of is None or not mapping.enabled:
        return [*problems, *validate_mapping_alone(rule_of(mapping))]
    alone = validate_mapping_alone(rule_of(mapping))
    found = mapping_problems(link, [*others, mapping], schema_of=schema_of)
    own = [one.problem for one in found if one.mapping is mapping]
    return [*problems, *alone, *(problem for problem in own if problem not in alone)]


def _repeats(mapping: FieldMapping, other: FieldMapping) -> Problem | None:
    if (mapping.object, mapping.field.lower()) != (other.object, other.field.lower()):
        return None
    text = gettext_noop("%(field)s is mapped already. Change that mapping instead.")
    return Problem("mapped_twice", "field", text, {"field": other.field})


def uncovered_without(
    link: CampaignLink, mapping: FieldMapping, others: Sequence[FieldMapping], *, schema_of: SchemaOf
) -> list[Problem]:
    """Return the required fields that only this mapping fills: without it new people would be refused (rule 3.5)."""
    before = {one.problem.params["field"] for one in _of_all(link, [*others, mapping], schema_of)}
    return [one.problem for one in _of_all(link, others, schema_of) if one.problem.params["field"] not in before]


def _of_all(link: CampaignLink, mappings: Sequence[FieldMapping], schema_of: SchemaOf) -> list:  # type: ignore[type-arg]
    return [one for one in mapping_problems(link, mappings, schema_of=schema_of) if one.mapping is None]


def store_mapping(mapping: FieldMapping, *, now: datetime) -> int | None:
    """Save a new or changed mapping; returns how many participants are compared again, None where nothing changed."""
    with transaction.atomic():
        link = _lock(mapping.link_id)
        before = FieldMapping.objects.filter(pk=mapping.pk).first() if mapping.pk else None
        if before is not None and all(getattr(before, name) == getattr(mapping, name) for name in _OWN_COLUMNS):
            return None
        if before is None:
            mapping.position = link.mappings.count()
        mapping.save()
        has_effect = mapping.enabled or (before is not None and before.enabled)
        return _follow(link, has_effect=has_effect, now=now)


def switch_mapping(mapping: FieldMapping, *, is_on: bool, now: datetime) -> int | None:
    """Switch a mapping on or off, and change nothing else of it: somebody may have edited it since it was read.

    Returns as `store_mapping`; None also where it was removed meanwhile.
    """
    with transaction.atomic():
        link = _lock(mapping.link_id)
        stored = FieldMapping.objects.filter(pk=mapping.pk).first()
        if stored is None or stored.enabled == is_on:
            return None
        stored.enabled = is_on
        stored.save(update_fields=["enabled"])
        return _follow(link, has_effect=True, now=now)


def remove_mapping(mapping: FieldMapping, *, now: datetime) -> int:
    """Delete a mapping; what it wrote in Salesforce stays. Returns how many participants are compared again."""
    with transaction.atomic():
        link = _lock(mapping.link_id)
        mapping.delete()
        return _follow(link, has_effect=mapping.enabled, now=now)


def _lock(link_id: int) -> CampaignLink:
    return CampaignLink.objects.select_for_update(of=("self",), no_key=True).get(pk=link_id)


def _follow(link: CampaignLink, *, has_effect: bool, now: datetime) -> int:
    return follow_link_change(link, LinkChange(frozenset(), has_other_mappings=has_effect), now=now)
