"""The mappings of a link: fields offered from Salesforce's own description, refused with the reason."""

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from connector.admin.frame.widgets import PairsField, SuggestingInput
from connector.admin.links.filter_forms import SOURCES_LIST
from connector.admin.links.forms import problem_text
from connector.core.problem import Problem
from connector.core.schema import FieldSpec, ObjectSchema, SObject
from connector.core.validate import SET_BY_US, SOURCE_TYPES, refuse_field, validate_mapping_alone
from connector.models import CampaignLink, FieldMapping, OutboxEntry
from connector.pipeline.batch import rule_of
from connector.pipeline.setup.link_check import mapping_problems, spell_fields
from connector.pipeline.setup.link_setup import LinkFacts
from connector.pipeline.setup.mappings import OBJECT_WORDS

if TYPE_CHECKING:
    _FieldMappingForm = forms.ModelForm[FieldMapping]
    _InlineFormSet = BaseInlineFormSet[FieldMapping, CampaignLink, Any]
else:
    _FieldMappingForm = forms.ModelForm
    _InlineFormSet = BaseInlineFormSet

FIELDS_LIST = "salesforce-fields"
"""Id of the `<datalist>` of Salesforce fields that all lines share."""
SAMPLED_ENTRIES = 50
"""Participants whose custom fields are offered as sources; the latest ones."""

_FORM_FIELDS = {"field": "target", "constant": "constant_text", "default": "default_text", "values": "values"}
"""{key of a problem: field of the form}; others have one name in both."""


class MappingForm(_FieldMappingForm):
    """One field of Salesforce and what fills it."""

    target = forms.CharField(
        label=_("Salesforce field"),
        widget=SuggestingInput(FIELDS_LIST),
        help_text=_("Object and field, e.g. CampaignMember.Dietary__c: type to search."),
    )
    constant_text = forms.CharField(
        label=_("Or a fixed text"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("The same for everybody, instead of an inwink field."),
    )  # fmt: skip
    default_text = forms.CharField(
        label=_("Default"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Used where inwink has no value."),
    )  # fmt: skip
    values = PairsField(
        label=_("Choices"), help_text=_("One a line: value in inwink = value in Salesforce. Others stay as they are.")
    )

    class Meta:
        model = FieldMapping
        fields = ("source", "mode", "values", "unknown_choice", "blank", "truncate", "marketing", "enabled")
        widgets: ClassVar[dict[str, Any]] = {"source": SuggestingInput(SOURCES_LIST)}
        help_texts: ClassVar[dict[str, Any]] = {
            "source": _("A field of inwink; type to search those received."),
            "mode": _("What happens to a value that is there already, on people who existed before."),
            "unknown_choice": _("What happens to a choice that Salesforce's list does not have."),
            "blank": _("What happens when the field is emptied in inwink."),
            "marketing": _("Sent of people only who agreed to it (consent, above)."),
            "truncate": _("Off: a text that is too long fails that participant and nothing is lost."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show object and field as one text, and JSON values as plain text."""
        super().__init__(*args, **kwargs)
        mapping = self.instance
        if mapping.field:
            self.initial["target"] = f"{rule_of(mapping).sobject.value}.{mapping.field}"
        self.initial["constant_text"] = _as_text(mapping.constant)
        self.initial["default_text"] = _as_text(mapping.default)

    def clean_target(self) -> str:
        """Split the text into object and field."""
        text: str = self.cleaned_data["target"]
        name, _dot, field = text.strip().partition(".")
        words = {sobject.value.lower(): word for sobject, word in OBJECT_WORDS.items()}
        if name.lower() not in words or not field:
            raise forms.ValidationError(
                gettext("Write object and field: Contact.Title, Lead.Company, CampaignMember.Dietary__c.")
            )
        self.instance.object, self.instance.field = words[name.lower()], field
        return text.strip()

    def clean(self) -> dict[str, Any]:
        """Keep a stored JSON value whose text was not touched."""
        cleaned = super().clean() or {}
        for column, name in (("constant", "constant_text"), ("default", "default_text")):
            if name in self.changed_data:
                setattr(self.instance, column, cleaned.get(name) or None)
        return cleaned


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class MappingFormSet(_InlineFormSet):
    """All mappings of a link, held against its organisation."""

    facts: ClassVar[LinkFacts] = LinkFacts()

    def clean(self) -> None:
        """Refuse what Salesforce would refuse, each line with its reason."""
        super().clean()
        forms_of = {id(form.instance): form for form in self._kept_forms()}
        mappings = [form.instance for form in forms_of.values()]
        self._refuse_repeated()
        if self.facts.is_known:
            spell_fields(mappings, schema_of=self.facts.schema_of)
            for found in mapping_problems(self.instance, mappings, schema_of=self.facts.schema_of):
                if found.mapping is None:
                    raise forms.ValidationError(problem_text(found.problem))
                _blame(forms_of[id(found.mapping)], found.problem)
            return
        for form in forms_of.values():
            for problem in validate_mapping_alone(rule_of(form.instance)):
                _blame(form, problem)

    def _kept_forms(self) -> list[MappingForm]:
        """Return the lines that are filled in, right and not ticked for deletion.

        `deleted_forms` says nothing as long as any line is wrong, so Django's own question is asked of each.
        """
        filled_in = [form for form in self.forms if form.is_valid() and form.instance.field]
        should_delete = self._should_delete_form  # type: ignore[attr-defined]  # the stubs do not know it
        return [form for form in filled_in if not should_delete(form)]

    def _refuse_repeated(self) -> None:
        seen: set[tuple[str, str]] = set()
        for form in self._kept_forms():
            key = (form.instance.object, form.instance.field.lower())
            if key in seen:
                form.add_error("target", gettext("This field is mapped twice."))
            seen.add(key)


def _blame(form: MappingForm, problem: Problem) -> None:
    key = problem.key.partition(".")[0]
    name = _FORM_FIELDS.get(key, key)
    form.add_error(name if name in form.fields else None, problem_text(problem))


def field_suggestions(facts: LinkFacts) -> list[tuple[str, str]]:
    """Return [(Object.Field, label with type, length and marks)] of every field that can be filled."""
    return [
        (f"{sobject.value}.{spec.name}", describe_field(spec))
        for sobject, schema in facts.schemas.items()
        for spec in _fillable(schema, sobject)
    ]


def _fillable(schema: ObjectSchema, sobject: SObject) -> list[FieldSpec]:
    ours = SET_BY_US.get(sobject, frozenset())
    specs = (spec for spec in schema.fields.values() if refuse_field(spec) is None)
    return sorted((spec for spec in specs if spec.name.lower() not in ours), key=lambda spec: spec.label.casefold())


def describe_field(spec: FieldSpec) -> str:
    """Say what a field is called and what it takes."""
    marks = [
        f"{spec.type} ({spec.length})" if spec.length else spec.type,
        gettext("required") if spec.is_required_on_create else "",
        gettext("new records only") if not spec.is_updateable else "",
    ]
    return f"{spec.label} – " + ", ".join(mark for mark in marks if mark)


def source_suggestions(link: CampaignLink) -> list[str]:
    """Return the standard sources, then the custom fields of the latest participants."""
    latest = OutboxEntry.objects.filter(link=link).order_by("-id").values_list("payload", flat=True)[:SAMPLED_ENTRIES]
    custom = {path for payload in latest for path in payload.get("custom") or {}}
    return [*SOURCE_TYPES, *sorted(custom)]
