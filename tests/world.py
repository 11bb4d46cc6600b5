"""A whole small world for tests: a Salesforce over real HTTP, an organisation, and an event linked to its campaign."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from django.db import transaction
from django.db.models import F

from connector.core.checking.mapping_defaults import DEFAULT_MAPPINGS
from connector.core.outcomes import Priority
from connector.inwink.payload import read_participant
from connector.models import (
    CampaignLink,
    DrainRequest,
    FieldMapping,
    OutboxEntry,
    SalesforceOrg,
    SalesforceSchema,
    SyncAttempt,
    SyncRun,
)
from connector.pipeline.outbox.enqueue import store_participants
from connector.pipeline.outbox.hearing import Telling
from connector.pipeline.runs.drain import ForegroundTerms, sync_due
from connector.pipeline.runs.report import Report
from connector.pipeline.setup.mappings import mapping_of
from simulator.server import SimulatorServer
from tests.factories import CampaignLinkFactory, SalesforceOrgFactory

Row = dict[str, Any]

EVENT_ID = "event-salon"


@dataclass
class World:
    """What a test sees of both sides."""

    salesforce: SimulatorServer
    org: SalesforceOrg
    link: CampaignLink
    event_id: str = EVENT_ID

    # inwink's side

    def receive(self, *participants: Mapping[str, Any], priority: Priority = Priority.LIVE) -> None:
        """Let messages about participants arrive in one go, as the webhook would store them."""
        raw = [{"eventId": self.event_id, **participant} for participant in participants]
        with transaction.atomic():
            store_participants(
                self.link,
                [read_participant(one) for one in raw],
                telling=Telling(None, datetime.now(UTC)),
                priority=priority,
            )

    def drain(self, **terms: Any) -> Report:
        """Send everything that is due, as `sync_due --until-empty` does."""
        return sync_due(ForegroundTerms(until_empty=True, **terms))

    def send(self, *participants: Mapping[str, Any]) -> Report:
        """Receive and drain."""
        self.receive(*participants)
        return self.drain()

    def entry(self, key: str) -> OutboxEntry:
        """Return the outbox entry of a participant."""
        return OutboxEntry.objects.get(link=self.link, participant_key=key)

    def link_now(self) -> CampaignLink:
        """Return the link as it is stored."""
        return CampaignLink.objects.get(pk=self.link.pk)

    def forget_describes(self) -> None:
        """Drop the cached describes, as the daily refresh would."""
        SalesforceSchema.objects.all().delete()

    def ends(self) -> dict[str, tuple[str, str]]:
        """Return {participant: (state, reason)} of every entry."""
        rows = OutboxEntry.objects.filter(link=self.link).order_by("participant_key")
        return {row.participant_key: (row.state, row.reason) for row in rows}

    def attempts(self, key: str) -> list[SyncAttempt]:
        """Return the attempts of a participant, the oldest first."""
        return list(SyncAttempt.objects.filter(participant_key=key).order_by("pk"))

    def configure(self, **columns: Any) -> None:
        """Change the link."""
        CampaignLink.objects.filter(pk=self.link.pk).update(**columns)
        self.link.refresh_from_db()

    def map(self, object: str, field: str, source: str, **columns: Any) -> FieldMapping:
        """Add or replace a mapping of the link."""
        FieldMapping.objects.filter(link=self.link, object=object, field=field).delete()
        return FieldMapping.objects.create(link=self.link, object=object, field=field, source=source, **columns)

    # Salesforce's side

    def control(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """Call an endpoint of the simulator that is none of Salesforce's."""
        answer = requests.request(method, f"{self.salesforce.url}/_simulator/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def add(self, sobject: str, *records: Row) -> list[str]:
        """Put rows into Salesforce behind the connector's back; returns their ids."""
        ids: list[str] = self.control("rows", {"sobject": sobject, "records": list(records)})["ids"]
        return ids

    def change(self, sobject: str, row_id: str, **values: Any) -> None:
        """Change a row in Salesforce, as a colleague would."""
        self.control("rows", {"sobject": sobject, "id": row_id, "values": values}, method="PATCH")

    def rows(self, sobject: str) -> list[Row]:
        """Return the living rows of an object."""
        rows: list[Row] = self.control("state", method="GET")[sobject]
        return rows

    def people(self, email: str) -> list[Row]:
        """Return the contacts and leads with an email."""
        found = [{**row, "type": kind} for kind in ("Contact", "Lead") for row in self.rows(kind)]
        return [row for row in found if (row.get("Email") or "").lower() == email.lower()]

    def members(self) -> dict[str, str]:
        """Return {email: status} of the campaign's members."""
        emails = {row["Id"]: (row.get("Email") or "") for kind in ("Contact", "Lead") for row in self.rows(kind)}
        members = [row for row in self.rows("CampaignMember") if row["CampaignId"] == self.link.campaign_id]
        return {emails.get(row.get("ContactId") or row.get("LeadId"), "?"): row["Status"] for row in members}

    def delete(self, *ids: str) -> None:
        """Delete rows in Salesforce, as a colleague would."""
        self.control("delete", {"ids": list(ids)})

    def merge(self, winner: str, *losers: str) -> None:
        """Merge records in Salesforce."""
        self.control("merge", {"winner": winner, "losers": list(losers)})

    def convert(self, lead_id: str, contact_id: str | None = None) -> str:
        """Convert a lead in Salesforce, into a new contact unless one is named; returns the contact's id."""
        body = {"ids": [lead_id], **({"contact_id": contact_id} if contact_id else {})}
        return str(self.control("convert", body)["contact_ids"][0])

    def switch(self, **settings: Any) -> None:
        """Change how this Salesforce behaves (simulator/settings.py)."""
        self.control("settings", settings)

    def label(self, name: str) -> str:
        """Return the id of a member status of the campaign."""
        rows = self.rows("CampaignMemberStatus")
        return str(next(r["Id"] for r in rows if r["CampaignId"] == self.link.campaign_id and r["Label"] == name))

    def holds(self) -> list[str]:
        """Return everybody in Salesforce with their place in the campaign, a line each, as an administrator reads."""
        members = [row for row in self.rows("CampaignMember") if row["CampaignId"] == self.link.campaign_id]
        statuses: dict[str, list[str]] = {}
        for row in members:
            statuses.setdefault(str(row.get("ContactId") or row.get("LeadId")), []).append(row["Status"])
        return sorted(
            f"{_describe(kind, row)}: {' + '.join(statuses.get(row['Id'], ['no member']))}"
            for kind in ("Contact", "Lead")
            for row in self.rows(kind)
        )

    def api_calls(self) -> int:
        """Return the API calls that Salesforce counted since the last reset."""
        return int(self.control("calls", method="GET")["api_calls"])

    def reset_calls(self) -> None:
        """Start counting API calls from nothing."""
        self.control("calls/reset")

    def wait_for_late_call(self, *, ms: float) -> None:
        """Wait until Salesforce is done with a call that takes at least so long, although nobody waits for it."""
        deadline = time.monotonic() + 10
        while not any(call["ms"] >= ms for call in self.control("calls", method="GET")["log"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def fault(self, action: Mapping[str, Any], *, times: int = 1, **match: Any) -> None:
        """Let the next matching requests go wrong."""
        self.control("faults", {"match": match, "times": times, "action": dict(action)})

    def let_pass(self, **span: float) -> None:
        """Let time pass for everything that waits: every stored time moves into the past."""
        ago = timedelta(**span)
        for rows, columns in (
            (CampaignLink.objects.all(), ["paused_until"]),
            (SalesforceOrg.objects.all(), ["paused_until"]),
            (SyncRun.objects.all(), ["started_at"]),
            (DrainRequest.objects.all(), ["requested_at"]),
            (
                OutboxEntry.objects.all(),
                ["available_at", "create_sent_at", "lease_expires_at", "last_read_at", "last_synced_at"],
            ),
        ):
            for column in columns:
                rows.filter(**{f"{column}__isnull": False}).update(**{column: F(column) - ago})


SEEDED = (
    "Contact Camille Martin <camille.martin@acme.example>: no member",
    "Lead Louis Bernard <louis.bernard@example.com>: no member",
)
"""Whom the local Salesforce knows from the start."""


def untouched(*lines: str) -> list[str]:
    """Return lines of `World.holds` with those of the seeded people whom none of them names."""
    named = " ".join(lines)
    return sorted([*lines, *(line for line in SEEDED if line.partition(":")[0] not in named)])


def _describe(kind: str, row: Row) -> str:
    name = " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)
    converted = " (converted)" if row.get("IsConverted") else ""
    return f"{kind}{converted} {name} <{row.get('Email') or ''}>"


def make_world(salesforce: SimulatorServer, **link_columns: Any) -> World:
    """Connect an organisation to the simulator and link an event to its campaign, with the default mappings."""
    org = SalesforceOrgFactory.create(
        login_url=salesforce.url,
        instance_url="",
        organization_id="",
        client_id="simulator-client",
        client_secret="simulator-secret",
        access_token="",
        token_issued_at=None,
    )
    campaign = requests.get(f"{salesforce.url}/_simulator/state", timeout=10).json()["Campaign"][0]
    columns = {"inwink_event_id": EVENT_ID, "event_name": "Salon 2026", "campaign_id": campaign["Id"], **link_columns}
    link = CampaignLinkFactory.create(org=org, **columns)
    make_default_mappings([link])
    return World(salesforce=salesforce, org=org, link=link, event_id=link.inwink_event_id)


def make_default_mappings(links: Iterable[CampaignLink]) -> None:
    """Give links the mappings that every link starts with."""
    for link in links:
        mappings = [mapping_of(rule) for rule in DEFAULT_MAPPINGS]
        for mapping in mappings:
            mapping.link = link
        FieldMapping.objects.bulk_create(mappings)


def other_link(world: World) -> World:
    """Return the same Salesforce with another event, linked to another campaign."""
    [campaign] = world.add("Campaign", {"Name": "Other", "IsActive": True})
    labels = [
        {"CampaignId": campaign, "Label": label, "SortOrder": number, "HasResponded": True}
        for number, label in ((11, "Registered"), (12, "Attended"))
    ]
    world.add("CampaignMemberStatus", *labels)
    link = CampaignLinkFactory.create(org=world.org, inwink_event_id="other", campaign_id=campaign)
    make_default_mappings([link])
    return World(world.salesforce, world.org, link, event_id="other")
