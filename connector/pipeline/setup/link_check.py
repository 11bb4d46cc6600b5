"""Hold a link against what its organisation looks like in Salesforce: one check for file, admin and preflight."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.core.checking.link import searched_objects
from connector.core.checking.mapping import validate_mapping, validate_required
from connector.core.checking.match_fields import refuse_mapped_key
from connector.core.checking.problem import Problem
from connector.core.mapping import MappingRule
from connector.core.schema import ObjectSchema, SObject
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.policies import match_fields_of, rule_of

SchemaOf = Callable[[SObject], ObjectSchema]
"""Returns what the integration user may do with an object."""

CREATED: Mapping[str, SObject | None] = {
    CampaignLink.Create.LEAD.value: SObject.LEAD,
    CampaignLink.Create.CONTACT.value: SObject.CONTACT,
    CampaignLink.Create.NOBODY.value: None,
}
"""{create: object of new people}"""


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """What is wrong with one mapping, or with all of them together (`mapping` is None)."""

    mapping: FieldMapping | None
    problem: Problem


def used_mappings(link: CampaignLink, mappings: Iterable[FieldMapping]) -> list[FieldMapping]:
    """Return the mappings that are switched on and whose object the link writes."""
    written = searched_objects(link.match) | {SObject.CAMPAIGN_MEMBER}
    return [mapping for mapping in mappings if mapping.enabled and rule_of(mapping).sobject in written]


def mapping_problems(
    link: CampaignLink, mappings: Sequence[FieldMapping], *, schema_of: SchemaOf
) -> list[MappingProblem]:
    """Check every used mapping, and that new records get each field that the organisation demands."""
    used = used_mappings(link, mappings)
    problems = [
        MappingProblem(mapping, problem)
        for mapping in used
        for problem in validate_mapping(rule_of(mapping), schema_of(rule_of(mapping).sobject))
    ]
    fields = match_fields_of(link)
    problems += [
        MappingProblem(mapping, problem)
        for mapping in used
        if (problem := refuse_mapped_key(rule_of(mapping), fields)) is not None
    ]
    created = CREATED[link.create_as]
    for sobject in (created, SObject.CAMPAIGN_MEMBER) if created else (SObject.CAMPAIGN_MEMBER,):
        names = _mapped_names([rule_of(mapping) for mapping in used if _is_sent_of_all(link, mapping)], sobject)
        missing = validate_required(schema_of(sobject), mapped=names, placeholders=link.placeholders)
        problems += [MappingProblem(None, problem) for problem in missing]
    return problems


def spell_fields(mappings: Iterable[FieldMapping], *, schema_of: SchemaOf) -> None:
    """Give each mapping's field the spelling of Salesforce, in memory; unknown fields stay."""
    for mapping in mappings:
        spec = schema_of(rule_of(mapping).sobject).find_field(mapping.field)
        if spec is not None:
            mapping.field = spec.name


def _is_sent_of_all(link: CampaignLink, mapping: FieldMapping) -> bool:
    """Say whether a field is filled for everybody: consent may hold back those ticked marketing (rule 6.4)."""
    return not (link.consent and mapping.marketing)


def _mapped_names(rules: Iterable[MappingRule], sobject: SObject) -> list[str]:
    return [rule.field for rule in rules if rule.sobject is sobject]
