"""Say whether a mapped value would be sent of a participant, as far as that is known without asking Salesforce."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from connector.core.mapping import MappingRule, Policy, Target
from connector.core.planning.field_values import Context, Present, is_tried, target_of
from connector.core.planning.membership import refuse_membership
from connector.core.planning.plan import refuse_creation
from connector.core.rows import LinkPolicy, MemberRecord, Row
from connector.core.schema import FieldSpec, PersonType, SObject
from connector.core.screen import Person, screen_row


class Reach(StrEnum):
    """Whether a value of inwink gets as far as being converted for a record: one that does not fit then fails."""

    YES = "yes"
    PERHAPS = "perhaps"
    """It depends on what Salesforce holds: a Contact, a Lead or nobody, an empty field or a filled one."""
    NO = "no"


_COLLEAGUES_VALUE = "a value of a colleague"


def is_sent(row: Row, policy: LinkPolicy) -> bool:
    """Say whether anything is written of a participant: whoever is held or left out by rule is not sent."""
    person = Person((row,), row.email)
    member = MemberRecord(row.member_id, row.sent_label) if row.member_id else None
    refusal = screen_row(row, policy) or refuse_membership(person, member, ref=row.person, policy=policy)
    return refusal is None


def reach_of(rule: MappingRule, row: Row, context: Context) -> Reach:
    """Say whether a mapping's value is sent of a participant of whom something is (`is_sent`).

    What earlier runs found and wrote is taken to be there still; of whom no run has found yet, everything is possible
    that the link allows.
    """
    spec = context.schemas[rule.sobject].find_field(rule.field)
    policy = replace(context.policy, mappings=(rule,))
    person = Person((row,), row.email)
    if spec is None or not person.rules(policy):
        return Reach.NO
    possible = set(_possible(rule, person, spec=spec, policy=policy))
    if possible == {True}:
        return Reach.YES
    return Reach.PERHAPS if True in possible else Reach.NO


def _possible(rule: MappingRule, person: Person, *, spec: FieldSpec, policy: LinkPolicy) -> Iterator[bool]:
    """Yield for each thing that Salesforce may hold whether the value is sent then."""
    row = person.lead_row
    found = row.person if row.matched_email == row.email else None
    for kind in policy.match if found is None else (found.type,):
        yield from _for_present(rule, row, kind, spec=spec, policy=policy)
    if found is None:
        yield refuse_creation(person, policy) is None and _goes_to(rule, policy.create) and _is_tried_new(rule, spec)


def _for_present(
    rule: MappingRule, row: Row, kind: PersonType, *, spec: FieldSpec, policy: LinkPolicy
) -> Sequence[bool]:
    is_member = rule.sobject is SObject.CAMPAIGN_MEMBER
    if not _goes_to(rule, kind):
        return [False]
    if is_member and not row.member_id:
        return [_is_tried_new(rule, spec)]
    may = Policy(may_update=is_member or policy.update_existing)
    return [is_tried(rule, spec=spec, target=one, policy=may) for one in _targets(rule, row, spec=spec, policy=policy)]


def _goes_to(rule: MappingRule, kind: PersonType | None) -> bool:
    """Say whether a mapping fills a field of such people, or of their memberships."""
    return rule.sobject is SObject.CAMPAIGN_MEMBER or (kind is not None and kind.value == rule.sobject.value)


def _is_tried_new(rule: MappingRule, spec: FieldSpec) -> bool:
    return is_tried(rule, spec=spec, target=Target(is_new=True), policy=Policy(may_update=True))


def _targets(rule: MappingRule, row: Row, *, spec: FieldSpec, policy: LinkPolicy) -> Sequence[Target]:
    """Return what a present record may hold in the field: what we wrote, else nothing or a value of a colleague."""
    is_ours = rule.path in row.sent_values
    values = [row.sent_values[rule.path]] if is_ours else [None, _COLLEAGUES_VALUE]
    presents = [Present({spec.name: value}, row.sent_values, Policy(may_update=True)) for value in values]
    return [target_of(rule, spec=spec, present=present, policy=policy) for present in presents]
