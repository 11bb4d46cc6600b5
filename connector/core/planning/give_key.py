"""Write the key of a person into an empty key field of their record, never over another value (rule 2.9)."""

from collections.abc import Iterable
from dataclasses import replace

from connector.core.matching.match_key import is_elsewhere, keys_of
from connector.core.matching.records import Records
from connector.core.outcomes import Note, Operation
from connector.core.planning.field_values import Context
from connector.core.planning.person_account import account_field
from connector.core.planning.plan import PersonPlan
from connector.core.schema import FieldSpec, PersonType, SObject


def give_keys(plans: Iterable[PersonPlan], records: Records, context: Context) -> list[PersonPlan]:
    """Return the plans of a batch, each with the key that its record lacks.

    Also where `update_existing` is off: a key says who the record is. No two records get one key in a run.
    """
    given: set[str] = set()
    return [_give_key(plan, records, context=context, given=given) for plan in plans]


def _give_key(plan: PersonPlan, records: Records, *, context: Context, given: set[str]) -> PersonPlan:
    kind = plan.ref.type if plan.ref is not None else plan.creates
    spec = _key_spec(kind, context)
    keys = keys_of(plan.person, context.policy)
    if plan.verdict is not None or spec is None or not keys:
        return plan
    record = records.follow(plan.ref) if plan.ref is not None else None
    if record is not None and record.key:
        return _keep(plan, spec, key=record.key) if any(map(record.has_key, keys)) else _note(plan)
    free = [key for key in keys if key.lower() not in given and not is_elsewhere(key, records, ref=plan.ref)]
    is_person_account = record is not None and record.is_person_account
    there = _account_spec(plan, spec, context) if is_person_account else spec
    is_writable = there is not None and (spec.is_createable if record is None else there.is_updateable)
    if not free or not is_writable or len(free[0]) > spec.length:
        is_held_back = bool(free) and is_person_account and not plan.record.account_id
        return _note(plan, *((Note.PERSON_ACCOUNT,) if is_held_back else ()))
    given.add(free[0].lower())
    return _write(plan, spec, key=free[0], account_name=there.name if there is not None and is_person_account else "")


def _account_spec(plan: PersonPlan, spec: FieldSpec, context: Context) -> FieldSpec | None:
    """Return the key field on the Account of a Person Account, None where that cannot be written."""
    account = context.schemas.get(SObject.ACCOUNT)
    return account_field(spec.name, account) if account is not None and plan.record.account_id else None


def _key_spec(kind: PersonType | None, context: Context) -> FieldSpec | None:
    name = context.policy.match_fields.key_field(kind) if kind is not None else ""
    return context.schemas[SObject(kind.value)].find_field(name) if kind is not None and name else None


def _write(plan: PersonPlan, spec: FieldSpec, *, key: str, account_name: str) -> PersonPlan:
    write = plan.record
    if account_name:
        write = replace(write, account_values={**write.account_values, account_name: key})
    operation = Operation.UPDATE if write.operation is Operation.NONE else write.operation
    values, before = {**write.values, spec.name: key}, {**write.before, spec.name: None}
    return replace(plan, record=replace(write, operation=operation, values=values, before=before))


def _keep(plan: PersonPlan, spec: FieldSpec, *, key: str) -> PersonPlan:
    """Remember that the key is in place, so that it need not be searched the next time."""
    agreed = {**plan.record.agreed, spec.name: key}
    return replace(plan, record=replace(plan.record, agreed=agreed))


def _note(plan: PersonPlan, *why: Note) -> PersonPlan:
    return replace(plan, notes=tuple(dict.fromkeys((*plan.notes, *why, Note.KEY_NOT_WRITTEN))))
