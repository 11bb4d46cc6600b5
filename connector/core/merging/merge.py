"""Merge a message into what is known about a participant (rules 1.1 to 1.3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from connector.core.participant import Json, Known, Participant, fold_name, normalise_email, text_of
from connector.core.state import Registration, State, latest_state, remember_state


class MergeResult(StrEnum):
    """What became of a message."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Merge:
    """A row after a message."""

    known: Known
    result: MergeResult
    is_held: bool = False
    """The message looks anonymised and is kept apart."""


def merge_participant(
    known: Known | None, participant: Participant, *, received_at: datetime, default_state: State | None = None
) -> Merge:
    """Merge one message into a row; the same message twice is *unchanged*.

    A stale message and one that looks anonymised bring nothing but a check-in: that is never lost.
    `default_state` counts while no state was ever heard of. Store `known` also where the result is UNCHANGED: it may
    carry a newer `source_updated_at`, which decides what is stale.
    """
    before = known or Known()
    participant = _without_impossible_time(participant, received_at=received_at)
    at = participant.updated_at or received_at
    if known is not None and _is_stale(known, participant):
        return merge_stale(known, participant, at=at)
    if looks_anonymised(before.values, participant.values):
        return _hold(before, participant, at=at)
    return _merge_all(before, participant, at=at, is_new=known is None, default_state=default_state)


CLOCK_TOLERANCE = timedelta(days=1)
"""A change from further in the future than this is a wrong clock or a swapped date, not a change."""


def _without_impossible_time(participant: Participant, *, received_at: datetime) -> Participant:
    """Drop a time that lies in the future: every real change after it would count as stale."""
    if participant.updated_at is None or participant.updated_at <= received_at + CLOCK_TOLERANCE:
        return participant
    return replace(participant, updated_at=None)


def _is_stale(known: Known, participant: Participant) -> bool:
    if known.source_updated_at is None or participant.updated_at is None:
        return False
    return participant.updated_at < known.source_updated_at


def merge_stale(known: Known, participant: Participant, *, at: datetime) -> Merge:
    """Take nothing of a message but its check-in."""
    if participant.values.get("came") is not True:
        return Merge(known, MergeResult.STALE)
    after = _hear_checkin(known, at=at)
    if known.values.get("came") is None:
        after = replace(after, values={**known.values, "came": True})
    if after == known:
        return Merge(known, MergeResult.STALE)
    return Merge(replace(after, changed_at=known.changed_at or at), MergeResult.ACCEPTED)


def _hold(before: Known, participant: Participant, *, at: datetime) -> Merge:
    """Keep a message that looks anonymised apart; what is older than it is stale from now on."""
    held = merge_values(before.held_values or {}, participant.values)
    after = replace(before, held_values=held, changed_at=before.changed_at or at)
    if participant.values.get("came") is True:
        after = replace(_hear_checkin(after, at=at), values={**before.values, "came": True})
    result = MergeResult.UNCHANGED if after == before else MergeResult.ACCEPTED
    newest = participant.updated_at or before.source_updated_at
    return Merge(replace(after, source_updated_at=newest), result, is_held=True)


def _merge_all(
    before: Known, participant: Participant, *, at: datetime, is_new: bool, default_state: State | None
) -> Merge:
    values = merge_values(before.values, participant.values)
    heard = _hear_states(before, values, said=participant.values, at=at, default_state=default_state)
    merged = replace(heard, values=values, held_values=_still_held(before, participant.values))
    newest = participant.updated_at or before.source_updated_at
    if not is_new and _says_the_same(merged, before):
        return Merge(replace(before, source_updated_at=newest), MergeResult.UNCHANGED)
    changed_at = _latest(before.changed_at, at)  # a corrected time of arrival is not the latest change
    return Merge(replace(merged, source_updated_at=newest, changed_at=changed_at), MergeResult.ACCEPTED)


def _says_the_same(merged: Known, before: Known) -> bool:
    one, other = (replace(known, values=_filled(known.values)) for known in (merged, before))
    return one == other


def _filled(values: Mapping[str, Json]) -> dict[str, Json]:
    filled = {name: value for name, value in values.items() if name != "custom" and value not in (None, "")}
    custom = {path: value for path, value in (values.get("custom") or {}).items() if value not in (None, "")}
    return {**filled, "custom": custom}


def _still_held(before: Known, said: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """Return the held message while nothing new is said about who the person is; a later detail belongs to it too."""
    if before.held_values is None or any(name in said for name in ("first_name", "last_name", "email")):
        return None
    return merge_values(before.held_values, said)


def _hear_states(
    before: Known,
    values: Mapping[str, Json],
    *,
    said: Mapping[str, Json],
    at: datetime,
    default_state: State | None,
) -> Known:
    """Enter every state that a message names: a registration counts (rule 3.1) also where the person came at once.

    A registration that is blanked leaves the row in the state that was last known.
    """
    heard = before
    now, was = _registration(values), _registration(before.values)
    if now is not None and now is not was:
        heard = _enter_state(heard, now, at=at)
    elif now is None and default_state is not None and not before.states_seen:
        heard = _enter_state(heard, default_state, at=at)
    return _hear_checkin(heard, at=at) if said.get("came") is True else heard


def _enter_state(known: Known, state: State, *, at: datetime) -> Known:
    """Remember a state of the registration; who came stays attended."""
    entered = replace(known, states_seen=remember_state(known.states_seen, state))
    if state is State.REGISTERED and known.first_registered_at is None:
        entered = replace(entered, first_registered_at=at)
    return entered if known.state is State.ATTENDED else replace(entered, state=state)


def _hear_checkin(known: Known, *, at: datetime) -> Known:
    """Enter a check-in, however old; only one that a person has corrected is not believed again.

    `attended_at` is the first check-in, or the first after inwink took the former one back.
    """
    before = known.attended_at
    if known.state is not State.ATTENDED:
        if before is not None and at <= before:
            return known
        seen = remember_state(known.states_seen, State.ATTENDED)
        return replace(known, state=State.ATTENDED, states_seen=seen, attended_at=at)
    was_taken_back = known.values.get("came") is False
    if before is None or at < before or (was_taken_back and at > before):
        return replace(known, attended_at=at)
    return known


def _registration(values: Mapping[str, Json]) -> State | None:
    word = values.get("registration")
    return State(Registration(word).value) if word else None


def accept_held(known: Known, *, at: datetime) -> Known:
    """Merge the held message after all, because a person says that the change is real (rule 1.3)."""
    if known.held_values is None:
        return known
    values = merge_values(known.values, known.held_values)
    heard = _hear_states(known, values, said={}, at=at, default_state=None)
    return replace(heard, values=values, held_values=None, changed_at=at)


def current_state(values: Mapping[str, Json], *, default_state: State | None = None) -> State | None:
    """Name the state that merged values describe now, whatever was seen before."""
    word = values.get("registration")
    registration = Registration(word) if word else None
    return latest_state(registration=registration, came=values.get("came"), default_state=default_state)


def merge_values(before: Mapping[str, Json], said: Mapping[str, Json]) -> dict[str, Json]:
    """Lay what a message said over the stored values; an absent key keeps its value, a blank one blanks it."""
    merged = {**before, **{name: value for name, value in said.items() if name != "custom"}}
    custom = {**(before.get("custom") or {}), **(said.get("custom") or {})}
    if custom:
        merged["custom"] = custom
    return merged


def join_known(earlier: Known, later: Known, *, default_state: State | None = None) -> Known:
    """Join two accounts of one row that were kept apart, as if all their messages had been merged into one.

    `earlier` arrived first; where inwink's own times say otherwise they decide. Nothing either of them saw is lost.
    """
    older, newer = (later, earlier) if _is_newer(earlier, later) else (earlier, later)
    is_held = looks_anonymised(older.values, newer.values)
    values = dict(older.values) if is_held else merge_values(older.values, newer.values)
    states_seen = older.states_seen
    for heard in _states_heard(newer, after=older, default_state=default_state):
        if not is_held or heard is State.ATTENDED:
            states_seen = remember_state(states_seen, heard)
    has_attended = State.ATTENDED in (older.state, newer.state)
    last = older.state if is_held else newer.state or older.state
    state = State.ATTENDED if has_attended else current_state(values) or last
    return Known(
        values=values,
        states_seen=states_seen if state in states_seen else remember_state(states_seen, state),
        state=state,
        source_updated_at=_latest(older.source_updated_at, newer.source_updated_at),
        changed_at=_latest(older.changed_at, newer.changed_at),
        first_registered_at=_earliest(older.first_registered_at, newer.first_registered_at),
        attended_at=_earliest(older.attended_at, newer.attended_at),
        held_values=dict(newer.values) if is_held else newer.held_values or _still_held(older, newer.values),
    )


def _is_newer(one: Known, other: Known) -> bool:
    if one.source_updated_at is None or other.source_updated_at is None:
        return False
    return one.source_updated_at > other.source_updated_at


def _states_heard(known: Known, *, after: Known, default_state: State | None) -> list[State]:
    """Return the states that messages named and that were news after the other account.

    What was only supposed says nothing beside another account.
    """
    was_supposed = default_state is not None and not known.values.get("registration")
    heard = [state for state in known.states_seen if not (was_supposed and state is default_state)]
    if heard and heard[0] is _registration(after.values):
        heard = heard[1:]
    return [state for state in heard if not (state is State.ATTENDED and after.state is State.ATTENDED)]


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _earliest(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time is not None), default=None)


def correct_state(known: Known, *, default_state: State | None = None) -> Known:
    """Forget a check-in or another state that a person says is wrong: keep only what inwink says now (rule 4.5).

    The time of a forgotten check-in stays, so that the same check-in heard once more is not believed again.
    """
    state = current_state(known.values, default_state=default_state)
    return replace(known, state=state, states_seen=remember_state((), state))


def mark_no_show(known: Known) -> Known:
    """Mark a registered participant as one who never came, on a person's word (rule 1.2); others stay as they are."""
    if known.state is not State.REGISTERED:
        return known
    return replace(known, states_seen=remember_state(known.states_seen, State.NO_SHOW))


_PLACEHOLDER_WORD = re.compile(r"anonym|deleted|supprim")


def looks_anonymised(before: Mapping[str, Json], said: Mapping[str, Json]) -> bool:
    """Say whether a message empties a person or replaces them by placeholders (rule 1.3).

    inwink anonymises participants after events; three real new values are a ticket handed over, and pass. Only what
    the message changes is looked at: a company called Anonymous is not asked about again and again.
    """
    old, new = _identity(before), _identity(merge_values(before, said))
    if not any(new):
        return any(old)
    changed = [text for text, was in zip(new, old, strict=True) if text != was]
    return any(_is_placeholder(text) for text in changed) or _became_one_text(old, new)


def _is_placeholder(text: str) -> bool:
    return text.endswith(".invalid") or any(_PLACEHOLDER_WORD.match(word) for word in fold_name(text).split())


def _became_one_text(old: Sequence[str], new: Sequence[str]) -> bool:
    """Say whether both names were replaced by the same text."""
    first, last, email = new
    if not (first and last and fold_name(first) == fold_name(last)):
        return False
    if [fold_name(text) for text in old[:2]] == [fold_name(first), fold_name(last)] and any(old[:2]):
        return False
    return any(old[:2]) or (bool(old[2]) and email != old[2])


def _identity(values: Mapping[str, Json]) -> tuple[str, str, str]:
    email = normalise_email(values.get("email"))
    return text_of(values, "first_name"), text_of(values, "last_name"), email
