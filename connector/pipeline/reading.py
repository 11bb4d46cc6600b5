"""Read people, their membership of the campaign and its labels, in as few calls as the limits allow (rule 7.1)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connector.core.errors import ErrorKind, RowError
from connector.core.match import Records
from connector.core.participant import normalise_email
from connector.core.rows import LinkPolicy, MemberRecord, PersonRecord, PersonRef, Schemas
from connector.core.schema import ObjectSchema, PersonType, SObject
from connector.salesforce.composite import Query, SubResponse, pack
from connector.salesforce.gateway import Gateway, Record, child_records
from connector.salesforce.soql import encode_query, labels_query, pack_keys, person_query

MEMBERS = "CampaignMembers"
"""Child relationship from Contact and Lead to CampaignMember."""
_LABELS = "labels"

_PERSON_FIELDS = ("Id", "Email", "FirstName", "LastName", "LastActivityDate", "CreatedDate", "IsDeleted",
                  "MasterRecordId", "IsConverted", "ConvertedContactId", "IsPersonAccount", "Company")  # fmt: skip
CORE_FIELDS = {
    SObject.CONTACT: ("Id", "Email", "LastName"),
    SObject.LEAD: ("Id", "Email", "LastName", "IsConverted", "ConvertedContactId"),
    SObject.CAMPAIGN_MEMBER: ("Id", "Status"),
}
"""Without these a link cannot work: its pause says which one is missing."""
_MEMBER_FIELDS = ("Id", "Status", "HasResponded")
_PASSING = frozenset(
    {
        ErrorKind.RETRYABLE,
        ErrorKind.SIBLING,
        ErrorKind.REMOTE_UNAVAILABLE,
        ErrorKind.LIMIT,
        ErrorKind.SIGN_IN,
        ErrorKind.TOO_MUCH_AT_ONCE,
    }
)
"""Kinds of failure of a query that a later run may not meet."""
MAX_ROUNDS = 6
"""Rounds in which merges and conversions are followed."""


class ConfigurationProblemError(Exception):
    """Something of the set-up is gone; the link waits until a person mends it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class SchemaChangedError(Exception):
    """Salesforce does not know a field that its last describe had."""

    def __init__(self, error: RowError) -> None:
        super().__init__(error.code)
        self.error = error


class CallAgainError(Exception):
    """A query failed in a way that passes by itself."""

    def __init__(self, error: RowError) -> None:
        super().__init__(error.code)
        self.error = error


@dataclass(slots=True)
class Readings:
    """What was read in a run."""

    records: Records = field(default_factory=Records)
    labels: dict[str, bool] = field(default_factory=dict)
    """{label: HasResponded}, in the campaign's order."""
    label_rows: list[Record] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one campaign; `before_call` may raise to stop between two calls."""

    gateway: Gateway
    campaign_id: str
    policy: LinkPolicy
    schemas: Schemas
    before_call: Callable[[], None]

    def read(self, emails: Iterable[str], refs: Callable[[Records], Iterable[PersonRef]]) -> Readings:
        """Read everybody with these emails, then the ids that `refs` asks for once the emails are known.

        Contacts and Leads are both read, whatever the policy (rule 2.1).
        """
        readings = Readings()
        unique = sorted({email for email in emails if email})
        queries = [Query(_LABELS, labels_query(self.campaign_id))]
        for kind in PersonType:
            queries += self._queries(kind, key_field="Email", keys=unique)
        self._ask(queries, readings)
        for _round in range(MAX_ROUNDS):
            missing = readings.records.missing_refs(list(refs(readings.records)))
            asked = [query for kind in PersonType for query in self._id_queries(kind, missing)]
            if not asked:
                break
            self._ask(asked, readings)
            self._bury_unseen(readings.records, missing)
        return readings

    def _id_queries(self, kind: PersonType, refs: set[PersonRef]) -> list[Query]:
        ids = sorted(ref.id for ref in refs if ref.type is kind)
        return self._queries(kind, key_field="Id", keys=ids) if ids else []

    def _queries(self, kind: PersonType, *, key_field: str, keys: Sequence[str]) -> list[Query]:
        by_id = key_field == "Id"
        fields = person_fields(self.schemas[SObject(kind.value)], self.policy)
        members = member_fields(self.schemas[SObject.CAMPAIGN_MEMBER], self.policy)

        def text(some: Iterable[str]) -> str:
            return person_query(
                kind.value,
                fields=fields,
                key_field=key_field,
                keys=some,
                campaign_id=self.campaign_id,
                member_fields=members,
                only_live_members=by_id,
            )

        packs = pack_keys(keys, base_query_length=len(encode_query(text(()))))
        name = f"{kind.value.lower()}_{key_field.lower()}"
        return [Query(f"{name}_{number}", text(pack), include_deleted=by_id) for number, pack in enumerate(packs)]

    def _bury_unseen(self, records: Records, asked: set[PersonRef]) -> None:
        """Remember that an id which even queryAll does not know is gone without a trace."""
        for ref in records.missing_refs(list(asked)) & asked:
            records.add(PersonRecord(ref=ref, email="", is_deleted=True))

    def _ask(self, queries: Sequence[Query], readings: Readings) -> None:
        for part in pack(queries):
            self.before_call()
            for answer in self.gateway.composite(part):
                self._keep(answer, readings)

    def _keep(self, answer: SubResponse, readings: Readings) -> None:
        raise_for(answer)
        rows = list(answer.records)
        next_url = answer.next_url
        while next_url:
            self.before_call()
            page = self.gateway.query_more(next_url)
            rows += page.records
            next_url = page.next_url
        if answer.reference_id == _LABELS:
            readings.label_rows = rows
            readings.labels = {str(row["Label"]): bool(row.get("HasResponded")) for row in rows}
            return
        kind = PersonType(answer.reference_id.partition("_")[0].capitalize())
        for row in rows:
            readings.records.add(self._person(kind, row))

    def _person(self, kind: PersonType, row: Record) -> PersonRecord:
        account = row.get("Account") or {}
        return PersonRecord(
            ref=PersonRef(kind, str(row["Id"])),
            email=normalise_email(row.get("Email")),
            first_name=str(row.get("FirstName") or ""),
            last_name=str(row.get("LastName") or ""),
            company=str(row.get("Company") or account.get("Name") or ""),
            values=row,
            member=self._member(row),
            is_converted=bool(row.get("IsConverted")),
            converted_contact_id=str(row.get("ConvertedContactId") or ""),
            is_deleted=bool(row.get("IsDeleted")),
            master_id=str(row.get("MasterRecordId") or ""),
            is_person_account=bool(row.get("IsPersonAccount")),
            last_activity_at=str(row.get("LastActivityDate") or ""),
            created_at=str(row.get("CreatedDate") or ""),
        )

    def _member(self, row: Record) -> MemberRecord | None:
        members, next_url = child_records(row, MEMBERS)
        if next_url:
            self.before_call()
            members = self.gateway.all_children(row, MEMBERS)
        if not members:
            return None
        first = members[0]
        return MemberRecord(
            id=str(first["Id"]),
            label=str(first.get("Status") or ""),
            has_responded=bool(first.get("HasResponded")),
            values=first,
        )


def person_fields(schema: ObjectSchema, policy: LinkPolicy) -> list[str]:
    """Return the fields to read of one object: what matching needs, and what mappings compare."""
    core = [name for name in _PERSON_FIELDS if name in schema.fields]
    company = ["Account.Name"] if schema.name == SObject.CONTACT and "AccountId" in schema.fields else []
    return list(dict.fromkeys([*core, *company, *_mapped(schema, policy)]))


def member_fields(schema: ObjectSchema, policy: LinkPolicy) -> list[str]:
    """Return the fields to read of a membership."""
    core = [name for name in _MEMBER_FIELDS if name in schema.fields]
    return list(dict.fromkeys([*core, *_mapped(schema, policy)]))


def _mapped(schema: ObjectSchema, policy: LinkPolicy) -> list[str]:
    specs = (schema.find_field(rule.field) for rule in policy.mappings if rule.sobject == schema.name)
    return [spec.name for spec in specs if spec is not None]


def require_core_fields(schemas: Schemas) -> None:
    """Raise ConfigurationProblemError where the user cannot see a field without which nothing works."""
    for sobject, names in CORE_FIELDS.items():
        for name in names:
            if name not in schemas[sobject].fields:
                raise ConfigurationProblemError("core_field_gone", f"{sobject.value}.{name}")


def raise_for(answer: SubResponse) -> None:
    """Raise what the failure of a whole query or collection means for the run; return when it did not fail."""
    error = answer.error
    if error is None:
        return
    if error.kind is ErrorKind.FIELD_GONE:
        raise SchemaChangedError(error)
    if error.kind in _PASSING:
        raise CallAgainError(error)
    raise ConfigurationProblemError(error.code, error.message)
