"""Check a link against Salesforce as it is now, and say what to do about each thing that is not well."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from connector.core.checking.link import validate_creation, validate_labels, validate_statuses
from connector.core.checking.missing_labels import missing_labels
from connector.core.checking.problem import Problem
from connector.core.schema import ObjectSchema, SObject
from connector.core.state import State
from connector.models import CampaignLink, FieldMapping
from connector.models.fields import WrongEncryptionKey
from connector.models.links import STATUS_FIELDS
from connector.pipeline.connection.connect import (
    CampaignChoice,
    CampaignNotFound,
    campaign_labels,
    fetch_campaign,
    gateway_for,
    object_schema,
    record_usage,
)
from connector.pipeline.connection.degraded import follow_returned_fields
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.pausing import lift_configuration_pause
from connector.pipeline.preflight.check import Check, failed, found, missing, say
from connector.pipeline.preflight.match_fields import check_match_fields
from connector.pipeline.preflight.new_people import check_new_people, check_person_accounts
from connector.pipeline.preflight.organization_rules import check_rules, read_rules
from connector.pipeline.preflight.rights import NEEDS, check_rights
from connector.pipeline.setup.link_check import CREATED, SchemaOf, mapping_problems
from connector.pipeline.setup.member_statuses import MEMBER_STATUS, statuses_of
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.rights import marketing_user_query


def check_link(link: CampaignLink, *, now: datetime | None = None) -> list[Check]:
    """Check campaign, labels, mappings, required fields and rules of a link, with fresh labels and describes.

    A link that waited for its set-up to be mended is tried again if all is well, and people are sent again for whom a
    mapped field returned. Call outside a transaction.
    """
    now = now or timezone.now()
    try:
        gateway = gateway_for(link.org)
    except (SalesforceError, WrongEncryptionKey) as exc:
        return [failed("sign_in", exc)]
    with closing(gateway):
        try:
            checks = _check(link, gateway, now=now)
        except SalesforceError as exc:
            checks = [failed("salesforce", exc)]
        record_usage(link.org, gateway, now=now)
    follow_returned_fields(link.org)
    if all(check.ok or check.name == "visibility" for check in checks) and lift_configuration_pause(link.pk):
        request_drain([link.pk])
    return checks


def _check(link: CampaignLink, gateway: Gateway, *, now: datetime) -> list[Check]:
    try:
        campaign = _campaign(fetch_campaign(gateway, link.campaign_id))
    except CampaignNotFound:
        detail = _("The campaign %(id)s does not exist, or the integration user cannot see it.")
        advice = _("Choose another campaign for this link, or give the integration user access to this one.")
        return [Check("campaign", ok=False, detail=detail % {"id": link.campaign_id}, advice=advice)]
    schema_of = _fresh_schemas(link, gateway, now=now)
    return [
        campaign,
        *_check_statuses(link, gateway, now=now),
        *_check_rights(link, schema_of=schema_of),
        *check_match_fields(link, schema_of=schema_of),
        *_check_mappings(link, schema_of=schema_of),
        *check_new_people(link, gateway, schema_of=schema_of),
        *check_person_accounts(link, gateway, schema_of=schema_of),
        *_check_creation(link),
        *check_rules(read_rules(gateway), link),
    ]


def _campaign(campaign: CampaignChoice) -> Check:
    text = _("%(name)s (%(id)s) is active and has %(count)s members.")
    if not campaign.is_active:
        text = _("%(name)s (%(id)s) is not active; it has %(count)s members.")
    return Check(
        "campaign",
        ok=campaign.is_active,
        detail=text % {"name": campaign.name, "id": campaign.id, "count": campaign.member_count},
        advice="" if campaign.is_active else _("Tick Active on the campaign, or link the event to another one."),
    )


def _check_rights(link: CampaignLink, *, schema_of: SchemaOf) -> Iterator[Check]:
    """Check what nobody comes into the campaign without (rule 6.6)."""
    if created := CREATED[link.create_as]:
        yield check_rights(schema_of(created), ("read", "create"))
    yield check_rights(schema_of(SObject.CAMPAIGN_MEMBER), NEEDS[SObject.CAMPAIGN_MEMBER].rights)


def _fresh_schemas(link: CampaignLink, gateway: Gateway, *, now: datetime) -> SchemaOf:
    """Return a function that asks for each describe once, never taking one from the cache."""
    fresh: dict[SObject, ObjectSchema] = {}

    def schema_of(sobject: SObject) -> ObjectSchema:
        if sobject not in fresh:
            fresh[sobject] = object_schema(link.org, sobject, gateway=gateway, refresh=True, now=now)
        return fresh[sobject]

    return schema_of


def _check_statuses(link: CampaignLink, gateway: Gateway, *, now: datetime) -> list[Check]:
    labels = [row.label for row in campaign_labels(link.org, link.campaign_id, gateway=gateway, refresh=True, now=now)]
    statuses = statuses_of(link)
    problems = [
        *validate_statuses(statuses),
        *validate_labels(statuses, labels),
        *validate_creation(match=link.match, create=link.create_as),
    ]
    if not problems:
        text = _("All labels exist in the campaign: %(labels)s.")
        return [found("statuses", text, {"labels": _say_statuses(statuses)})]
    advice = _("The campaign has these statuses: %(labels)s.") % {"labels": ", ".join(labels) or "–"}
    checks = [Check(problem.key, ok=False, detail=say(problem), advice=advice) for problem in problems]
    wanted = missing_labels(statuses, labels)
    return [*checks, _who_creates(link, gateway, wanted=wanted, now=now)] if wanted else checks


def _who_creates(link: CampaignLink, gateway: Gateway, *, wanted: Mapping[str, bool], now: datetime) -> Check:
    """Say whether the connector may create what is missing: the only thing that takes a Marketing User (rule 4.3)."""
    schema = object_schema(link.org, MEMBER_STATUS, gateway=gateway, refresh=True, now=now)
    values = {"labels": ", ".join(wanted)}
    if schema.is_createable:
        text = _("These statuses are missing, and the integration user may create them: %(labels)s.")
        advice = _("Press “Create the missing statuses” on the link's page, or set create_statuses: true in the "
                   "configuration file and apply it.")  # fmt: skip
        return found("create_statuses", text, values, advice=advice)
    text = _("These statuses are missing, and the integration user may not create them: %(labels)s. %(why)s")
    advice = _("Have them created in Salesforce: the link's page has the text to send to whoever may. Or tick "
               "Marketing User on the integration user and give it edit access to campaigns.")  # fmt: skip
    return missing("create_statuses", text, {**values, "why": _why_not(gateway)}, advice=advice)


def _why_not(gateway: Gateway) -> str:
    """Say which of the two conditions is not met, as far as the user may read about itself.

    https://help.salesforce.com/s/articleView?id=sales.campaigns_customize_member_status_parent.htm&type=5
    """
    try:
        (user,) = gateway.query(marketing_user_query(gateway.token.user_id))
    except (SalesforceError, ValueError):
        return ""
    if user.get("UserPermissionsMarketingUser"):
        return _("It is a Marketing User and lacks edit access to campaigns.")
    return _("It is no Marketing User.")


def _say_statuses(statuses: Mapping[State, str]) -> str:
    """Name each state as the link's form does, with the label that it becomes."""
    columns = {column.name: column.verbose_name for column in CampaignLink._meta.fields}
    named = {columns[STATUS_FIELDS[state]]: label for state, label in statuses.items() if label}
    return ", ".join(f"{name} = {label}" for name, label in named.items())


def _check_creation(link: CampaignLink) -> Iterator[Check]:
    """Say whether unknown people of this link are created at all (rule 3.0)."""
    if link.create_as == CampaignLink.Create.NOBODY:
        return
    if link.org.sees_everybody:
        yield found("visibility", _("Unknown people are created: it is settled that nobody is hidden from the user."))
        return
    text = _("Unknown people are not created yet: it is not certain that the integration user sees everybody.")
    yield missing("visibility", text, advice=_("Check the connection of the organisation: it says what is missing."))


def _check_mappings(link: CampaignLink, *, schema_of: SchemaOf) -> list[Check]:
    mappings = list(link.mappings.all())
    problems = mapping_problems(link, mappings, schema_of=schema_of)
    if problems:
        return [_mapping(item.mapping, item.problem) for item in problems]
    enabled = sum(mapping.enabled for mapping in mappings)
    detail = _("All %(count)s mapped fields exist and can be written.") % {"count": enabled}
    return [Check("mappings", ok=True, detail=detail)]


def _mapping(mapping: FieldMapping | None, problem: Problem) -> Check:
    if mapping is None:
        advice = _("Add the mapping to this link; without the field new records cannot be saved.")
        return Check("required_fields", ok=False, detail=say(problem), advice=advice)
    advice = _("Correct the mapping or switch it off, or mend the field and the user's rights in Salesforce.")
    return Check(f"mapping {mapping.object}.{mapping.field}", ok=False, detail=say(problem), advice=advice)
