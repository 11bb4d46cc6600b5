"""Offer to leave people out by the values that were received: ticked values become conditions of the filter."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from connector.admin.links.conditions import ConditionsWidget, Row, one_list_each
from connector.admin.links.wizard.drafts import answers_but
from connector.models import LinkDraft

FIELD = "only"
OFFERS = "leave_out"
_SEPARATOR = "\t"

Received = Mapping[str, Mapping[str, int]]
"""{inwink field: {value: participants}}"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One value that was received, as something to tick."""

    value: str
    """What the page sends."""
    label: str
    count: int
    is_ticked: bool


def rows_of(draft: LinkDraft, *, begins_with: object) -> list[Row]:
    """Return the conditions of a draft, as typed; those it begins with where the step was not sent yet."""
    if any(key.startswith(f"{FIELD}-") for key in draft.answers):
        data = {key: (values or [""])[-1] for key, values in draft.answers.items()}
        return ConditionsWidget(sources_list="").value_from_datadict(data, {}, FIELD)
    conditions = one_list_each(getattr(begins_with, "only", None) or [])
    return [
        Row(condition["source"], kind, "\n".join(condition[kind]))
        for condition in conditions
        for kind in ("in", "not_in")
        if kind in condition
    ]


def split_rows(rows: list[Row], received: Received) -> tuple[list[Row], dict[str, list[Offer]]]:
    """Return the conditions that must be shown as rows, and {field: offers} with the others as ticks."""
    as_ticks = [row for row in rows if _is_offered(row, received)]
    ticked = {(row.source, value) for row in as_ticks for value in row.values.splitlines()}
    offers = {
        source: [
            Offer(f"{source}{_SEPARATOR}{value}", value, count, (source, value) in ticked)
            for value, count in counts.items()
        ]
        for source, counts in received.items()
    }
    return [row for row in rows if row not in as_ticks], offers


def _is_offered(row: Row, received: Received) -> bool:
    values = row.values.splitlines()
    return row.kind == "not_in" and bool(values) and set(values) <= set(received.get(row.source, ()))


def take_ticks(draft: LinkDraft, posted: QueryDict) -> None:
    """Turn the ticked values of a page into conditions beside the typed ones; the caller saves."""
    typed = ConditionsWidget(sources_list="").value_from_datadict(posted, {}, FIELD)
    by_source: dict[str, list[str]] = {}
    for tick in posted.getlist(OFFERS):
        source, _tab, value = tick.partition(_SEPARATOR)
        by_source.setdefault(source, []).append(value)
    rows = [*typed, *(Row(source, "not_in", "\n".join(values)) for source, values in by_source.items())]
    draft.answers = {**answers_but(draft.answers, [FIELD]), **write_rows(rows)}


def write_rows(rows: list[Row]) -> dict[str, list[str]]:
    """Return rows as a browser would send them; at least an empty one, which says that there is no condition."""
    return {
        f"{FIELD}-{number}-{part}": [getattr(row, part)]
        for number, row in enumerate(rows or [Row()])
        for part in ("source", "kind", "values")
    }
