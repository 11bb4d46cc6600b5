"""Read what Salesforce holds now, and decide which values are put back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.core.participant import Json
from connector.core.planning.person_account import as_contact, is_writable
from connector.core.put_back import STATUS, Kept, Restore, Trace, decide_restore
from connector.core.rows import Schemas
from connector.core.schema import FieldSpec, SObject
from connector.models import CampaignLink
from connector.pipeline.connection.schemas import SOBJECTS, load_schemas
from connector.pipeline.put_back.selection import Selection
from connector.pipeline.runs.reading import raise_for
from connector.salesforce.composite import Query, SubResponse, pack
from connector.salesforce.gateway import Gateway, Record
from connector.salesforce.soql import encode_query, labels_query, pack_keys, records_query

_LABELS = "labels"
_IDENTITY = {
    SObject.CONTACT: ("Id", "IsPersonAccount", "AccountId"),
    SObject.LEAD: ("Id", "IsConverted"),
    SObject.CAMPAIGN_MEMBER: ("Id", "CampaignId"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one value."""

    trace: Trace
    verdict: Restore | Kept
    current: Json = None
    """What Salesforce holds."""
    account_id: str = ""
    """The Account through which a Person Account is written; "" for everybody else."""


@dataclass(frozen=True, slots=True)
class Values:
    """One organisation's records as they are now; reads as it is asked."""

    gateway: Gateway
    link: CampaignLink
    schemas: Schemas
    clears_created: bool

    def decide(self, traces: Sequence[Trace]) -> list[Decision]:
        """Read the records concerned and decide about each value; in the order of the traces.

        Raises SalesforceError, ConfigurationProblemError, CallAgainError.
        """
        labels, records = self._read(traces)
        return [self._decide(trace, records.get(trace.record_id), labels=labels) for trace in traces]

    def _decide(self, trace: Trace, record: Record | None, *, labels: set[str]) -> Decision:
        is_person = record is not None and bool(record.get("IsPersonAccount"))
        spec = self._spec(trace, is_person_account=is_person)
        verdict = decide_restore(trace, record, spec=spec, labels=labels, clears_created=self.clears_created)
        current = record.get(spec.name) if record is not None and spec is not None else None
        return Decision(trace, verdict, current, str(record["AccountId"]) if record is not None and is_person else "")

    def _spec(self, trace: Trace, *, is_person_account: bool) -> FieldSpec | None:
        """Return the field, with the limits and rights of the Account where the record is a Person Account."""
        schema, account = self.schemas.get(trace.sobject), self.schemas.get(SObject.ACCOUNT)
        if schema is None or not is_person_account:
            return schema.find_field(trace.field) if schema is not None else None
        if account is None or not is_writable(account):
            return None
        return as_contact(schema, account, names=[trace.field]).find_field(trace.field)

    def _read(self, traces: Iterable[Trace]) -> tuple[set[str], dict[str, Record]]:
        """Return the campaign's labels, and {id: record} of the records that are still what they were."""
        queries: list[Query] = [Query(_LABELS, labels_query(self.link.campaign_id))]
        for sobject in SOBJECTS:
            queries += self._queries(sobject, [trace for trace in traces if trace.sobject is sobject])
        labels: set[str] = set()
        records: dict[str, Record] = {}
        for part in pack(queries):
            for answer in self.gateway.composite(part):
                raise_for(answer)
                if answer.reference_id == _LABELS:
                    labels = {str(row["Label"]) for row in answer.records}
                else:
                    records |= {str(row["Id"]): row for row in self._all_rows(answer) if self._is_ours(row)}
        return labels, records

    def _queries(self, sobject: SObject, traces: Sequence[Trace]) -> list[Query]:
        known = self.schemas[sobject].fields
        specs = [self.schemas[sobject].find_field(trace.field) for trace in traces]
        fields = [name for name in _IDENTITY[sobject] if name in known]
        fields = list(dict.fromkeys([*fields, *(spec.name for spec in specs if spec is not None)]))
        ids = list(dict.fromkeys(trace.record_id for trace in traces if trace.record_id))
        length = len(encode_query(records_query(sobject.value, fields=fields, ids=())))
        return [
            Query(f"{sobject.value}_{number}", records_query(sobject.value, fields=fields, ids=some))
            for number, some in enumerate(pack_keys(ids, base_query_length=length))
        ]

    def _all_rows(self, answer: SubResponse) -> Iterable[Record]:
        yield from answer.records
        next_url = answer.next_url
        while next_url:
            page = self.gateway.query_more(next_url)
            yield from page.records
            next_url = page.next_url

    def _is_ours(self, row: Record) -> bool:
        """Say whether a record can still be written: no converted lead, no membership of another campaign."""
        return not row.get("IsConverted") and row.get("CampaignId", self.link.campaign_id) == self.link.campaign_id


def values_of(link: CampaignLink, gateway: Gateway, *, selection: Selection) -> Values:
    """Return what reads for a selection; where one field was named, it is emptied on people whom we created."""
    return Values(gateway, link, load_schemas(link.org, gateway), clears_created=bool(selection.path))


def restored_values(decisions: Iterable[Decision], schemas: Schemas) -> Mapping[str, Json]:
    """Return {api name: value} of one record's values that are put back."""
    values: dict[str, Json] = {}
    for one in decisions:
        spec = schemas[one.trace.sobject].find_field(one.trace.field)
        if isinstance(one.verdict, Restore) and spec is not None:
            values[spec.name] = one.verdict.value
    return values


def restored_label(values: Mapping[str, Json]) -> str:
    """Return the status among a membership's values, "" where it stays."""
    return str(values.get(STATUS) or "")
