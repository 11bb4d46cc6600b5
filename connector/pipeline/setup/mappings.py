"""Pass between the stored mappings of a link and the values that the rules work on."""

from connector.core.mapping import MappingRule
from connector.core.schema import SObject
from connector.models import FieldMapping

OBJECT_WORDS: dict[SObject, str] = {
    SObject.CONTACT: FieldMapping.Object.CONTACT.value,
    SObject.LEAD: FieldMapping.Object.LEAD.value,
    SObject.CAMPAIGN_MEMBER: FieldMapping.Object.CAMPAIGN_MEMBER.value,
}
"""{Salesforce object: word of the configuration file}"""


def mapping_of(rule: MappingRule) -> FieldMapping:
    """Return an unsaved row for a rule; whoever saves it sets the link and the position."""
    return FieldMapping(
        object=OBJECT_WORDS[rule.sobject],
        field=rule.field,
        source=rule.source,
        constant=rule.constant,
        mode=rule.mode.value,
        values=dict(rule.values),
        default=rule.default,
        blank=rule.blank.value,
        truncate=rule.truncate,
        unknown_choice=rule.unknown_choice.value,
        marketing=rule.marketing,
    )
