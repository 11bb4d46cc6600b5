"""Lay a link's participants beside its campaign's members, a row a state, with every difference explained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from connector.admin.frame.labels import STATE_LABELS
from connector.admin.links.watched import Watched, participants_url
from connector.core.state import State
from connector.pipeline.sums import Sum
from connector.pipeline.watching.campaign import Counted, Known
from connector.pipeline.watching.standings import StateCount

STATES = (State.REGISTERED, State.ATTENDED, State.REFUSED, State.NOT_REGISTERED, State.NO_SHOW)
"""In the order of a participant's way."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    state: str
    label: str
    """Status in the campaign, "" where nothing is written."""
    here: int | None
    """Participants; None where the campaign has a status that inwink knows nothing of."""
    url: str
    there: int | None
    """Members in the campaign; None where it was not counted, or where another row shows the same status."""
    notes: tuple[str, ...]
    is_equal: bool = False


def compare(one: Watched, *, counted: Counted | None, known: Known) -> list[Row]:
    """Return the rows: every state that has people or a status, then what else the campaign has."""
    counts = counted.counts if counted else None
    return [*_own_rows(one, counts=counts, known=known), *_foreign_rows(one, counts or {})]


@dataclass(frozen=True, slots=True)
class Beside:
    """One state here and in the campaign, as numbers."""

    state: str
    label: str
    """Status in the campaign, "" where nothing is written."""
    total: Sum
    url: str
    there: int | None
    """Members in the campaign; None where it was not counted, or where another state shows the same status."""
    is_shared: bool
    """Whether a state before this one has the same status."""


def lay_beside(one: Watched, *, counts: Mapping[str, int] | None) -> Iterator[Beside]:
    """Return every state that has people or a status; no query."""
    labels, shown = one.link.statuses(), set[str]()
    for state in (*STATES, ""):
        total = one.standing.states.get(state, StateCount()).total
        label = labels.get(State(state), "") if state else ""
        if not (label or total.rows):
            continue
        is_first = bool(label) and label not in shown
        shown.add(label)
        yield Beside(
            state=str(STATE_LABELS[state]) if state else gettext("no status"),
            label=label,
            total=total,
            url=participants_url(one.link, target_state__exact=state),
            there=counts.get(label, 0) if counts is not None and is_first else None,
            is_shared=bool(label) and not is_first,
        )


def _own_rows(one: Watched, *, counts: Mapping[str, int] | None, known: Known) -> Iterator[Row]:
    for found in lay_beside(one, counts=counts):
        shared = (gettext("counted with the row above that has this status"),) if found.is_shared else ()
        difference = known.difference(found.label, found.there) if found.there is not None else 0
        notes = (*_standing_notes(found.total, has_label=bool(found.label)), *shared, *_campaign_notes(difference))
        yield Row(
            state=found.state,
            label=found.label,
            here=found.total.rows,
            url=found.url,
            there=found.there,
            notes=notes,
            is_equal=found.there == found.total.rows,
        )


def _standing_notes(total: Sum, *, has_label: bool) -> Iterator[str]:
    """Say who of a state is no member of their own yet, or never."""
    if not has_label:
        yield gettext("nothing is written for them")
        return
    words = (
        (total.same_person, ngettext(
            "%(count)s same person as another", "%(count)s same person as another", total.same_person)),
        (total.waiting, ngettext("%(count)s waiting", "%(count)s waiting", total.waiting)),
        (total.needs_answer, ngettext("%(count)s needs an answer", "%(count)s need an answer", total.needs_answer)),
        (total.left_out, ngettext("%(count)s left out by rule", "%(count)s left out by rule", total.left_out)),
        (total.failed, ngettext("%(count)s failed", "%(count)s failed", total.failed)),
    )  # fmt: skip
    yield from (text % {"count": count} for count, text in words if count)


def _campaign_notes(difference: int) -> Iterator[str]:
    """Say what the campaign has besides what this connector knows."""
    count = abs(difference)
    if difference > 0:
        text = ngettext(
            "%(count)s more in Salesforce: added or changed there",
            "%(count)s more in Salesforce: added or changed there",
            count,
        )
        yield text % {"count": count}
    if difference < 0:
        text = ngettext(
            "%(count)s fewer in Salesforce: removed or changed there",
            "%(count)s fewer in Salesforce: removed or changed there",
            count,
        )
        yield text % {"count": count}


def _foreign_rows(one: Watched, counts: Mapping[str, int]) -> Iterator[Row]:
    ours = set(one.link.statuses().values())
    for label, count in sorted(counts.items()):
        if label not in ours and count:
            note = gettext("a status of your colleagues; inwink has none for it")
            yield Row("–", label, here=None, url="", there=count, notes=(note,))
