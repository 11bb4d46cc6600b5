"""Read people, their membership of the campaign and its labels, in as few calls as the limits allow (rule 7.1)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connector.core.errors import ErrorKind, RowError
from connector.core.match_fields import MAIN_EMAIL
from connector.core.matching.match import Records
from connector.core.participant import normalise_email
from connector.core.rows import LinkPolicy, MemberRecord, PersonRecord, PersonRef, Schemas
from connector.core.schema import ObjectSchema, PersonType, SObject
from connector.pipeline.runs.accounts import ACCOUNTS
from connector.salesforce.composite import Query, SubResponse, pack
from connector.salesforce.gateway import Gateway, Record, child_records
from connector.salesforce.soql import encode_query, labels_query, pack_keys, person_query

MEMBERS = "CampaignMembers"
"""Child relationship from Contact and Lead to CampaignMember."""
_LABELS = "labels"

_PERSON_FIELDS = ("Id", "Email", "FirstName", "LastName", "LastActivityDate", "CreatedDate", "CreatedById",
                  "LastModifiedById", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId",
                  "IsPersonAccount", "Company")  # fmt: skip
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
    account_rows: list[Record] = field(default_factory=list)
    are_accounts_readable: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one campaign; `before_call` may raise to stop between two calls."""

    gateway: Gateway
    campaign_id: str
    policy: LinkPolicy
    schemas: Schemas
    before_call: Callable[[], None]
    account_queries: Sequence[Query] = ()
    """What is asked about accounts, in whatever slots the first calls leave free."""

    def read(
        self, emails: Iterable[str], refs: Callable[[Records], Iterable[PersonRef]], *, keys: Iterable[str] = ()
    ) -> Readings:
        """Read everybody with these emails and keys, then the ids that `refs` asks for once those are known.

        Contacts and Leads are both read, whatever the policy (rule 2.1).
        """
        readings = Readings()
        queries = [Query(_LABELS, labels_query(self.campaign_id))]
        for kind in PersonType:
            queries += self._queries(kind, "email", fields=self._email_fields(kind), keys=_unique(emails))
            queries += self._queries(kind, "key", fields=self._key_fields(kind), keys=_unique(keys))
        self._ask([*queries, *self.account_queries], readings)
        for _round in range(MAX_ROUNDS):
            missing = readings.records.missing_refs(list(refs(readings.records)))
            asked = [query for kind in PersonType for query in self._id_queries(kind, missing)]
            if not asked:
                break
            self._ask(asked, readings)
            self._bury_unseen(readings.records, missing)
        return readings

    def _id_queries(self, kind: PersonType, refs: set[PersonRef]) -> list[Query]:
        return self._queries(kind, "id", fields=("Id",), keys=_unique(ref.id for ref in refs if ref.type is kind))

    def _email_fields(self, kind: PersonType) -> list[str]:
        return self._spelt(kind, self.policy.match_fields.email_fields(kind))

    def _key_fields(self, kind: PersonType) -> list[str]:
        return self._spelt(kind, [self.policy.match_fields.key_field(kind)])

    def _spelt(self, kind: PersonType, names: Iterable[str]) -> list[str]:
        specs = (self.schemas[SObject(kind.value)].find_field(name) for name in names)
        return [spec.name for spec in specs if spec is not None]

    def _queries(self, kind: PersonType, by: str, *, fields: Sequence[str], keys: Sequence[str]) -> list[Query]:
        """Ask for everybody who holds one of the keys in one of the fields."""
        if not fields or not keys:
            return []
        columns = person_fields(self.schemas[SObject(kind.value)], self.policy)
        members = member_fields(self.schemas[SObject.CAMPAIGN_MEMBER], self.policy)
        by_id = by == "id"

        def text(some: Sequence[str]) -> str:
            return person_query(
                kind.value,
                fields=columns,
                key_fields=fields,
                keys=some,
                campaign_id=self.campaign_id,
                member_fields=members,
                only_live_members=by_id,
            )

        packs = pack_keys(keys, base_query_length=len(encode_query(text(()))), copies=len(fields))
        name = f"{kind.value.lower()}_{by}"
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
        is_account = answer.reference_id.startswith(ACCOUNTS)
        if is_account and answer.error is not None and answer.error.kind not in _PASSING:
            readings.are_accounts_readable = False  # an account is worth keeping nobody out
            return
        raise_for(answer)
        rows = self._all_rows(answer)
        if is_account:
            readings.account_rows += rows
            return
        if answer.reference_id == _LABELS:
            readings.label_rows = rows
            readings.labels = {str(row["Label"]): bool(row.get("HasResponded")) for row in rows}
            return
        kind = PersonType(answer.reference_id.partition("_")[0].capitalize())
        for row in rows:
            readings.records.add(self._person(kind, row))

    def _all_rows(self, answer: SubResponse) -> list[Record]:
        rows = list(answer.records)
        next_url = answer.next_url
        while next_url:
            self.before_call()
            page = self.gateway.query_more(next_url)
            rows += page.records
            next_url = page.next_url
        return rows

    def _person(self, kind: PersonType, row: Record) -> PersonRecord:
        account = row.get("Account") or {}
        return PersonRecord(
            ref=PersonRef(kind, str(row["Id"])),
            email=normalise_email(row.get(MAIN_EMAIL)),
            emails=tuple(normalise_email(row.get(name)) for name in self._email_fields(kind)),
            key="".join(str(row.get(name) or "") for name in self._key_fields(kind)),
            is_key_case_sensitive=self._is_key_case_sensitive(kind),
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
            account_id=str(row.get("AccountId") or ""),
            last_activity_at=str(row.get("LastActivityDate") or ""),
            created_at=str(row.get("CreatedDate") or ""),
            created_by_id=str(row.get("CreatedById") or ""),
            last_modified_by_id=str(row.get("LastModifiedById") or ""),
        )

    def _is_key_case_sensitive(self, kind: PersonType) -> bool:
        schema = self.schemas[SObject(kind.value)]
        return any(schema.fields[name].is_case_sensitive for name in self._key_fields(kind))

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
    company = ["AccountId", "Account.Name"] if schema.name == SObject.CONTACT and "AccountId" in schema.fields else []
    specs = (schema.find_field(name) for name in policy.match_fields.of(PersonType(schema.name)))
    searched = [spec.name for spec in specs if spec is not None]
    return list(dict.fromkeys([*core, *company, *searched, *_mapped(schema, policy)]))


def member_fields(schema: ObjectSchema, policy: LinkPolicy) -> list[str]:
    """Return the fields to read of a membership."""
    core = [name for name in _MEMBER_FIELDS if name in schema.fields]
    return list(dict.fromkeys([*core, *_mapped(schema, policy)]))


def _mapped(schema: ObjectSchema, policy: LinkPolicy) -> list[str]:
    specs = (schema.find_field(rule.field) for rule in policy.mappings if rule.sobject == schema.name)
    return [spec.name for spec in specs if spec is not None]


def _unique(keys: Iterable[str]) -> list[str]:
    return sorted({key for key in keys if key})


def require_core_fields(schemas: Schemas, policy: LinkPolicy) -> None:
    """Raise ConfigurationProblemError where the user cannot see a field without which nothing works.

    So are the fields by which people are searched: whoever is not found through one of them would be created again.
    """
    searched = {SObject(kind.value): policy.match_fields.of(kind) for kind in PersonType}
    for sobject, names in CORE_FIELDS.items():
        for name in (*names, *searched.get(sobject, ())):
            if schemas[sobject].find_field(name) is None:
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
