"""A site in which everything has happened, and where each of its pages is; for tests that open them all."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task
from django_q.tasks import async_task

from connector.admin.frame.hidden_search import conceal_term
from connector.admin.links.wizard.steps import SLUGS
from connector.admin.people.questions import GIVEN
from connector.core.outcomes import EntryState, Reason
from connector.models import Errand, OutboxEntry, WebhookMessage, WebhookSource
from connector.pipeline.errands.work import carry_out
from tests.admin.links.forms import new_campaign
from tests.admin.links.wizard.journey import begin, walk
from tests.factories import (
    AlertFactory,
    CampaignLinkFactory,
    ErasedPersonFactory,
    InvitationFactory,
    LastMessageFactory,
    LinkTemplateFactory,
    MessageParticipantFactory,
    OutboxEntryFactory,
    SalesforceOrgFactory,
    SyncAttemptFactory,
    SyncRunFactory,
    UnlinkedEventFactory,
    UnlinkedParticipantFactory,
    WebhookMessageFactory,
    WebhookSourceFactory,
)
from tests.world import World

_QUESTIONS = (Reason.AMBIGUOUS, Reason.SHARES_EMAIL, Reason.NO_EMAIL, Reason.TEST_SCAN, Reason.LOOKS_ANONYMISED)
_CAUSES = ("STRING_TOO_LONG", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "UNKNOWN_TO_US")
_EXPORT = (
    "Identifiant;Email;Prénom;Nom;Inscrit;Régime\n1;ada@example.org;Ada;Lovelace;oui;végan\n2;b@example.org;B;B;huh;\n"
)

WRITTEN_BY_US = (
    "webhookmessage", "unlinkedevent", "syncrun", "syncattempt", "erasedperson", "outboxentry", "invitation", "errand",
)  # fmt: skip
QUEUE = ("success", "failure", "ormq", "schedule")
_FIRST_POSTED = {
    "errand": "stop again next", "webhooksource": "replace_secrets new_secret new_token test_message once revoke",
    "campaignlink": "wizard_discard mapping_check mapping_switch count state check no_shows no_show_label",
    "syncattempt": "put_back", "syncrun": "put_back_many",
    "salesforceorg": "callback check log_in links_state",
    "outboxentry": "answer_many take_back_many resend_group find resync take_back",
}  # fmt: skip
NO_PAGES = frozenset(
    {
        # nobody adds or deletes what the connector and its queue write
        *(f"admin:connector_{model}_{action}" for model in WRITTEN_BY_US for action in ("add", "delete")),
        *(f"admin:django_q_{model}_{action}" for model in QUEUE for action in ("add", "delete")),
        "admin:connector_linktemplate_add",  # made from a link
        "admin:connector_campaignlink_add",  # leads to the wizard
        # in use, so that they cannot be deleted, which the page of each says
        *(f"admin:connector_{model}_delete" for model in ("webhooksource", "campaignlink", "salesforceorg")),
        # these answer what a page sends, and lead back to one
        *(f"admin:connector_{model}_{name}" for model, names in _FIRST_POSTED.items() for name in names.split()),
        "admin:connector_campaignlink_mapping_add",  # says of which object it is; see House.variants
        # for scripts, downloads, and programs
        *(f"admin:{name}" for name in ("autocomplete", "jsi18n", "search", "view_on_site", "app_list", "logout")),
        *(f"admin:connector_errand_{name}" for name in ("state", "rejected", "differences")),
        *(f"admin:connector_campaignlink_{name}" for name in
          ("campaigns", "labels", "owners", "accounts", "day_now", "event_now")),
        "admin:connector_syncattempt_export", "set_language", "healthz", "readyz", "metrics", "webhook-inwink",
        # only for somebody who is not signed in
        "admin:login", "invitation", *(f"invitation-{name}" for name in ("salesforce", "back", "check", "webhook")),
    }
)  # fmt: skip
"""Names of addresses at which a signed-in administrator does not find a page by going there."""


def is_page(name: str) -> bool:
    """Say whether a name stands for a page that an administrator can open."""
    return name not in NO_PAGES


@dataclass
class House:
    """The site, and one row of each kind."""

    world: World
    client: Client
    """The administrator, who did what is done by hand."""
    rows: dict[str, Any] = field(default_factory=dict)
    """{model, as addresses name it: primary key}"""

    def furnish(self, count: int) -> None:
        """Let everything happen that often."""
        for number in range(count):
            self._receive(number)
            self._fill_lists(number)
        self.world.drain()
        self._fill_queue(count)

    def _receive(self, number: int) -> None:
        key = f"h{number}-{self.world.link.entries.count()}"
        person = {"firstName": "Ada", "lastName": f"Lovelace {key}", "email": f"{key}@example.org", "registered": True}
        self.world.receive({"id": key, **person, "fields": {"diet": "vegan", "track": "Web"}})

    def _fill_lists(self, number: int) -> None:
        link, now = self.world.link, timezone.now()
        failed = {"link": link, "state": EntryState.FAILED, "error_message": "data value too large"}
        entry = OutboxEntryFactory.create(error_code=_CAUSES[number % 3], **failed)
        candidates = [{"type": "Contact", "id": f"00300000000010{n}AAA", "name": f"Grace Hopper {n}"} for n in (1, 2)]
        for reason in _QUESTIONS:
            OutboxEntryFactory.create(link=link, state=EntryState.NEEDS_ANSWER, reason=reason, candidates=candidates)
        OutboxEntryFactory.create(link=link, state=EntryState.LEFT_OUT, reason=Reason.FILTERED)
        OutboxEntryFactory.create(
            link=link, state=EntryState.SYNCED, target_state="attended", synced_state="attended", attended_at=now
        )
        changes = {"Contact.Title": ["CMO", "CEO " * 30], "CampaignMember.Status": [None, "Registered"]}
        run = SyncRunFactory.create(link=link)
        attempt = SyncAttemptFactory.create(entry=entry, run=run, changes=changes, notes=[{"code": "kept_manual"}])
        event = UnlinkedEventFactory.create(event_name="Ein Ereignis mit einem langen Namen")
        UnlinkedParticipantFactory.create_batch(2, event_id=event.pk)
        source = WebhookSourceFactory.create()
        self._keep(
            outboxentry=entry, syncattempt=attempt, syncrun=run, unlinkedevent=event, webhooksource=source,
            webhookmessage=self._message_about(entry, source),
            linktemplate=LinkTemplateFactory.create(), erasedperson=ErasedPersonFactory.create(),
            invitation=InvitationFactory.create(expires_at=now + timedelta(days=3)),
            group=Group.objects.create(name=f"Role {Group.objects.count()}"),
            user=User.objects.create_user(f"user-{User.objects.count()}"),
        )  # fmt: skip
        other = CampaignLinkFactory.create(org=SalesforceOrgFactory.create(api_used=95, api_limit=100))
        AlertFactory.create(link=other, error="SMTPAuthenticationError 535")

    def _message_about(self, entry: OutboxEntry, source: WebhookSource) -> WebhookMessage:
        """Keep a message of which one participant was taken and one could not be read, and its replay."""
        body = json.dumps(
            [{"id": entry.participant_key, "eventId": entry.link.inwink_event_id, "email": "ada@example.org",
              "firstName": "Ada", "registered": True, "fields": {"diet": "vegan"}},
             {"id": "odd", "eventId": entry.link.inwink_event_id, "registered": "perhaps"}]
        )  # fmt: skip
        message = WebhookMessageFactory.create(source=source, body=body, rejected_count=1)
        about = {"event_id": entry.link.inwink_event_id, "participant_key": entry.participant_key}
        MessageParticipantFactory.create(message=message, **about)
        MessageParticipantFactory.create(message=message, place=1, effect="rejected")
        replay = WebhookMessageFactory.create(
            source=source, body=body, replay_of=message, first_received_at=message.received_at, requested_by="admin"
        )
        MessageParticipantFactory.create(message=replay, effect="unchanged", **about)
        return message

    def _fill_queue(self, count: int) -> None:
        ended = {"func": "connector.tasks.sweep", "started": timezone.now(), "stopped": timezone.now()}
        for number in range(count):
            for success in (True, False):
                key = f"{Task.objects.count():032x}"
                task = Task.objects.create(id=key, name=f"task {number}", success=success, **ended)
                self.rows.setdefault("success" if success else "failure", task.pk)
            async_task("connector.tasks.sweep", task_name="sweep")
            Schedule.objects.create(name=f"more {number}", func="connector.tasks.sweep")
        self.rows.setdefault("ormq", OrmQ.objects.latest("pk").pk)
        self.rows.setdefault("schedule", Schedule.objects.latest("pk").pk)

    def use(self) -> None:
        """Do what people do: begin a link, upload an export, compare an event, preview it."""
        link = self.world.link
        link.starts_at, link.ends_at = timezone.now() - timedelta(hours=3), timezone.now() + timedelta(hours=3)
        link.save()
        LastMessageFactory.create(link=link, received_at=timezone.now() - timedelta(hours=1))
        new_campaign(self.world)
        UnlinkedEventFactory.create(event_id="event-forum", event_name="Forum RH")
        UnlinkedParticipantFactory.create_batch(3, event_id="event-forum")
        draft = walk(self.client, begin(self.client, self.world))
        mapping = link.mappings.earliest("pk")
        self.rows |= {"campaignlink": link.pk, "salesforceorg": self.world.org.pk, "draft": draft.pk}
        self.rows["mapping"] = mapping.pk
        self.client.post(reverse("admin:connector_errand_import"), {
            "event": link.inwink_event_id, "file": SimpleUploadedFile("export.csv", _EXPORT.encode()),
            "as_of": "2026-11-20T10:00", "locale": "fr",
        })  # fmt: skip
        self.rows["import"] = self._carry_out()
        self.client.post(self.path("admin:connector_campaignlink_reconciliation"), {"locale": "fr"})
        self.rows["errand"] = self._carry_out()

    def _carry_out(self) -> int:
        errand = Errand.objects.latest("pk")
        carry_out(errand.pk)
        return errand.pk

    def _keep(self, **rows: Any) -> None:
        for model, row in rows.items():
            self.rows.setdefault(model, row.pk)

    def path(self, name: str) -> str:
        """Return the address of that name, with the row that we keep of its model."""
        parts = name.removeprefix("admin:").removeprefix("django_q_").split("_")
        link, draft = self.rows["campaignlink"], self.rows["draft"]
        if parts[-1] == "step":
            return reverse(name, args=[draft, SLUGS[0]])
        row = draft if "wizard" in parts else self.rows.get("".join(parts[1:2]) or "")
        row = self.rows.get(parts[0], row) if name.startswith("admin:django_q_") else row
        for args in ([], [row], [link, self.rows["mapping"]], ["connector"]):
            with suppress(NoReverseMatch):
                return reverse(name, args=args)
        raise AssertionError(f"no address of {name}")

    def addresses(self) -> dict[str, str]:
        """Return {name: address} of all that the site answers."""
        return {name: self.path(name) for name in _names(get_resolver())}

    def pages(self) -> list[str]:
        """Return the address of each page."""
        return [address for name, address in self.addresses().items() if is_page(name)]

    def variants(self) -> list[str]:
        """Return addresses of pages that look different from the one that stands for their name."""
        link, draft = self.rows["campaignlink"], self.rows["draft"]
        steps = [reverse("admin:connector_campaignlink_wizard_step", args=[draft, slug]) for slug in SLUGS]
        add = reverse("admin:connector_campaignlink_mapping_add", args=[link])
        answers = reverse("admin:connector_outboxentry_answers")
        errand = reverse("admin:connector_errand_change", args=[self.rows["import"]])
        questions = [f"{answers}?question={question}" for question in (*_QUESTIONS, GIVEN)]
        pause = f"{reverse('admin:connector_salesforceorg_links_state', args=[self.rows['salesforceorg']])}?to=pause"
        sought = conceal_term("Ada", of="connector.outboxentry")
        attended = f"{reverse('admin:connector_outboxentry_changelist')}?link__id__exact={link}&q={sought}"
        return [
            *steps,
            *(f"{add}?object={kind}" for kind in ("lead", "campaign_member")),
            *questions,
            errand,
            attended,
            pause,
        ]


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _names(part, f"{prefix}{part.namespace}:" if part.namespace else prefix)
        elif part.name:
            yield prefix + part.name
