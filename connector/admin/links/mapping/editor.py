"""What the page of one mapping shows: both sides to choose from, every option, and what would happen."""

from collections.abc import Mapping
from typing import Any

from connector.admin.frame.labels import STATE_LABELS
from connector.admin.frame.names import full_name
from connector.admin.links.mapping.examples import example_of, who_has_value
from connector.admin.links.mapping.findings import Editing, Finding, value_findings, value_rows
from connector.admin.links.mapping.form import CONSTANT, OTHER, as_text
from connector.admin.links.mapping.offers import offer_sources, offer_targets, split_offers
from connector.admin.links.mapping.words import BLANKS, MODES, OBJECT_HELP, UNKNOWN
from connector.core.checking.mapping import CHOICE_TYPES
from connector.core.mapping import Facts
from connector.core.participant import text_of
from connector.models import FieldMapping
from connector.pipeline.policies import rule_of

SPARE_ROWS = 1
"""Empty lines of the table of choices, for what was not received yet."""


def editor_context(mapping: FieldMapping, editing: Editing, *, shows_people: bool) -> dict[str, Any]:
    """Return the parts that stay while a mapping is edited; no query."""
    sobject = rule_of(mapping).sobject
    schema = editing.facts.schemas.get(sobject)
    taken = {other.field.lower() for other in editing.others if other.object == mapping.object}
    targets = offer_targets(schema, sobject, taken=taken) if schema is not None else []
    open_targets, closed_targets = split_offers(targets)
    sources = offer_sources(editing.sample, shows_values=shows_people, chosen=mapping.source)
    return {
        "mapping": mapping,
        "object_name": mapping.get_object_display(),
        "object_help": OBJECT_HELP[mapping.object],
        "source_groups": [[one for one in sources if not one.is_custom], [one for one in sources if one.is_custom]],
        "chosen_source": CONSTANT if mapping.constant is not None else mapping.source,
        "constant_value": CONSTANT,
        "other_value": OTHER,
        "constant_text": as_text(mapping.constant),
        "has_schema": schema is not None,
        "targets": open_targets,
        "is_full": schema is not None and not open_targets and mapping.pk is None,
        "closed_targets": closed_targets,
        "modes": MODES,
        "blanks": BLANKS,
        "looked_at": len(editing.sample.people),
        "total": editing.sample.total,
        "shows_people": shows_people,
    }


def live_context(
    mapping: FieldMapping, editing: Editing, problems: list[Finding], *, example: int | None
) -> dict[str, Any]:
    """Return the parts that follow each change: findings, choices and the live example; no query."""
    spec = editing.spec_of(mapping)
    is_list = spec is not None and spec.type in CHOICE_TYPES
    rows = value_rows(mapping, editing)
    return {
        "mapping": mapping,
        "findings": [*problems, *value_findings(mapping, editing)],
        "has_choices": is_list,
        "choices": [choice for choice in spec.choices if choice.is_active] if spec is not None and is_list else [],
        "value_rows": rows,
        "has_table": any(row.wanted for row in rows),
        "spare_rows": range(SPARE_ROWS),
        "choices_of": f"{mapping.source}|{spec.name if spec else ''}",
        "default_text": as_text(mapping.default),
        "unknown_options": UNKNOWN,
        **example_context(mapping, editing, example),
    }


def example_context(mapping: FieldMapping, editing: Editing, example: int | None) -> dict[str, Any]:
    """Return one participant's value before and after; nothing where there is none or the field is unknown."""
    if example is None:
        return {"example": None, "participant": None}
    facts = editing.sample.people[example]
    is_ready = editing.spec_of(mapping) is not None and (mapping.source or mapping.constant is not None)
    return {
        "example": example_of(mapping, editing, example) if is_ready else None,
        "participant": participant_of(example, facts),
        "nobody_has": bool(mapping.source) and not who_has_value(mapping, editing),
        "looked_at": len(editing.sample.people),
    }


def participant_of(entry_id: int, facts: Facts) -> Mapping[str, Any]:
    """Name the participant of an example."""
    name = full_name(facts.values)
    state = STATE_LABELS[facts.state or ""]
    return {"id": entry_id, "name": name or text_of(facts.values, "email") or facts.key, "state": state}
