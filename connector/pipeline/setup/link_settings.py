"""What a link is set to, in the words of the configuration file: for exporting, for templates, and for copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from connector.core.checking.mapping_defaults import defaults_beside
from connector.models import CampaignLink, FieldMapping
from connector.models.links import STATUS_FIELDS
from connector.pipeline.policies import rule_of
from connector.pipeline.setup.configure_plan import (
    LINK_COLUMNS,
    MAPPING_COLUMNS,
    LinkPlan,
    default_of,
    lay_link,
    wanted_mappings,
)
from connector.pipeline.setup.configure_schema import LinkSection
from connector.pipeline.setup.mappings import mapping_of

Settings = dict[str, Any]
"""{key of a link in the configuration file: JSON value}"""

_OF_ONE_EVENT = frozenset({"name", "state", "starts_at", "ends_at"})
"""Keys that belong to one event and are no part of what another one is set up by."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new link begins with."""

    link: CampaignLink | None
    """Its settings, not saved and without event and campaign; None: those of every new link."""
    mappings: tuple[FieldMapping, ...]
    """Not saved, in their order."""


def describe_link(link: CampaignLink) -> Settings:
    """Return every setting of a link but its event, organisation and campaign; one query for its mappings."""
    found: Settings = {
        "statuses": {state.value: getattr(link, column) or None for state, column in STATUS_FIELDS.items()}
    }
    found |= {key: _plain(getattr(link, column)) for key, column in LINK_COLUMNS.items() if key != "name"}
    times = {key: _plain(getattr(link, key)) for key in ("starts_at", "ends_at")}
    found |= {key: value for key, value in times.items() if value is not None}  # null would propose the campaign's
    return {
        **found,
        "match_emails": link.match_emails,
        "placeholders": link.placeholders,
        "mappings": [describe_mapping(mapping) for mapping in link.mappings.all()],
    }


def describe_mapping(mapping: FieldMapping) -> Settings:
    """Return a mapping without the keys that have their default."""
    values = {column: getattr(mapping, column) for column in MAPPING_COLUMNS}
    kept = {column: _plain(value) for column, value in values.items() if value != default_of(mapping, column)}
    return {"object": mapping.object, "field": mapping.field, **kept}


def settings_for_others(link: CampaignLink) -> Settings:
    """Return what other events can be set up by: a default mapping that the link lacks is listed as switched off."""
    settings = {key: value for key, value in describe_link(link).items() if key not in _OF_ONE_EVENT}
    held = [(rule_of(mapping).sobject, mapping.field) for mapping in link.mappings.all()]
    lacking = [mapping_of(rule) for rule in defaults_beside(held)]
    for mapping in lacking:
        mapping.enabled = False
    return {**settings, "mappings": [*settings["mappings"], *(describe_mapping(mapping) for mapping in lacking)]}


def begin_with(settings: Mapping[str, Any]) -> Beginning:
    """Return the unsaved link and mappings of these settings; without any, what every link begins with.

    Raises pydantic.ValidationError where they cannot be read, as for a configuration file.
    """
    if not settings:
        return Beginning(None, tuple(wanted_mappings([])))
    section = LinkSection.model_validate({"event": "-", **settings})
    plan = LinkPlan(path=(), section=section, row=CampaignLink(), is_new=True)
    lay_link(plan)
    return Beginning(plan.row, tuple(plan.mappings or ()))


def _plain(value: Any) -> Any:
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else value
