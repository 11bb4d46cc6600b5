"""What can be mapped to what: sources with what was received of them, targets with what Salesforce says about them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from connector.admin.links.mapping.words import TYPE_NAMES, source_name
from connector.core.checking.mapping import SET_BY_US, SOURCE_TYPES, refuse_target
from connector.core.checking.received import Source, collect_sources
from connector.core.schema import FieldSpec, ObjectSchema, SObject
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.mapping_sample import Sample


@dataclass(frozen=True, slots=True)
class SourceOffer:
    """One source to choose, as its line says."""

    path: str
    name: str
    percent: int
    """Of the participants looked at, how many have a value."""
    samples: tuple[str, ...]
    is_custom: bool
    search: str
    """Lower-case text in which a search finds the line."""


def offer_sources(sample: Sample, *, shows_values: bool, chosen: str = "") -> list[SourceOffer]:
    """Return what was received; the chosen source too where it was not."""
    people = list(sample.people.values())
    found = collect_sources(people, language=sample.language, zone=sample.zone)
    if chosen and all(source.path != chosen for source in found):
        found.append(Source(chosen, 0, ()))
    return [_source(source, people=len(people), shows_values=shows_values) for source in found]


def _source(source: Source, *, people: int, shows_values: bool) -> SourceOffer:
    name = source_name(source.path)
    samples = source.samples if shows_values else ()
    return SourceOffer(
        path=source.path,
        name=name,
        percent=_percent(source.filled, people),
        samples=samples,
        is_custom=source.path not in SOURCE_TYPES,
        search=" ".join([source.path, name, *samples]).casefold(),
    )


def _percent(filled: int, people: int) -> int:
    """Round so that 0 means nobody and 100 everybody."""
    if not filled:
        return 0
    return 100 if filled == people else max(1, min(99, round(filled * 100 / people)))


@dataclass(frozen=True, slots=True)
class TargetOffer:
    """One field of Salesforce, as its line says."""

    name: str
    label: str
    type: str
    marks: tuple[str, ...]
    refusal: str
    """Why it cannot be chosen, "" where it can."""
    search: str


def offer_targets(schema: ObjectSchema, sobject: SObject, *, taken: Collection[str]) -> list[TargetOffer]:
    """Return the fields of an object by their labels; `taken` are the API names (lower case) that others fill."""
    specs = sorted(schema.fields.values(), key=lambda spec: spec.label.casefold())
    return [_target(spec, schema, sobject, taken=taken) for spec in specs]


def _target(spec: FieldSpec, schema: ObjectSchema, sobject: SObject, *, taken: Collection[str]) -> TargetOffer:
    return TargetOffer(
        name=spec.name,
        label=spec.label,
        type=type_words(spec),
        marks=tuple(_marks(spec, sobject)),
        refusal=_refusal(spec, schema, sobject, taken=taken),
        search=f"{spec.label} {spec.name}".casefold(),
    )


def _refusal(spec: FieldSpec, schema: ObjectSchema, sobject: SObject, *, taken: Collection[str]) -> str:
    if spec.name.lower() in SET_BY_US.get(sobject, frozenset()):
        return gettext("Filled by the link itself.")
    problem = refuse_target(spec, schema)
    if problem is not None:
        return say(problem)
    return gettext("Mapped already.") if spec.name.lower() in taken else ""


def type_words(spec: FieldSpec) -> str:
    """Say what a field holds, with its length."""
    name = str(TYPE_NAMES.get(spec.type, spec.type))
    return gettext("%(type)s, %(length)s characters") % {"type": name, "length": spec.length} if spec.length else name


def _marks(spec: FieldSpec, sobject: SObject) -> Iterable[str]:
    if spec.is_required_on_create and spec.name.lower() not in SET_BY_US.get(sobject, frozenset()):
        yield gettext("required")
    if spec.is_createable and not spec.is_updateable:
        yield gettext("new records only")
    if spec.is_unique:
        yield gettext("unique")


def split_offers(offers: Sequence[TargetOffer]) -> tuple[list[TargetOffer], list[TargetOffer]]:
    """Part the fields that can be chosen from those that cannot."""
    return [one for one in offers if not one.refusal], [one for one in offers if one.refusal]
