"""One row of everything that a page can show, about people whose names and addresses are unmistakable."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from connector.core.outcomes import EntryState, Outcome, Reason
from connector.core.state import State
from connector.models import CampaignLink
from connector.pipeline.setup.roles import Role, setup_roles
from tests.factories import (
    CampaignLinkFactory,
    ErasedPersonFactory,
    ErrandFactory,
    EventPreviewFactory,
    FieldMappingFactory,
    InvitationFactory,
    LinkDraftFactory,
    LinkTemplateFactory,
    OutboxEntryFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    UploadedExportFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)

FIRST_NAME = "Zebulonia"
LAST_NAME = "Quxworthy"
EMAIL_NAME = "zq.private"
EMAIL = f"{EMAIL_NAME}@hidden-home.example"
COMPANY = "Quibblecraft"
TRACES = (FIRST_NAME, LAST_NAME, EMAIL_NAME, COMPANY, "hidden-home")
"""What gives the person away, wherever it stands and in whatever case."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What was planted."""

    link: CampaignLink
    objects: dict[str, Any] = field(default_factory=dict)
    """{model's name in addresses: primary key of its row}."""
    users: dict[str, User] = field(default_factory=dict)


def payload(key: str) -> dict[str, Any]:
    """Return what inwink said of the person."""
    return {
        "id": key, "email": EMAIL, "first_name": FIRST_NAME, "last_name": LAST_NAME, "company": COMPANY,
        "position": "CTO", "registration": State.REGISTERED.value, "came": False,
        "custom": {"fields.badge": f"{FIRST_NAME} {LAST_NAME}", "fields.dietary": LAST_NAME},
    }  # fmt: skip


def plant() -> Ground:
    """Make it all, and somebody of each role."""
    setup_roles()
    now = timezone.now()
    link = CampaignLinkFactory.create(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(minutes=5))
    link.status_no_show = "No show"
    link.save()
    ground = Ground(link)
    entry = _plant_people(link)
    mapping = FieldMappingFactory.create(link=link)
    source = WebhookSourceFactory.create()
    message = WebhookMessageFactory.create(source=source, body=json.dumps(payload("m1")))
    rejected = WebhookMessageFactory.create(
        source=source, status="rejected", answer_status=422, body=f'{{"email": "{EMAIL}"}}',
        answer={"rejected": [{"index": 0, "errors": [f"email: {EMAIL}"]}]}, received_at=now,
    )  # fmt: skip
    event = UnlinkedEventFactory.create()
    UnlinkedParticipantFactory.create(event_id=event.event_id, payload=payload("u1"), participant_key=EMAIL)
    errand = ErrandFactory.create(link=link, export=UploadedExportFactory.create())
    EventPreviewFactory.create(link=link, entry_count=1, groups=[
        {"verdict": "create", "effect": "new_lead", "reason": "", "ids": [entry.pk]}
    ])  # fmt: skip
    for role in Role:
        user = User.objects.create_user(role.value.lower(), f"{role.value.lower()}@horizon.example", "x", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        ground.users[role.value] = user
    draft = LinkDraftFactory.create(owner=ground.users["Administrator"], event_id=event.event_id)
    LogEntry.objects.create(
        user=ground.users["Administrator"], content_type=ContentType.objects.get_for_model(link), action_flag=CHANGE,
        object_id=str(link.pk), object_repr=str(link), change_message="[]",
    )  # fmt: skip
    ground.objects.update(
        campaignlink=link.pk, draft=draft.pk, erasedperson=ErasedPersonFactory.create().pk, errand=errand.pk,
        fieldmapping=mapping.pk, group=Group.objects.get(name="Viewer").pk, invitation=InvitationFactory.create().pk,
        linktemplate=LinkTemplateFactory.create().pk, outboxentry=entry.pk, rejected=rejected.pk,
        salesforceorg=link.org_id, syncattempt=entry.attempts.get().pk, syncrun=entry.attempts.get().run_id,
        unlinkedevent=event.pk, user=ground.users["Viewer"].pk, webhookmessage=message.pk, webhooksource=source.pk,
        **_plant_tasks(),
    )  # fmt: skip
    return ground


def _plant_people(link: CampaignLink) -> Any:
    """Make the person once for every end that a row can have, keyed by an id and by the address itself."""
    ends: list[dict[str, Any]] = [
        {"state": EntryState.FAILED, "reason": Reason.REFUSED_BY_SALESFORCE, "error_code": "INVALID_EMAIL_ADDRESS",
         "error_message": f"Email: invalid email address: {EMAIL}"},
        {"state": EntryState.RETRYING, "error_code": "UNABLE_TO_LOCK_ROW", "error_message": f"{EMAIL} is locked"},
        {"state": EntryState.PENDING}, {"state": EntryState.SYNCED, "participant_state": State.ATTENDED},
        *({"state": EntryState.NEEDS_ANSWER, "reason": reason}
          for reason in (Reason.SHARES_EMAIL, Reason.NO_EMAIL, Reason.TEST_SCAN, Reason.LOOKS_ANONYMISED)),
        {"state": EntryState.LEFT_OUT, "reason": Reason.FILTERED},
    ]  # fmt: skip
    entries = []
    for number, end in enumerate(ends):
        key = EMAIL if number == 1 else f"participant-{number}"
        extra = {"attended_at": timezone.now()} if end["state"] == EntryState.SYNCED else {}
        entries.append(
            OutboxEntryFactory.create(link=link, participant_key=key, payload=payload(key), email_key=EMAIL,
                                      **end, **extra)
        )  # fmt: skip
    run = SyncRunFactory.create(link=link)
    for entry in entries:
        SyncAttemptFactory.create(
            entry=entry, run=run, outcome=Outcome.CREATED, error_code=entry.error_code,
            error_message=entry.error_message, request_reason=f"{FIRST_NAME} called", requested_by="olga",
            changes={"Contact.Email": [None, EMAIL], "Contact.LastName": [None, LAST_NAME],
                     "CampaignMember.Status": [None, "Registered"]},
        )  # fmt: skip
    return entries[0]


def _plant_tasks() -> dict[str, Any]:
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    same = {"func": "connector.tasks.sweep", "args": (EMAIL,), "started": at, "stopped": at}
    return {
        "success": Success.objects.create(id="s" * 32, name="sweep", success=True, result=EMAIL, **same).pk,
        "failure": Failure.objects.create(id="f" * 32, name="sweep", success=False, result=f"E: {EMAIL}", **same).pk,
        "schedule": Schedule.objects.create(name="sweep", func="connector.tasks.sweep").pk,
        "ormq": OrmQ.objects.create(key="k", payload="p", lock=at).pk,
    }


def sign_in_as(ground: Ground, role: str) -> Client:
    """Return a browser that is signed in as somebody of a role, or as nobody for an empty name."""
    client = Client(raise_request_exception=False)
    if role:
        client.force_login(ground.users[role])
    return client
