"""How the wizard shows a field: choices as options that each say what they do, everything else as the form does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from connector.admin.links.wizard.options import SENTENCES, YES_NO
from connector.admin.links.wizard.steps import Group, Step


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    label: Any
    sentence: Any
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a page."""

    name: str
    bound: Any
    options: Sequence[Option] = ()
    is_multiple: bool = False
    errors: Any = ()
    is_lone: bool = False
    """The heading of the group says all that its own label would."""


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Fields under one heading."""

    title: Any
    fields: Sequence[Shown]
    is_folded: bool


def show_groups(form: Any, step: Step, *, errors: dict[str, Any]) -> list[ShownGroup]:
    """Return the fields of a step as a page shows them; one with complaints is never folded away."""
    return [_show_group(form, group, errors=errors) for group in step.groups]


def _show_group(form: Any, group: Group, *, errors: dict[str, Any]) -> ShownGroup:
    fields = [show_field(form, name, errors=errors.get(name, ())) for name in group.fields]
    if group.title and fields and fields[0].options:
        fields[0] = replace(fields[0], is_lone=True)
    return ShownGroup(group.title, fields, group.is_folded and not any(field.errors for field in fields))


def show_field(form: Any, name: str, *, errors: Any = ()) -> Shown:
    """Return one field as a page shows it."""
    bound = form[name]
    field: Any = form.fields[name]
    if name in YES_NO:
        return Shown(name, bound, _yes_no(name, is_yes=bool(bound.value())), errors=errors)
    is_multiple = isinstance(field, forms.MultipleChoiceField)
    if not isinstance(field, forms.ChoiceField) or not _has_sentences(name):
        return Shown(name, bound, errors=errors)
    value = bound.value()
    chosen = {str(one) for one in value or ()} if is_multiple else {str(value or "")}
    pairs: Any = field.choices
    options = [_option(name, str(key), label, chosen) for key, label in pairs if (name, str(key)) in SENTENCES]
    return Shown(name, bound, options, is_multiple=is_multiple, errors=errors)


def _has_sentences(name: str) -> bool:
    return any(field == name for field, _value in SENTENCES)


def _option(name: str, value: str, label: Any, chosen: set[str]) -> Option:
    return Option(value, label, SENTENCES.get((name, value), ""), value in chosen)


def _yes_no(name: str, *, is_yes: bool) -> list[Option]:
    yes, no = YES_NO[name]
    return [
        Option("on", yes, SENTENCES[name, "on"], is_yes),
        Option("", no, SENTENCES[name, ""], not is_yes),
    ]
