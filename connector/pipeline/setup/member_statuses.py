"""Make the member statuses that a campaign lacks, because a person asked for it (rule 4.3)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from connector.core.checking.missing_labels import missing_labels
from connector.core.state import State
from connector.models import CampaignLabels, CampaignLink
from connector.models.fields import WrongEncryptionKey
from connector.models.links import STATUS_FIELDS
from connector.pipeline.connection.connect import Label, borrowed_gateway, fetch_schema, store_labels
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.pausing import lift_configuration_pause
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import labels_query

logger = logging.getLogger(__name__)

MEMBER_STATUS = "CampaignMemberStatus"


@dataclass(frozen=True, slots=True)
class MemberStatuses:
    """What a campaign has and lacks."""

    missing: Mapping[str, bool] = field(default_factory=dict)
    """{label: whether it counts as responded}"""
    may_create: bool = False
    """Whether the integration user may make them: in Salesforce it takes edit on campaigns and Marketing User.

    https://help.salesforce.com/s/articleView?id=sales.campaigns_customize_member_status_parent.htm&type=5
    """
    labels: tuple[Label, ...] = ()
    """What the campaign has now."""
    created: tuple[str, ...] = ()
    refusal: str = ""
    """What Salesforce said where it did not make one, redacted."""
    read_at: datetime | None = None
    """When it was read; None where it was not."""
    problem_code: str = ""
    """A code that advice explains, where Salesforce could not be asked."""


def statuses_of(link: CampaignLink) -> dict[State, str]:
    """Return {state: label}, "" where nothing is written."""
    return {state: getattr(link, column) for state, column in STATUS_FIELDS.items()}


def stored_statuses(link: CampaignLink) -> MemberStatuses:
    """Return what the campaign lacked when its statuses were last read; no API call.

    Whether they can be made is not stored: whoever presses the button finds out.
    """
    kept = CampaignLabels.objects.filter(org=link.org_id, campaign_id=link.campaign_id).first()
    if kept is None:
        return MemberStatuses()
    missing = missing_labels(statuses_of(link), [label["label"] for label in kept.labels])
    labels = tuple(Label(**label) for label in kept.labels)
    return MemberStatuses(missing, may_create=True, labels=labels, read_at=kept.read_at)


def look_at_statuses(link: CampaignLink) -> MemberStatuses:
    """Read what the campaign lacks and whether it can be made, and store it. Call outside a transaction: HTTP."""
    try:
        with borrowed_gateway(link.org, None) as gateway:
            found = read_statuses(gateway, link.campaign_id, statuses=statuses_of(link))
    except SalesforceError as exc:
        return MemberStatuses(problem_code=exc.code)
    except WrongEncryptionKey:
        return MemberStatuses(problem_code="wrong_encryption_key")
    now = timezone.now()
    store_labels(link.org, link.campaign_id, labels=found.labels, now=now)
    return replace(found, read_at=now)


def read_statuses(gateway: Gateway, campaign_id: str, *, statuses: Mapping[State, str]) -> MemberStatuses:
    """Read what a campaign lacks; two API calls."""
    rows = gateway.query(labels_query(campaign_id))
    schema = fetch_schema(gateway, MEMBER_STATUS)
    return MemberStatuses(missing=_missing(statuses, rows), may_create=schema.is_createable, labels=_labels(rows))


def create_link_statuses(link: CampaignLink) -> MemberStatuses:
    """Make what a link's campaign lacks and let the link, if it is saved, go on if it waited for that.

    Safe to repeat: the campaign is read again before anything is written. Call outside a transaction.
    """
    found = create_chosen_statuses(link, statuses_of(link))
    if not found.problem_code and not found.missing and link.pk is not None:
        lift_configuration_pause(link.pk)
        request_drain([link.pk])
    return found


def create_chosen_statuses(link: CampaignLink, statuses: Mapping[State, str]) -> MemberStatuses:
    """Make those of some statuses that a link's campaign lacks, and no others. Call outside a transaction: HTTP."""
    try:
        with borrowed_gateway(link.org, None) as gateway:
            found = read_statuses(gateway, link.campaign_id, statuses=statuses)
            if found.missing and found.may_create:
                found = create_statuses(gateway, link.campaign_id, statuses=statuses)
    except SalesforceError as exc:
        return MemberStatuses(problem_code=exc.code)
    except WrongEncryptionKey:
        return MemberStatuses(problem_code="wrong_encryption_key")
    store_labels(link.org, link.campaign_id, labels=found.labels)
    return found


def create_statuses(gateway: Gateway, campaign_id: str, *, statuses: Mapping[State, str]) -> MemberStatuses:
    """Make what a campaign lacks: never as its default, behind those that it has; then read it again.

    Raises SalesforceError where the call as a whole fails; some may have been made then, and the next call sees them.
    """
    before = gateway.query(labels_query(campaign_id))
    wanted = _missing(statuses, before)
    refusal = _create(gateway, campaign_id, wanted=wanted, before=before) if wanted else ""
    after = gateway.query(labels_query(campaign_id)) if wanted else before
    missing = _missing(statuses, after)
    created = tuple(label for label in wanted if label not in missing)
    logger.info("statuses created", extra={"campaign_id": campaign_id, "count": len(created)})
    return MemberStatuses(missing, may_create=True, labels=_labels(after), created=created, refusal=refusal)


def _create(gateway: Gateway, campaign_id: str, *, wanted: Mapping[str, bool], before: Sequence[Record]) -> str:
    """Write the new statuses and return what Salesforce said against one of them, "" where it said nothing."""
    last = max((int(row.get("SortOrder") or 0) for row in before), default=0)
    records = [
        {
            "attributes": {"type": MEMBER_STATUS},
            "CampaignId": campaign_id,
            "Label": label,
            "HasResponded": has_responded,
            "IsDefault": False,
            "SortOrder": last + place,
        }
        for place, (label, has_responded) in enumerate(wanted.items(), start=1)
    ]
    results = gateway.write_collection("POST", records, {})
    return next((f"{error.code}: {error.message}" for result in results for error in result.errors), "")


def _missing(statuses: Mapping[State, str], rows: Sequence[Record]) -> dict[str, bool]:
    return missing_labels(statuses, [row["Label"] for row in rows])


def _labels(rows: Sequence[Record]) -> tuple[Label, ...]:
    return tuple(Label(row["Label"], bool(row["HasResponded"]), bool(row["IsDefault"])) for row in rows)
