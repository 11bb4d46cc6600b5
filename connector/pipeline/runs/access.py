"""Notice that the integration user may no longer create people or write members: everybody waits then (rule 6.6).

Salesforce refuses each row in the same words as when a trigger stops one person, so a refusal alone proves nothing: the
describe of the object decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connector.core.errors import ErrorKind, RowError
from connector.core.outcomes import Operation
from connector.core.rows import Schemas
from connector.core.schema import SObject
from connector.pipeline.runs.progress import Progress
from connector.pipeline.runs.reading import ConfigurationProblemError, SchemaChangedError
from connector.pipeline.runs.run import Run

ACCESS_GONE = "object_access_gone"
_CODES = frozenset({"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_TYPE"})
"""Codes under which a write without the right to it is refused.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """To create records of an object, or to edit them."""

    sobject: SObject
    operation: Operation

    def is_held(self, schemas: Schemas) -> bool:
        """Say whether the describes give it."""
        schema = schemas[self.sobject]
        return schema.is_createable if self.operation is Operation.CREATE else schema.is_updateable

    def __str__(self) -> str:
        """Name it as Salesforce does."""
        return f"{self.sobject.value}: {'create' if self.operation is Operation.CREATE else 'edit'}"


def needed_rights(progress: Progress) -> set[Right]:
    """Return the rights without which a person cannot be in the campaign.

    That to edit a person is none of them: who may not be changed becomes a member all the same (ADR 6).
    """
    plan, rights = progress.plan, set()
    if progress.creates_person and plan.creates is not None:
        rights.add(Right(SObject(plan.creates.value), Operation.CREATE))
    if plan.member.operation is not Operation.NONE:
        rights.add(Right(SObject.CAMPAIGN_MEMBER, plan.member.operation))
    return rights


def lacking_rights(run: Run, work: Iterable[Progress]) -> set[Right]:
    """Return the rights that this work takes and a fresh describe denies.

    Raises SchemaChangedError where one was denied and is given by now: what was planned without it is worth nothing.
    """
    needed = set().union(*(needed_rights(one) for one in work))
    denied = {right for right in needed if not right.is_held(run.schemas)}
    if not denied:
        return set()
    run.schemas = run.refresh_schemas()
    still = {right for right in denied if not right.is_held(run.schemas)}
    if not still:
        raise SchemaChangedError(RowError(ACCESS_GONE, _name(denied), ErrorKind.CONFIGURATION))
    return still


def refused_rights(run: Run, work: Sequence[Progress]) -> set[Right]:
    """Return the rights that every row was refused for which needed them, where a fresh describe denies them too."""
    needing: dict[Right, list[bool]] = {}
    for progress in work:
        for right in needed_rights(progress):
            needing.setdefault(right, []).append(any(error.code in _CODES for error in progress.errors))
    proved = {right for progress in work for right in _used_rights(progress)}
    suspected = {right for right, refusals in needing.items() if all(refusals)} - proved
    if not suspected:
        return set()
    run.schemas = run.refresh_schemas()
    return {right for right in suspected if not right.is_held(run.schemas)}


def _used_rights(progress: Progress) -> set[Right]:
    """Return the rights that something was just written by."""
    plan, rights = progress.plan, set()
    if progress.created_person and plan.creates is not None:
        rights.add(Right(SObject(plan.creates.value), Operation.CREATE))
    if progress.is_member_written:
        rights.add(Right(SObject.CAMPAIGN_MEMBER, plan.member.operation))
    return rights


def require_rights(lacking: Iterable[Right]) -> None:
    """Raise ConfigurationProblemError where a right is lacking."""
    some = set(lacking)
    if some:
        raise ConfigurationProblemError(ACCESS_GONE, _name(some))


def _name(rights: Iterable[Right]) -> str:
    return ", ".join(str(right) for right in sorted(rights))
