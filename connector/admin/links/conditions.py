"""The widget of a link's filter: one condition a row, written by choosing instead of in code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

Condition = dict[str, Any]
"""{"source": path, "in" or "not_in": [value]}, as stored."""

SPARE_ROWS = 2
"""Empty rows offered beside those in use; saving brings new ones."""
MAX_ROWS = 30
"""Rows read from what a browser sends."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was typed."""

    source: str = ""
    kind: str = "not_in"
    values: str = ""
    """One a line."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.source.strip() or self.values.strip())

    def condition(self) -> Condition:
        """Return what is stored for the row."""
        values = [line.strip() for line in self.values.splitlines() if line.strip()]
        return {"source": self.source.strip(), self.kind: values}


def one_list_each(conditions: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """Return the same filter with one list a condition: all conditions must be met, so it means the same."""
    return [
        {"source": condition["source"], kind: list(condition[kind])}
        for condition in conditions
        for kind in ("in", "not_in")
        if condition.get(kind)
    ]


class ConditionsWidget(forms.Widget):
    """A few rows: an inwink field, whether its values are wanted or not, and the values."""

    template_name = "admin/connector/campaignlink/conditions.html"

    def __init__(self, *, sources_list: str) -> None:
        """Name the `<datalist>` of the inwink fields."""
        super().__init__()
        self.sources_list = sources_list
        self.received: Mapping[str, Iterable[str]] = {}
        """{inwink field: values received}, shown beside the rows."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the rows and what was received."""
        rows = [row if isinstance(row, Row) else _row_of(row) for row in value or []]
        classes = {"input": INPUT_CLASSES, "select": SELECT_CLASSES, "textarea": TEXTAREA_CLASSES}
        return {
            **super().get_context(name, value, attrs),
            "rows": [*rows, *[Row()] * SPARE_ROWS],
            "kinds": [("not_in", gettext("is none of")), ("in", gettext("is one of"))],
            "sources_list": self.sources_list,
            "received": self.received,
            "classes": {key: " ".join(names) for key, names in classes.items()},
        }

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Render from the project's templates; those of widgets would have to lie inside an app."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """Read the rows that are not empty."""
        rows = (
            Row(*(str(data.get(f"{name}-{number}-{part}") or "") for part in ("source", "kind", "values")))
            for number in range(MAX_ROWS)
        )
        return [row for row in rows if not row.is_empty]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Say whether the rows were not on the page at all."""
        return f"{name}-0-source" not in data

    def id_for_label(self, id_: str) -> str:
        """Lead the label to the first field."""
        return f"{id_}_0" if id_ else id_


def _row_of(condition: Mapping[str, Any]) -> Row:
    kind = "in" if condition.get("in") else "not_in"
    return Row(str(condition["source"]), kind, "\n".join(condition.get(kind) or ()))


class ConditionsField(forms.Field):
    """A list of conditions; whether they make sense is asked by the form."""

    def to_python(self, value: Any) -> list[Condition]:
        """Return the conditions as they are stored."""
        return [row.condition() for row in value or [] if row.kind in ("in", "not_in")]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the rows mean."""
        return one_list_each(initial or []) != self.to_python(data)
