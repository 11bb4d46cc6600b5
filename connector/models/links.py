"""Links between an inwink event and a Salesforce campaign, with every policy and mapping."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from connector.core.state import State
from connector.core.trial import TRIAL_EVENT_ID
from connector.models.orgs import SalesforceOrg

STATUS_FIELDS: dict[State, str] = {
    State.REGISTERED: "status_registered",
    State.ATTENDED: "status_attended",
    State.REFUSED: "status_refused",
    State.NOT_REGISTERED: "status_not_registered",
    State.NO_SHOW: "status_no_show",
}
"""{state: column that holds its label}; an empty label means that nothing is written for that state."""


ASSIGNMENT_RULES = "assignment_rules"
OWNER_WORDS = ("integration_user", ASSIGNMENT_RULES)
"""Values of `new_owner` that are no id."""
ACCOUNT_WORDS = ("none", "by_company", "by_domain")
"""Values of `contact_account` that are no id."""


def default_create_for() -> list[str]:
    """Return the states in which new people are created unless a link says otherwise."""
    return [State.REGISTERED.value, State.ATTENDED.value]


def default_placeholders() -> dict[str, str]:
    """Return the texts for required fields that inwink does not have."""
    return {"company": "[not provided]", "last_name": "[not provided]"}


def default_match_emails() -> dict[str, list[str]]:
    """Return the email fields that are matched unless a link says otherwise."""
    return {"contact": ["Email"], "lead": ["Email"]}


class CampaignLinkQuerySet(models.QuerySet["CampaignLink"]):
    """Adjectives for links."""

    def sending(self, now: Any) -> "CampaignLinkQuerySet":
        """Links that may send at `now`: active, neither they nor their organisation paused."""
        org_ready = Q(org__state=SalesforceOrg.State.CONNECTED) | Q(
            org__state=SalesforceOrg.State.PAUSED, org__paused_until__lte=now
        )
        return self.filter(
            org_ready,
            Q(paused_until__isnull=True, pause_kind="") | Q(paused_until__lte=now),
            state=CampaignLink.LinkState.ACTIVE,
        )


class CampaignLink(models.Model):
    """One inwink event sent to one Salesforce campaign."""

    class LinkState(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")

    class PauseKind(models.TextChoices):
        OUTAGE = "outage", _("Salesforce does not answer")
        CONFIGURATION = "configuration", _("Something in the set-up must be mended")
        MANUAL = "manual", _("Paused by a person")

    class Match(models.TextChoices):
        CONTACT_THEN_LEAD = "contact_then_lead", _("Contacts first, then Leads")
        LEAD_THEN_CONTACT = "lead_then_contact", _("Leads first, then Contacts")
        CONTACT_ONLY = "contact_only", _("Contacts only")
        LEAD_ONLY = "lead_only", _("Leads only")

    class Create(models.TextChoices):
        LEAD = "lead", _("Create a Lead")
        CONTACT = "contact", _("Create a Contact")
        NOBODY = "nobody", _("Create nobody")

    class Ambiguous(models.TextChoices):
        REVIEW = "review", _("Ask a person")
        MOST_RECENT = "most_recent", _("Take the most recently used record")

    class SameEmail(models.TextChoices):
        REVIEW = "review", _("Ask a person")
        ONE_MEMBER = "one_member", _("Treat them as one member")

    class Duplicates(models.TextChoices):
        ALLOW = "allow", _("Save although Salesforce warns of a duplicate")
        REVIEW = "review", _("Do not save; show the row as failed")

    class RemovedMembers(models.TextChoices):
        RESPECT = "respect", _("Leave people out whom a colleague removed")
        ADD_AGAIN = "add_again", _("Add them again")

    inwink_event_id = models.CharField(_("inwink event id"), max_length=200, unique=True)
    event_name = models.CharField(_("event"), max_length=255, blank=True)
    org = models.ForeignKey(
        SalesforceOrg, on_delete=models.PROTECT, related_name="links", verbose_name=_("Salesforce organisation")
    )
    campaign_id = models.CharField(_("campaign id"), max_length=18)
    campaign_name = models.CharField(_("campaign"), max_length=255, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=LinkState, default=LinkState.ACTIVE)
    pause_kind = models.CharField(max_length=20, choices=PauseKind, blank=True, editable=False)
    pause_code = models.CharField(max_length=80, blank=True, editable=False)
    pause_reason = models.CharField(max_length=500, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    pause_count = models.PositiveIntegerField(default=0, editable=False)
    """Outages in a row; the wait doubles with each."""
    batch_limit = models.PositiveIntegerField(null=True, blank=True, editable=False)
    """Rows a run while Salesforce is too slow for a full one; None is full."""
    degraded_fields = models.JSONField(default=list, blank=True, editable=False)
    """["CampaignMember.Dietary__c", …]: mapped fields that are gone and are left out of what is sent."""
    config_version = models.PositiveIntegerField(default=1, editable=False)

    status_registered = models.CharField(_("Registered"), max_length=40, default="Registered")
    status_attended = models.CharField(_("Attended"), max_length=40, default="Attended")
    status_refused = models.CharField(_("Refused"), max_length=40, blank=True, default="")
    status_not_registered = models.CharField(_("Not registered"), max_length=40, blank=True, default="")
    status_no_show = models.CharField(_("No show"), max_length=40, blank=True, default="")
    create_statuses = models.BooleanField(_("create missing statuses"), default=False)
    never_downgrade = models.BooleanField(
        _("a status never goes back"),
        default=True,
        help_text=_("Keep “Attended” even if inwink later says otherwise."),
    )

    match = models.CharField(_("match"), max_length=20, choices=Match, default=Match.CONTACT_THEN_LEAD)
    match_emails = models.JSONField(default=default_match_emails, blank=True)
    match_key = models.JSONField(null=True, blank=True, default=None)
    create_as = models.CharField(_("unknown people"), max_length=10, choices=Create, default=Create.LEAD)
    create_for = models.JSONField(_("create new people for"), default=default_create_for, blank=True)
    update_existing = models.BooleanField(
        _("update people who already exist"),
        default=False,
        help_text=_("Off: people who are already in Salesforce are only added to the campaign."),
    )
    ambiguous = models.CharField(
        _("several records with one email"), max_length=20, choices=Ambiguous, default=Ambiguous.REVIEW
    )
    same_email = models.CharField(
        _("different names on one email"), max_length=20, choices=SameEmail, default=SameEmail.REVIEW
    )
    removed_members = models.CharField(
        _("members removed by hand"), max_length=20, choices=RemovedMembers, default=RemovedMembers.RESPECT
    )
    only = models.JSONField(_("only participants that"), default=list, blank=True)
    exclude_email_domains = models.JSONField(_("excluded email domains"), default=list, blank=True)
    consent = models.JSONField(_("consent"), null=True, blank=True, default=None)
    duplicates = models.CharField(
        _("duplicate rules of Salesforce"), max_length=10, choices=Duplicates, default=Duplicates.ALLOW
    )
    new_owner = models.CharField(_("owner of new people"), max_length=40, default="integration_user")
    contact_account = models.CharField(_("account of new contacts"), max_length=40, default="none")
    record_types = models.JSONField(_("record types"), default=dict, blank=True)
    placeholders = models.JSONField(_("placeholders"), default=default_placeholders, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    closes_after_days = models.PositiveSmallIntegerField(_("closes after (days)"), default=30)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CampaignLinkQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["pause_kind", "pause_code", "pause_reason", "paused_until", "pause_count", "batch_limit",
                         "degraded_fields"]
    )  # fmt: skip

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["event_name", "inwink_event_id"]
        permissions = [
            ("resync_campaignlink", gettext_noop("Can send participants again")),
            ("answer_campaignlink", gettext_noop("Can answer participants that need an answer")),
            ("pause_campaignlink", gettext_noop("Can pause, resume and close links")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "campaign_id"],
                name="campaign_linked_once",
                violation_error_message=_("Another event is already linked to this campaign."),
            ),
            models.CheckConstraint(
                condition=~Q(inwink_event_id=TRIAL_EVENT_ID),
                name="link_is_not_the_trial",
                violation_error_message=_("This event id is reserved for test messages."),
            ),
            models.CheckConstraint(
                condition=~Q(status_registered="") & ~Q(status_attended=""), name="link_has_both_required_labels"
            ),
            models.CheckConstraint(
                condition=~(Q(create_as="lead") & Q(match="contact_only"))
                & ~(Q(create_as="contact") & Q(match="lead_only")),
                name="link_creates_only_what_it_searches",
                violation_error_message=_("People can only be created as an object that is also searched."),
            ),
        ]

    def __str__(self) -> str:
        return self.event_name or self.inwink_event_id

    def statuses(self) -> dict[State, str]:
        """Return {state: label} of the states for which a label is sent."""
        labels = {state: getattr(self, column) for state, column in STATUS_FIELDS.items()}
        return {state: label for state, label in labels.items() if label}


class FieldMapping(models.Model):
    """One field of Salesforce that a link fills."""

    class Object(models.TextChoices):
        CONTACT = "contact", _("Contact")
        LEAD = "lead", _("Lead")
        CAMPAIGN_MEMBER = "campaign_member", _("Campaign member")

    class Mode(models.TextChoices):
        OVERWRITE = "overwrite", _("Replace")
        IF_EMPTY = "if_empty", _("Only if empty")
        IF_NEW = "if_new", _("Only on new records")
        APPEND = "append", _("Add to what is there")

    class Blank(models.TextChoices):
        KEEP = "keep", _("Keep what is there")
        CLEAR = "clear", _("Clear the field")

    class UnknownChoice(models.TextChoices):
        FAIL = "fail", _("Show the participant as failed")
        SKIP = "skip", _("Leave the field as it is")
        DEFAULT = "default", _("Use the default value")

    link = models.ForeignKey(CampaignLink, on_delete=models.CASCADE, related_name="mappings")
    object = models.CharField(_("object"), max_length=20, choices=Object)
    field = models.CharField(_("Salesforce field"), max_length=80)
    source = models.CharField(_("inwink field"), max_length=255, blank=True)
    constant = models.JSONField(_("constant"), null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.OVERWRITE)
    values = models.JSONField(_("values"), default=dict, blank=True)
    default = models.JSONField(_("default"), null=True, blank=True)
    blank = models.CharField(_("when inwink is blank"), max_length=10, choices=Blank, default=Blank.KEEP)
    truncate = models.BooleanField(_("cut texts that are too long"), default=False)
    unknown_choice = models.CharField(
        _("unknown choice"), max_length=10, choices=UnknownChoice, default=UnknownChoice.FAIL
    )
    marketing = models.BooleanField(_("marketing"), default=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["link", "object", "field"], name="field_mapped_once"),
            models.CheckConstraint(
                condition=Q(source="", constant__isnull=False) | (~Q(source="") & Q(constant__isnull=True)),
                name="mapping_has_source_or_constant",
            ),
            models.CheckConstraint(
                condition=~Q(blank="clear") | Q(mode="overwrite"), name="mapping_clears_only_when_it_overwrites"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source or self.constant} → {self.get_object_display()}.{self.field}"
