"""Check what the integration user may do with objects, and with the fields without which nothing works."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from connector.core.schema import FieldSpec, ObjectSchema, SObject
from connector.models import SalesforceOrg
from connector.pipeline.connection.connect import object_schema
from connector.pipeline.preflight.check import Check, found, missing
from connector.pipeline.preflight.check_names import name_object
from connector.pipeline.runs.reading import CORE_FIELDS
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway
from connector.salesforce.soql import CAMPAIGN_FIELDS, LABEL_FIELDS

CAMPAIGN_MEMBER_STATUS = "CampaignMemberStatus"


@dataclass(frozen=True, slots=True)
class Need:
    """What the connector does with one object."""

    rights: tuple[str, ...]
    reads: tuple[str, ...]
    """Fields that are asked for in every case."""
    creates: tuple[str, ...] = ()
    """Fields that new records get in every case."""
    updates: tuple[str, ...] = ()


NEEDS: Mapping[str, Need] = {
    SObject.CONTACT: Need(("read", "create", "edit"), CORE_FIELDS[SObject.CONTACT], ("LastName", "Email")),
    SObject.LEAD: Need(("read", "create", "edit"), CORE_FIELDS[SObject.LEAD], ("LastName", "Company", "Email")),
    SObject.CAMPAIGN_MEMBER: Need(("read", "create", "edit"), (*CORE_FIELDS[SObject.CAMPAIGN_MEMBER], "HasResponded"),
                                  ("CampaignId", "ContactId", "LeadId", "Status"), ("Status",)),
    SObject.CAMPAIGN: Need(("read",), CAMPAIGN_FIELDS),
    CAMPAIGN_MEMBER_STATUS: Need(("read",), LABEL_FIELDS),
}  # fmt: skip
"""{object: need}; members need no more than read access to their campaign.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_campaignmember.htm
"""


def check_objects(org: SalesforceOrg, gateway: Gateway, *, now: datetime) -> Iterator[Check]:
    """Check every object with a fresh describe; one API call each."""
    for sobject, need in NEEDS.items():
        try:
            schema = object_schema(org, sobject, gateway=gateway, refresh=True, now=now)
        except SalesforceError as exc:
            yield missing(f"rights {sobject}", f"{exc}", advice=_rights_advice(sobject, need.rights))
            continue
        right = check_rights(schema, need.rights)
        yield _campaign_rights(schema, right) if sobject == SObject.CAMPAIGN else right
        yield check_fields(schema, need)


def _campaign_rights(schema: ObjectSchema, right: Check) -> Check:
    """Say also whether the wizard can make campaigns: nothing else takes that right, so its lack is no fault."""
    if not right.ok or schema.is_createable:
        return right
    advice = _(
        "Enough for linking events to campaigns that are there. Only if the wizard shall create campaigns: give the "
        "integration user create and edit on campaigns, and tick Marketing User on it."
    )
    return replace(right, advice=advice)


def check_rights(schema: ObjectSchema, rights: Sequence[str]) -> Check:
    """Check that the integration user may `read`, `create` or `edit` an object."""
    held = {"read": schema.is_queryable, "create": schema.is_createable, "edit": schema.is_updateable}
    lacking = [right for right in rights if not held[right]]
    may = ", ".join(_right(right) for right in held if held[right]) or "–"
    text = _("The integration user may: %(rights)s.")
    if lacking:
        return missing(f"rights {schema.name}", text, {"rights": may}, advice=_rights_advice(schema.name, lacking))
    return found(f"rights {schema.name}", text, {"rights": may})


def check_fields(schema: ObjectSchema, need: Need) -> Check:
    """Check that the fields are there (a field that the user may not see is absent from the describe) and writable."""
    name = f"fields {schema.name}"
    hidden = [field for field in need.reads if schema.find_field(field) is None]
    locked = [spec.name for spec in _specs(schema, need.creates) if not spec.is_createable]
    locked += [spec.name for spec in _specs(schema, need.updates) if not spec.is_updateable]
    if hidden:
        advice = _("Give the integration user read access to these fields in a permission set.")
        return missing(
            name, _("These fields cannot be seen: %(fields)s."), {"fields": ", ".join(hidden)}, advice=advice
        )
    if locked:
        advice = _("Give the integration user edit access to these fields in a permission set.")
        values = {"fields": ", ".join(dict.fromkeys(locked))}
        return missing(name, _("These fields cannot be written: %(fields)s."), values, advice=advice)
    return found(name, _("All fields that are always needed can be used."))


def _specs(schema: ObjectSchema, names: Iterable[str]) -> list[FieldSpec]:
    return [spec for name in names if (spec := schema.find_field(name)) is not None]


def _rights_advice(sobject: str, rights: Sequence[str]) -> str:
    values = {"object": name_object(sobject), "rights": ", ".join(_right(right) for right in rights)}
    return _("Give the integration user these rights on %(object)s: %(rights)s.") % values


def _right(right: str) -> str:
    return {"read": _("read"), "create": _("create"), "edit": _("edit")}[right]
