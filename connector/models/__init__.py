"""The tables, one module an area; constraints first."""

from connector.models.alerts import Alert
from connector.models.drafts import LinkDraft, LinkTemplate
from connector.models.erased import ErasedPerson, ErasureKey
from connector.models.errands import Errand, UploadedExport
from connector.models.first_run import FirstRunDismissal
from connector.models.inbox import (
    MessageParticipant,
    UnlinkedEvent,
    UnlinkedParticipant,
    WebhookMessage,
    WebhookSource,
)
from connector.models.invitations import Invitation
from connector.models.links import CampaignLink, FieldMapping
from connector.models.log import SyncAttempt, SyncRun
from connector.models.orgs import ApiCallCount, CampaignLabels, PersonChoice, SalesforceOrg, SalesforceSchema
from connector.models.outbox import DrainRequest, OutboxEntry, WorkerHeartbeat
from connector.models.previews import EventPreview
from connector.models.watching import LastImport, LastMessage, MemberCount

__all__ = [
    "Alert", "ApiCallCount", "CampaignLabels", "CampaignLink", "DrainRequest", "ErasedPerson", "ErasureKey", "Errand",
    "EventPreview", "FieldMapping", "FirstRunDismissal", "Invitation", "LastImport", "LastMessage", "LinkDraft",
    "LinkTemplate", "MemberCount", "MessageParticipant", "OutboxEntry", "PersonChoice", "SalesforceOrg",
    "SalesforceSchema", "SyncAttempt", "SyncRun", "UnlinkedEvent", "UnlinkedParticipant", "UploadedExport",
    "WebhookMessage", "WebhookSource", "WorkerHeartbeat",
]  # fmt: skip
