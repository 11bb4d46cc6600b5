"""The table of fields that a new link begins with: what fills them, with real values, and whether they are on."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from connector.admin.frame.field_names import FieldName, field_label
from connector.admin.links.mapping.offers import type_words
from connector.admin.links.mapping.words import source_name
from connector.admin.links.wizard.draft_form import DraftForm, mapping_key
from connector.admin.links.wizard.options import MODE_SENTENCES
from connector.core.schema import FieldSpec
from connector.models import FieldMapping
from connector.pipeline.policies import rule_of
from connector.pipeline.setup.link_check import used_mappings
from connector.pipeline.setup.samples import Sample, sample_waiting


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One mapping as the table shows it."""

    key: str
    mapping: FieldMapping
    source: str
    """What of inwink fills it, by name; "" where a fixed text does."""
    name: FieldName
    """Of the Salesforce field."""
    target: str
    """Type and marks of the Salesforce field."""
    sample: Sample
    mode: Any
    is_unused: bool
    """The link writes no records of this object, whatever is ticked."""


def mapping_rows(form: DraftForm) -> list[MappingRow]:
    """Return the table; one query."""
    sources = {mapping.source for mapping in form.mappings if mapping.source}
    samples = sample_waiting(form.draft.event_id, sources, event_name=form.draft.event_name)
    switched_on = [mapping for mapping in form.mappings if mapping.enabled]
    used = {mapping_key(mapping) for mapping in used_mappings(form.link, form.mappings)}
    unused = {mapping_key(mapping) for mapping in switched_on} - used
    return [_row(form, mapping, samples.get(mapping.source, Sample()), unused) for mapping in form.mappings]


def _row(form: DraftForm, mapping: FieldMapping, sample: Sample, unused: set[str]) -> MappingRow:
    rule = rule_of(mapping)
    schema = form.facts.schemas.get(rule.sobject)
    spec = schema.find_field(mapping.field) if schema else None
    key = mapping_key(mapping)
    is_member = mapping.object == FieldMapping.Object.CAMPAIGN_MEMBER
    return MappingRow(
        key=key,
        mapping=mapping,
        source=source_name(mapping.source) if mapping.source else "",
        name=FieldName(rule.path, field_label(rule.sobject, spec.label) if spec else ""),
        target=_describe(spec) if spec else "",
        sample=sample,
        mode=MODE_SENTENCES["overwrite" if is_member else mapping.mode],
        is_unused=key in unused,
    )


def _describe(spec: FieldSpec) -> str:
    """Say what a field takes."""
    marks = [
        type_words(spec),
        gettext("required") if spec.is_required_on_create else "",
        gettext("new records only") if not spec.is_updateable else "",
    ]
    return ", ".join(mark for mark in marks if mark)
