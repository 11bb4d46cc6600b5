"""Reach Salesforce: the only way to a gateway, to describes, labels and campaigns for everything else.

Nothing here may run inside a transaction: each function can make HTTP calls.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from connector import conf
from connector.core.schema import ObjectSchema
from connector.models import CampaignLabels, CampaignLink, SalesforceOrg
from connector.pipeline.connection.schema_cache import KeptSchema, confirm_schema, load_schema, store_schema
from connector.pipeline.connection.sign_in import host_rules, obtain_token, stored_token
from connector.pipeline.connection.spending import note_calls
from connector.pipeline.outbox.enqueue import request_drain
from connector.salesforce.auth import Token
from connector.salesforce.errors import SignInFailed
from connector.salesforce.gateway import Gateway, Usage
from connector.salesforce.ids import id_18, is_id
from connector.salesforce.soql import campaign_by_id, campaign_by_name, campaign_search, labels_query

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far our clock may be ahead of Salesforce's without a change of the describe being missed."""
LABELS_MAX_AGE = timedelta(hours=24)
"""Age of labels that are only shown; before labels are written they are read again."""
SEARCH_MAX = 200
"""Campaigns; more than anybody scrolls through."""


@dataclass(frozen=True, slots=True)
class Label:
    """One member status of a campaign."""

    label: str
    has_responded: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """A campaign as a person picks it."""

    id: str
    name: str
    status: str
    start_date: date | None
    end_date: date | None
    is_active: bool
    member_count: int
    """Contacts and leads; Salesforce's own roll-up, which may lag."""


class CampaignNotFound(LookupError):
    """Not exactly one campaign has that id or name."""

    def __init__(self, wanted: str, matches: Sequence[CampaignChoice]) -> None:
        """Keep what was found instead."""
        self.wanted = wanted
        self.matches = tuple(matches)
        if not matches:
            super().__init__(f"No campaign “{wanted}” that the integration user can see.")
            return
        listed = "; ".join(f"{choice.id} ({describe_campaign(choice)})" for choice in matches)
        super().__init__(f"{len(matches)} campaigns are named “{wanted}”: {listed}.")


def describe_campaign(choice: CampaignChoice) -> str:
    """Say in a few words which campaign this is."""
    start = choice.start_date.isoformat() if choice.start_date else "no start date"
    return f"{choice.name}, {start}, {'active' if choice.is_active else 'inactive'}"


# gateways


def gateway_for(org: SalesforceOrg, *, before_call: Callable[[], None] | None = None) -> Gateway:
    """Return a gateway with the stored token, signing in first where there is none; close it after use.

    Raises SignInFailed (the organisation then waits for a person), RemoteUnavailable, LimitReached, ForbiddenHost.
    """
    token = stored_token(org) or obtain_token(org)
    return open_gateway(org, token, renew=lambda refused: obtain_token(org, refused=refused), before_call=before_call)


def open_gateway(
    org: SalesforceOrg,
    token: Token,
    *,
    renew: Callable[[Token], Token],
    before_call: Callable[[], None] | None = None,
) -> Gateway:
    """Return a gateway for a token that the caller already has."""
    return Gateway(
        token,
        api_version=org.api_version,
        hosts=host_rules(),
        timeout_seconds=float(conf.salesforce_timeout_seconds()),
        renew=renew,
        before_call=before_call or _nothing,
        on_close=lambda gateway: note_calls(org, gateway.calls),
    )


def _nothing() -> None:
    """Be called before a call, without effect."""


def refuse_renewal(refused: Token) -> Token:
    """Be the `renew` of a gateway whose token is fresh: a second sign-in would not help."""
    raise SignInFailed("token_refused", "Salesforce does not accept the token that it just gave.")


@contextmanager
def borrowed_gateway(org: SalesforceOrg, gateway: Gateway | None) -> Iterator[Gateway]:
    """Use the caller's gateway, or one of our own that is closed, and its usage recorded, afterwards."""
    if gateway is not None:
        yield gateway
        return
    with closing(gateway_for(org)) as own:
        try:
            yield own
        finally:
            record_usage(org, own)


def record_usage(org: SalesforceOrg, gateway: Gateway, *, now: datetime | None = None) -> None:
    """Remember how many API calls the whole organisation has used, as the last answer said."""
    usage = gateway.usage
    if usage is not None:
        store_usage(org, usage, now=now)


def store_usage(org: SalesforceOrg, usage: Usage, *, now: datetime | None = None) -> None:
    """Keep what Salesforce said about the organisation's calls."""
    SalesforceOrg.objects.filter(pk=org.pk).update(
        api_used=usage.used, api_limit=usage.limit, api_usage_at=now or timezone.now()
    )


def forget_token(org: SalesforceOrg) -> None:
    """Drop the stored token, and what was proved with it, so that the next call signs in again with new credentials."""
    SalesforceOrg.objects.filter(pk=org.pk).update(access_token="", token_issued_at=None, visibility_proved_at=None)
    org.access_token, org.token_issued_at, org.visibility_proved_at = "", None, None


def recover_org(org: SalesforceOrg) -> bool:
    """Let an organisation go on that waited to be reconnected, its links at once; False where it did not wait."""
    waiting = SalesforceOrg.objects.filter(pk=org.pk, state=SalesforceOrg.State.RECONNECT_NEEDED)
    has_waited = (
        waiting.update(state=SalesforceOrg.State.CONNECTED, pause_code="", state_reason="", paused_until=None) == 1
    )
    if has_waited:
        request_drain(CampaignLink.objects.filter(org=org).values_list("pk", flat=True))
    return has_waited


# what Salesforce looks like


def object_schema(
    org: SalesforceOrg,
    sobject: str,
    *,
    gateway: Gateway | None = None,
    refresh: bool = False,
    now: datetime | None = None,
) -> ObjectSchema:
    """Return what the integration user may do with an object: from the cache of 24 hours, else one API call.

    What is older is asked for on condition that it changed; with `refresh` the whole describe is fetched, whatever
    Salesforce thinks of our copy: that is for a write that contradicts it, and for a person who wants to know.
    """
    now = now or timezone.now()
    kept = None if refresh else load_schema(org, sobject)
    if kept is not None and kept.is_fresh(now):
        return kept.schema
    return renew_schema(org, sobject, kept=kept, gateway=gateway, now=now)


def renew_schema(
    org: SalesforceOrg, sobject: str, *, kept: KeptSchema | None, gateway: Gateway | None = None, now: datetime
) -> ObjectSchema:
    """Ask for a describe, on condition that it changed where a copy is kept, and keep the answer; one API call."""
    with borrowed_gateway(org, gateway) as used:
        since = kept.fetched_at - CLOCK_TOLERANCE if kept is not None else None
        schema = used.describe(sobject, if_modified_since=since)
    if schema is None and kept is not None:
        confirm_schema(org, sobject, now=now)
        return kept.schema
    if schema is None:
        raise ValueError("a describe without condition has an answer")
    store_schema(org, schema, now=now)
    return schema


def fetch_schema(gateway: Gateway, sobject: str) -> ObjectSchema:
    """Ask Salesforce for the describe of an object; nothing is stored."""
    schema = gateway.describe(sobject)
    if schema is None:
        raise ValueError("a describe without condition has an answer")
    return schema


def campaign_labels(
    org: SalesforceOrg,
    campaign_id: str,
    *,
    gateway: Gateway | None = None,
    refresh: bool = False,
    now: datetime | None = None,
) -> list[Label]:
    """Return the member statuses of a campaign in their order: from the cache of 24 hours, else one API call."""
    now = now or timezone.now()
    stored = CampaignLabels.objects.filter(org=org, campaign_id=campaign_id, read_at__gt=now - LABELS_MAX_AGE).first()
    if stored is not None and not refresh:
        return [Label(**label) for label in stored.labels]
    with borrowed_gateway(org, gateway) as used:
        labels = fetch_labels(used, campaign_id)
    store_labels(org, campaign_id, labels=labels, now=now)
    return labels


def fetch_labels(gateway: Gateway, campaign_id: str) -> list[Label]:
    """Ask Salesforce for the member statuses of a campaign; nothing is stored."""
    return [
        Label(label=row["Label"], has_responded=bool(row["HasResponded"]), is_default=bool(row["IsDefault"]))
        for row in gateway.query(labels_query(campaign_id))
    ]


def store_labels(org: SalesforceOrg, campaign_id: str, *, labels: Sequence[Label], now: datetime | None = None) -> None:
    """Keep the labels that were just read."""
    rows = [
        {"label": label.label, "has_responded": label.has_responded, "is_default": label.is_default} for label in labels
    ]
    values = {"labels": rows, "read_at": now or timezone.now()}
    CampaignLabels.objects.update_or_create(org=org, campaign_id=campaign_id, defaults=values)


# campaigns


def search_campaigns(
    org: SalesforceOrg, text: str, *, limit: int = 20, gateway: Gateway | None = None
) -> list[CampaignChoice]:
    """Return the campaigns whose name contains a text (or whose id it is), the latest first; one API call."""
    wanted = text.strip()
    with borrowed_gateway(org, gateway) as used:
        if is_id(wanted) and wanted.startswith("701"):
            found = used.query(campaign_by_id(id_18(wanted)))
        else:
            found = used.query(campaign_search(wanted, min(limit, SEARCH_MAX)))
    return [_parse_campaign(row) for row in found]


def find_campaign(org: SalesforceOrg, id_or_name: str, *, gateway: Gateway | None = None) -> CampaignChoice:
    """Return the one campaign of that id or exact name (SOQL ignores case); one API call.

    Raises CampaignNotFound where there is none, or several.
    """
    with borrowed_gateway(org, gateway) as used:
        return fetch_campaign(used, id_or_name)


def fetch_campaign(gateway: Gateway, id_or_name: str) -> CampaignChoice:
    """Ask Salesforce for one campaign. Raises CampaignNotFound."""
    wanted = id_or_name.strip()
    is_campaign_id = is_id(wanted) and wanted.startswith("701")
    soql = campaign_by_id(id_18(wanted)) if is_campaign_id else campaign_by_name(wanted)
    found = [_parse_campaign(row) for row in gateway.query(soql)]
    if len(found) != 1:
        raise CampaignNotFound(wanted, found)
    return found[0]


def _parse_campaign(row: dict[str, Any]) -> CampaignChoice:
    return CampaignChoice(
        id=id_18(row["Id"]),
        name=row["Name"],
        status=row.get("Status") or "",
        start_date=_parse_date(row.get("StartDate")),
        end_date=_parse_date(row.get("EndDate")),
        is_active=bool(row.get("IsActive")),
        member_count=int(row.get("NumberOfContacts") or 0) + int(row.get("NumberOfLeads") or 0),
    )


def _parse_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
