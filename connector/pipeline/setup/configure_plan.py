"""Lay a configuration file over what is stored, in memory: rows with their new values, and what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from pydantic import BaseModel

from connector.core.checking.mapping_defaults import defaults_beside
from connector.models import CampaignLink, FieldMapping, SalesforceOrg, WebhookSource
from connector.models.fields import Secret
from connector.models.links import STATUS_FIELDS
from connector.pipeline.policies import rule_of
from connector.pipeline.setup.configure_schema import LinkSection, MappingSection, OrgSection, Section, SourceSection
from connector.pipeline.setup.configure_yaml import Path
from connector.pipeline.setup.mappings import mapping_of

SECRET_SHOWN = "(secret)"  # noqa: S105 -- what stands in the place of one
Changes = dict[str, tuple[Any, Any]]
"""{key of the file: (before, after)} as JSON values; a secret shows as SECRET_SHOWN."""

LINK_COLUMNS = {
    "name": "event_name", "state": "state",
    "closes_after_days": "closes_after_days", "match": "match", "match_key": "match_key", "create": "create_as",
    "create_for": "create_for", "update_existing": "update_existing", "ambiguous": "ambiguous",
    "same_email": "same_email", "create_statuses": "create_statuses", "never_downgrade": "never_downgrade",
    "only": "only", "exclude_email_domains": "exclude_email_domains", "consent": "consent",
    "duplicates": "duplicates", "new_owner": "new_owner", "contact_account": "contact_account",
    "record_types": "record_types", "removed_members": "removed_members",
}  # fmt: skip
"""{key of the file: column}; what is not a plain column is laid on one by one. Without a time, null proposes the one of
the campaign, which takes a look at Salesforce."""
MERGED_COLUMNS = ("match_emails", "placeholders")
"""Columns of a mapping whose omitted keys stay."""
MAPPING_COLUMNS = (
    "source", "constant", "mode", "values", "default", "blank", "truncate", "unknown_choice", "marketing",
    "enabled",
)  # fmt: skip

RowT = TypeVar("RowT", bound=models.Model)
SectionT = TypeVar("SectionT", bound=Section)


@dataclass(slots=True)
class Plan(Generic[RowT, SectionT]):
    """What one section of the file makes of one row."""

    path: Path
    section: SectionT
    row: RowT
    """With the new values, not saved."""
    is_new: bool
    columns: set[str] = field(default_factory=set)
    """Columns to save."""
    changes: Changes = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether anything is to be saved."""
        return self.is_new or bool(self.changes)


class OrgPlan(Plan[SalesforceOrg, OrgSection]):
    """An organisation of the file."""


class SourcePlan(Plan[WebhookSource, SourceSection]):
    """A webhook source of the file."""


@dataclass(slots=True)
class LinkPlan(Plan[CampaignLink, LinkSection]):
    """A link of the file."""

    org: SalesforceOrg | None = None
    """Possibly one of the same file, not saved yet; None where the file names one that does not exist."""
    mappings: list[FieldMapping] | None = None
    """The mappings that the link shall have; None: they stay."""


def lay(plan: Plan[Any, Any], key: str, *, column: str, value: Any) -> None:
    """Give a column its value and note the change; a column that has it already is no change."""
    before = getattr(plan.row, column)
    if not plan.is_new and _same(before, value):
        return
    setattr(plan.row, column, value)
    plan.columns.add(column)
    plan.changes[key] = (None if plan.is_new else as_json(before), as_json(value))


def lay_all(plan: Plan[Any, Any], columns: Mapping[str, str]) -> None:
    """Lay every given key on its column; null takes the column's default."""
    for key, column in columns.items():
        if plan.section.has(key):
            value = as_plain(getattr(plan.section, key))
            lay(plan, key, column=column, value=default_of(plan.row, column) if value is None else value)


def lay_secret(plan: Plan[Any, Any], key: str, *, before: Any, after: Any, concealed: Any, column: str) -> None:  # noqa: PLR0913 -- a secret is compared and stored in two forms
    """Give a secret column its value if that differs; neither form is shown."""
    if before == after:
        return
    setattr(plan.row, column, concealed)
    plan.columns.add(column)
    plan.changes[key] = (SECRET_SHOWN if before else None, SECRET_SHOWN if after else None)


def lay_link(plan: LinkPlan) -> None:
    """Lay everything of a link on its row but organisation and campaign."""
    lay_all(plan, LINK_COLUMNS)
    for key in ("starts_at", "ends_at"):
        if getattr(plan.section, key) is not None:
            lay(plan, key, column=key, value=getattr(plan.section, key))
    for column in MERGED_COLUMNS:
        if plan.section.has(column):
            _lay_merged(plan, column)
    if plan.section.has("statuses"):
        _lay_statuses(plan)
    if plan.section.has("mappings") or plan.is_new:
        lay_mappings(plan, wanted_mappings(plan.section.mappings or []))


def _lay_merged(plan: LinkPlan, column: str) -> None:
    default: dict[str, Any] = default_of(plan.row, column)
    given = getattr(plan.section, column)
    value = default
    if given is not None:
        own = {key: getattr(given, key) for key in given.model_fields_set}
        value = {**default, **getattr(plan.row, column), **{k: default[k] if v is None else v for k, v in own.items()}}
    lay(plan, column, column=column, value=value)


def _lay_statuses(plan: LinkPlan) -> None:
    given = plan.section.statuses
    for state, column in STATUS_FIELDS.items():
        if given is None:
            lay(plan, f"statuses.{state.value}", column=column, value=default_of(plan.row, column))
        elif given.has(state.value):
            lay(plan, f"statuses.{state.value}", column=column, value=getattr(given, state.value) or "")


# mappings


def wanted_mappings(sections: Sequence[MappingSection]) -> list[FieldMapping]:
    """Return the listed mappings after the default ones that they do not replace."""
    listed = [mapping_row(section) for section in sections]
    defaults = defaults_beside([(rule_of(row).sobject, row.field) for row in listed])
    return [*(mapping_of(rule) for rule in defaults), *listed]


def mapping_row(section: MappingSection) -> FieldMapping:
    """Return the unsaved row of a listed mapping; omitted keys have their defaults."""
    row = FieldMapping(object=section.object, field=section.field, source=section.source or "")
    for column in (
        "constant",
        "default",
        "mode",
        "values",
        "blank",
        "truncate",
        "unknown_choice",
        "marketing",
        "enabled",
    ):
        value = getattr(section, column)
        if value is not None:
            setattr(row, column, value)
    return row


def lay_mappings(plan: LinkPlan, wanted: Sequence[FieldMapping]) -> None:
    """Note the mappings that a link shall have, if they differ from those it has."""
    held = [] if plan.is_new else list(plan.row.mappings.all())
    before, after = _by_field(held), _by_field(wanted)
    if not plan.is_new and before == after:
        return
    plan.mappings = list(wanted)
    gone = [_say(row) for row in held if before[_key(row)] != after.get(_key(row))]
    come = [_say(row) for row in wanted if after[_key(row)] != before.get(_key(row))]
    if gone or come:
        plan.changes["mappings"] = (gone or None, come)


def _key(mapping: FieldMapping) -> tuple[str, str]:
    return mapping.object, mapping.field.lower()


def _by_field(mappings: Sequence[FieldMapping]) -> dict[tuple[str, str], dict[str, Any]]:
    return {_key(row): {column: getattr(row, column) for column in MAPPING_COLUMNS} for row in mappings}


def _say(mapping: FieldMapping) -> str:
    origin = mapping.source or f"“{mapping.constant}”"
    state = "" if mapping.enabled else ", off"
    return f"{mapping.object}.{mapping.field} ← {origin} ({mapping.mode}{state})"


# values


def default_of(row: models.Model, column: str) -> Any:
    """Return the value that a column has on creation."""
    found = row._meta.get_field(column)
    if not isinstance(found, models.Field):
        raise TypeError(f"{column} is not a column")
    return found.get_default()


def as_plain(value: Any) -> Any:
    """Return a section's value as it is stored: no models of the file's own."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, list):
        return [as_plain(part) for part in value]
    return value


def as_json(value: Any) -> Any:
    """Return a column's value as it is shown."""
    if isinstance(value, Secret):
        return SECRET_SHOWN if value else None
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, models.Model) else value


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list) and all(isinstance(part, str) for part in before + after):
        return sorted(before) == sorted(after)
    return bool(before == after)


def rests(plan: LinkPlan) -> bool:
    """Say whether a link is closed and stays as it is: its campaign may be long gone."""
    return not plan.is_changed and plan.row.state == CampaignLink.LinkState.CLOSED
