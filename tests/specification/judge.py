"""Compare what a case promised with what Salesforce and the outbox hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.models import OutboxEntry
from tests.specification.play import KNOWN, SAID, Player, State
from tests.specification.reading import Record

FIELDS = (
    "FirstName", "LastName", "Email", "Title", "Company", "Phone", "MobilePhone", "LeadSource", "Description",
    "HasOptedOutOfEmail", "DoNotCall", "Track__c", "Inwink_Id__c", "Work_Email__c", "AccountId", "OwnerId",
    "IsConverted", "RecordTypeId", "IsPersonAccount",
)  # fmt: skip
"""What is compared of people."""

_GIVEN_BY_CONVERSION = ("AccountId", "OwnerId")
"""Not compared where a colleague converted a lead into a new contact: Salesforce gave them."""

_NEW = {"FirstName": "firstName", "LastName": "lastName", "Email": "email", "Title": "position"}


def disagreements(player: Player, *, at_start: Mapping[str, Mapping[str, Any]], state: State) -> list[str]:
    """Return what is not as the case says; `at_start` is {id: row} of the records that were there before."""
    rows = player.rows(state)
    names = _names(player, rows)
    found = {names[row["Id"]]: _shown(row) for row in rows}
    promised = {record.name: _promised(player, record, at_start) for record in player.case.after}
    told = [f"{name} is there, not promised: {found[name]}" for name in found if name not in promised]
    told += [f"{name} was promised, is not there" for name in promised if name not in found]
    for name in promised.keys() & found.keys():
        told += [
            f"{name}.{field} is {found[name].get(field)!r}, promised {value!r}"
            for field, value in promised[name].items()
            if (found[name].get(field) or None) != (value or None)
        ]
    return told + _member_disagreements(player, names, state) + _outcome_disagreements(player)


def _names(player: Player, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return {id: name as in the cells}; new records of a kind are counted in the order in which they were made."""
    names = {row_id: name for name, row_id in player.ids.items()}
    for kind in ("Contact", "Lead"):
        made = sorted(row["Id"] for row in rows if row["type"] == kind and row["Id"] not in names)
        names |= {row_id: f"new {kind}" if n == 1 else f"new {kind} {n}" for n, row_id in enumerate(made, start=1)}
    return names


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in FIELDS if name in row}


def _promised(player: Player, record: Record, at_start: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fields that a record must hold: those it had, or those that inwink said; and what the case names."""
    named = player.sent_to_salesforce(record.fields, kind=record.kind)
    if record.is_person_account:
        named["IsPersonAccount"] = True
    row_id = player.ids.get(record.name)
    if row_id is not None:
        before = at_start.get(row_id)
        is_converted = bool(record.converted_into)
        held = _shown(before) if before is not None else player.sent_to_salesforce(KNOWN, kind=record.kind)
        return {**held, **named, **({"IsConverted": is_converted} if record.kind == "Lead" else {})}
    return {**_said(player, record), **named}


def _said(player: Player, record: Record) -> dict[str, Any]:
    """Return what a new record holds unless the case names something else."""
    said: dict[str, Any] = dict.fromkeys(name for name in FIELDS if name not in ("Company", "IsConverted"))
    said |= player.sent_to_salesforce({name: SAID[key] for name, key in _NEW.items()}, kind=record.kind)
    said |= {"HasOptedOutOfEmail": False, "DoNotCall": False, "OwnerId": player.organisation.id_of("integration user")}
    if record.kind == "Lead":
        said |= {"Company": SAID["company"], "IsConverted": bool(record.converted_into)}
    if any(one.converted_into == "New contact" for one in player.case.after):
        said = {name: value for name, value in said.items() if name not in _GIVEN_BY_CONVERSION}
    return said


def _member_disagreements(player: Player, names: Mapping[str, str], state: State) -> list[str]:
    rows = [row for row in state["CampaignMember"] if row["CampaignId"] == player.link.campaign_id]
    found: dict[str, list[str]] = {}
    for row in rows:
        name = names.get(str(row.get("ContactId") or row.get("LeadId")))
        if name is not None:
            dietary = f" (Dietary__c={row['Dietary__c']})" if row.get("Dietary__c") else ""
            found.setdefault(name, []).append(f"{row['Status']}{dietary}")
    promised = {record.name: [_member_text(record)] for record in player.case.after if record.label}
    if found == promised:
        return []
    return [f"members are {found}, promised {promised}"]


def _member_text(record: Record) -> str:
    fields = ", ".join(f"{name}={value}" for name, value in record.member_fields.items())
    return f"{record.label} ({fields})" if fields else record.label


def _outcome_disagreements(player: Player) -> list[str]:
    found = tuple(outcome_text(entry) for entry in player.entries())
    return [] if found == player.case.outcomes else [f"ended as {found}, promised {player.case.outcomes}"]


def outcome_text(entry: OutboxEntry) -> str:
    """Say how an outbox row ended, in the words of the specification."""
    words = entry.last_outcome.replace("_", " ") if entry.state == "synced" else entry.state.replace("_", " ")
    reason = f": {entry.reason}" if entry.reason else ""
    notes = [str(note["code"]) for note in entry.notes]
    return f"{words}{reason}" + (f", note {' + '.join(notes)}" if notes else "")
