"""The live example: whose values are shown, and what one participant's value becomes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connector.admin.frame.changes import show_value
from connector.admin.frame.explain import explain_code
from connector.admin.links.mapping.findings import Editing
from connector.core.checking.received import show_text
from connector.core.convert import UnfitError, is_blank
from connector.core.mapping import Facts, MappingRule, read_path, read_source
from connector.core.planning.field_values import wanted_value
from connector.core.planning.reach import Reach, reach_of
from connector.models import FieldMapping
from connector.pipeline.policies import rule_of
from connector.pipeline.sentences import say_stored


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody wants to see."""

    entry_id: int | None = None
    """Who is shown now, or was asked for."""
    is_other: bool = False
    """Somebody else than that one is wanted."""

    def order(self, entry_ids: Sequence[int]) -> list[int]:
        """Return these participants, the best one for the wish first."""
        others = [entry_id for entry_id in entry_ids if entry_id != self.entry_id]
        if self.is_other:
            return random.sample(others, len(others)) or list(entry_ids)
        return [*(entry_id for entry_id in entry_ids if entry_id == self.entry_id), *others]


def choose_for(mapping: FieldMapping, editing: Editing, wish: Wish) -> int | None:
    """Return the participant who shows a mapping best: one who has a value, and whom the field concerns.

    Who is shown now stays as long as that is true of them. None where no participant has come.
    """
    order = wish.order(who_has_value(mapping, editing) or list(editing.sample.people))
    concerned = (entry_id for entry_id in order if is_concerned(mapping, editing, entry_id))
    return next(concerned, order[0] if order else None)


def choose_for_all(editing: Editing, wish: Wish) -> int | None:
    """Return the participant who shows a link's mappings: the wanted one, else who has a value for most of them."""
    people = editing.sample.people
    order = wish.order(list(people))
    if wish.is_other or wish.entry_id in people:
        return order[0] if order else None
    rules = [rule_of(mapping) for mapping in editing.others if mapping.enabled]
    return max(order, key=lambda entry_id: sum(_has_value(rule, people[entry_id]) for rule in rules), default=None)


def who_has_value(mapping: FieldMapping, editing: Editing) -> list[int]:
    """Return the participants who have a value for a mapping; nobody where nothing is chosen to come from inwink."""
    rule = rule_of(mapping)
    return [entry_id for entry_id, facts in editing.sample.people.items() if _has_value(rule, facts)]


def _has_value(rule: MappingRule, facts: Facts) -> bool:
    value = read_path(rule.source, facts) if rule.source else rule.constant
    return not is_blank(value)


def is_concerned(mapping: FieldMapping, editing: Editing, entry_id: int) -> bool:
    """Say whether the value of a participant would be sent to the field, or could be; no field yet concerns all."""
    row = editing.sample.sent.get(entry_id)
    if editing.spec_of(mapping) is None:
        return True
    return row is not None and reach_of(rule_of(mapping), row, editing.context()) is not Reach.NO


@dataclass(frozen=True, slots=True)
class Example:
    """One participant's value before and after."""

    before: str
    after: str
    kind: str = ""
    """bad where the participant would fail, warn where the field is left as it is."""
    note: str = ""
    is_blank: bool = False
    """Neither inwink nor a default has a value: nothing is written."""
    is_concerned: bool = True
    """False where nothing would be sent to the field of this participant, whatever the value."""


def example_of(mapping: FieldMapping, editing: Editing, entry_id: int) -> Example:
    """Convert one participant's value; no call to Salesforce. The field must be known."""
    rule, facts, context = rule_of(mapping), editing.sample.people[entry_id], editing.context()
    locale = context.policy.locale
    zone = ZoneInfo(locale.time_zone)
    before = show_value(show_text(read_source(rule, facts), language=locale.language, zone=zone))
    if not is_concerned(mapping, editing, entry_id):
        return Example(before, "", is_concerned=False)
    try:
        wanted, note, is_left = wanted_value(rule, facts=facts, context=context)
    except UnfitError as exc:
        return Example(before, "✗", "bad", f"{explain_code(exc.code).what} {say_stored(exc.detail)}")
    if is_left and note is not None:
        return Example(before, "–", "warn", explain_code(note.value).what)
    return Example(before, show_value(wanted), is_blank=wanted is None)
