"""Upload inwink's grid export: the first of two steps, which writes nothing but the file itself."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connector.core.participant import normalise_id
from connector.models import CampaignLink, UnlinkedEvent

LARGEST_UPLOAD = 20 * 1024 * 1024
"""Bytes; an export of 100,000 participants has about ten million. Files beyond it: `manage.py import_participants`."""
ENDINGS = (".csv", ".txt", ".xlsx", ".json", ".jsonl", ".ndjson")
_INPUT = " ".join(INPUT_CLASSES)
_EVENTS_OFFERED = 200
_LOCAL_TIME = "%Y-%m-%dT%H:%M"
"""How a browser writes a datetime-local: https://html.spec.whatwg.org/#valid-local-date-and-time-string"""


class ExportForm(forms.Form):
    """An export and how it is to be understood."""

    file = forms.FileField(
        label=_("inwink's export"),
        widget=forms.ClearableFileInput({"class": _INPUT, "accept": ",".join(ENDINGS), "data-export-file": "1"}),
        help_text=_("CSV or Excel (XLSX) with its headings, as the grid of inwink exports it; or JSON."),
        error_messages={"required": _("Choose a file.")},
    )
    as_of = forms.DateTimeField(
        label=_("When was this file exported?"),
        widget=forms.DateTimeInput({"type": "datetime-local", "class": _INPUT, "data-export-time": "1"}, _LOCAL_TIME),
        help_text=_(
            "What inwink sent after that time wins over the file, so a check-in is never undone by an older list."
        ),
        error_messages={"required": _("Say when the file was exported from inwink.")},
    )
    locale = forms.ChoiceField(
        label=_("Dates in the file"),
        choices=[("fr", _("Day first: 31/12/2026")), ("en", _("Month first: 12/31/2026"))],
        widget=UnfoldAdminSelectWidget,
        help_text=_("How days and months are written where the file does not say it itself."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say whose clock the time is of: a browser elsewhere proposes its own."""
        super().__init__(*args, **kwargs)
        zone = gettext("Time zone: %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
        self.fields["as_of"].help_text = f"{self.fields['as_of'].help_text} {zone}"

    def clean_file(self) -> Any:
        """Refuse what is too large or no export by its name; what is inside is checked in the next step."""
        file = self.cleaned_data["file"]
        if not str(file.name).lower().endswith(ENDINGS):
            raise forms.ValidationError(gettext("Choose a CSV, XLSX or JSON file."))
        if (file.size or 0) > LARGEST_UPLOAD:
            text = gettext("The file is larger than %(megabytes)s MB. Ask your operator to import it by command.")
            raise forms.ValidationError(text % {"megabytes": LARGEST_UPLOAD // 1024**2})
        return file

    def clean_as_of(self) -> Any:
        """Refuse a time that has not come: every later change in inwink would be taken for old."""
        as_of = self.cleaned_data["as_of"]
        if as_of > timezone.now():
            raise forms.ValidationError(gettext("That time has not come yet. When was the file exported?"))
        return as_of

    def terms(self, event_id: str) -> dict[str, Any]:
        """Return what an errand keeps of the form."""
        return {
            "event_id": event_id,
            "as_of": self.cleaned_data["as_of"].isoformat(),
            "locale": self.cleaned_data["locale"],
        }


class ImportForm(ExportForm):
    """An export of any event."""

    event = forms.ChoiceField(label=_("Event"), required=False, widget=UnfoldAdminSelectWidget)
    event_id = forms.CharField(
        label=_("Another event"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Its id from inwink, where it is not in the list. The participants wait until the event is linked."
        ),
    )

    field_order = ("event", "event_id", "file", "as_of", "locale")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer linked events first, then those that messages came for; two queries."""
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [("", gettext("Choose…")), *_offered_events()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Demand one event."""
        cleaned = super().clean() or {}
        chosen = normalise_id(cleaned.get("event_id") or "") or cleaned.get("event") or ""
        if not chosen:
            self.add_error("event", gettext("Choose the event of this file."))
        cleaned["chosen_event"] = chosen
        return cleaned


def _offered_events() -> list[tuple[str, Any]]:
    links = CampaignLink.objects.order_by("-starts_at", "-pk").values_list("inwink_event_id", "event_name")
    waiting = UnlinkedEvent.objects.filter(ignored_at=None).values_list("event_id", "event_name")
    return [
        (gettext("Linked events"), [(event_id, name or event_id) for event_id, name in links[:_EVENTS_OFFERED]]),
        (gettext("Not linked yet"), [(event_id, name or event_id) for event_id, name in waiting[:_EVENTS_OFFERED]]),
    ]
