"""Lay a link's participants beside its campaign's members, a row a state, with every difference explained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from django.utils.translation import gettext, ngettext

from connector.admin.frame.labels import STATE_LABELS
from connector.admin.links.watched import Watched, participants_url
from connector.core.state import State
from connector.pipeline.sums import Sum
from connector.pipeline.watching.campaign import Counted
from connector.pipeline.watching.members import Apart, Known
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

    key: str
    """The state as stored, "" where none is."""
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
            key=str(state),
            state=str(STATE_LABELS[state]) if state else gettext("others (no status is chosen for their state)"),
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
        notes = (*_own_notes(found, known), *shared, *_campaign_notes(difference))
        yield Row(
            state=found.state,
            label=found.label,
            here=found.total.rows,
            url=found.url,
            there=found.there,
            notes=notes,
            is_equal=found.there == found.total.rows,
        )


def _own_notes(found: Beside, known: Known) -> Iterator[str]:
    """Say what lies between the participants of a state and the members that this connector made of them."""
    if not found.label:
        yield gettext("nothing is written for them")
        return
    yield from _apart_notes(known.apart.get(found.key, {}))
    if not found.is_shared:
        yield from _lent_notes(known.lent.get(found.label, 0))


def _apart_notes(apart: Mapping[Apart, int]) -> Iterator[str]:
    """Say who of a state is no member with its status, and why."""
    for why, count in sorted(apart.items(), key=lambda item: list(Apart).index(item[0])):
        yield _apart_words(why, count) % {"count": count}


def _apart_words(why: Apart, count: int) -> str:
    match why:
        case Apart.SAME_PERSON:
            return ngettext("%(count)s same person as another", "%(count)s same person as another", count)
        case Apart.WAITING:
            return ngettext("%(count)s waiting", "%(count)s waiting", count)
        case Apart.NEEDS_ANSWER:
            return ngettext("%(count)s needs an answer", "%(count)s need an answer", count)
        case Apart.LEFT_OUT:
            return ngettext("%(count)s left out by rule", "%(count)s left out by rule", count)
        case Apart.FAILED:
            return ngettext("%(count)s failed", "%(count)s failed", count)
        case Apart.OTHER_STATUS:
            return ngettext(
                "%(count)s has another status in the campaign, which stays",
                "%(count)s have another status in the campaign, which stays",
                count,
            )
        case Apart.NO_MEMBER:
            return ngettext("%(count)s is no member any more", "%(count)s are no members any more", count)
    assert_never(why)


def _lent_notes(count: int) -> Iterator[str]:
    """Say who has the status of a state in the campaign, while their own is another by now."""
    if count:
        text = ngettext(
            "and %(count)s of another state here who still has this status in the campaign",
            "and %(count)s of another state here who still have this status in the campaign",
            count,
        )
        yield text % {"count": count}


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
