"""Factories of all models: `OutboxEntryFactory.create(state=EntryState.FAILED)` is a row that the constraints accept.

Call `.create()`, not the class: type checkers then know what comes back.
"""

# mypy: disable-error-code="no-untyped-call"
# factory-boy types its factories, not its declarations.

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from connector.core.outcomes import EntryState, Outcome, Reason
from connector.core.participant import name_words
from connector.core.schema import PersonType, SObject
from connector.core.state import State
from connector.models import (
    Alert,
    ApiCallCount,
    CampaignLabels,
    CampaignLink,
    DrainRequest,
    ErasedPerson,
    ErasureKey,
    Errand,
    EventPreview,
    FieldMapping,
    FirstRunDismissal,
    Invitation,
    LastImport,
    LastMessage,
    LinkDraft,
    LinkTemplate,
    MemberCount,
    MessageParticipant,
    OutboxEntry,
    PersonChoice,
    SalesforceOrg,
    SalesforceSchema,
    SyncAttempt,
    SyncRun,
    UnlinkedEvent,
    UnlinkedParticipant,
    UploadedExport,
    WebhookMessage,
    WebhookSource,
    WorkerHeartbeat,
)
from connector.models.fields import Secret, conceal_list
from connector.models.known import KnownParticipant
from connector.models.outbox import ENDED_WITH_REASON

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""The time at which rows of the factories came into being."""

SIGNING_SECRET = "whsec_dGVzdHMtb25seS13ZWJob29rLXNlY3JldC0wMTIz"
"""The signing secret of every `WebhookSourceFactory`."""

Row = TypeVar("Row", bound=KnownParticipant)

_ENDED: frozenset[str] = frozenset(ENDED_WITH_REASON)


def _salesforce_id(prefix: str, number: int) -> str:
    """Return an 18-character id of the object that `prefix` stands for."""
    return f"{prefix}{number:012d}AAA"


def _payload_of(row: Any) -> dict[str, Any]:
    registration = None if row.participant_state == State.ATTENDED else row.participant_state or None
    return {
        "id": row.participant_key,
        "email": f"{row.participant_key}@example.org",
        "first_name": "Ada",
        "last_name": f"Lovelace {row.participant_key}",
        "position": "CTO",
        "company": "Analytical",
        "registration": registration or State.REGISTERED.value,
        "came": row.participant_state == State.ATTENDED,
    }


class SalesforceOrgFactory(DjangoModelFactory[SalesforceOrg]):
    """A connected organisation with client credentials and a token that need not be renewed."""

    class Meta:
        model = SalesforceOrg

    name = Sequence(lambda n: f"Acme {n}")
    login_url = "http://127.0.0.1:18080"
    client_id = "3MVG9consumer"
    client_secret = LazyFunction(lambda: Secret.conceal("client-secret"))
    access_token = LazyFunction(lambda: Secret.conceal("00Dtoken"))
    token_issued_at = NOW
    organization_id = Sequence(lambda n: _salesforce_id("00D", n))
    instance_url = "http://127.0.0.1:18080"
    visibility_confirmed = True


class SalesforceSchemaFactory(DjangoModelFactory[SalesforceSchema]):
    """An empty describe of Contact."""

    class Meta:
        model = SalesforceSchema

    org = SubFactory(SalesforceOrgFactory)
    sobject = SObject.CONTACT.value
    body = LazyAttribute(lambda schema: {"name": schema.sobject, "fields": []})
    fetched_at = NOW


class CampaignLabelsFactory(DjangoModelFactory[CampaignLabels]):
    """Registered and Attended, beside Salesforce's default label."""

    class Meta:
        model = CampaignLabels

    org = SubFactory(SalesforceOrgFactory)
    campaign_id = Sequence(lambda n: _salesforce_id("701", n))
    labels = LazyFunction(
        lambda: [
            {"label": "Sent", "has_responded": False, "is_default": True},
            {"label": "Registered", "has_responded": True, "is_default": False},
            {"label": "Attended", "has_responded": True, "is_default": False},
        ]
    )
    read_at = NOW


class PersonChoiceFactory(DjangoModelFactory[PersonChoice]):
    """A contact chosen for an email that several records share."""

    class Meta:
        model = PersonChoice

    org = SubFactory(SalesforceOrgFactory)
    email_key = Sequence(lambda n: f"shared{n}@example.org")
    person_type = PersonType.CONTACT.value
    person_id = Sequence(lambda n: _salesforce_id("003", n))
    chosen_by = "alice"
    chosen_at = NOW


class ApiCallCountFactory(DjangoModelFactory[ApiCallCount]):
    """The calls that we made in one hour."""

    class Meta:
        model = ApiCallCount

    org = SubFactory(SalesforceOrgFactory)
    hour_at = NOW
    calls = 7


class ErasedPersonFactory(DjangoModelFactory[ErasedPerson]):
    """Somebody who asked to be forgotten."""

    class Meta:
        model = ErasedPerson

    digest = Sequence(lambda n: f"{n:064x}")
    erased_at = NOW
    erased_by = "alice"


class ErasureKeyFactory(DjangoModelFactory[ErasureKey]):
    """The one key of the hashes of erased people."""

    class Meta:
        model = ErasureKey
        django_get_or_create = ("id",)

    id = ErasureKey.ONLY
    secret = LazyFunction(lambda: Secret.conceal("5e" * 32))


class CampaignLinkFactory(DjangoModelFactory[CampaignLink]):
    """An active link with the default policies."""

    class Meta:
        model = CampaignLink

    inwink_event_id = Sequence(lambda n: f"event-{n}")
    event_name = Sequence(lambda n: f"Salon {n}")
    org = SubFactory(SalesforceOrgFactory)
    campaign_id = Sequence(lambda n: _salesforce_id("701", n))
    campaign_name = LazyAttribute(lambda link: link.event_name)


class AlertFactory(DjangoModelFactory[Alert]):
    """A link that stopped, of which nobody was told yet."""

    class Meta:
        model = Alert

    kind = Alert.Kind.STOPPED.value
    link = SubFactory(CampaignLinkFactory)
    began_at = NOW
    try_at = NOW


class FieldMappingFactory(DjangoModelFactory[FieldMapping]):
    """A custom field of inwink written to a member field."""

    class Meta:
        model = FieldMapping

    link = SubFactory(CampaignLinkFactory)
    object = FieldMapping.Object.CAMPAIGN_MEMBER.value
    field = Sequence(lambda n: f"Dietary{n}__c")
    source = "fields.dietary"


class EventPreviewFactory(DjangoModelFactory[EventPreview]):
    """What somebody saw who looked at an event without participants."""

    class Meta:
        model = EventPreview

    link = SubFactory(CampaignLinkFactory)
    made_at = NOW
    made_by = "alice"
    config_version = 1
    entry_count = 0
    api_calls = 3


class WebhookSourceFactory(DjangoModelFactory[WebhookSource]):
    """An active source that signs with `SIGNING_SECRET`."""

    class Meta:
        model = WebhookSource

    name = Sequence(lambda n: f"inwink {n}")
    signing_secrets = LazyFunction(lambda: conceal_list([SIGNING_SECRET]))


class WebhookMessageFactory(DjangoModelFactory[WebhookMessage]):
    """An accepted message of one participant."""

    class Meta:
        model = WebhookMessage

    source = SubFactory(WebhookSourceFactory)
    message_id = Sequence(lambda n: f"msg_{n}")
    received_at = NOW
    body = '{"id": "p1", "eventId": "event-1", "email": "ada@example.org"}'
    status = WebhookMessage.Status.ACCEPTED.value
    answer_status = 202
    answer = LazyAttribute(
        lambda message: {
            "message_id": message.message_id,
            "accepted": 1,
            "unchanged": 0,
            "stale": 0,
            "unlinked": 0,
            "rejected": [],
        }
    )
    accepted_count = 1


class MessageParticipantFactory(DjangoModelFactory[MessageParticipant]):
    """A participant who was new with the message."""

    class Meta:
        model = MessageParticipant

    message = SubFactory(WebhookMessageFactory)
    place = 0
    event_id = "event-1"
    participant_key = Sequence(lambda n: f"participant-{n}")
    effect = MessageParticipant.Effects.NEW.value


class UnlinkedEventFactory(DjangoModelFactory[UnlinkedEvent]):
    """An event that no link names."""

    class Meta:
        model = UnlinkedEvent

    event_id = Sequence(lambda n: f"unlinked-event-{n}")
    event_name = "Not linked"
    first_message_at = NOW
    last_message_at = NOW


class KnownParticipantFactory(DjangoModelFactory[Row]):
    """A registered participant, in either table; `participant_state` decides the payload and the states seen."""

    class Meta:
        abstract = True

    participant_key = Sequence(lambda n: f"participant-{n}")
    participant_state = State.REGISTERED.value
    payload = LazyAttribute(_payload_of)
    states_seen = LazyAttribute(lambda row: [row.participant_state] if row.participant_state else [])
    changed_at = NOW
    first_registered_at = LazyAttribute(lambda row: NOW if row.participant_state == State.REGISTERED else None)
    attended_at = LazyAttribute(lambda row: NOW if row.participant_state == State.ATTENDED else None)


class UnlinkedParticipantFactory(KnownParticipantFactory[UnlinkedParticipant]):
    """A registered participant of an event that is not linked."""

    class Meta:
        model = UnlinkedParticipant

    event_id = "unlinked-event"


class OutboxEntryFactory(KnownParticipantFactory[OutboxEntry]):
    """A waiting entry; other states get the columns that their constraints demand."""

    class Meta:
        model = OutboxEntry

    link = SubFactory(CampaignLinkFactory)
    email_key = LazyAttribute(lambda entry: str(entry.payload.get("email") or "").strip().lower())
    name_words = LazyAttribute(lambda entry: name_words(entry.payload))
    target_state = LazyAttribute(lambda entry: entry.participant_state)
    first_seen_at = NOW
    available_at = NOW
    state = EntryState.PENDING.value
    reason = LazyAttribute(lambda entry: Reason.REFUSED_BY_SALESFORCE.value if entry.state in _ENDED else "")
    dirty_since = LazyAttribute(lambda entry: None if entry.state == EntryState.SYNCED else NOW)
    synced_generation = LazyAttribute(lambda entry: entry.generation if entry.state == EntryState.SYNCED else 0)
    generation = 1
    claim_token = LazyAttribute(lambda entry: uuid.uuid4() if entry.state == EntryState.CLAIMED else None)
    create_sent_at = None
    claimed_email = LazyAttribute(
        lambda entry: entry.email_key if entry.state == EntryState.CLAIMED or entry.create_sent_at else ""
    )
    claimed_generation = LazyAttribute(lambda entry: entry.generation if entry.state == EntryState.CLAIMED else None)
    lease_expires_at = LazyAttribute(
        lambda entry: NOW + timedelta(seconds=150) if entry.state == EntryState.CLAIMED else None
    )


class DrainRequestFactory(DjangoModelFactory[DrainRequest]):
    """A drain that was asked for and has not begun."""

    class Meta:
        model = DrainRequest

    link = SubFactory(CampaignLinkFactory)
    requested_at = NOW


class WorkerHeartbeatFactory(DjangoModelFactory[WorkerHeartbeat]):
    """A worker that is alive."""

    class Meta:
        model = WorkerHeartbeat

    name = Sequence(lambda n: f"worker-{n}")
    started_at = NOW
    beat_at = NOW


class LastMessageFactory(DjangoModelFactory[LastMessage]):
    """An event that was heard of."""

    class Meta:
        model = LastMessage

    link = SubFactory(CampaignLinkFactory)
    received_at = NOW


class LastImportFactory(DjangoModelFactory[LastImport]):
    """An event of which a file was imported."""

    class Meta:
        model = LastImport

    link = SubFactory(CampaignLinkFactory)
    imported_at = NOW


class MemberCountFactory(DjangoModelFactory[MemberCount]):
    """A campaign that was counted."""

    class Meta:
        model = MemberCount

    link = SubFactory(CampaignLinkFactory)
    campaign_id = LazyAttribute(lambda count: count.link.campaign_id)
    counts = LazyFunction(lambda: {"Registered": 3, "Attended": 2})
    counted_at = NOW


class SyncRunFactory(DjangoModelFactory[SyncRun]):
    """A run of one entry that was created, in six calls."""

    class Meta:
        model = SyncRun

    link = SubFactory(CampaignLinkFactory)
    link_label = LazyAttribute(lambda run: str(run.link) if run.link else "Salon")
    org_label = LazyAttribute(lambda run: run.link.org.name if run.link else "Acme")
    org_id_at_run = LazyAttribute(lambda run: run.link.org_id if run.link else None)
    trigger = SyncRun.Trigger.DRAIN.value
    started_at = NOW
    ended_at = NOW + timedelta(seconds=1)
    entry_count = 1
    created_count = 1
    api_calls = 6


class SyncAttemptFactory(DjangoModelFactory[SyncAttempt]):
    """An attempt that created a contact and its membership."""

    class Meta:
        model = SyncAttempt

    entry = SubFactory(OutboxEntryFactory, state=EntryState.SYNCED.value)
    link = LazyAttribute(lambda attempt: attempt.entry.link if attempt.entry else None)
    run = LazyAttribute(lambda attempt: SyncRunFactory.create(link=attempt.link))
    link_label = LazyAttribute(lambda attempt: str(attempt.link) if attempt.link else "Salon")
    participant_key = LazyAttribute(lambda attempt: attempt.entry.participant_key if attempt.entry else "p")
    email_key = LazyAttribute(lambda attempt: attempt.entry.email_key if attempt.entry else "")
    created_at = NOW
    generation = 1
    outcome = Outcome.CREATED.value
    person_type = PersonType.CONTACT.value
    person_id = Sequence(lambda n: _salesforce_id("003", n))
    member_id = Sequence(lambda n: _salesforce_id("00v", n))
    changes = LazyFunction(lambda: {"CampaignMember.Status": [None, "Registered"]})


class UploadedExportFactory(DjangoModelFactory[UploadedExport]):
    """A CSV of one participant."""

    class Meta:
        model = UploadedExport

    name = "export.csv"
    content = b"id,email,first name,last name,registered\n1,ada@example.org,Ada,Lovelace,yes\n"
    size = LazyAttribute(lambda export: len(export.content))
    uploaded_by = "olga"
    uploaded_at = NOW


class ErrandFactory(DjangoModelFactory[Errand]):
    """Everybody of an event is to be sent again; nobody has begun."""

    class Meta:
        model = Errand

    kind = Errand.Kind.RESYNC
    state = Errand.ErrandState.WAITING
    link = SubFactory(CampaignLinkFactory)
    event_label = LazyAttribute(lambda errand: str(errand.link or ""))
    requested_by = "olga"
    created_at = NOW
    beat_at = NOW
    ended_at = LazyAttribute(lambda errand: None if errand.state in ("waiting", "running") else NOW)


class LinkTemplateFactory(DjangoModelFactory[LinkTemplate]):
    """A template with settings of its own."""

    class Meta:
        model = LinkTemplate

    name = Sequence(lambda n: f"Webinar {n}")
    settings = LazyFunction(lambda: {"create": "nobody", "closes_after_days": 7})


class LinkDraftFactory(DjangoModelFactory[LinkDraft]):
    """A link that somebody has just begun to make."""

    class Meta:
        model = LinkDraft

    owner = LazyFunction(lambda: get_user_model().objects.create_user(f"olga-{uuid.uuid4()}"))
    event_id = "event-forum"


class InvitationFactory(DjangoModelFactory[Invitation]):
    """A link for a Salesforce administrator that nobody has opened."""

    class Meta:
        model = Invitation

    kind = Invitation.Kind.SALESFORCE
    target_name = "Acme"
    token_digest = Sequence(lambda n: f"{n:064x}")
    invited_by = "olga"
    created_at = NOW
    expires_at = NOW + timedelta(days=7)


class FirstRunDismissalFactory(DjangoModelFactory[FirstRunDismissal]):
    """The checklist was hidden; there is one such row."""

    class Meta:
        model = FirstRunDismissal
        django_get_or_create = ("id",)

    id = FirstRunDismissal.ONLY
    dismissed_by = "olga"
    dismissed_at = NOW
