"""The rows in which an org tells how it is set up, kept in step with its switches."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from simulator.settings import Settings
from simulator.shapes import Row

if TYPE_CHECKING:
    from simulator.org import Org

SETTLED = frozenset(
    {"view_all", "view_setup", "marketing_user", "sharing_hides", "duplicate_rules", "assignment_rule_owner"}
)
"""Switches that show in rows."""
_OPEN = {"Contact": "ControlledByParent", "Lead": "ReadEditTransfer"}
"""Organisation-wide defaults of a new org, as recorded (CumulusCI's organization.json)."""


def settle_new(org: Org) -> None:
    """Write the switches that a new org has been given; what the seed says in rows stays."""
    usual = Settings()
    settle_setup(org, changed={name for name in SETTLED if getattr(org.settings, name) != getattr(usual, name)})


def settle_setup(org: Org, *, changed: Collection[str]) -> None:
    """Write the switches that changed into the rows that show them."""
    settings = org.settings
    for switch, permission, is_on in (
        ("view_all", "PermissionsViewAllData", settings.view_all),
        ("view_setup", "PermissionsViewSetup", settings.view_setup),
        ("marketing_user", "PermissionsMarketingUser", settings.marketing_user),
    ):
        if switch in changed:
            _write_all(org, "PermissionSet", {permission: is_on}, only="IsOwnedByProfile")
    if "marketing_user" in changed:
        _write_all(org, "User", {"UserPermissionsMarketingUser": settings.marketing_user}, only="IsActive")
    if "sharing_hides" in changed:
        _write_defaults(org)
    if "duplicate_rules" in changed:
        rules = {name: {"DeveloperName": f"Standard_{name}_Duplicate_Rule", "IsActive": True,
                        "MasterLabel": f"Standard {name} Duplicate Rule"}
                 for name in settings.duplicate_rules}  # fmt: skip
        _keep_rules(org, "DuplicateRule", rules)
    if "assignment_rule_owner" in changed:
        is_there = settings.assignment_rule_owner is not None
        _keep_rules(org, "AssignmentRule", {"Lead": {"Name": "Standard", "Active": True}} if is_there else {})


def _write_all(org: Org, sobject: str, values: Row, *, only: str) -> None:
    for row in org.store.all(sobject):
        if row.get(only):
            org.store.put(sobject, row={**row, **values})


def _write_defaults(org: Org) -> None:
    """Make the default of an object private while rows of it are hidden, and what it was in a new org afterwards."""
    for row in org.store.all("Organization"):
        private = {f"Default{name}Access": "None" for name in _OPEN if org.settings.sharing_hides.get(name)}
        again = {
            f"Default{name}Access": value
            for name, value in _OPEN.items()
            if row.get(f"Default{name}Access") == "None" and not org.settings.sharing_hides.get(name)
        }
        org.store.put("Organization", row={**row, **again, **private})


def _keep_rules(org: Org, sobject: str, rules: dict[str, Row]) -> None:
    """Have one active rule for each of these objects, and switch those of others off."""
    flag = "IsActive" if sobject == "DuplicateRule" else "Active"
    held = {row["SobjectType"]: row for row in org.store.all(sobject)}
    for name, row in held.items():
        org.store.put(sobject, row={**row, flag: name in rules})
    for name in rules.keys() - held.keys():
        org.put_row(sobject, values={"SobjectType": name, **rules[name]})
