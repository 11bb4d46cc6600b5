"""The objects of the org: the standard ones, then what the org's switches and custom fields make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulator import objects_campaign, objects_org, objects_people
from simulator.person_names import account_name
from simulator.schema import Child, Field, SObject, parse_fields
from simulator.settings import Settings
from simulator.shapes import Json

Catalog = Mapping[str, SObject]
"""{lower-case object name: object}"""

_READ_ONLY = {"createable": False, "updateable": False, "deletable": False, "undeletable": False}
_KEPT = {"deletable": False, "undeletable": False}
_TABLES: tuple[tuple[str, str, str, str, str, dict[str, Any]], ...] = (
    ("Account", "Account", "Accounts", "001", objects_people.ACCOUNT, {}),
    ("Contact", "Contact", "Contacts", "003", objects_people.CONTACT, {}),
    ("Lead", "Lead", "Leads", "00Q", objects_people.LEAD, {}),
    ("Campaign", "Campaign", "Campaigns", "701", objects_campaign.CAMPAIGN, {}),
    (
        "CampaignMember",
        "Campaign Member",
        "Campaign Members",
        "00v",
        objects_campaign.CAMPAIGN_MEMBER,
        {"undeletable": False, "searchable": False},
    ),
    (
        "CampaignMemberStatus",
        "Campaign Member Status",
        "Campaign Member Status",
        "01Y",
        objects_campaign.CAMPAIGN_MEMBER_STATUS,
        {"undeletable": False, "searchable": False},
    ),
    ("User", "User", "Users", "005", objects_org.USER, _KEPT),
    (
        "Organization",
        "Organization",
        "Organizations",
        "00D",
        objects_org.ORGANIZATION,
        {"createable": False, "deletable": False, "undeletable": False},
    ),
    ("Group", "Group", "Group", "00G", objects_org.GROUP, {}),
    ("QueueSobject", "Queue Sobject", "Queue Sobject", "03g", objects_org.QUEUE_SOBJECT, _KEPT),
    ("LeadStatus", "Lead Status Value", "Lead Status Value", "01J", objects_org.LEAD_STATUS, _READ_ONLY),
    ("RecordType", "Record Type", "Record Types", "012", objects_org.RECORD_TYPE, _KEPT),
    ("PermissionSet", "Permission Set", "Permission Sets", "0PS", objects_org.PERMISSION_SET, {}),
    (
        "PermissionSetAssignment",
        "Permission Set Assignment",
        "Permission Set Assignments",
        "0Pa",
        objects_org.PERMISSION_SET_ASSIGNMENT,
        {},
    ),
    (
        "PermissionSetGroup",
        "Permission Set Group",
        "Permission Set Groups",
        "0PG",
        objects_org.PERMISSION_SET_GROUP,
        {},
    ),
    ("DuplicateRule", "Duplicate Rule", "Duplicate Rules", "0Bm", objects_org.DUPLICATE_RULE, _READ_ONLY),
    ("AssignmentRule", "Assignment Rule", "Assignment Rules", "01Q", objects_org.ASSIGNMENT_RULE, _READ_ONLY),
    ("ObjectPermissions", "Object Permissions", "Object Permissions", "110", objects_org.OBJECT_PERMISSIONS, {}),
)
_NEED_VIEW_SETUP = frozenset(
    {"PermissionSet", "PermissionSetAssignment", "PermissionSetGroup", "ObjectPermissions", "DuplicateRule"}
)
"""Objects that only users with View Setup and Configuration (or who manage users) can access; that they are then
absent, as any object is that a user may not read, is an assumption.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm
"""
_PICKLISTS = {**objects_people.PICKLISTS, **objects_campaign.PICKLISTS, **objects_org.PICKLISTS}

_RELATIONSHIPS = {
    ("Contact", "AccountId"): "Contacts",
    ("Contact", "ReportsToId"): None,
    ("CampaignMember", "CampaignId"): "CampaignMembers",
    ("CampaignMember", "LeadId"): "CampaignMembers",
    ("CampaignMember", "ContactId"): "CampaignMembers",
    ("CampaignMemberStatus", "CampaignId"): "CampaignMemberStatuses",
    ("Campaign", "ParentId"): "ChildCampaigns",
    ("Account", "ParentId"): "ChildAccounts",
    ("PermissionSetAssignment", "AssigneeId"): "PermissionSetAssignments",
    ("PermissionSetAssignment", "PermissionSetId"): "Assignments",
    ("ObjectPermissions", "ParentId"): "ObjectPerms",
}
"""Names of the one-to-many relationships, by the field that makes them."""

_TYPES_WITH_LENGTH = {"string", "textarea", "email", "phone", "url", "picklist", "multipicklist"}
_DEFAULTS = {("Lead", "Status"): "Open - Not Contacted"}


def build_catalog(custom_fields: Mapping[str, Iterable[Json]], *, person_accounts: bool) -> Catalog:
    """Build every object with all its fields, whoever may see them."""
    catalog: dict[str, SObject] = {}
    for name, label, plural, prefix, table, flags in _TABLES:
        fields = parse_fields(table, picklists=_PICKLISTS.get(name, {}))
        one = SObject(name=name, label=label, plural=plural, prefix=prefix, fields=fields, **flags)
        added = [custom_field(spec) for spec in custom_fields.get(name, ())]
        one = _with_defaults(one).with_fields(added)
        catalog[name.lower()] = one
    if person_accounts:
        catalog = {key: _with_person_accounts(one, contact=catalog["contact"]) for key, one in catalog.items()}
    return _with_children(catalog)


def custom_field(spec: Json) -> Field:
    """Read {"name", "type", "label"?, "length"?, "picklist"?, "restricted"?, "required"?, "external_id"?, …}."""
    kind = spec.get("type", "string")
    name = spec["name"]
    return Field(
        name=name,
        type=kind,
        label=spec.get("label") or name.removesuffix("__c").replace("_", " "),
        length=int(spec.get("length", _default_length(kind))),
        precision=int(spec.get("precision", 18 if kind in ("double", "currency", "percent") else 0)),
        scale=int(spec.get("scale", 0)),
        nillable=not spec.get("required", False) and kind != "boolean",
        defaulted=kind == "boolean" or spec.get("default") is not None,
        external_id=bool(spec.get("external_id", False)),
        id_lookup=bool(spec.get("external_id", False)),
        unique=bool(spec.get("unique", False)),
        case_sensitive=bool(spec.get("case_sensitive", False)),
        custom=name.endswith("__c"),
        calculated=bool(spec.get("calculated", False)),
        createable=not spec.get("calculated", False),
        updateable=not spec.get("calculated", False),
        picklist=tuple(spec.get("picklist", ())),
        restricted=bool(spec.get("restricted", False)),
        default=spec.get("default", False if kind == "boolean" else None),
        reference_to=tuple(spec.get("reference_to", ())),
        relationship=spec.get("relationship", name.removesuffix("__c") + "__r") if kind == "reference" else None,
    )


def _default_length(kind: str) -> int:
    if kind == "reference":
        return 18
    return 255 if kind in _TYPES_WITH_LENGTH else 0


def visible_catalog(full: Catalog, *, settings: Settings) -> Catalog:
    """Return the catalog as the integration user sees it: hidden fields and objects are absent, not marked."""
    hidden = set(settings.hidden_objects) | (set() if settings.view_setup else _NEED_VIEW_SETUP)
    return {key: _visible(one, settings=settings) for key, one in full.items() if one.name not in hidden}


def _visible(one: SObject, *, settings: Settings) -> SObject:
    hidden = {name.lower() for name in settings.hidden_fields.get(one.name, ())}
    readonly = {name.lower() for name in settings.readonly_fields.get(one.name, ())}
    required = {name.lower() for name in settings.required_fields.get(one.name, ())}
    fields = {key: f for key, f in one.fields.items() if key not in hidden}
    for key in readonly & fields.keys():
        fields[key] = replace(fields[key], createable=False, updateable=False)
    for key in required & fields.keys():
        fields[key] = replace(fields[key], nillable=False)
    allowed = settings.marketing_user or one.name not in ("Campaign", "CampaignMemberStatus")
    rights = settings.object_access.get(one.name, {})
    return replace(
        one,
        fields=fields,
        createable=one.createable and allowed and rights.get("createable", True),
        updateable=one.updateable and allowed and rights.get("updateable", True),
        deletable=one.deletable and allowed and rights.get("deletable", True),
    )


def _with_person_accounts(one: SObject, *, contact: SObject) -> SObject:
    """Add what an org with Person Accounts has; custom fields of Contact show on Account as X__pc."""
    if one.name == "Account":
        person = parse_fields(objects_people.PERSON_ACCOUNT_FIELDS, picklists=_PICKLISTS["Account"]).values()
        shown = [replace(f, name=account_name(f.name)) for f in contact.fields.values() if f.custom]
        return one.with_fields([*person, *shown, replace(one.fields["name"], nillable=True)])
    if one.name == "Contact":
        return one.with_fields(
            [
                Field(
                    "IsPersonAccount",
                    "boolean",
                    "Is Person Account",
                    nillable=False,
                    createable=False,
                    updateable=False,
                    defaulted=True,
                    default=False,
                )
            ]
        )
    if one.name == "Lead":
        return one.with_fields([replace(one.fields["company"], nillable=True)])
    return one


def _with_defaults(one: SObject) -> SObject:
    return one.with_fields(
        replace(one.fields[name.lower()], default=value)
        for (sobject, name), value in _DEFAULTS.items()
        if sobject == one.name
    )


def _with_children(catalog: dict[str, SObject]) -> Catalog:
    children: dict[str, list[Child]] = {}
    for one in catalog.values():
        for f in one.fields.values():
            for parent in f.reference_to:
                name = _RELATIONSHIPS.get((one.name, f.name))
                children.setdefault(parent.lower(), []).append(Child(one.name, f.name, name, f.cascade))
    return {key: replace(one, children=tuple(children.get(key, ()))) for key, one in catalog.items()}
