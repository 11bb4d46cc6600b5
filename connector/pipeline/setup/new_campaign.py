"""Make a campaign after the model of another one, with its member statuses, because a person asked for it.

Creating campaigns takes the tick Marketing User on the integration user beside the right itself; describe then says so:
https://help.salesforce.com/s/articleView?id=sales.campaigns_enable.htm&type=5
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.core.schema import FieldSpec, ObjectSchema, SObject
from connector.models import SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import (
    CampaignChoice,
    CampaignNotFound,
    Label,
    borrowed_gateway,
    fetch_campaign,
    fetch_labels,
    fetch_schema,
    store_labels,
)
from connector.pipeline.setup.member_statuses import MEMBER_STATUS
from connector.salesforce.errors import RemoteUnavailable, SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.soql import campaign_by_name, labels_query, records_query

logger = logging.getLogger(__name__)

NAME_LENGTH = 80
"""Characters of Campaign.Name.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaign.htm
"""
_INACTIVE_OWNER = "INACTIVE_OWNER_OR_USER"
"""Whoever owned the model has left: the new campaign then belongs to the integration user.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""
OWN_STATUSES = ("Sent", "Responded")
"""Member statuses that Salesforce gives every new campaign, in the language of the organisation.

https://help.salesforce.com/s/articleView?id=sales.campaigns_member_status_edit.htm&type=5
"""
_OWN_VALUES = frozenset({"name", "startdate", "enddate", "isactive", "status", "actualcost", "numbersent"})
"""Fields, lower case, that say something of the model's own event and are never copied."""


@dataclass(frozen=True, slots=True)
class CampaignModel:
    """A campaign that can be copied, and what Salesforce asks for a new one."""

    campaign: CampaignChoice | None = None
    may_create: bool = False
    may_create_statuses: bool = False
    copied: Mapping[str, Any] = field(default_factory=dict)
    """{api name: value} that the new campaign takes over."""
    asked: tuple[FieldSpec, ...] = ()
    """Fields that Salesforce demands and the model does not fill, beside the name."""
    statuses: tuple[str, ...] = ()
    """Choices of the campaign's own status, e.g. Planned."""
    labels: tuple[Label, ...] = ()
    """Member statuses of the model, which the new campaign gets."""
    problem_code: str = ""
    """A code that advice explains, where Salesforce could not be asked."""

    @property
    def added_labels(self) -> tuple[str, ...]:
        """The model's member statuses that no campaign begins with."""
        own = {label.casefold() for label in OWN_STATUSES}
        return tuple(label.label for label in self.labels if label.label.casefold() not in own)


@dataclass(frozen=True, slots=True)
class MadeCampaign:
    """What became of a wish for a campaign."""

    campaign: CampaignChoice | None = None
    """The new one."""
    refusal: str = ""
    """What Salesforce said where it did not make the campaign, or one of its member statuses."""
    same_name: CampaignChoice | None = None
    """A campaign that has this name already: then none was made."""
    is_unclear: bool = False
    """The answer was lost: the campaign may exist now."""
    problem_code: str = ""


def look_at_model(org: SalesforceOrg, campaign_id: str) -> CampaignModel:
    """Read a campaign as a model for another one; four API calls. Call outside a transaction."""
    try:
        with borrowed_gateway(org, None) as gateway:
            return _read_model(gateway, campaign_id)
    except CampaignNotFound:
        return CampaignModel(problem_code="campaign_gone")
    except SalesforceError as exc:
        return CampaignModel(problem_code=exc.code)
    except WrongEncryptionKey:
        return CampaignModel(problem_code="wrong_encryption_key")


def create_campaign(org: SalesforceOrg, model_id: str, values: Mapping[str, Any]) -> MadeCampaign:
    """Make a campaign of these values ({api name: value}, Name among them) and what it takes over from its model.

    Safe to press twice: where a campaign has that name already, none is made. Call outside a transaction.
    """
    try:
        with borrowed_gateway(org, None) as gateway:
            return _create(org, gateway, model_id, values)
    except CampaignNotFound:
        return MadeCampaign(problem_code="campaign_gone")
    except RemoteUnavailable as exc:
        return MadeCampaign(problem_code=exc.code, is_unclear=exc.write_unclear)
    except SalesforceError as exc:
        return MadeCampaign(problem_code=exc.code)
    except WrongEncryptionKey:
        return MadeCampaign(problem_code="wrong_encryption_key")


def _read_model(gateway: Gateway, campaign_id: str) -> CampaignModel:
    schema = fetch_schema(gateway, SObject.CAMPAIGN)
    copied = _copied_values(gateway, schema, campaign_id)
    status = schema.find_field("Status")
    return CampaignModel(
        campaign=fetch_campaign(gateway, campaign_id),
        may_create=schema.is_createable,
        may_create_statuses=fetch_schema(gateway, MEMBER_STATUS).is_createable,
        copied=copied,
        asked=tuple(spec for spec in schema.fields.values() if _must_be_asked(spec, copied)),
        statuses=tuple(choice.value for choice in status.choices if choice.is_active) if status else (),
        labels=tuple(fetch_labels(gateway, campaign_id)),
    )


def _copied_values(gateway: Gateway, schema: ObjectSchema, campaign_id: str) -> dict[str, Any]:
    names = [spec.name for spec in schema.fields.values() if _may_be_copied(spec)]
    rows = gateway.query(records_query(SObject.CAMPAIGN, fields=names, ids=[campaign_id])) if names else []
    return {name: row[name] for row in rows[:1] for name in names if row.get(name) is not None}


def _may_be_copied(spec: FieldSpec) -> bool:
    is_own = spec.name.lower() in _OWN_VALUES or spec.is_unique or spec.is_external_id
    return spec.is_createable and not is_own and spec.type not in ("address", "location", "base64")


def _must_be_asked(spec: FieldSpec, copied: Mapping[str, Any]) -> bool:
    return spec.is_required_on_create and spec.type != "boolean" and spec.name not in copied and spec.name != "Name"


def _create(org: SalesforceOrg, gateway: Gateway, model_id: str, values: Mapping[str, Any]) -> MadeCampaign:
    if gateway.query(campaign_by_name(str(values["Name"]))):
        return MadeCampaign(same_name=_same_name(gateway, str(values["Name"])))
    model = _read_model(gateway, model_id)
    given = {name: _as_json(value) for name, value in values.items() if value not in (None, "")}
    record = {"attributes": {"type": SObject.CAMPAIGN.value}, **model.copied, "IsActive": True, **given}
    [result] = gateway.write_collection("POST", [record], {})
    if "OwnerId" in model.copied and any(error.code == _INACTIVE_OWNER for error in result.errors):
        without = {name: value for name, value in record.items() if name != "OwnerId"}
        [result] = gateway.write_collection("POST", [without], {})
    if not result.success or not result.id:
        return MadeCampaign(refusal="; ".join(f"{error.code}: {error.message}" for error in result.errors))
    logger.info("campaign created", extra={"org_id": org.pk, "campaign_id": result.id})
    refusal = _create_labels(gateway, result.id, model.labels) if model.may_create_statuses else ""
    store_labels(org, result.id, labels=fetch_labels(gateway, result.id))
    return MadeCampaign(fetch_campaign(gateway, result.id), refusal=refusal)


def _same_name(gateway: Gateway, name: str) -> CampaignChoice | None:
    try:
        return fetch_campaign(gateway, name)
    except CampaignNotFound as exc:
        return exc.matches[0] if exc.matches else None


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _create_labels(gateway: Gateway, campaign_id: str, labels: Sequence[Label]) -> str:
    """Make the model's member statuses that a new campaign does not begin with.

    Returns what Salesforce said against one, "" where it said nothing. A status made as the default takes that mark
    from the one that had it; statuses that every campaign begins with stay.
    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmemberstatus.htm
    """
    present = gateway.query(labels_query(campaign_id))
    held = {str(row["Label"]).casefold() for row in present}
    last = max((int(row.get("SortOrder") or 0) for row in present), default=0)
    wanted = [label for label in labels if label.label.casefold() not in held]
    records = [
        {
            "attributes": {"type": MEMBER_STATUS},
            "CampaignId": campaign_id,
            "Label": label.label,
            "HasResponded": label.has_responded,
            "IsDefault": label.is_default,
            "SortOrder": last + place,
        }
        for place, label in enumerate(wanted, start=1)
    ]
    results = gateway.write_collection("POST", records, {}) if records else []
    return next((f"{error.code}: {error.message}" for result in results for error in result.errors), "")
