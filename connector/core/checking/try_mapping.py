"""Try a mapping on the values that participants really have, before anything is sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from connector.core.checking.mapping import CHOICE_TYPES
from connector.core.checking.received import SAMPLES, shorten, show_text
from connector.core.convert import UnfitError, choices_of, choose, is_blank
from connector.core.mapping import Facts, MappingRule, read_source
from connector.core.participant import Json
from connector.core.planning.field_values import Context, wanted_value
from connector.core.schema import FieldSpec

UNKNOWN_CHOICE = "unknown_choice"
TOO_LONG = "value_too_long"
SEVERAL_CHOICES = "several_choices"
"""More than one choice for a picklist that takes one."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which values do not fit."""

    code: str
    count: int
    """Participants concerned."""
    samples: tuple[str, ...]
    longest: int = 0
    """Characters of the longest, of texts that are too long."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How the values of an event fare in a field."""

    people: int
    filled: int
    """Participants with a value, a default or a constant included."""
    misfits: tuple[Misfit, ...] = ()
    """The most frequent first."""
    unknown: tuple[tuple[str, int], ...] = ()
    """(choice, participants) that the picklist does not have."""


def try_rule(rule: MappingRule, people: Sequence[Facts], context: Context) -> Trial:
    """Convert every value with the mapping as it stands; the field must exist."""
    spec = context.schemas[rule.sobject].find_field(rule.field)
    if spec is None:
        return Trial(len(people), 0)
    kinds: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    unknown: Counter[str] = Counter()
    language = context.policy.locale.language
    counted, first = _distinct(rule, people)
    for key, count in counted.items():
        raw = read_source(rule, first[key])
        text = show_text(raw, language=language)
        for choice in unknown_choices(rule, raw, spec=spec, language=language):
            unknown[choice] += count
        if code := misfit_of(rule, first[key], context):
            kinds[code].append((text, count, len(text)))
    found = [_misfit(code, values) for code, values in kinds.items()]
    filled = sum(counted.values())
    return Trial(len(people), filled, tuple(sorted(found, key=lambda one: -one.count)), tuple(unknown.most_common()))


def _distinct(rule: MappingRule, people: Iterable[Facts]) -> tuple[Counter[str], dict[str, Facts]]:
    """Count equal values once: most fields have few."""
    counted: Counter[str] = Counter()
    first: dict[str, Facts] = {}
    for facts in people:
        raw = read_source(rule, facts)
        if not is_blank(raw):
            key = repr(raw)
            counted[key] += 1
            first.setdefault(key, facts)
    return counted, first


def misfit_of(rule: MappingRule, facts: Facts, context: Context) -> str:
    """Return the code of what keeps a value from being stored as it is, "" where it fits.

    Also where the mapping has a way out: what would be cut, skipped or replaced is no fit either.
    """
    strict = replace(rule, truncate=False)
    spec = context.schemas[rule.sobject].find_field(rule.field)
    if spec is not None and spec.type in CHOICE_TYPES:
        raw, language = read_source(rule, facts), context.policy.locale.language
        if not is_blank(raw) and choose(raw, spec=spec, values=rule.values, language=language) is None:
            is_known = not unknown_choices(rule, raw, spec=spec, language=language)
            return SEVERAL_CHOICES if is_known else UNKNOWN_CHOICE
    try:
        wanted_value(strict, facts=facts, context=context)
    except UnfitError as exc:
        return exc.code
    return ""


def unknown_choices(rule: MappingRule, raw: Json, *, spec: FieldSpec, language: str) -> list[str]:
    """Return the choices of a value that neither the table nor the picklist knows."""
    if spec.type not in CHOICE_TYPES or is_blank(raw):
        return []
    parts = choices_of(raw, spec=spec)
    return [
        show_text(part, language=language)
        for part in parts
        if choose([part], spec=spec, values=rule.values, language=language) is None
    ]


def _misfit(code: str, values: Sequence[tuple[str, int, int]]) -> Misfit:
    frequent = sorted(values, key=lambda one: -one[1])
    samples = tuple(shorten(text) for text, _count, _length in frequent[:SAMPLES])
    longest = max(length for _text, _count, length in values) if code == TOO_LONG else 0
    return Misfit(code, sum(count for _text, count, _length in values), samples, longest)
