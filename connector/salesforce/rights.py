"""Ask what a user may see, by its permission sets, and which rules of the organisation act on what is written.

Permission sets are open to users with View Setup and Configuration, Assign Permission Sets or Manage Users only:
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetassignment.htm
A profile's permissions are those of a permission set of its own; a group's are those of the set that Salesforce
computes from its members and mutings:
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionset.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_permissionsetgroup.htm
"""

# ruff: noqa: S608 -- every value goes through quote()
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.errors import ErrorKind
from connector.core.schema import SObject
from connector.core.visibility import Access, Grant
from connector.salesforce.composite import Query, SubResponse
from connector.salesforce.soql import quote

_SET_FIELDS = ("Label", "IsOwnedByProfile", "HasActivationRequired", "PermissionsViewAllData",
               "PermissionSetGroup.MasterLabel", "PermissionSetGroup.Status",
               "PermissionSetGroup.HasActivationRequired")  # fmt: skip
_PEOPLE = (SObject.CONTACT, SObject.LEAD, SObject.ACCOUNT)
GROUP_IS_CURRENT = "Updated"
"""PermissionSetGroup.Status while nothing is being computed anew."""
PASSING = frozenset(
    {ErrorKind.RETRYABLE, ErrorKind.SIBLING, ErrorKind.REMOTE_UNAVAILABLE, ErrorKind.LIMIT, ErrorKind.SIGN_IN}
)
"""Kinds of refusal that say nothing about the user's rights."""
_ASSIGNMENTS, _OBJECTS, _USER, _ORGANIZATION = "assignments", "objects", "user", "organization"


class AccessUnreadable(Exception):
    """The permission sets of the user cannot be read, or what was read cannot be complete."""

    def __init__(self, detail: str, *, is_passing: bool = False) -> None:
        """Say what Salesforce said, and whether it may say something else soon."""
        super().__init__(detail)
        self.detail = detail
        self.is_passing = is_passing


def access_queries(user_id: str) -> list[Query]:
    """Return the questions about one user; they fit in one call."""
    user = quote(user_id)
    sets = ",".join(f"PermissionSet.{name}" for name in _SET_FIELDS)
    objects = ",".join(quote(name) for name in _PEOPLE)
    return [
        Query(_ASSIGNMENTS, f"SELECT PermissionSetId,IsActive,ExpirationDate,{sets} FROM PermissionSetAssignment"
                            f" WHERE AssigneeId={user}"),
        Query(_OBJECTS, "SELECT ParentId,SobjectType FROM ObjectPermissions WHERE PermissionsViewAllRecords=true"
                        f" AND SobjectType IN ({objects}) AND ParentId IN"
                        f" (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId={user})"),
        Query(_USER, f"SELECT UserType FROM User WHERE Id={user}"),
        Query(_ORGANIZATION, "SELECT DefaultLeadAccess FROM Organization"),
    ]  # fmt: skip


def parse_access(answers: Sequence[SubResponse], *, has_person_accounts: bool) -> Access:
    """Read the answers to access_queries(). Raises AccessUnreadable: nothing is then known, neither yes nor no."""
    by_name = {answer.reference_id: answer for answer in answers}
    assignments, objects = by_name[_ASSIGNMENTS], by_name[_OBJECTS]
    for answer in (assignments, objects):
        if answer.error is not None:
            is_passing = answer.error.kind in PASSING
            raise AccessUnreadable(f"{answer.error.code}: {answer.error.message}", is_passing=is_passing)
        if answer.next_url is not None:
            raise AccessUnreadable("The list of permission sets is longer than one answer.")
    if not assignments.records:
        raise AccessUnreadable("Salesforce shows no permission set of the user, not even the profile's.")
    shown: dict[str, set[SObject]] = {}
    for row in objects.records:
        shown.setdefault(row["ParentId"], set()).add(SObject(row["SobjectType"]))
    return Access(
        grants=tuple(_parse_grant(row, shown) for row in assignments.records),
        user_type=_first(by_name[_USER], "UserType"),
        default_lead_access=_first(by_name[_ORGANIZATION], "DefaultLeadAccess"),
        has_person_accounts=has_person_accounts,
    )


def _parse_grant(row: Mapping[str, Any], shown: Mapping[str, set[SObject]]) -> Grant:
    permission_set = row.get("PermissionSet") or {}
    group = permission_set.get("PermissionSetGroup") or {}
    is_session_based = permission_set.get("HasActivationRequired") is not False or group.get("HasActivationRequired")
    is_current = not group or group.get("Status") == GROUP_IS_CURRENT
    return Grant(
        name=str(group.get("MasterLabel") or permission_set.get("Label") or row.get("PermissionSetId")),
        views_all_data=permission_set.get("PermissionsViewAllData") is True,
        views_all_of=frozenset(shown.get(str(row.get("PermissionSetId")), ())),
        is_lasting=row.get("IsActive") is True
        and row.get("ExpirationDate") is None
        and not is_session_based
        and is_current,
    )


def _first(answer: SubResponse, field: str) -> str:
    """Return a field of the only row; "" where it cannot be read."""
    return str(answer.records[0].get(field) or "") if answer.records else ""


def marketing_user_query(user_id: str) -> str:
    """Ask whether a user is a Marketing User; organisations without campaigns do not have the field.

    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm
    """
    return f"SELECT UserPermissionsMarketingUser FROM User WHERE Id={quote(user_id)}"


# rules of the organisation


@dataclass(frozen=True, slots=True)
class Rules:
    """What acts on people who are written."""

    duplicate_rules: Mapping[SObject, tuple[str, ...]] | None
    """{object: names of its active duplicate rules}; None where the user may not read them."""
    has_assignment_rule: bool | None
    """Whether Leads have an active assignment rule; None where the user may not read it."""


def rule_queries() -> list[Query]:
    """Return the questions about the rules of an organisation; they fit in one call.

    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_duplicaterule.htm
    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_assignmentrule.htm
    """
    objects = ",".join(quote(name) for name in (SObject.CONTACT, SObject.LEAD))
    return [
        Query("duplicates", "SELECT MasterLabel,SobjectType FROM DuplicateRule"
                            f" WHERE IsActive=true AND SobjectType IN ({objects}) ORDER BY MasterLabel"),
        Query("assignment", "SELECT Id FROM AssignmentRule WHERE Active=true AND SobjectType='Lead'"),
    ]  # fmt: skip


def parse_rules(answers: Sequence[SubResponse]) -> Rules:
    """Read the answers to rule_queries()."""
    duplicates, assignment = answers
    rules: dict[SObject, tuple[str, ...]] = {}
    for row in duplicates.records:
        sobject = SObject(row["SobjectType"])
        rules[sobject] = (*rules.get(sobject, ()), str(row["MasterLabel"]))
    return Rules(
        duplicate_rules=rules if duplicates.error is None else None,
        has_assignment_rule=bool(assignment.records) if assignment.error is None else None,
    )
