"""The part of a link's form that says by which fields people are recognised: further emails, and a key."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from connector.admin.frame.widgets import SuggestingInput
from connector.admin.links.filter_forms import SOURCES_LIST
from connector.admin.links.new_people_form import NewPeopleForm
from connector.core.checking.match_fields import (
    WORDS,
    refuse_email_field,
    refuse_key_field,
    validate_match,
    validate_match_alone,
)
from connector.core.checking.problem import Problem
from connector.core.match_fields import MAIN_EMAIL
from connector.core.schema import FieldSpec, PersonType, SObject
from connector.models import CampaignLink
from connector.pipeline.policies import match_fields_of
from connector.pipeline.preflight.check import say

MATCH_FIELDS = ("also_contact", "also_lead", "key_contact", "key_lead", "key_source")
"""Fields of the form; shown once the link exists, when Salesforce can be asked which fields there are."""

_EMAIL_HELP = _("A person who has the participant's address in one of these is not created again. Email always counts.")


def _emails(label: Any) -> forms.MultipleChoiceField:
    widget = UnfoldAdminCheckboxSelectMultipleWidget
    return forms.MultipleChoiceField(label=label, required=False, widget=widget, help_text=_EMAIL_HELP)


def _key(label: Any, help_text: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=UnfoldAdminSelectWidget, help_text=help_text)


class MatchForm(NewPeopleForm):
    """By which fields a link recognises people."""

    also_contact = _emails(_("Further email fields of Contacts"))
    also_lead = _emails(_("Further email fields of Leads"))
    key_contact = _key(
        _("Key field of Contacts"),
        _(
            "A text field with “External ID” and “Unique” in Salesforce. It gets the value below where it is empty, "
            "also of people who are there already, and finds them again when their address changed."
        ),
    )
    key_lead = _key(_("Key field of Leads"), _("The same for Leads."))
    key_source = forms.CharField(
        label=_("Value of the key"),
        required=False,
        initial="inwink.id",
        widget=SuggestingInput(SOURCES_LIST),
        help_text=_("inwink.id, or a custom field that holds an id of the person."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the fields that can serve, and the stored ones whatever they are."""
        super().__init__(*args, **kwargs)
        key = self.instance.match_key or {}
        for kind, word in WORDS.items():
            stored = [name for name in self._stored_emails(word) if not _is_main(name)]
            emails = [spec for spec in self._fit(kind, refuse_email_field) if spec.type == "email"]
            self._offer(f"also_{word}", emails, stored=stored)
            held = [key[word]] if key.get(word) else []
            self._offer(f"key_{word}", self._fit(kind, refuse_key_field), stored=held)
        self.initial["key_source"] = key.get("source") or "inwink.id"

    def _stored_emails(self, word: str) -> list[str]:
        return list(self.instance.match_emails.get(word) or [MAIN_EMAIL])

    def _fit(self, kind: PersonType, refuse: Callable[[FieldSpec], Problem | None]) -> list[FieldSpec]:
        schema = self.facts.schemas.get(SObject(kind.value))
        specs = schema.fields.values() if schema else ()
        return [spec for spec in specs if not _is_main(spec.name) and refuse(spec) is None]

    def _offer(self, name: str, specs: list[FieldSpec], *, stored: list[str]) -> None:
        known = {spec.name.lower() for spec in specs}
        choices = [(spec.name, f"{spec.label} – {spec.name}") for spec in specs]
        choices += [(one, one) for one in stored if one.lower() not in known]
        spelt = {value.lower(): value for value, _label in choices}
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        is_list = isinstance(field, forms.MultipleChoiceField)
        field.choices = choices if is_list else [("", gettext("– none –")), *choices]
        present = [spelt[one.lower()] for one in stored]
        self.initial[name] = present if is_list else "".join(present)

    def clean(self) -> dict[str, Any]:
        """Hold the fields against the rules that the configuration file obeys too."""
        cleaned = super().clean()
        emails = {word: self._emails(word, cleaned) for word in WORDS.values()}
        key = self._key(cleaned)
        asked = CampaignLink(match_emails=emails, match_key=key)
        problems = validate_match_alone(emails, key)
        if not problems and self.facts.schemas:
            problems = validate_match(match_fields_of(asked), schema_of=self.facts.schema_of)
        for problem in problems:
            self.add_error(_field_of(problem), say(problem))
        self.instance.match_emails, self.instance.match_key = emails, key
        return cleaned

    def _emails(self, word: str, cleaned: dict[str, Any]) -> list[str]:
        """Return Email and what is ticked: what was there before in its order, then what is new."""
        ticked = {name.lower(): name for name in cleaned.get(f"also_{word}") or ()}
        kept = [name for name in self._stored_emails(word) if _is_main(name) or ticked.pop(name.lower(), None)]
        return [*kept, *ticked.values()]

    def _key(self, cleaned: dict[str, Any]) -> dict[str, str] | None:
        """Return the key; a field that was not changed stays as it was written."""
        stored = self.instance.match_key or {}
        names = {}
        for word in WORDS.values():
            is_kept = f"key_{word}" not in self.data or cleaned.get(f"key_{word}") == self.initial[f"key_{word}"]
            names[word] = stored.get(word) if is_kept else cleaned.get(f"key_{word}")
        found = {word: str(name) for word, name in names.items() if name}
        return {"source": cleaned.get("key_source") or self.initial["key_source"], **found} if found else None


def _is_main(name: str) -> bool:
    return name.lower() == MAIN_EMAIL.lower()


def _field_of(problem: Problem) -> str:
    section, _dot, word = problem.key.partition(".")
    return f"also_{word}" if section == "match_emails" else f"key_{word or 'contact'}"
