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
    return [*_own_rows(one, counts=counts, known=known), *_foreign_rows(one, counts or {}, known)]


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
        yield from _left_notes(known.left.get(found.label, 0))


def _apart_notes(apart: Mapping[Apart, int]) -> Iterator[str]:
    """Say who of a state is no member with its status, and why."""
    for why, count in sorted(apart.items(), key=lambda item: list(Apart).index(item[0])):
        yield apart_words(why, count) % {"count": count}


def apart_words(why: Apart, count: int) -> str:
    """Return the words of a part, with %(count)s in them."""
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
    """Say who has the status of a state in the campaign, while their own is another: not sent yet, or kept there."""
    if count:
        text = ngettext(
            "and %(count)s of another state here who has this status in the campaign",
            "and %(count)s of another state here who have this status in the campaign",
            count,
        )
        yield text % {"count": count}


def _left_notes(count: int) -> Iterator[str]:
    """Say which members of the campaign nobody here stands for any more."""
    if count:
        text = ngettext(
            "and %(count)s membership left behind when an email moved to another record",
            "and %(count)s memberships left behind when emails moved to other records",
            count,
        )
        yield text % {"count": count}


def together_notes(total: Sum, *, there: int, known: Known) -> list[str]:
    """Say what lies between the members of the sum and those of the whole campaign, [] where they are as many."""
    members = total.synced - total.same_person
    if there == members:
        return []
    text = ngettext("%(count)s member in the sum", "%(count)s members in the sum", members)
    notes = [
        *(_beyond_words(why, count) % {"count": abs(count)} for why, count in known.beyond.items() if count),
        *_left_notes(sum(known.left.values())),
        *_campaign_notes(known.whole_difference(there)),
    ]
    return [text % {"count": members}, *notes] if notes else []


def _beyond_words(why: Apart, count: int) -> str:
    """Say who is a member and stands elsewhere in the sum; `count` below 0: stands there, and is none."""
    match why:
        case Apart.WAITING:
            return ngettext(
                "and %(count)s who waits and is a member already",
                "and %(count)s who wait and are members already",
                count,
            )
        case Apart.NEEDS_ANSWER:
            return ngettext(
                "and %(count)s who needs an answer and is a member already",
                "and %(count)s who need an answer and are members already",
                count,
            )
        case Apart.LEFT_OUT:
            return ngettext(
                "and %(count)s who is left out by rule and a member since before",
                "and %(count)s who are left out by rule and members since before",
                count,
            )
        case Apart.FAILED:
            return ngettext(
                "and %(count)s who failed and is a member already",
                "and %(count)s who failed and are members already",
                count,
            )
        case Apart.SAME_PERSON if count > 0:
            return ngettext(
                "and %(count)s who is the same person as another and has a membership of their own",
                "and %(count)s who are the same person as another and have memberships of their own",
                count,
            )
        case Apart.SAME_PERSON:
            return ngettext(
                "of whom %(count)s shares the membership of another",
                "of whom %(count)s share the membership of another",
                -count,
            )
        case Apart.OTHER_STATUS | Apart.NO_MEMBER:
            return ngettext(
                "of whom %(count)s is no member any more", "of whom %(count)s are no members any more", abs(count)
            )
    assert_never(why)


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


def _foreign_rows(one: Watched, counts: Mapping[str, int], known: Known) -> Iterator[Row]:
    ours = set(one.link.statuses().values())
    for label, count in sorted(counts.items()):
        if label not in ours and count:
            notes = [gettext("a status of your colleagues; inwink has none for it")]
            if lent := known.lent.get(label, 0):
                text = ngettext(
                    "%(count)s of them is a participant here, whose status stays",
                    "%(count)s of them are participants here, whose status stays",
                    lent,
                )
                notes.append(text % {"count": lent})
            notes += _left_notes(known.left.get(label, 0))
            yield Row("–", label, here=None, url="", there=count, notes=tuple(notes))
