"""Read all members of a campaign, 2,000 a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connector.core.participant import normalise_email
from connector.core.reconcile import CampaignMember
from connector.core.rows import MemberRecord
from connector.core.schema import ObjectSchema
from connector.pipeline.runs.reading import ConfigurationProblemError, raise_for
from connector.salesforce.composite import Query
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import labels_query, members_query

_FIELDS = ("Id", "Status", "HasResponded", "ContactId", "LeadId", "Email")


@dataclass(frozen=True, slots=True)
class CampaignReading:
    """A campaign as it was read."""

    members: tuple[CampaignMember, ...]
    responded: dict[str, bool]
    """{label: HasResponded}."""


def read_members(
    gateway: Gateway, campaign_id: str, *, schema: ObjectSchema, on_page: Callable[[int], object] | None = None
) -> CampaignReading:
    """Read a campaign's labels and members: one call, and one more for each further page of 2,000 members.

    `on_page` is told the number of members of each page. Raises ConfigurationProblemError where the campaign is gone,
    CallAgainError, SalesforceError.
    https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
    """
    fields = [name for name in _FIELDS if name in schema.fields]
    queries = [Query("labels", labels_query(campaign_id)), Query("members", members_query(campaign_id, fields=fields))]
    labels, first = gateway.composite(queries)
    raise_for(labels)
    raise_for(first)
    if not labels.records:
        raise ConfigurationProblemError("campaign_gone", campaign_id)
    members: list[CampaignMember] = []
    for page in _pages(gateway, first.records, next_url=first.next_url):
        members += [_member(row) for row in page]
        if on_page is not None:
            on_page(len(page))
    responded = {str(row["Label"]): bool(row.get("HasResponded")) for row in labels.records}
    return CampaignReading(tuple(members), responded)


def _pages(gateway: Gateway, records: tuple[Record, ...], *, next_url: str | None) -> Iterator[tuple[Record, ...]]:
    yield records
    while next_url:
        page = gateway.query_more(next_url)
        yield page.records
        next_url = page.next_url


def _member(row: Record) -> CampaignMember:
    record = MemberRecord(
        id=str(row["Id"]), label=str(row.get("Status") or ""), has_responded=bool(row.get("HasResponded"))
    )
    return CampaignMember(
        record=record,
        contact_id=str(row.get("ContactId") or ""),
        lead_id=str(row.get("LeadId") or ""),
        email=normalise_email(row.get("Email")),
    )
