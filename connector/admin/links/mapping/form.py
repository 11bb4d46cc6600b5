"""Read what the editor sends into a mapping that is not saved yet."""

import json
from copy import copy
from typing import Any

from django import forms
from django.http import QueryDict

from connector.models import FieldMapping

CONSTANT, OTHER = "=constant", "=other"
"""What the list of sources says where a fixed text, or a path not received yet, is meant: no path begins so."""


class EditorForm(forms.Form):
    """The plain inputs; which field and source fit is asked afterwards, by the one check there is."""

    field = forms.CharField(required=False, max_length=80)
    source = forms.CharField(required=False, max_length=255)
    source_other = forms.CharField(required=False, max_length=255)
    constant_text = forms.CharField(required=False, max_length=4000)
    default_text = forms.CharField(required=False, max_length=4000)
    mode = forms.ChoiceField(choices=FieldMapping.Mode.choices)
    blank = forms.ChoiceField(choices=FieldMapping.Blank.choices)
    unknown_choice = forms.ChoiceField(choices=FieldMapping.UnknownChoice.choices)
    truncate = forms.BooleanField(required=False)
    marketing = forms.BooleanField(required=False)
    enabled = forms.BooleanField(required=False)


def read_mapping(data: QueryDict, stored: FieldMapping) -> FieldMapping:
    """Return the stored mapping with what was sent; a choice that is none keeps what is stored."""
    form = EditorForm(data)
    form.is_valid()
    sent = form.cleaned_data
    mapping = copy(stored)
    mapping.field = sent.get("field") or ""
    for name in ("mode", "blank", "unknown_choice"):
        setattr(mapping, name, sent.get(name) or getattr(stored, name))
    for name in ("truncate", "marketing", "enabled"):
        setattr(mapping, name, bool(sent.get(name)))
    _lay_origin(mapping, stored, sent)
    mapping.default = _lay_text(stored.default, sent.get("default_text", ""))
    mapping.values = _lay_values(data, stored.values or {})
    return mapping


def _lay_origin(mapping: FieldMapping, stored: FieldMapping, sent: dict[str, Any]) -> None:
    source = sent.get("source") or ""
    mapping.constant = None
    mapping.source = sent.get("source_other") or "" if source == OTHER else source
    if source == CONSTANT:
        mapping.source, mapping.constant = "", _lay_text(stored.constant, sent.get("constant_text", ""))


def _lay_text(stored: Any, text: str) -> Any:
    """Keep a stored JSON value whose text was not touched; "" is none."""
    return stored if text == as_text(stored) and text else text or None


def as_text(value: Any) -> str:
    """Write a stored JSON value as it is edited."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lay_values(data: QueryDict, stored: dict[str, Any]) -> dict[str, Any]:
    keys, wanted = data.getlist("value_from"), data.getlist("value_to")
    pairs = {key.strip(): text.strip() for key, text in zip(keys, wanted, strict=False) if key.strip() and text.strip()}
    return {key: stored[key] if as_text(stored.get(key)) == text else text for key, text in pairs.items()}
