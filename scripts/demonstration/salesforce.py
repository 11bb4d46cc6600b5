"""The local Salesforce seen from outside: its rows, its count of calls, and what a colleague does there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from simulator.demo.case import CAMPAIGNS, SALON, Case, PersonKey

Row = dict[str, Any]
State = dict[str, list[Row]]
"""{object: living rows}."""


class LocalSalesforce:
    """The simulator's own endpoints, which are none of Salesforce's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def state(self) -> State:
        """Return all rows."""
        found: State = self._call("GET", "state")
        return found

    def api_calls(self) -> int:
        """Return how many calls Salesforce would have counted."""
        return int(self._call("GET", "calls")["api_calls"])

    def remove(self, row_id: str) -> None:
        """Delete a row, as a person would in Salesforce's own pages."""
        self._call("POST", "delete", {"ids": [row_id]})

    def change(self, sobject: str, row_id: str, **values: Any) -> None:
        """Change a row, as a person would in Salesforce's own pages."""
        self._call("PATCH", "rows", {"sobject": sobject, "id": row_id, "values": values})

    def _call(self, method: str, path: str, body: Row | None = None) -> Any:
        answer = self._session.request(method, f"{self.url}/_simulator/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


def person_keys(state: State) -> dict[str, PersonKey]:
    """Return {record id: key} of every contact and lead."""
    return {
        row["Id"]: PersonKey(kind, (row.get("Email") or "").lower(), row["LastName"])
        for kind in ("Contact", "Lead")
        for row in state[kind]
    }


def campaign_ids(state: State) -> dict[str, str]:
    """Return {event: id of its campaign}."""
    by_name = {row["Name"]: row["Id"] for row in state["Campaign"]}
    return {event: by_name[name] for event, name in CAMPAIGNS.items()}


def members_by_person(state: State, campaign_id: str) -> dict[PersonKey, list[Row]]:
    """Return the members of a campaign by whom they stand for."""
    keys = person_keys(state)
    found: dict[PersonKey, list[Row]] = {}
    for row in state["CampaignMember"]:
        if row["CampaignId"] == campaign_id:
            found.setdefault(keys[row.get("ContactId") or row["LeadId"]], []).append(row)
    return found


def act_as_colleagues(salesforce: LocalSalesforce, cases: Iterable[Case]) -> int:
    """Remove and change members by hand, as the cases say; returns how many. Those not there are passed over."""
    state = salesforce.state()
    members = members_by_person(state, campaign_ids(state)[SALON])
    done = 0
    for case in cases:
        for action, person, values in case.colleague:
            for row in members.get(person, []):
                if action == "remove":
                    salesforce.remove(row["Id"])
                else:
                    salesforce.change("CampaignMember", row["Id"], **values)
                done += 1
    return done
