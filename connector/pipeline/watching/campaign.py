"""Count the members of a link's campaign by status, on request, and lay them beside what is known here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from connector.models import CampaignLink, MemberCount, OutboxEntry
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


@dataclass(frozen=True, slots=True)
class Known:
    """What this connector knows of the campaign's members at the time of a count."""

    counts: Mapping[str, int]
    """{status label that they had by then: members that were not synced since}"""
    open_members: int = 0
    """Members that were synced since: they may have had any status by then, or none."""
    synced_since: int = 0
    """Participants that were synced since, members or not."""

    def difference(self, label: str, there: int) -> int:
        """Return how many more, or fewer (below 0), members a status surely had than this connector can explain."""
        least = self.counts.get(label, 0)
        return min(there - least, 0) or max(there - least - self.open_members, 0)


def known_members(link: CampaignLink, *, counted_at: datetime | None) -> Known:
    """Count the members that this link made or found, by the status that they then had; two queries.

    A status that a colleague had set before is not written again: it is the one of the state that was synced.
    """
    entries = OutboxEntry.objects.filter(link=link).order_by()
    members = entries.exclude(member_id="").exclude(synced_state="")
    if counted_at is None:
        return Known(_by_status(link, members))
    since = entries.filter(last_synced_at__gt=counted_at)
    open_ids = since.exclude(member_id="").values("member_id")
    found = since.aggregate(rows=Count("pk"), members=Count("member_id", distinct=True, filter=~Q(member_id="")))
    counts = _by_status(link, members.exclude(member_id__in=open_ids))
    return Known(counts, open_members=found["members"], synced_since=found["rows"])


def _by_status(link: CampaignLink, members: QuerySet[OutboxEntry]) -> Mapping[str, int]:
    statuses = {state.value: label for state, label in link.statuses().items()}
    counts: Counter[str] = Counter()
    rows = members.values_list("sent_label", "synced_state").annotate(Count("member_id", distinct=True))
    for label, state, count in rows:
        counts[label or statuses.get(state, "")] += count
    return counts
