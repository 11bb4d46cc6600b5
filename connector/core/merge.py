"""Merge a message into what is known about a participant (rules 1.1 to 1.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
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


def merge_participant(
    known: Known | None, participant: Participant, *, received_at: datetime, default_state: State | None = None
) -> Merge:
    """Merge one message into a row; the same message twice is *unchanged*.

    A stale message and one that looks anonymised bring nothing but a check-in: that is never lost.
    `default_state` counts while no registration was ever heard of.
    """
    before = known or Known()
    at = participant.updated_at or received_at
    if known is not None and _is_stale(known, participant):
        return _merge_checkin_only(known, participant, at=at, otherwise=MergeResult.STALE)
    if looks_anonymised(before.values, participant.values):
        held = dict(participant.values)
        after = replace(before, held_values=held, changed_at=before.changed_at or at)
        merged = _merge_checkin_only(after, participant, at=at, otherwise=MergeResult.UNCHANGED)
        return merged if after == before else replace(merged, result=MergeResult.ACCEPTED)
    return _merge_all(before, participant, at=at, is_new=known is None, default_state=default_state)


def _is_stale(known: Known, participant: Participant) -> bool:
    if known.source_updated_at is None or participant.updated_at is None:
        return False
    return participant.updated_at < known.source_updated_at


def _merge_checkin_only(known: Known, participant: Participant, *, at: datetime, otherwise: MergeResult) -> Merge:
    if participant.values.get("came") is not True or known.state is State.ATTENDED:
        return Merge(known, otherwise)
    after = replace(_enter_state(known, State.ATTENDED, at=at), changed_at=known.changed_at or at)
    return Merge(after, MergeResult.ACCEPTED)


def _merge_all(
    before: Known, participant: Participant, *, at: datetime, is_new: bool, default_state: State | None
) -> Merge:
    values = merge_values(before.values, participant.values)
    state = current_state(values, default_state=default_state)
    if before.state is State.ATTENDED:
        state = State.ATTENDED
    entered = _enter_state(before, state, at=at) if state is not before.state else before
    merged = replace(entered, values=values, held_values=None)
    newest = participant.updated_at or before.source_updated_at
    if not is_new and merged == before:
        return Merge(replace(before, source_updated_at=newest), MergeResult.UNCHANGED)
    return Merge(replace(merged, source_updated_at=newest, changed_at=at), MergeResult.ACCEPTED)


def _enter_state(known: Known, state: State | None, *, at: datetime) -> Known:
    entered = replace(known, state=state, states_seen=remember_state(known.states_seen, state))
    if state is State.ATTENDED and known.attended_at is None:
        entered = replace(entered, attended_at=at)
    if state is State.REGISTERED and known.first_registered_at is None:
        entered = replace(entered, first_registered_at=at)
    return entered


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
    for heard in _states_heard(newer, default_state=default_state):
        if older.state is not State.ATTENDED and (not is_held or heard is State.ATTENDED):
            states_seen = remember_state(states_seen, heard)
    has_attended = State.ATTENDED in (older.state, newer.state)
    state = State.ATTENDED if has_attended else current_state(values, default_state=default_state)
    return Known(
        values=values,
        states_seen=remember_state(states_seen, state),
        state=state,
        source_updated_at=_latest(older.source_updated_at, newer.source_updated_at),
        changed_at=_latest(older.changed_at, newer.changed_at),
        first_registered_at=_earliest(older.first_registered_at, newer.first_registered_at),
        attended_at=_earliest(older.attended_at, newer.attended_at),
        held_values=dict(newer.values) if is_held else newer.held_values,
    )


def _is_newer(one: Known, other: Known) -> bool:
    if one.source_updated_at is None or other.source_updated_at is None:
        return False
    return one.source_updated_at > other.source_updated_at


def _states_heard(known: Known, *, default_state: State | None) -> list[State]:
    """Return the states that messages named; what was only supposed says nothing beside another account."""
    was_supposed = default_state is not None and not known.values.get("registration")
    return [state for state in known.states_seen if not (was_supposed and state is default_state)]


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _earliest(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time is not None), default=None)


def correct_state(known: Known, *, default_state: State | None = None) -> Known:
    """Forget a check-in or another state that a person says is wrong: keep only what inwink says now (rule 4.5)."""
    state = current_state(known.values, default_state=default_state)
    attended_at = known.attended_at if state is State.ATTENDED else None
    return replace(known, state=state, states_seen=remember_state((), state), attended_at=attended_at)


def apply_held(known: Known, *, at: datetime, default_state: State | None = None) -> Known:
    """Merge the held message after all, on a person's word (rule 1.3)."""
    held = Participant(event_id="", key="", values=known.held_values or {})
    return _merge_all(known, held, at=at, is_new=False, default_state=default_state).known


def drop_held(known: Known) -> Known:
    """Forget the held message, on a person's word."""
    return replace(known, held_values=None)


def forget_check_in(known: Known, *, default_state: State | None = None) -> Known:
    """Take a check-in for a test of the scanners, on a person's word; a later one counts."""
    return correct_state(replace(known, values={**known.values, "came": False}), default_state=default_state)


def mark_no_show(known: Known) -> Known:
    """Mark a registered participant as one who never came, on a person's word (rule 1.2)."""
    return replace(known, states_seen=remember_state(known.states_seen, State.NO_SHOW))


_PLACEHOLDER_WORD = re.compile(r"^(anonym|deleted|supprim)")


def looks_anonymised(before: Mapping[str, Json], said: Mapping[str, Json]) -> bool:
    """Say whether a message empties a person or replaces them by placeholders (rule 1.3).

    inwink anonymises participants after events; three real new values are a ticket handed over, and pass.
    """
    after = merge_values(before, said)
    old, new = _identity(before), _identity(after)
    if old == new:
        return False
    if not any(new):
        return any(old)
    first_name, last_name, email = new
    words = [fold_name(first_name), fold_name(last_name), *re.split(r"[@.]", email)]
    if any(_PLACEHOLDER_WORD.match(word) for word in words if word) or email.endswith(".invalid"):
        return True
    same_text = bool(first_name) and fold_name(first_name) == fold_name(last_name)
    return same_text and any(old) and email != old[2] and (first_name, last_name) != old[:2]


def _identity(values: Mapping[str, Json]) -> tuple[str, str, str]:
    email = normalise_email(values.get("email"))
    return text_of(values, "first_name"), text_of(values, "last_name"), email
