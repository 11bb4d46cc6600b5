"""Decide which value a mapped field gets (rules 5.1 to 5.3 and 5.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default_field
from datetime import datetime
from enum import StrEnum

from connector.core.convert import UnfitError, is_blank, same_value
from connector.core.participant import Json
from connector.core.schema import FieldSpec, SObject
from connector.core.state import State


class Mode(StrEnum):
    """When a value of inwink replaces one of Salesforce."""

    OVERWRITE = "overwrite"
    IF_EMPTY = "if_empty"
    IF_NEW = "if_new"
    APPEND = "append"


class Blank(StrEnum):
    """What a blank in inwink does to a value in Salesforce."""

    KEEP = "keep"
    CLEAR = "clear"


class UnknownChoice(StrEnum):
    """What a value that a picklist does not know does."""

    FAIL = "fail"
    SKIP = "skip"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class MappingRule:
    """One mapped field: where its value comes from and when it is written."""

    sobject: SObject
    field: str
    source: str = ""
    """Path of an inwink value; "" where `constant` is sent."""
    constant: Json = None
    mode: Mode = Mode.OVERWRITE
    values: Mapping[str, Json] = default_field(default_factory=dict)
    """{choice of inwink by key, label or any language: value of Salesforce}."""
    default: Json = None
    blank: Blank = Blank.KEEP
    truncate: bool = False
    unknown_choice: UnknownChoice = UnknownChoice.FAIL
    marketing: bool = False
    """Sent of people only who agreed to it (rule 6.4)."""

    @property
    def path(self) -> str:
        """The name under which the value that we wrote last is remembered."""
        return f"{self.sobject.value}.{self.field}"


@dataclass(frozen=True, slots=True)
class Event:
    """What mappings can say about the event."""

    id: str
    name: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a mapping can read about a person of an event."""

    values: Mapping[str, Json]
    key: str
    state: State | None
    first_registered_at: datetime | None
    attended_at: datetime | None
    event: Event


def read_source(rule: MappingRule, facts: Facts) -> Json:
    """Return the raw value that a mapping asks for; its default where inwink has none."""
    if not rule.source:
        return rule.constant
    value = read_path(rule.source, facts)
    return rule.default if is_blank(value) else value


def read_path(path: str, facts: Facts) -> Json:
    """Return what stands at a path of inwink, None where nothing does."""
    derived: dict[str, Json] = {
        "inwink.id": facts.values.get("id") or facts.key,
        "inwink.state": facts.state.value if facts.state else None,
        "inwink.first_registered_at": facts.first_registered_at,
        "inwink.attended_at": facts.attended_at,
        "event.id": facts.event.id,
        "event.name": facts.event.name,
        "event.start": facts.event.starts_at,
    }
    if path in derived:
        return derived[path]
    custom = facts.values.get("custom") or {}
    if path in custom:
        return custom[path]
    if path in facts.values and path != "custom":
        return facts.values[path]
    return _descend(custom, path)


def _descend(custom: Mapping[str, Json], path: str) -> Json:
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        value = custom.get(".".join(parts[:length]))
        for part in parts[length:]:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """What Salesforce holds in a field, and what we know about it."""

    is_new: bool
    """The record is created in this run."""
    current: Json = None
    last_sent: Json = None
    was_sent: bool = False
    """We wrote this field of this record before."""
    placeholder: Json = None
    """A text that counts as empty."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be changed on a record that exists."""

    may_update: bool
    """`update_existing` for people; always on for members."""
    is_forced: bool = False
    """A person pressed Resync."""


OPT_OUT_FIELDS = frozenset({"hasoptedoutofemail", "hasoptedoutoffax", "donotcall"})
"""Lower-case API names of fields that we may tick and never untick (rule 5.6)."""


def assign(rule: MappingRule, wanted: Json, *, spec: FieldSpec, target: Target, policy: Policy) -> tuple[bool, Json]:
    """Return (whether to write, the value): the write modes as one function. Raises UnfitError (append only)."""
    if unticks(wanted, spec=spec):
        return False, None
    if target.is_new:
        return not is_blank(wanted), wanted
    if not is_open(rule, spec=spec, target=target, policy=policy):
        return False, None
    if is_blank(wanted):
        return _assign_blank(rule, spec=spec, target=target, policy=policy)
    if rule.mode is Mode.APPEND:
        wanted = append_value(None if _is_empty(target) else target.current, wanted, spec=spec)
        wanted = _fit(rule, wanted, spec=spec)
    if same_value(target.current, wanted, spec=spec):
        return False, None
    return _may_replace(wanted, spec=spec, target=target, policy=policy), wanted


def unticks(wanted: Json, *, spec: FieldSpec) -> bool:
    """Say whether a value would take back that a person opted out (rule 5.6)."""
    return spec.name.lower() in OPT_OUT_FIELDS and (wanted is False or is_blank(wanted))


def is_open(rule: MappingRule, *, spec: FieldSpec, target: Target, policy: Policy) -> bool:
    """Say whether any value at all may be written to a field of a present record (rules 5.1 and 5.2)."""
    if _is_still_ours(spec, target):
        return True
    if not policy.may_update or rule.mode is Mode.IF_NEW:
        return False
    return rule.mode is not Mode.IF_EMPTY or _is_empty(target)


def _is_still_ours(spec: FieldSpec, target: Target) -> bool:
    return target.was_sent and same_value(target.current, target.last_sent, spec=spec)


def _is_empty(target: Target) -> bool:
    return is_blank(target.current) or (target.placeholder is not None and target.current == target.placeholder)


def _assign_blank(rule: MappingRule, *, spec: FieldSpec, target: Target, policy: Policy) -> tuple[bool, Json]:
    if rule.blank is not Blank.CLEAR or rule.mode is not Mode.OVERWRITE or _is_empty(target):
        return False, None
    return _may_replace(None, spec=spec, target=target, policy=policy), None


def _may_replace(wanted: Json, *, spec: FieldSpec, target: Target, policy: Policy) -> bool:
    """Say whether an open field gets this value.

    What is not as we wrote it any more, because a colleague changed or emptied it or our value was put back, is
    replaced only by a change of inwink's, or where somebody presses Resync.
    """
    if not target.was_sent or _is_still_ours(spec, target):
        return True
    return policy.is_forced or not same_value(wanted, target.last_sent, spec=spec)


def append_value(current: Json, wanted: Json, *, spec: FieldSpec) -> Json:
    """Add to what a multi-select or a long text holds, without repeating a choice or whole lines."""
    if is_blank(current):
        return wanted
    if spec.type == "multipicklist":
        held = str(current).split(";")
        return ";".join([*held, *(choice for choice in str(wanted).split(";") if choice not in held)])
    lines, added = ("\n".join(str(text).splitlines()) for text in (current, wanted))
    return current if f"\n{added}\n" in f"\n{lines}\n" else f"{current}\n{wanted}"


def _fit(rule: MappingRule, text: Json, *, spec: FieldSpec) -> Json:
    if not isinstance(text, str) or spec.type == "multipicklist" or not spec.length or len(text) <= spec.length:
        return text
    if not rule.truncate:
        raise UnfitError("value_too_long", spec.name, f"{len(text)} characters with what is there, {spec.length} fit")
    return text[: spec.length]
