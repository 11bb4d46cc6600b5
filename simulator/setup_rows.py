"""The rows in which an org tells how it is set up, kept in step with its switches."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias

from simulator.settings import Settings
from simulator.shapes import Row
from simulator.store import Store

Changes: TypeAlias = Iterator[tuple[str, Row]]
"""(object, values of a row); one without an Id is new."""

SETTLED = frozenset(
    {"view_all", "view_setup", "marketing_user", "sharing_hides", "duplicate_rules", "assignment_rule_owner"}
)
"""Switches that show in rows."""
_OPEN = {"Contact": "ControlledByParent", "Lead": "ReadEditTransfer"}
"""Organisation-wide defaults of a new org, as recorded (CumulusCI's organization.json)."""


def chosen(settings: Settings) -> set[str]:
    """Return the switches that a new org has been given and that show in rows; what the seed says in rows stays."""
    usual = Settings()
    return {name for name in SETTLED if getattr(settings, name) != getattr(usual, name)}


def settled_rows(store: Store, *, settings: Settings, changed: Collection[str]) -> Changes:
    """Yield what the switches that changed change in the rows that show them."""
    for switch, permission, is_on in (
        ("view_all", "PermissionsViewAllData", settings.view_all),
        ("view_setup", "PermissionsViewSetup", settings.view_setup),
        ("marketing_user", "PermissionsMarketingUser", settings.marketing_user),
    ):
        if switch in changed:
            yield from _in_all(store, "PermissionSet", {permission: is_on}, only="IsOwnedByProfile")
    if "marketing_user" in changed:
        yield from _in_all(store, "User", {"UserPermissionsMarketingUser": settings.marketing_user}, only="IsActive")
    if "sharing_hides" in changed:
        yield from _defaults(store, settings)
    if "duplicate_rules" in changed:
        rules = {name: {"DeveloperName": f"Standard_{name}_Duplicate_Rule", "IsActive": True,
                        "MasterLabel": f"Standard {name} Duplicate Rule"}
                 for name in settings.duplicate_rules}  # fmt: skip
        yield from _active_rules(store, "DuplicateRule", rules)
    if "assignment_rule_owner" in changed:
        is_there = settings.assignment_rule_owner is not None
        yield from _active_rules(
            store, "AssignmentRule", {"Lead": {"Name": "Standard", "Active": True}} if is_there else {}
        )


def _in_all(store: Store, sobject: str, values: Row, *, only: str) -> Changes:
    for row in store.all(sobject):
        if row.get(only):
            yield sobject, {**row, **values}


def _defaults(store: Store, settings: Settings) -> Changes:
    """Make the default of an object private while rows of it are hidden, and what it was in a new org afterwards."""
    for row in store.all("Organization"):
        private = {f"Default{name}Access": "None" for name in _OPEN if settings.sharing_hides.get(name)}
        again = {
            f"Default{name}Access": value
            for name, value in _OPEN.items()
            if row.get(f"Default{name}Access") == "None" and not settings.sharing_hides.get(name)
        }
        yield "Organization", {**row, **again, **private}


def _active_rules(store: Store, sobject: str, rules: dict[str, Row]) -> Changes:
    """Have one active rule for each of these objects, and switch those of others off."""
    flag = "IsActive" if sobject == "DuplicateRule" else "Active"
    held = {row["SobjectType"]: row for row in store.all(sobject)}
    for name, row in held.items():
        yield sobject, {**row, flag: name in rules}
    for name in sorted(rules.keys() - held.keys()):
        yield sobject, {"SobjectType": name, **rules[name]}
