"""The mappings that every link has unless one of its own replaces them (rule 5.1)."""

from collections.abc import Collection

from connector.core.mapping import MappingRule, Mode
from connector.core.schema import SObject

DEFAULT_MAPPINGS: tuple[MappingRule, ...] = (
    MappingRule(SObject.CONTACT, "FirstName", "first_name", mode=Mode.IF_EMPTY),
    MappingRule(SObject.CONTACT, "LastName", "last_name", mode=Mode.IF_EMPTY),
    MappingRule(SObject.CONTACT, "Email", "email", mode=Mode.IF_NEW),
    MappingRule(SObject.CONTACT, "Title", "position", mode=Mode.OVERWRITE),
    MappingRule(SObject.LEAD, "FirstName", "first_name", mode=Mode.IF_EMPTY),
    MappingRule(SObject.LEAD, "LastName", "last_name", mode=Mode.IF_EMPTY),
    MappingRule(SObject.LEAD, "Email", "email", mode=Mode.IF_NEW),
    MappingRule(SObject.LEAD, "Title", "position", mode=Mode.OVERWRITE),
    MappingRule(SObject.LEAD, "Company", "company", mode=Mode.OVERWRITE),
)
"""Modes speak of matched people and count only where `update_existing` is on; new people get all of them."""


def defaults_beside(replaced: Collection[tuple[SObject, str]]) -> list[MappingRule]:
    """Return the default mappings whose (object, field) is not among `replaced`; field names in any case."""
    taken = {(sobject, field.lower()) for sobject, field in replaced}
    return [rule for rule in DEFAULT_MAPPINGS if (rule.sobject, rule.field.lower()) not in taken]
