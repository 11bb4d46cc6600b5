"""The keys of the configuration file, their types and choices; names as in the documentation, to the letter.

A key that is absent is not in `model_fields_set`; one that is null is, with None: it resets to the default.
"""

import uuid
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from django.utils.timezone import get_default_timezone
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from connector.core.checking.filters import normalise_domain
from connector.core.convert import texts_of
from connector.core.participant import normalise_id
from connector.core.years import FIRST_YEAR, LAST_YEAR, is_far
from connector.pipeline.setup.new_people_words import read_account, read_owner, read_record_type
from connector.salesforce.ids import id_18, is_id

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Password = Annotated[str, StringConstraints(min_length=1)]
StateWord = Literal["attended", "registered", "refused", "not_registered", "no_show"]
ObjectWord = Literal["contact", "lead", "campaign_member"]


def _salesforce_id(value: str) -> str:
    if not is_id(value):
        raise ValueError("this is not a Salesforce id of 15 or 18 characters")
    return id_18(value)


def _version(value: Any) -> Any:
    """Accept 64.0 without quotes, which YAML reads as a number."""
    return f"{value:.1f}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _moment(value: Any) -> Any:
    """Read an ISO date or time; without a zone it is local time."""
    if not isinstance(value, str):
        raise ValueError("write a time like 2026-11-23T09:00:00+01:00")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("write a time like 2026-11-23T09:00:00+01:00") from None
    if is_far(moment.year):
        raise ValueError(f"the year is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment if moment.tzinfo else moment.replace(tzinfo=get_default_timezone())


def _word(value: Any) -> Any:
    """Accept true and 7 beside texts: a choice is compared by how it is written."""
    return next(iter(texts_of(value, language="en")), value) if isinstance(value, bool | int | float) else value


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict) or value is None:
        raise ValueError("write a text, a number, true or false, or a list of texts")
    return value


SalesforceId = Annotated[Text, AfterValidator(_salesforce_id)]
CampaignId = SalesforceId
ApiVersion = Annotated[str, BeforeValidator(_version), StringConstraints(pattern=r"^[1-9]\d\.0$")]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Domain = Annotated[Text, AfterValidator(normalise_domain)]
Word = Annotated[Text, BeforeValidator(_word)]
PlainValue = Annotated[Any, BeforeValidator(_plain_value)]


class Section(BaseModel):
    """A mapping of the file in which every key has a meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def has(self, key: str) -> bool:
        """Say whether the file gives the key, be it as null."""
        return key in self.model_fields_set


class OrgSection(Section):
    """One Salesforce organisation."""

    name: Annotated[Text, StringConstraints(max_length=100)]
    login_url: Annotated[Text, StringConstraints(pattern=r"^https?://[^/]+/?$", max_length=200)] | None = None
    auth: Literal["client_credentials", "jwt_bearer", "web_server", "password"] | None = None
    client_id: Annotated[Text, StringConstraints(max_length=512)] | None = None
    client_secret: Text | None = None
    username: Annotated[Text, StringConstraints(max_length=200)] | None = None
    password: Password | None = None
    security_token: Text | None = None
    private_key: Text | None = None
    api_version: ApiVersion | None = None
    visibility_confirmed: bool | None = None
    api_budget_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    api_daily_max: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None


class SourceSection(Section):
    """One sender of webhooks."""

    name: Annotated[Text, StringConstraints(max_length=100)]
    id: uuid.UUID | None = None
    secrets: list[Text] | None = None
    bearer_tokens: list[Text] | None = None
    default_state: Literal["registered"] | None = None
    locale: Literal["fr", "en"] | None = None


class CampaignSection(Section):
    """Which campaign: by id, or by a name that only one campaign has."""

    id: CampaignId | None = None
    name: Annotated[Text, StringConstraints(max_length=255)] | None = None


class MatchEmailsSection(Section):
    """The email fields that are compared."""

    contact: list[Text] | None = None
    lead: list[Text] | None = None


class MatchKeySection(Section):
    """A field of our own on both objects that holds an inwink value."""

    source: Text
    contact: Text | None = None
    lead: Text | None = None


class StatusesSection(Section):
    """The label of each state; null: nothing is written for it."""

    registered: Text | None = None
    attended: Text | None = None
    refused: Text | None = None
    not_registered: Text | None = None
    no_show: Text | None = None


class FilterSection(Section):
    """One condition of `only`."""

    source: Text
    within: Annotated[list[Word] | None, Field(alias="in")] = None
    not_in: list[Word] | None = None


class ConsentSection(Section):
    """Where consent stands, and what its absence means."""

    source: Text
    when_no: Literal["all", "membership_only", "nothing"] | None = None
    when_unknown: Literal["all", "membership_only", "nothing"] | None = None


class PlaceholdersSection(Section):
    """Texts for required fields that inwink does not have."""

    company: Annotated[str, StringConstraints(max_length=255)] | None = None
    last_name: Annotated[str, StringConstraints(max_length=80)] | None = None


class RecordTypesSection(Section):
    """The record type of new records, by id, developer name or label; null: the organisation decides."""

    contact: Annotated[Text, AfterValidator(read_record_type)] | None = None
    lead: Annotated[Text, AfterValidator(read_record_type)] | None = None
    campaign_member: Text | None = None


class MappingSection(Section):
    """One field that a link fills."""

    object: ObjectWord
    field: Annotated[Text, StringConstraints(max_length=80, pattern=r"^[A-Za-z]\w*$")]
    source: Annotated[Text, StringConstraints(max_length=255)] | None = None
    constant: PlainValue = None
    mode: Literal["overwrite", "if_empty", "if_new", "append"] | None = None
    values: dict[str, PlainValue] | None = None
    default: Any = None
    blank: Literal["keep", "clear"] | None = None
    truncate: bool | None = None
    unknown_choice: Literal["fail", "skip", "default"] | None = None
    marketing: bool | None = None
    enabled: bool | None = None


class LinkSection(Section):
    """One inwink event that is sent to one campaign."""

    event: Annotated[Text, StringConstraints(max_length=200), AfterValidator(normalise_id)]
    name: Annotated[Text, StringConstraints(max_length=255)] | None = None
    org: Text | None = None
    campaign: CampaignSection | None = None
    state: Literal["active", "paused", "closed"] | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    closes_after_days: Annotated[int, Field(ge=0, le=32_767)] | None = None
    match: Literal["contact_then_lead", "lead_then_contact", "contact_only", "lead_only"] | None = None
    match_emails: MatchEmailsSection | None = None
    match_key: MatchKeySection | None = None
    create: Literal["lead", "contact", "nobody"] | None = None
    create_for: list[StateWord] | None = None
    update_existing: bool | None = None
    ambiguous: Literal["review", "most_recent"] | None = None
    same_email: Literal["review", "one_member"] | None = None
    statuses: StatusesSection | None = None
    create_statuses: bool | None = None
    never_downgrade: bool | None = None
    only: list[FilterSection] | None = None
    exclude_email_domains: list[Domain] | None = None
    consent: ConsentSection | None = None
    duplicates: Literal["allow", "review"] | None = None
    new_owner: Annotated[Text, AfterValidator(read_owner)] | None = None
    contact_account: Annotated[Text, AfterValidator(read_account)] | None = None
    record_types: RecordTypesSection | None = None
    removed_members: Literal["respect", "add_again"] | None = None
    placeholders: PlaceholdersSection | None = None
    mappings: list[MappingSection] | None = None


class ConfigFile(Section):
    """The whole file."""

    orgs: list[OrgSection] | None = None
    sources: list[SourceSection] | None = None
    links: list[LinkSection] | None = None


def start_of_day(day: date) -> datetime:
    """Return midnight of a campaign's first day, local time."""
    return datetime.combine(day, time.min, tzinfo=get_default_timezone())


def end_of_day(day: date) -> datetime:
    """Return the last second of a campaign's last day, local time."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=get_default_timezone())
