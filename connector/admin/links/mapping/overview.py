"""What the page of all mappings of a link shows: per object a line each, tried on what was received."""

from typing import Any

from django.urls import reverse

from connector.admin.links.mapping.editor import participant_of
from connector.admin.links.mapping.examples import example_of
from connector.admin.links.mapping.findings import Editing, Finding, problem_findings, value_findings
from connector.admin.links.mapping.form import as_text
from connector.admin.links.mapping.offers import type_words
from connector.admin.links.mapping.words import OBJECT_HELP, source_name
from connector.models import FieldMapping
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.link_check import MappingProblem, mapping_problems


def overview_context(editing: Editing, example: int | None) -> dict[str, Any]:
    """Return the groups of lines, what is wrong with all together, and the participant of the live example."""
    found = mapping_problems(editing.link, editing.others, schema_of=editing.facts.schema_of) if (
        editing.facts.is_known
    ) else []  # fmt: skip
    return {
        "groups": [_group(value, str(label), editing, found, example) for value, label in FieldMapping.Object.choices],
        "problems": [say(one.problem) for one in found if one.mapping is None],
        "participant": participant_of(example, editing.sample.people[example]) if example is not None else None,
        "looked_at": len(editing.sample.people),
        "total": editing.sample.total,
    }


def _group(
    value: str, label: str, editing: Editing, found: list[MappingProblem], example: int | None
) -> dict[str, Any]:
    mappings = [mapping for mapping in editing.others if mapping.object == value]
    return {
        "object": value,
        "label": label,
        "help": OBJECT_HELP[value],
        "add_url": reverse("admin:connector_campaignlink_mapping_add", args=[editing.link.pk]) + f"?object={value}",
        "lines": [_line(mapping, editing, found, example) for mapping in mappings],
    }


def _line(mapping: FieldMapping, editing: Editing, found: list[MappingProblem], example: int | None) -> dict[str, Any]:
    spec = editing.spec_of(mapping)
    address = [editing.link.pk, mapping.pk]
    return {
        "mapping": mapping,
        "source": as_text(mapping.constant) if mapping.constant is not None else source_name(mapping.source),
        "is_constant": mapping.constant is not None,
        "label": spec.label if spec is not None else mapping.field,
        "type": type_words(spec) if spec is not None else "",
        "mode": mapping.get_mode_display(),
        "findings": _findings(mapping, editing, found),
        "example": example_of(mapping, editing, example) if example is not None and spec is not None else None,
        "edit_url": reverse("admin:connector_campaignlink_mapping", args=address),
        "switch_url": reverse("admin:connector_campaignlink_mapping_switch", args=address),
        "remove_url": reverse("admin:connector_campaignlink_mapping_remove", args=address),
    }


def _findings(mapping: FieldMapping, editing: Editing, found: list[MappingProblem]) -> list[Finding]:
    """Return what a person should look at; what is well, or switched off, says nothing."""
    if not mapping.enabled:
        return []
    problems = problem_findings([one.problem for one in found if one.mapping is mapping])
    return [*problems, *(one for one in value_findings(mapping, editing) if one.kind in ("bad", "warn"))]
