"""Widgets of the link form: a searchable campaign, and texts with suggestions."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES

_INPUT = " ".join(INPUT_CLASSES)


class _Picker(forms.Widget):
    """A box that searches Salesforce as one types (picker.js); a template of the project shows it."""

    template_name: str
    picker: Mapping[str, Any]
    """What the template shows."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add what the template shows."""
        return {**super().get_context(name, value, attrs), "picker": {**self.picker, "input_class": _INPUT}}

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Render from the project's templates; those of widgets would have to lie inside an app."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    class Media:
        js = ("connector/picker.js",)


class CampaignPicker(_Picker, forms.HiddenInput):
    """A campaign that is searched in Salesforce as one types; the chosen one travels sealed."""

    template_name = "admin/connector/campaignlink/picker.html"
    input_type = "hidden"

    def __init__(self, *, search_url: str, labels_url: str, chosen_name: str = "") -> None:
        """Keep the addresses that the script asks."""
        super().__init__()
        self.picker = {"search_url": search_url, "labels_url": labels_url, "chosen_name": chosen_name}

    @property
    def is_hidden(self) -> bool:
        """Show the row of the form: only the value itself is hidden."""
        return False


class RecordInput(_Picker, forms.TextInput):
    """The id of a record, with a box beside it that finds the record in Salesforce by name as one types."""

    template_name = "admin/connector/campaignlink/record_picker.html"

    def __init__(self, *, search_url: str, org_id: int | None, chosen_name: str, none: str) -> None:
        """Keep what the script asks, whose name the id has now, and what is said where nothing is found."""
        super().__init__({"class": _INPUT, "autocomplete": "off", "spellcheck": "false"})
        self.picker = {"search_url": search_url, "org_id": org_id, "chosen_name": chosen_name, "none": none}


class SuggestingInput(forms.TextInput):
    """A text that may be typed or chosen from a list of suggestions shared by several fields."""

    def __init__(self, list_id: str, attrs: Mapping[str, Any] | None = None) -> None:
        """Name the `<datalist>` of the page."""
        super().__init__(
            {**(attrs or {}), "list": list_id, "autocomplete": "off", "spellcheck": "false", "class": _INPUT}
        )
