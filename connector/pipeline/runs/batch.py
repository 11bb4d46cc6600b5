"""Load a claimed batch as the values that the rules work on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import F, Q

from connector.core.outcomes import EntryState
from connector.core.rows import LinkPolicy, PersonRef, Row
from connector.core.schema import PersonType
from connector.core.state import State
from connector.inwink.identity import Identity
from connector.models import CampaignLink, FieldMapping, OutboxEntry, PersonChoice
from connector.pipeline.policies import policy_of
from connector.pipeline.privacy.erased import find_erased


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a run: those claimed, and their siblings on the same emails."""

    link: CampaignLink
    rows: tuple[Row, ...]
    entries: dict[int, OutboxEntry]
    """{id: entry} of the claimed rows."""
    policy: LinkPolicy
    choices: dict[str, PersonRef]
    """{email: record that a person chose for it}."""
    siblings: Mapping[int, EntryState] = field(default_factory=dict)
    """{id: where it stands} of the rows that are here only because they share an email or a record."""
    others: tuple[Row, ...] = ()
    """Rows that share nothing but a record."""

    @property
    def version(self) -> str:
        """What `sent_hash` covers beside the participant: configuration, campaign and organisation."""
        return f"{self.link.config_version}/{self.link.campaign_id}/{self.link.org.organization_id}"


def load_batch(link_id: int, entry_ids: Iterable[int]) -> Batch:
    """Read everything that planning needs, in a constant number of queries.

    A claimed entry that a message has given another email since is left out, and so released as it is: another worker
    may have that email in hand.
    """
    link = CampaignLink.objects.select_related("org").get(pk=link_id)
    wanted = OutboxEntry.objects.filter(pk__in=list(entry_ids)).select_related("source")
    moved = Q(state=EntryState.CLAIMED) & ~Q(email_key=F("claimed_email"))
    entries = {entry.pk: entry for entry in wanted.exclude(moved)}
    emails = {entry.email_key for entry in entries.values() if entry.email_key}
    siblings = list(OutboxEntry.objects.filter(link=link, email_key__in=emails).exclude(pk__in=entries))
    rows = _mark_erased(
        [
            *(row_of(entry, is_claimed=True) for entry in entries.values()),
            *(row_of(entry, is_claimed=False) for entry in siblings),
        ],
        event_id=link.inwink_event_id,
    )
    return Batch(
        link=link,
        rows=tuple(sorted(rows, key=lambda row: row.id)),
        entries=entries,
        policy=policy_of(link, language=_language(entries.values())),
        choices=_choices(link, emails),
        siblings={entry.pk: EntryState(entry.state) for entry in siblings},
    )


def batch_of_new(link: CampaignLink, entries: Collection[OutboxEntry], mappings: Iterable[FieldMapping]) -> Batch:
    """Return the batch of participants of a link that is not saved yet; entries and mappings are not saved either.

    Each entry needs a number of its own as its key.
    """
    rows = _mark_erased([row_of(one, is_claimed=True) for one in entries], event_id=link.inwink_event_id)
    return Batch(
        link=link,
        rows=tuple(sorted(rows, key=lambda row: row.id)),
        entries={entry.pk: entry for entry in entries},
        policy=policy_of(link, language=_language(entries), mappings=mappings),
        choices=_choices(link, {entry.email_key for entry in entries if entry.email_key}),
    )


def _choices(link: CampaignLink, emails: Collection[str]) -> dict[str, PersonRef]:
    chosen = PersonChoice.objects.filter(org_id=link.org_id, email_key__in=emails)
    return {choice.email_key: PersonRef(PersonType(choice.person_type), choice.person_id) for choice in chosen}


def with_rows_of(batch: Batch, refs: Collection[PersonRef]) -> Batch:
    """Return the batch with the event's rows that earlier runs sent to these records under another email.

    A link that is only being prepared has sent nobody yet.
    """
    if batch.link._state.adding:
        return batch
    known = [row.id for row in batch.rows]
    entries = OutboxEntry.objects.filter(link=batch.link, person_id__in={ref.id for ref in refs}).exclude(pk__in=known)
    found = list(entries.order_by("pk"))
    rows = _mark_erased([row_of(one, is_claimed=False) for one in found], event_id=batch.link.inwink_event_id)
    states = {entry.pk: EntryState(entry.state) for entry in found}
    return replace(batch, others=tuple(rows), siblings={**batch.siblings, **states})


def _mark_erased(rows: Sequence[Row], *, event_id: str) -> list[Row]:
    """Mark the rows of people who asked to be forgotten while a message of theirs was being stored."""
    erased = find_erased([Identity.of_row(row.email, event_id=event_id, key=row.key) for row in rows])
    return [replace(row, is_erased=place in erased) for place, row in enumerate(rows)] if erased else list(rows)


def _language(entries: Iterable[OutboxEntry]) -> str:
    return next((entry.source.locale for entry in entries if entry.source is not None), "fr")


def row_of(entry: OutboxEntry, *, is_claimed: bool) -> Row:
    """Return an entry as the rules see it."""
    return Row(
        id=entry.pk,
        known=entry.known(),
        key=entry.participant_key,
        email=entry.email_key,
        is_claimed=is_claimed,
        answers=entry.answers,
        is_forced=entry.is_forced,
        is_correction=entry.is_correction,
        person=_person_of(entry),
        member_id=entry.member_id,
        created_by_us=entry.created_by_us,
        matched_email=entry.matched_email,
        matched_last_name=entry.matched_last_name,
        sent_values=entry.sent_values,
        sent_label=entry.sent_label,
        member_label=entry.member_label,
        synced_state=State(entry.synced_state) if entry.synced_state else None,
        sent_hash=entry.sent_hash,
        sent_person_hash=entry.sent_person_hash,
        last_synced_at=entry.last_synced_at,
        last_read_at=entry.last_read_at,
        create_sent_at=entry.create_sent_at,
        unclear_email=entry.create_sent_email,
    )


def _person_of(entry: OutboxEntry) -> PersonRef | None:
    return PersonRef(PersonType(entry.person_type), entry.person_id) if entry.person_id else None
