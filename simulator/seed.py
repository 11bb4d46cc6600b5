"""A seed file → an org: {"organization", "users", "apps", "custom_fields", "settings", "rows"}.

Rows may carry "_ref": "c1"; any value "@c1" anywhere in the rows or apps then stands for that row's id.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.campaigns import ensure_labels
from simulator.clock import datetime_text, parse_date, parse_datetime
from simulator.ids import with_checksum
from simulator.members import set_status
from simulator.refs import resolve
from simulator.shapes import Json, Row

if TYPE_CHECKING:
    from simulator.org import Org

_ORDER = (
    "Group",
    "QueueSobject",
    "RecordType",
    "Account",
    "Contact",
    "Lead",
    "Campaign",
    "CampaignMemberStatus",
    "CampaignMember",
)
_LEAD_STATUSES = (
    ("Open - Not Contacted", True, False),
    ("Working - Contacted", False, False),
    ("Closed - Converted", False, True),
    ("Closed - Not Converted", False, False),
)
DEFAULT_ORGANIZATION_ID = with_checksum("00D9H000000SIMU")


def read_seed(path: Path | None) -> Json:
    """Read a seed file; None: the small one that comes with the simulator."""
    if path is None:
        return json.loads(resources.files("simulator").joinpath("seed.json").read_text("utf-8"))
    return json.loads(path.read_text("utf-8"))


def load_rows(org: Org, seed: Json) -> dict[str, str]:
    """Fill an empty org and return {_ref: id}. Raises KeyError for an unknown reference or object."""
    refs: dict[str, str] = {}
    organization = {
        "Name": "Simulator",
        "IsSandbox": False,
        "OrganizationType": "Enterprise Edition",
        "InstanceName": "SIM1",
        "DefaultContactAccess": "ControlledByParent",
        "DefaultLeadAccess": "ReadEditTransfer",
        "DefaultAccountAccess": "Edit",
        "Id": DEFAULT_ORGANIZATION_ID,
    }
    org.put_row("Organization", values={**organization, **seed.get("organization", {})})
    for user in seed.get("users", []):
        _add_user(org, user=user, refs=refs)
    _add_statuses(org)
    rows = seed.get("rows", {})
    unordered = [name for name in rows if name not in _ORDER]
    for sobject in (*_ORDER, *unordered):
        for values in rows.get(sobject, []):
            _add_row(org, sobject=sobject, values=values, refs=refs)
    for row in org.store.all("Campaign"):
        ensure_labels(org, campaign=row)
    _settle_members(org)
    return refs


def _add_row(org: Org, *, sobject: str, values: Row, refs: dict[str, str]) -> None:
    given = {
        name: _as_stored(org, sobject=sobject, name=name, value=resolve(value, refs=refs))
        for name, value in values.items()
        if name != "_ref"
    }
    row_id = org.put_row(sobject, values=given)
    if "_ref" in values:
        refs[values["_ref"]] = row_id


def _as_stored(org: Org, *, sobject: str, name: str, value: Json) -> Json:
    """Bring dates into their stored form. Raises KeyError for an unknown field."""
    field = org.full_catalog[sobject.lower()].fields[name.lower()]
    if field.type == "datetime" and isinstance(value, str):
        moment = parse_datetime(f"{value}T00:00:00Z" if parse_date(value) else value)
        return datetime_text(moment) if moment else value
    return value


def _add_user(org: Org, *, user: Row, refs: dict[str, str]) -> None:
    known = {name: value for name, value in user.items() if org.full_catalog["user"].field(name)}
    defaults = {
        "IsActive": True,
        "UserType": "Standard",
        "LanguageLocaleKey": "en_US",
        "TimeZoneSidKey": "Europe/Paris",
        "LocaleSidKey": "fr_FR",
        "Email": user.get("Username"),
        "LastName": user.get("Username"),
        "Alias": user.get("Username", "")[:8],
        "UserPermissionsMarketingUser": True,
    }
    user_id = org.put_row("User", values={**defaults, **known})
    if "_ref" in user:
        refs[user["_ref"]] = user_id
    _add_rights(org, user_id=user_id)


def _add_rights(org: Org, *, user_id: str) -> None:
    """Give a user a profile's permission set, as queries on PermissionSetAssignment show it."""
    profile = {
        "Name": f"Profile_{user_id}",
        "Label": "Integration",
        "IsOwnedByProfile": True,
        "Type": "Profile",
        "PermissionsApiEnabled": True,
        "PermissionsViewAllData": org.settings.view_all,
        "PermissionsMarketingUser": org.settings.marketing_user,
    }
    set_id = org.put_row("PermissionSet", values=profile)
    org.put_row("PermissionSetAssignment", values={"PermissionSetId": set_id, "AssigneeId": user_id, "IsActive": True})
    rights = dict.fromkeys(("PermissionsRead", "PermissionsCreate", "PermissionsEdit", "PermissionsDelete"), True)
    for sobject in ("Contact", "Lead", "Account", "Campaign"):
        org.put_row("ObjectPermissions", values={"ParentId": set_id, "SobjectType": sobject, **rights})


def _add_statuses(org: Org) -> None:
    for order, (label, is_default, is_converted) in enumerate(_LEAD_STATUSES, start=1):
        org.put_row(
            "LeadStatus",
            values={
                "MasterLabel": label,
                "ApiName": label,
                "SortOrder": order,
                "IsDefault": is_default,
                "IsConverted": is_converted,
            },
        )


def _settle_members(org: Org) -> None:
    for row in org.store.all("CampaignMember"):
        settled = dict(row)
        set_status(org, row=settled)
        org.store.put("CampaignMember", row=settled)
