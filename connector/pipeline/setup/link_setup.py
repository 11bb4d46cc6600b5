"""What the admin needs to set up a link: campaigns and labels to choose from, mappings to begin with, its state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from connector.core.checking.suggest import suggest_labels
from connector.core.schema import ObjectSchema, SObject
from connector.core.state import State
from connector.models import CampaignLink, FieldMapping, SalesforceOrg
from connector.models.fields import WrongEncryptionKey
from connector.models.links import ACCOUNT_WORDS, OWNER_WORDS
from connector.pipeline.connection.connect import (
    CampaignChoice,
    Label,
    borrowed_gateway,
    campaign_labels,
    object_schema,
    search_campaigns,
)
from connector.pipeline.outbox.enqueue import request_drain
from connector.pipeline.outbox.storage import try_again
from connector.pipeline.setup.new_people_check import Found, look_up_people
from connector.salesforce.errors import SalesforceError

MAPPED_OBJECTS = (SObject.CONTACT, SObject.LEAD, SObject.CAMPAIGN_MEMBER)


@dataclass(frozen=True, slots=True)
class Offer:
    """Campaigns that match what a person typed, or why Salesforce could not be asked."""

    choices: tuple[CampaignChoice, ...] = ()
    problem_code: str = ""
    """A code that advice explains; "" where the search went through."""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What Salesforce says about a link's campaign and objects, or why it could not be asked."""

    labels: tuple[str, ...] = ()
    responded: Mapping[str, bool] = field(default_factory=dict)
    """{label: whether it counts as responded}"""
    schemas: Mapping[SObject, ObjectSchema] = field(default_factory=dict)
    problem_code: str = ""
    people: Found = Found()
    """What it says about the owner and the account that a person just chose."""

    @property
    def is_known(self) -> bool:
        """Whether Salesforce answered."""
        return not self.problem_code

    @property
    def suggested(self) -> dict[State, str]:
        """The labels that are likely meant for the required states."""
        return suggest_labels(self.labels)

    def schema_of(self, sobject: SObject) -> ObjectSchema:
        """Return one describe; only where `is_known`."""
        return self.schemas[sobject]


def offer_campaigns(org: SalesforceOrg, text: str) -> Offer:
    """Search campaigns by a part of their name. Call outside a transaction: it speaks HTTP."""
    try:
        return Offer(choices=tuple(search_campaigns(org, text)))
    except SalesforceError as exc:
        return Offer(problem_code=exc.code)
    except WrongEncryptionKey:
        return Offer(problem_code="wrong_encryption_key")


def load_labels(org: SalesforceOrg, campaign_id: str, *, refresh: bool = False) -> LinkFacts:
    """Read the statuses of a campaign only. Call outside a transaction: it speaks HTTP."""
    try:
        labels = campaign_labels(org, campaign_id, refresh=refresh)
    except SalesforceError as exc:
        return LinkFacts(problem_code=exc.code)
    except WrongEncryptionKey:
        return LinkFacts(problem_code="wrong_encryption_key")
    return _facts(labels)


def load_facts(org: SalesforceOrg, campaign_id: str, *, refresh: bool = False) -> LinkFacts:
    """Read statuses and describes from their caches, else from Salesforce; with `refresh` the statuses always.

    Call outside a transaction: it speaks HTTP.
    """
    try:
        labels = campaign_labels(org, campaign_id, refresh=refresh)
        schemas = {sobject: object_schema(org, sobject) for sobject in MAPPED_OBJECTS}
    except SalesforceError as exc:
        return LinkFacts(problem_code=exc.code)
    except WrongEncryptionKey:
        return LinkFacts(problem_code="wrong_encryption_key")
    return replace(_facts(labels), schemas=schemas)


def _facts(labels: Sequence[Label]) -> LinkFacts:
    return LinkFacts(
        labels=tuple(label.label for label in labels),
        responded={label.label: label.has_responded for label in labels},
    )


def load_people(link: CampaignLink, facts: LinkFacts) -> LinkFacts:
    """Look up the owner and the account that a link not saved yet names by id. Call outside a transaction."""
    if not facts.schemas or (link.new_owner in OWNER_WORDS and link.contact_account in ACCOUNT_WORDS):
        return facts
    try:
        with borrowed_gateway(link.org, None) as gateway:
            return replace(facts, people=look_up_people(link, gateway, schema_of=facts.schema_of))
    except SalesforceError as exc:
        return replace(facts, problem_code=exc.code)
    except WrongEncryptionKey:
        return replace(facts, problem_code="wrong_encryption_key")


def add_mappings(link: CampaignLink, mappings: Iterable[FieldMapping]) -> None:
    """Give a new link the mappings that it begins with."""
    for position, mapping in enumerate(mappings):
        mapping.link, mapping.position = link, position
        mapping.save()  # one by one: each leaves a line in the history


def is_in_state(link: CampaignLink, state: CampaignLink.LinkState) -> bool:
    """Say whether a person's word would change nothing; a link that waits for something by itself is not resumed."""
    return link.state == state and not (state == CampaignLink.LinkState.ACTIVE and link.pause_kind)


def set_state(link: CampaignLink, state: CampaignLink.LinkState) -> bool:
    """Pause, resume, close or reopen a link on a person's word; False where it is in that state already.

    Whatever it waited for is tried again; what was kept meanwhile is sent.
    """
    with transaction.atomic():
        locked = CampaignLink.objects.select_for_update(no_key=True).get(pk=link.pk)
        if is_in_state(locked, state):
            return False
        locked.state = state
        is_paused = state == CampaignLink.LinkState.PAUSED
        locked.pause_kind = CampaignLink.PauseKind.MANUAL if is_paused else ""
        locked.pause_code = locked.pause_reason = ""
        locked.paused_until, locked.pause_count = None, 0
        locked.save()
        try_again(locked.pk, now=timezone.now())
        request_drain([locked.pk])
    return True
