"""Plan a check-in of somebody who is already synced: one write, no reading (rule 6.2)."""

from datetime import datetime, timedelta

from connector.core.convert import same_value
from connector.core.mapping import Mode
from connector.core.outcomes import Operation
from connector.core.participant import Json
from connector.core.planning.field_values import Context, wanted_value
from connector.core.planning.fingerprint import person_fingerprint
from connector.core.planning.plan import PersonPlan, Write
from connector.core.planning.sent import sent_values
from connector.core.rows import LinkPolicy
from connector.core.schema import SObject
from connector.core.screen import Person
from connector.core.state import State

READ_STAYS_GOOD = timedelta(hours=24)
"""A person who was read longer ago is read again."""


def plan_checkin(person: Person, context: Context, *, version: str, now: datetime) -> PersonPlan | None:
    """Return the plan of a check-in that can be written unread; None where the person must be read.

    Attended replaces every label (rule 4.5), so the present one need not be known. Raises UnfitError.
    """
    policy = context.policy
    if not _is_known(person, policy, version=version, now=now):
        return None
    changed = _changed_member_fields(person, context.of(person))
    if changed is None:
        return None
    row, label = person.lead_row, policy.labels[State.ATTENDED]
    sent = sent_values(person.rows)
    before = {name: sent.get(f"{SObject.CAMPAIGN_MEMBER.value}.{name}") for name in changed}
    member = Write(
        Operation.UPDATE,
        values={**changed, "Status": label},
        before={**before, "Status": row.member_label or None},
    )
    return PersonPlan(person, ref=row.person, member=member, member_id=row.member_id, label=label)


def _is_known(person: Person, policy: LinkPolicy, *, version: str, now: datetime) -> bool:
    if person.any_forced() or person.any_correction() or person.target(policy) is not State.ATTENDED:
        return False
    first = person.lead_row
    same = all(row.member_id == first.member_id and row.person == first.person for row in person.rows)
    if not (same and first.member_id and first.person):
        return False
    person_hash = person_fingerprint(person, policy, version=version)
    return all(
        row.synced_state not in (None, State.ATTENDED)
        and not row.is_unclear
        and row.matched_email == person.email
        and row.sent_person_hash == person_hash
        and row.last_read_at is not None
        and now - row.last_read_at < READ_STAYS_GOOD
        for row in person.rows
    )


def _changed_member_fields(person: Person, context: Context) -> dict[str, Json] | None:
    """Return the member fields to write unread; None where one of them needs the present value."""
    facts = person.facts(context.policy)
    schema = context.schemas[SObject.CAMPAIGN_MEMBER]
    changed: dict[str, Json] = {}
    sent = sent_values(person.rows)
    for rule in context.policy.mappings:
        spec = schema.find_field(rule.field)
        if rule.sobject is not SObject.CAMPAIGN_MEMBER or spec is None or not spec.is_updateable:
            continue
        wanted, _note, is_left = wanted_value(rule, facts=facts, context=context)
        if is_left or same_value(wanted, sent.get(rule.path), spec=spec):
            continue
        if rule.mode is not Mode.OVERWRITE or wanted is None or rule.path not in sent:
            return None
        changed[spec.name] = wanted
    return changed
