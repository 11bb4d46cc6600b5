"""The simulator's own endpoints under /_simulator: read state, change rows past the rules, set switches, inject faults.

They are no part of Salesforce and count as nothing. README.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from simulator.campaigns import ensure_labels
from simulator.members import set_status
from simulator.people import convert_lead, merge_rows
from simulator.person_accounts import reflect
from simulator.shapes import Answer, Json, Row

if TYPE_CHECKING:
    from simulator.org import Org

STATE_OBJECTS = ("Account", "Contact", "Lead", "Campaign", "CampaignMember", "CampaignMemberStatus")

Handler = Callable[["Org", Json, Request], Json]


def answer_control(org: Org, *, request: Request) -> Answer:
    """Answer a control request; mistakes in it get 400 with a text, unknown addresses 404."""
    handler = _ROUTES.get((request.method, request.path.rstrip("/")))
    if handler is None:
        known = [f"{method} {path}" for method, path in _ROUTES]
        return Answer(404, {"error": "no such control", "known": known})
    try:
        body = request.get_json(silent=True) or {}
        if not isinstance(body, dict):
            raise TypeError("the body must be an object")
        return Answer(200, handler(org, body, request))
    except (KeyError, ValueError, TypeError) as exc:
        return Answer(400, {"error": f"{type(exc).__name__}: {exc}"})


def _state(org: Org, _: Json, request: Request) -> Json:
    """Return the rows of objects; any further argument is a field and the value that the rows must have there."""
    wanted = dict(request.args.items())
    with_deleted = wanted.pop("deleted", "") == "1"
    names = wanted.pop("sobjects", "").split(",") if request.args.get("sobjects") else list(STATE_OBJECTS)
    return {
        name: [
            row
            for row in org.store.all(name)
            if (with_deleted or not row["IsDeleted"]) and all(row.get(field) == wanted[field] for field in wanted)
        ]
        for name in names
    }


def _calls(org: Org, _: Json, __: Request) -> Json:
    return {**org.calls.summary(), "api_used": org.calls.used, "api_limit": org.settings.api_limit}


def _reset_calls(org: Org, _: Json, __: Request) -> Json:
    org.calls.reset()
    return {"ok": True}


def _add_rows(org: Org, body: Json, _: Request) -> Json:
    with org.store.lock:
        ids = [org.put_row(body["sobject"], values=_known(org, body["sobject"], one)) for one in body["records"]]
        for row_id in ids:
            _settle(org, body["sobject"], row_id)
    return {"ids": ids}


def _change_row(org: Org, body: Json, _: Request) -> Json:
    with org.store.lock:
        _existing(org, body["sobject"], body["id"])
        org.put_row(body["sobject"], values={**_known(org, body["sobject"], body["values"]), "Id": body["id"]})
        _settle(org, body["sobject"], body["id"])
    return {"ok": True}


def _delete(org: Org, body: Json, _: Request) -> Json:
    with org.store.lock:
        for row_id in body["ids"]:
            sobject = org.store.object_of(row_id) or ""
            org.erase(sobject, row=_existing(org, sobject, row_id))
    return {"ok": True}


def _merge(org: Org, body: Json, _: Request) -> Json:
    winner, losers = body["winner"], body["losers"]
    with org.store.lock:
        merge_rows(org, sobject=org.store.object_of(winner) or "", winner_id=winner, loser_ids=losers)
    return {"ok": True}


def _convert(org: Org, body: Json, _: Request) -> Json:
    ids = body.get("ids") or [body["id"]]
    with org.store.lock:
        contacts = [convert_lead(org, lead_id=one, contact_id=body.get("contact_id")) for one in ids]
    return {"contact_ids": contacts}


def _reset(org: Org, _: Json, __: Request) -> Json:
    org.reset()
    return {"ok": True}


def _settings(org: Org, body: Json, _: Request) -> Json:
    org.change_settings(body)
    return {"ok": True}


def _expire(org: Org, body: Json, _: Request) -> Json:
    org.accounts.end_all_sessions(with_refresh=bool(body.get("with_refresh")))
    return {"ok": True}


def _add_fault(org: Org, body: Json, _: Request) -> Json:
    org.faults.add(body)
    return {"ok": True}


def _list_faults(org: Org, _: Json, __: Request) -> Json:
    return {"faults": org.faults.waiting()}


def _clear_faults(org: Org, _: Json, __: Request) -> Json:
    org.faults.clear()
    return {"ok": True}


_ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/_simulator/state"): _state,
    ("GET", "/_simulator/calls"): _calls,
    ("POST", "/_simulator/calls/reset"): _reset_calls,
    ("POST", "/_simulator/rows"): _add_rows,
    ("PATCH", "/_simulator/rows"): _change_row,
    ("POST", "/_simulator/delete"): _delete,
    ("POST", "/_simulator/merge"): _merge,
    ("POST", "/_simulator/convert"): _convert,
    ("POST", "/_simulator/reset"): _reset,
    ("POST", "/_simulator/settings"): _settings,
    ("POST", "/_simulator/sessions/expire"): _expire,
    ("POST", "/_simulator/faults"): _add_fault,
    ("GET", "/_simulator/faults"): _list_faults,
    ("DELETE", "/_simulator/faults"): _clear_faults,
}


def _known(org: Org, sobject: str, values: Row) -> Row:
    """Return the values under the fields' own names. Raises KeyError for an unknown field."""
    fields = org.full_catalog[sobject.lower()].fields
    return {fields[name.lower()].name: value for name, value in values.items()}


def _existing(org: Org, sobject: str, row_id: str) -> Row:
    row = org.store.get(sobject, row_id=row_id) if sobject else None
    if row is None:
        raise KeyError(row_id)
    return row


def _settle(org: Org, sobject: str, row_id: str) -> None:
    """Do what Salesforce always does to a written row: a member's response, a campaign's first labels."""
    row = _existing(org, sobject, row_id)
    if sobject == "CampaignMember":
        settled = dict(row)
        set_status(org, row=settled)
        org.store.put(sobject, row=settled)
    elif sobject == "Campaign":
        ensure_labels(org, campaign=row)
    elif sobject == "Account":
        reflect(org, account_id=row_id)
