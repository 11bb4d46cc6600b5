"""Hold the fields by which a link searches people against what its organisation looks like in Salesforce."""

from collections.abc import Iterable

from connector.core.problem import Problem
from connector.core.validate_match import refuse_mapped_key, validate_match
from connector.models import CampaignLink, FieldMapping
from connector.pipeline.batch import match_fields_of, rule_of
from connector.pipeline.setup.link_check import SchemaOf


def match_problems(link: CampaignLink, mappings: Iterable[FieldMapping], *, schema_of: SchemaOf) -> list[Problem]:
    """Check the further email fields and the key of a link; keys as in the configuration file."""
    fields = match_fields_of(link)
    rules = [rule_of(mapping) for mapping in mappings if mapping.enabled]
    mapped = [(rule.sobject, rule.field) for rule in rules]
    problems = validate_match(fields, schema_of=schema_of)
    named = {problem.key for problem in problems}
    return problems + [problem for problem in refuse_mapped_key(fields, mapped) if problem.key not in named]
