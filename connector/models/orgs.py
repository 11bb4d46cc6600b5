"""Salesforce organisations: how to sign in, what they look like, what may be spent there."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from connector.core.schema import PersonType
from connector.models.fields import EncryptedField

SECRET_FIELDS = ("client_secret", "password", "security_token", "private_key", "refresh_token", "access_token")


class SalesforceOrgQuerySet(models.QuerySet["SalesforceOrg"]):
    """Organisations by what may be done there."""

    def seeing_everybody(self) -> Self:
        """Return those of which `SalesforceOrg.sees_everybody` holds."""
        return self.filter(Q(visibility_confirmed=True) | Q(visibility_proved_at__isnull=False))


class SalesforceOrg(models.Model):
    """One Salesforce organisation, with the credentials of its integration user."""

    class Environment(models.TextChoices):
        PRODUCTION = "production", _("Production")
        SANDBOX = "sandbox", _("Sandbox")

    class Auth(models.TextChoices):
        CLIENT_CREDENTIALS = "client_credentials", _("Client credentials (recommended)")
        JWT_BEARER = "jwt_bearer", _("JWT bearer")
        WEB_SERVER = "web_server", _("Log in with Salesforce")
        PASSWORD = "password", _("Username and password (legacy)")

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        PAUSED = "paused", _("Paused")
        RECONNECT_NEEDED = "reconnect_needed", _("Reconnect needed")

    class References(models.TextChoices):
        RESOLVED = "resolved", _("Resolved")
        REFUSED = "refused", _("Refused")

    name = models.CharField(_("name"), max_length=100, unique=True)
    environment = models.CharField(_("environment"), max_length=20, choices=Environment, default=Environment.PRODUCTION)
    login_url = models.URLField(
        _("login URL"),
        help_text=_("The My Domain address of the organisation, e.g. https://acme.my.salesforce.com"),
    )
    auth = models.CharField(_("sign-in"), max_length=30, choices=Auth, default=Auth.CLIENT_CREDENTIALS)
    client_id = models.CharField(_("consumer key"), max_length=512)
    client_secret = EncryptedField(_("consumer secret"))
    username = models.CharField(_("username"), max_length=200, blank=True)
    password = EncryptedField(_("password"))
    security_token = EncryptedField(_("security token"))
    private_key = EncryptedField(_("private key"))
    refresh_token = EncryptedField(_("refresh token"), editable=False)
    access_token = EncryptedField(_("access token"), editable=False)
    token_issued_at = models.DateTimeField(_("signed in at"), null=True, blank=True, editable=False)
    renewing_until = models.DateTimeField(null=True, blank=True, editable=False)
    """Until when one process may use the refresh token, which may work only once; None: nobody does."""
    organization_id = models.CharField(_("organisation id"), max_length=18, blank=True, editable=False)
    user_id = models.CharField(_("integration user id"), max_length=18, blank=True, editable=False)
    instance_url = models.URLField(_("instance URL"), blank=True, editable=False)
    api_version = models.CharField(_("API version"), max_length=6, default="64.0")

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CONNECTED, editable=False)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    pause_code = models.CharField(max_length=80, blank=True, default="", editable=False)
    """Why the organisation is paused, as a code that advice explains."""
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True, editable=False)
    broken_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When it was last found that somebody must sign in again."""
    probed_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When it was last asked whether calls are accepted again."""

    visibility_confirmed = models.BooleanField(
        _("the integration user sees all Contacts and Leads"),
        default=False,
        help_text=_(
            "Until this is ticked nobody is created in Salesforce: a user who cannot see an existing contact "
            "would create it a second time. People who already exist are served."
        ),
    )
    visibility_proved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the preflight last read from the user's permissions that it sees everybody; None where it could not."""
    api_budget_percent = models.PositiveSmallIntegerField(
        _("API budget of the organisation (%)"),
        default=80,
        help_text=_("Backfill pauses when the organisation has used this share of its daily API calls."),
    )
    api_daily_max = models.PositiveIntegerField(
        _("our own API calls in 24 hours"),
        null=True,
        blank=True,
        help_text=_("Backfill pauses beyond this number. Empty: 10 % of the organisation's limit."),
    )
    api_used = models.PositiveIntegerField(_("API calls used"), null=True, blank=True, editable=False)
    api_limit = models.PositiveIntegerField(_("API call limit"), null=True, blank=True, editable=False)
    api_usage_at = models.DateTimeField(_("usage read at"), null=True, blank=True, editable=False)
    working_sizes = models.JSONField(default=dict, blank=True, editable=False)
    """{sobject: rows a collection} that the org's own automation is known to bear; absent means 200."""
    references = models.CharField(max_length=10, choices=References, blank=True, default="", editable=False)
    """Whether `@{…}` in a collection is resolved here: unknown until a first write by reference was read back."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SalesforceOrgQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            *SECRET_FIELDS, "token_issued_at", "renewing_until", "state", "state_reason", "pause_code", "paused_until",
            "broken_at", "probed_at", "api_used", "api_limit", "api_usage_at", "working_sizes", "references",
            "instance_url", "visibility_proved_at",
        ]
    )  # fmt: skip

    class Meta:
        verbose_name = _("Salesforce organisation")
        verbose_name_plural = _("Salesforce organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(api_budget_percent__gte=1, api_budget_percent__lte=100), name="org_budget_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signed_in_since(self) -> datetime | None:
        """Since when the sign-in works; None where it does not, or where that is not known."""
        return self.token_issued_at if self.state == self.State.CONNECTED else None

    @property
    def broken_since(self) -> datetime | None:
        """Since when an organisation that was signed in to must be reconnected; None where it need not be."""
        return self.broken_at if self.state == self.State.RECONNECT_NEEDED and self.organization_id else None

    @property
    def sees_everybody(self) -> bool:
        """Whether a person who is not found may be taken for unknown, and so be created (rule 3.0)."""
        return self.visibility_confirmed or self.visibility_proved_at is not None


class SalesforceSchema(models.Model):
    """The cached describe of one object, as the integration user sees it."""

    org = models.ForeignKey(SalesforceOrg, on_delete=models.CASCADE, related_name="schemas")
    sobject = models.CharField(max_length=80)
    body = models.JSONField()
    """The describe of Salesforce, as it came."""
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "sobject"], name="schema_once_an_object")]

    def __str__(self) -> str:
        return self.sobject


class ApiCallCount(models.Model):
    """How many API calls we made in an organisation in one hour, whatever for."""

    org = models.ForeignKey(SalesforceOrg, on_delete=models.CASCADE, related_name="call_counts")
    hour_at = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "hour_at"], name="calls_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.hour_at:%Y-%m-%d %H}: {self.calls}"


class CampaignLabels(models.Model):
    """The cached member statuses of one campaign."""

    org = models.ForeignKey(SalesforceOrg, on_delete=models.CASCADE, related_name="campaign_labels")
    campaign_id = models.CharField(max_length=18)
    labels = models.JSONField(default=list)
    """[{"label", "has_responded", "is_default"}] in their order in Salesforce."""
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "campaign_id"], name="labels_once_a_campaign")]

    def __str__(self) -> str:
        return self.campaign_id


class PersonChoice(models.Model):
    """Which record a person chose for an email that several records share; remembered for the organisation."""

    org = models.ForeignKey(SalesforceOrg, on_delete=models.CASCADE, related_name="person_choices")
    email_key = models.CharField(max_length=320)
    person_type = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PersonType])
    person_id = models.CharField(max_length=18)
    person_name = models.CharField(max_length=255, blank=True, default="")
    """What the record was called when it was chosen; "" where nobody said."""
    chosen_by = models.CharField(max_length=150, blank=True)
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("chosen person")
        verbose_name_plural = _("chosen people")
        constraints = [models.UniqueConstraint(fields=["org", "email_key"], name="choice_once_an_email")]

    def __str__(self) -> str:
        return self.person_id
