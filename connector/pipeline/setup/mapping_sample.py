"""What was really received for an event, for whoever edits its mappings; no call to Salesforce."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from connector.core.mapping import Facts
from connector.core.outcomes import EntryState
from connector.core.planning.field_values import Context
from connector.core.planning.reach import is_sent
from connector.core.rows import LinkPolicy, Row
from connector.core.schema import ObjectSchema, SObject
from connector.core.screen import Person
from connector.models import CampaignLink, OutboxEntry
from connector.pipeline.policies import policy_of
from connector.pipeline.runs.batch import row_of

SAMPLED = 500
"""Participants whose values are looked at; the newest ones."""
_NOT_SENT = (EntryState.LEFT_OUT, EntryState.NEEDS_ANSWER)
"""How a participant ends of whom nothing is sent; they wait again once inwink, the link or a person says otherwise."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest participants of an event."""

    policy: LinkPolicy
    people: Mapping[int, Facts]
    """{entry id: what mappings can read}, the newest first."""
    sent: Mapping[int, Row]
    """Those of whom anything is sent: nobody whom the rules or the last run left out."""
    total: int
    """Participants of the event; all of them where that is no more than SAMPLED."""

    @property
    def language(self) -> str:
        """How the source writes dates and numbers."""
        return self.policy.locale.language

    @property
    def zone(self) -> ZoneInfo:
        """Where the event takes place."""
        return ZoneInfo(self.policy.locale.time_zone)

    def context(self, schemas: Mapping[SObject, ObjectSchema]) -> Context:
        """Return what values are converted with."""
        return Context(self.policy, schemas, {})


def load_sample(link: CampaignLink, *, also: OutboxEntry | None = None) -> Sample:
    """Read the newest participants, and one more who is wanted as an example; three queries."""
    newest = list(_entries(link).order_by("-pk")[:SAMPLED])
    entries = {entry.pk: entry for entry in ([also, *newest] if also is not None else newest)}
    locale = next((entry.source.locale for entry in newest if entry.source is not None), "fr")
    policy = policy_of(link, language=locale)
    total = len(newest) if len(newest) < SAMPLED else OutboxEntry.objects.filter(link=link).count()
    rows = {pk: row_of(entry, is_claimed=True) for pk, entry in entries.items()}
    people = {pk: Person((row,), row.email).facts(policy) for pk, row in rows.items()}
    sent = {pk: row for pk, row in rows.items() if entries[pk].state not in _NOT_SENT and is_sent(row, policy)}
    return Sample(policy, people, sent, total)


def find_example(link: CampaignLink, entry_id: int) -> OutboxEntry | None:
    """Return a participant of the link; None where it has no such one."""
    return _entries(link).filter(pk=entry_id).first()


def _entries(link: CampaignLink) -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(link=link).select_related("source").defer("notes", "candidates")
