"""The part of a link's form that says who is sent at all, and what consent lets through."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import TEXTAREA_CLASSES, UnfoldAdminSelectWidget

from connector.admin.frame.onlooker import may_see_people
from connector.admin.frame.widgets import SuggestingInput
from connector.admin.links.conditions import ConditionsField, ConditionsWidget, one_list_each
from connector.core.checking.filters import normalise_domain, validate_consent, validate_domains, validate_only
from connector.core.checking.problem import Problem
from connector.core.consent import Scope
from connector.core.convert import texts_of
from connector.models import CampaignLink, OutboxEntry

SOURCES_LIST = "inwink-fields"
"""Id of the `<datalist>` of inwink fields that all widgets of the page share."""
FILTER_FIELDS = ("only", "excluded_domains", "consent_source", "consent_when_no", "consent_when_unknown")

_SAMPLED_ENTRIES = 500
"""Participants whose values are shown; the latest ones."""
_MOST_VALUES = 12
"""Fields with more values are no categories: their values are not shown."""
_LONGEST_VALUE = 40
"""Characters; longer values are texts, not choices."""

SCOPES = (
    (Scope.ALL.value, _("Send everything")),
    (Scope.MEMBERSHIP_ONLY.value, _("Send all but the fields ticked “marketing”")),
    (Scope.NOTHING.value, _("Leave the person out")),
)
_FORM_FIELDS = {"exclude_email_domains": "excluded_domains", "consent": "consent_source"}
"""{section of a problem's key: field of the form}; others have one name in both."""

if TYPE_CHECKING:
    _Form = forms.ModelForm[CampaignLink]
else:
    _Form = forms.ModelForm


class FilterForm(_Form):
    """Conditions, excluded domains and consent, laid on the link's own columns."""

    only = ConditionsField(
        label=_("Only participants of whom"),
        required=False,
        widget=ConditionsWidget(sources_list=SOURCES_LIST),
        help_text=_(
            "All conditions must be met. Who has no value is none of those listed. "
            "Empty the field's name and values to remove a condition."
        ),
    )
    excluded_domains = forms.CharField(
        label=_("Leave out email domains"),
        required=False,
        widget=forms.Textarea({"rows": 2, "class": " ".join(TEXTAREA_CLASSES)}),
        help_text=_("One a line: example.com, or *.corp.example for all domains below it."),
    )
    consent_source = forms.CharField(
        label=_("Consent stands in"),
        required=False,
        max_length=255,
        widget=SuggestingInput(SOURCES_LIST),
        help_text=_("The inwink field that says yes or no. Empty: consent is not asked for."),
    )
    consent_when_no = forms.ChoiceField(
        label=_("Where it says no"), choices=SCOPES, initial=Scope.MEMBERSHIP_ONLY.value, required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    consent_when_unknown = forms.ChoiceField(
        label=_("Where it says nothing clear"), choices=SCOPES, initial=Scope.MEMBERSHIP_ONLY.value, required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Withdrawn consent clears nothing in Salesforce: nothing more is written."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what is stored, and which values were received."""
        super().__init__(*args, **kwargs)
        link = self.instance
        if kwargs.get("instance") is None:
            return
        self.initial["only"] = one_list_each(link.only)
        self.initial["excluded_domains"] = "\n".join(link.exclude_email_domains)
        for key in ("source", "when_no", "when_unknown"):
            if value := (link.consent or {}).get(key):
                self.initial[f"consent_{key}"] = value
        if "only" in self.fields and link.pk:
            self.fields["only"].widget.received = received_values(OutboxEntry.objects.filter(link=link))

    def lay_filter(self, cleaned: dict[str, Any]) -> list[Problem]:
        """Lay the filter on the link; what means the same, or was not sent, stays as it is. Returns what is wrong."""
        link = self.instance
        conditions = cleaned.get("only") or []
        if self._was_sent("only") and one_list_each(link.only) != conditions:
            link.only = conditions
        cleaned["only"] = link.only  # the form lays it on the link once more
        if self._was_sent("excluded_domains"):
            lines = str(cleaned.get("excluded_domains") or "").replace(",", "\n").splitlines()
            link.exclude_email_domains = [normalise_domain(line) for line in lines if line.strip()]
        consent = _consent(cleaned)
        if self._was_sent("consent_source") and consent != _with_defaults(link.consent):
            link.consent = consent
        return [
            *validate_only(link.only), *validate_domains(link.exclude_email_domains), *validate_consent(link.consent)
        ]  # fmt: skip

    def _was_sent(self, name: str) -> bool:
        widget = self.fields[name].widget
        return not widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name))


def filter_field_of(problem: Problem) -> str | None:
    """Return the field of the form that a problem of the filter is about, None where it is about something else."""
    section = problem.key.partition(".")[0]
    name = _FORM_FIELDS.get(section, section)
    return name if name in FILTER_FIELDS else None


def _consent(cleaned: Mapping[str, Any]) -> dict[str, str] | None:
    source = str(cleaned.get("consent_source") or "").strip()
    if not source:
        return None
    stored = {key: str(cleaned.get(f"consent_{key}") or "") for key in ("when_no", "when_unknown")}
    return _with_defaults({"source": source, **{key: value for key, value in stored.items() if value}})


def _with_defaults(consent: Mapping[str, str] | None) -> dict[str, str] | None:
    default = Scope.MEMBERSHIP_ONLY.value
    return {"when_no": default, "when_unknown": default, **consent} if consent else None


def received_values(rows: QuerySet[Any]) -> dict[str, dict[str, int]]:
    """Return {inwink field: {value: participants}} of the latest rows, for fields that hold few and short values.

    `rows` are participants of one event, linked or not. Nothing for who may not see people.
    """
    if not may_see_people():
        return {}
    found: dict[str, Counter[str]] = {}
    for payload in rows.order_by("-id").values_list("payload", flat=True)[:_SAMPLED_ENTRIES]:
        for path, value in (payload.get("custom") or {}).items():
            parts = value if isinstance(value, list) else [value]
            texts = {text for part in parts for text in texts_of(part, language="fr")[:1]}
            found.setdefault(path, Counter()).update(texts - {""})
    return {path: dict(sorted(counts.items())) for path, counts in sorted(found.items()) if _are_choices(set(counts))}


def _are_choices(values: set[str]) -> bool:
    return 0 < len(values) <= _MOST_VALUES and all(len(value) <= _LONGEST_VALUE for value in values)


def consent_note(link: CampaignLink) -> str:
    """Say that consent holds nothing back, where no field is ticked marketing; "" where it does."""
    scopes = set((_with_defaults(link.consent) or {}).values()) & {scope.value for scope in Scope}
    if Scope.MEMBERSHIP_ONLY.value not in scopes or link.mappings.filter(marketing=True, enabled=True).exists():
        return ""
    return gettext("Consent is asked for, and no mapped field is ticked “marketing”: it holds no field back.")
