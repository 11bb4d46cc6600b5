"""Hold everything in the local Salesforce, and every row of the outbox, against what the cases say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from demonstration.environment import show
from demonstration.salesforce import Row, State, campaign_ids, members_by_person, person_keys
from simulator.demo.case import Case, Member, PersonKey

Ends = Mapping[str, tuple[str, str]]
"""{participant id: (state, reason)} of the outbox."""

TOUCHED_BY_ANY_WRITE = frozenset({"LastModifiedDate", "LastModifiedById", "SystemModstamp"})
UNTOUCHED_OBJECTS = ("Account", "CampaignMemberStatus")


def deviations(cases: Sequence[Case], *, before: State, after: State, ends: Ends) -> list[str]:
    """Return a sentence for everything that is not as the cases say; [] when all is well."""
    return [
        *_wrong_ends(cases, ends),
        *_wrong_people(cases, before=before, after=after),
        *_wrong_members(cases, before=before, after=after),
        *_touched(before=before, after=after),
    ]


def wrong_refusals(cases: Iterable[Case], *, rejected: int) -> list[str]:
    """Return a sentence when the webhook turned away more or fewer participants than it must."""
    wanted = sum(len(case.refused) for case in cases)
    return [] if rejected == wanted else [f"the webhook turned away {rejected} participants instead of {wanted}"]


def expected_records(cases: Iterable[Case]) -> int:
    """Count the people and memberships that the cases expect."""
    return sum(len(case.members) + len(case.created) + len(case.changed) for case in cases)


def _wrong_ends(cases: Iterable[Case], ends: Ends) -> list[str]:
    wanted = {row_id: end for case in cases for row_id, end in case.ends.items()}
    return [
        f"participant {row_id} ended as {_words(ends.get(row_id))} instead of {_words(wanted.get(row_id))}"
        for row_id in sorted(wanted.keys() | ends.keys())
        if ends.get(row_id) != wanted.get(row_id)
    ]


def _words(end: tuple[str, str] | None) -> str:
    if end is None:
        return "nothing"
    return f"{end[0]} ({end[1]})" if end[1] else end[0]


def _wrong_people(cases: Iterable[Case], *, before: State, after: State) -> list[str]:
    created: dict[PersonKey, dict[str, Any]] = {}
    changed: dict[PersonKey, dict[str, Any]] = {}
    for case in cases:
        created |= case.created
        for person, values in case.changed.items():
            changed[person] = changed.get(person, {}) | values
    old_rows = {row["Id"]: row for kind in ("Contact", "Lead") for row in before[kind]}
    keys = person_keys(before) | person_keys(after)
    now = {row["Id"]: row for kind in ("Contact", "Lead") for row in after[kind]}
    found: list[str] = []
    for row_id, row in old_rows.items():
        found += _wrong_old(keys[row_id], row, now.get(row_id), changed.get(keys[row_id], {}))
    new: dict[PersonKey, list[Row]] = {}
    for row_id in now.keys() - old_rows.keys():
        new.setdefault(keys[row_id], []).append(now[row_id])
    for person in sorted(new.keys() | created.keys(), key=str):
        wanted = created[person] | changed.get(person, {}) if person in created else None
        found += _wrong_new(person, new.get(person, []), wanted)
    return found


def _wrong_old(person: PersonKey, was: Row, row: Row | None, wanted: Mapping[str, Any]) -> list[str]:
    if row is None:
        return [f"{_name(person)} is gone"]
    allowed = TOUCHED_BY_ANY_WRITE if wanted else frozenset()
    expected = {**{name: value for name, value in was.items() if name not in allowed}, **wanted}
    return _differences(_name(person), row, expected)


def _wrong_new(person: PersonKey, rows: Sequence[Row], wanted: Mapping[str, Any] | None) -> list[str]:
    if wanted is None:
        return [f"{_name(person)} was created and should not have been"]
    if len(rows) != 1:
        return [f"{_name(person)} should have been created once, not {len(rows)} times"]
    return _differences(_name(person), rows[0], wanted)


def _wrong_members(cases: Iterable[Case], *, before: State, after: State) -> list[str]:
    wanted: dict[tuple[str, PersonKey], Member] = {}
    for case in cases:
        wanted |= {(member.event, member.person): member for member in case.members}
    found: list[str] = []
    for event, campaign_id in campaign_ids(after).items():
        there, were = members_by_person(after, campaign_id), members_by_person(before, campaign_id)
        people = {person for named, person in wanted if named == event} | there.keys()
        for person in sorted(people, key=str):
            member = wanted.get((event, person))
            values = member.values if member else _as_it_was(were.get(person, []))
            found += _wrong_member(f"the member {_name(person)} of {event}", there.get(person, []), values)
    return found


def _as_it_was(rows: Sequence[Row]) -> Mapping[str, Any] | None:
    return rows[0] if rows else None


def _wrong_member(name: str, rows: Sequence[Row], wanted: Mapping[str, Any] | None) -> list[str]:
    if wanted is None:
        return [f"{name} should not be there"]
    if len(rows) != 1:
        return [f"{name} should be there once, not {len(rows)} times"]
    return _differences(name, rows[0], wanted)


def _touched(*, before: State, after: State) -> list[str]:
    return [f"rows of {name} were changed" for name in UNTOUCHED_OBJECTS if before[name] != after[name]]


def _differences(name: str, row: Row, wanted: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}: {field} is {show(row.get(field))} instead of {show(value)}"
        for field, value in wanted.items()
        if row.get(field) != value
    ]


def _name(person: PersonKey) -> str:
    return f"{person.sobject} {person.last_name} <{person.email}>"
