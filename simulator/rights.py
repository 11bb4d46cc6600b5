"""Which rows a user sees whatever sharing says: what its permission sets grant.

https://help.salesforce.com/s/articleView?id=platform.users_profiles_object_perms.htm
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.clock import now_text
from simulator.shapes import Row
from simulator.store import Store


def sees_all(store: Store, sobject: str, *, user_id: str | None) -> bool:
    """Tell whether a permission set of the user has View All Data, or View All Records on the object."""
    return any(
        one.get("PermissionsViewAllData") or _views_all_records(store, one["Id"], sobject=sobject)
        for one in granted_sets(store, user_id=user_id)
    )


def granted_sets(store: Store, *, user_id: str | None) -> Iterator[Row]:
    """Return the permission sets that act for the user now; of a group the one that Salesforce computes from it.

    Session-based ones act only after an activation that no integration makes.
    """
    for row in store.find("PermissionSetAssignment", field="AssigneeId", value=user_id):
        found = store.get("PermissionSet", row_id=row.get("PermissionSetId"))
        if found is not None and _acts(row) and not found.get("HasActivationRequired"):
            yield found


def _acts(assignment: Row) -> bool:
    expires = assignment.get("ExpirationDate")
    is_over = expires is not None and expires <= now_text()
    return bool(assignment.get("IsActive")) and not assignment["IsDeleted"] and not is_over


def _views_all_records(store: Store, set_id: str, *, sobject: str) -> bool:
    return any(
        row["SobjectType"] == sobject and row.get("PermissionsViewAllRecords") and not row["IsDeleted"]
        for row in store.find("ObjectPermissions", field="ParentId", value=set_id)
    )
