"""Say how far the set-up is: Salesforce, webhook, link, first participant; and hide that once it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from connector.core.outcomes import EntryState
from connector.models import (
    CampaignLink,
    FirstRunDismissal,
    Invitation,
    OutboxEntry,
    SalesforceOrg,
    UnlinkedEvent,
    WebhookMessage,
    WebhookSource,
)
from connector.pipeline.watching.refusals import refused_sources


class StepKey(StrEnum):
    """The steps, in their order."""

    SALESFORCE = "salesforce"
    WEBHOOK = "webhook"
    LINK = "link"
    PARTICIPANT = "participant"


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    WAITING = "waiting"
    """Somebody else has to act, or something has to happen by itself."""
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and what is there of it."""

    key: StepKey
    state: StepState
    row: SalesforceOrg | WebhookSource | CampaignLink | OutboxEntry | None = None
    """What the step leads to."""
    invitation: Invitation | None = None
    """The link that somebody else has not used yet."""
    event: UnlinkedEvent | None = None
    """An event that messages came for."""
    has_received: bool = False
    """Whether anything of inwink's arrived, tests apart."""
    refused: WebhookSource | None = None
    """A source whose sender is turned away."""


def first_run(*, now: datetime) -> list[Step]:
    """Return the steps; exactly one that is not done and waits for nobody else is *next*. Ten queries at most."""
    return _mark_next([_salesforce(now), _webhook(now), _link(), _participant(now)])


def _salesforce(now: datetime) -> Step:
    org = SalesforceOrg.objects.exclude(organization_id="").first()
    if org is not None:
        return Step(StepKey.SALESFORCE, StepState.DONE, row=org)
    asked = _asked(Invitation.Kind.SALESFORCE, now=now)
    return Step(StepKey.SALESFORCE, _waiting(asked), row=SalesforceOrg.objects.first(), invitation=asked)


def _webhook(now: datetime) -> Step:
    proved = WebhookSource.objects.filter(is_active=True).exclude(signing_secrets="", bearer_token_hashes=[])
    source = proved.first()
    if source is not None:
        return Step(StepKey.WEBHOOK, StepState.DONE, row=source)
    asked = _asked(Invitation.Kind.WEBHOOK, now=now)
    return Step(StepKey.WEBHOOK, _waiting(asked), row=WebhookSource.objects.first(), invitation=asked)


def _link() -> Step:
    link = CampaignLink.objects.exclude(state=CampaignLink.LinkState.CLOSED).order_by("pk").first()
    if link is not None or CampaignLink.objects.exists():
        return Step(StepKey.LINK, StepState.DONE, row=link)
    event = UnlinkedEvent.objects.filter(ignored_at=None).first()
    return Step(StepKey.LINK, StepState.LATER, event=event)


def _participant(now: datetime) -> Step:
    arrived = OutboxEntry.objects.filter(state=EntryState.SYNCED).exclude(member_id="").first()
    if arrived is not None:
        return Step(StepKey.PARTICIPANT, StepState.DONE, row=arrived)
    stuck = Q(state__in=[EntryState.FAILED, EntryState.NEEDS_ANSWER, EntryState.LEFT_OUT])
    to_mend = OutboxEntry.objects.filter(stuck).first()
    has_received = WebhookMessage.objects.filter(trial_count=0, status=WebhookMessage.Status.ACCEPTED).exists()
    state = StepState.LATER if to_mend else StepState.WAITING
    refused = next(iter(refused_sources(now)), None)
    return Step(StepKey.PARTICIPANT, state, row=to_mend, has_received=has_received, refused=refused)


def _asked(kind: Invitation.Kind, *, now: datetime) -> Invitation | None:
    return Invitation.objects.usable(now).filter(kind=kind).first()


def _waiting(asked: Invitation | None) -> StepState:
    return StepState.WAITING if asked else StepState.LATER


def _mark_next(steps: Sequence[Step]) -> list[Step]:
    """Mark the first step that somebody here can take; the last one waits only once all before it are done."""
    *before, last = steps
    if last.state == StepState.WAITING and any(step.state != StepState.DONE for step in before):
        last = replace(last, state=StepState.LATER)
    marked = [*before, last]
    place = next((place for place, step in enumerate(marked) if step.state == StepState.LATER), None)
    if place is not None:
        marked[place] = replace(marked[place], state=StepState.NEXT)
    return marked


def is_dismissed() -> bool:
    """Say whether somebody has hidden the steps."""
    return FirstRunDismissal.objects.exists()


def dismiss(*, by: str, now: datetime) -> bool:
    """Hide the steps for everybody; False where they are not all done. Safe to repeat."""
    if any(step.state != StepState.DONE for step in first_run(now=now)):
        return False
    values = {"dismissed_by": by, "dismissed_at": now}
    FirstRunDismissal.objects.get_or_create(pk=FirstRunDismissal.ONLY, defaults=values)
    return True
