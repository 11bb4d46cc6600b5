"""Decide whether a user certainly sees every Contact and Lead (rule 3.0).

A wrong yes makes duplicates for ever, a wrong no a tick: what is not certain proves nothing. Sharing rules, roles and
teams are not read: they can show much, never everybody.

https://help.salesforce.com/s/articleView?id=platform.users_profiles_object_perms.htm
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from connector.core.schema import SObject

PUBLIC = frozenset({"Read", "Edit", "ReadEditTransfer", "All"})
"""Organisation-wide defaults under which every internal user sees every record.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_organization.htm
"""
INTERNAL_USER = "Standard"
"""User.UserType of those whom the internal defaults are for; others (partners, customers, guests) have their own.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission set that is assigned to the user, its profile's own among them."""

    name: str
    views_all_data: bool = False
    views_all_of: frozenset[SObject] = frozenset()
    """Objects with View All Records."""
    is_lasting: bool = True
    """It acts in every session and has no end: neither session-based, nor expiring, nor of a group whose permissions
    are being computed anew."""

    def shows(self, sobject: SObject) -> bool:
        """Say whether it shows every record of an object, whatever is shared."""
        return self.is_lasting and (self.views_all_data or sobject in self.views_all_of)


@dataclass(frozen=True, slots=True)
class Access:
    """What was read about a user."""

    grants: tuple[Grant, ...]
    user_type: str
    default_lead_access: str = ""
    """The organisation-wide default; "" where it could not be read."""
    has_person_accounts: bool = False


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which objects the user certainly sees all of, and by what."""

    shown_by: Mapping[SObject, str]
    """{object: name of the permission set}; PUBLIC_DEFAULT where it is the organisation-wide default."""
    hidden: tuple[SObject, ...] = ()
    """Objects of which it is not certain."""
    passing: tuple[str, ...] = field(default=())
    """Permission sets that would show them and do not count, because they do not last."""

    @property
    def is_proved(self) -> bool:
        """Whether nobody can be hidden from the user."""
        return not self.hidden


PUBLIC_DEFAULT = "organisation-wide default"


def judge_visibility(access: Access) -> Visibility:
    """Say of each object that holds people whether the user certainly sees all of it.

    Contacts are never proved by the organisation-wide default: one without an account is private to its owner whatever
    it says, and shown by View All Records on Contacts, or View All Data, only. Person accounts are shared as accounts.
    https://help.salesforce.com/s/articleView?id=000384762&type=1
    """
    needed = needed_objects(has_person_accounts=access.has_person_accounts)
    shown_by = {sobject: name for sobject in needed if (name := _shown_by(access, sobject))}
    hidden = tuple(sobject for sobject in needed if sobject not in shown_by)
    return Visibility(shown_by=shown_by, hidden=hidden, passing=_passing(access.grants, hidden))


def needed_objects(*, has_person_accounts: bool) -> tuple[SObject, ...]:
    """Return the objects that hold people who could be created twice."""
    people = (SObject.CONTACT, SObject.LEAD)
    return (*people, SObject.ACCOUNT) if has_person_accounts else people


def _shown_by(access: Access, sobject: SObject) -> str:
    for grant in access.grants:
        if grant.shows(sobject):
            return grant.name
    is_public = sobject is SObject.LEAD and access.default_lead_access in PUBLIC
    return PUBLIC_DEFAULT if is_public and access.user_type == INTERNAL_USER else ""


def _passing(grants: Iterable[Grant], hidden: Collection[SObject]) -> tuple[str, ...]:
    return tuple(
        grant.name
        for grant in grants
        if not grant.is_lasting and (grant.views_all_data and hidden or grant.views_all_of & set(hidden))
    )
