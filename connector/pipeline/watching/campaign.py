"""Count the members of a link's campaign by status, on request, and keep the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from connector.models import CampaignLink, MemberCount
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.connection.connect import borrowed_gateway
from connector.salesforce.errors import SalesforceError
from connector.salesforce.soql import count_members_query


@dataclass(frozen=True, slots=True)
class Counted:
    """The campaign as it was last counted."""

    counts: Mapping[str, int]
    """{status label: members}"""
    counted_at: datetime


def count_members(link: CampaignLink, *, now: datetime | None = None) -> str:
    """Ask Salesforce how many members of each status the campaign has, and keep the answer; one API call.

    Returns "", or the code of what went wrong. Call outside a transaction: it speaks HTTP.
    https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_groupby.htm
    """
    asked_at = now or timezone.now()
    try:
        with borrowed_gateway(link.org, None) as gateway:
            rows = gateway.query(count_members_query(link.campaign_id))
    except SalesforceError as exc:
        return exc.code
    except WrongEncryptionKey:
        return "wrong_encryption_key"
    counts = {str(row["Status"] or ""): int(row["members"]) for row in rows}
    values = {"campaign_id": link.campaign_id, "counts": counts, "counted_at": asked_at}
    MemberCount.objects.update_or_create(link=link, defaults=values)
    return ""


def last_counts(links: Iterable[CampaignLink]) -> dict[int, Counted]:
    """Return {link: what Salesforce last answered about its present campaign}; one query."""
    campaigns = {link.pk: link.campaign_id for link in links}
    found = MemberCount.objects.filter(pk__in=campaigns)
    return {
        count.pk: Counted(count.counts, count.counted_at) for count in found if count.campaign_id == campaigns[count.pk]
    }


def last_count(link: CampaignLink) -> Counted | None:
    """Return the same of one link; one query."""
    return last_counts([link]).get(link.pk)
