"""Campaigns to pick: what a search offers, and a choice that nobody can type or alter."""

from dataclasses import dataclass
from datetime import date

from django.core import signing
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from connector.pipeline.connection.connect import CampaignChoice

_SALT = "connector.campaign-choice"


@dataclass(frozen=True, slots=True)
class PickedCampaign:
    """A campaign that a search of an organisation offered."""

    org_id: int
    id: str
    name: str
    start_date: date | None
    end_date: date | None


def seal(org_id: int, choice: CampaignChoice) -> str:
    """Return a choice as a signed text for the form: it proves that Salesforce offered it."""
    dates = [day.isoformat() if day else None for day in (choice.start_date, choice.end_date)]
    return signing.dumps([org_id, choice.id, choice.name, *dates], salt=_SALT, compress=True)


def unseal(token: str) -> PickedCampaign | None:
    """Read what `seal` made; None for anything else."""
    try:
        org_id, campaign_id, name, start, end = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return PickedCampaign(org_id=org_id, id=campaign_id, name=name, start_date=_date_of(start), end_date=_date_of(end))


def _date_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def describe_choice(choice: CampaignChoice) -> str:
    """Say in one line what tells campaigns of one name apart."""
    if choice.start_date and choice.end_date:
        days = f"{date_format(choice.start_date)} – {date_format(choice.end_date)}"
    else:
        days = date_format(choice.start_date) if choice.start_date else gettext("no start date")
    members = ngettext("%(count)s member", "%(count)s members", choice.member_count) % {"count": choice.member_count}
    activity = gettext("active") if choice.is_active else gettext("not active")
    return " · ".join(part for part in (choice.status, activity, days, members) if part)
