"""Where a cause is mended when that is not in Salesforce or inwink: which of our pages to open first."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from connector.core.outcomes import Reason
from connector.models import CampaignLink

_MAPPING_CODES = frozenset(
    {
        "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "INVALID_TYPE_ON_FIELD_IN_RECORD", "NUMBER_OUTSIDE_VALID_RANGE", "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG",
        "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID", "value_too_long", "invalid_email", "unknown_choice",
        "not_a_checkbox", "not_a_number", "number_out_of_range", "not_a_date", "required_field_missing", "field_gone",
    }
)  # fmt: skip
"""Errors that a mapping of the link, or a value table in it, can put right."""
_LINK_CODES = frozenset({"label_gone", "campaign_gone", "record_type_unknown", "DUPLICATES_DETECTED"})
"""Errors that another setting of the link can put right."""
_ORG_CODES = frozenset({"INVALID_SESSION_ID", "INVALID_AUTH_HEADER", "UNSUPPORTED_API_VERSION", "GONE"})
"""Errors of the sign-in and the connection."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A page of ours on which a cause is mended."""

    text: str
    url: str


def fix_of(request: HttpRequest, link: CampaignLink, *, reason: str = "", code: str = "") -> Fix | None:
    """Return the page to open first; None where the cause is mended in Salesforce or inwink, or may not be opened."""
    if code in _ORG_CODES:
        return organisation_fix(request, link)
    if code in _MAPPING_CODES or reason == Reason.INVALID_VALUE:
        return mapping_fix(request, link)
    return _link_fix(request, link, text=gettext("Open the link")) if code in _LINK_CODES else None


def set_up_fix(request: HttpRequest, link: CampaignLink) -> Fix | None:
    """Return the page on which a link that waits for its set-up is mended."""
    if link.pause_kind:
        return _link_fix(request, link, text=gettext("Open the link"))
    return organisation_fix(request, link)


def organisation_fix(request: HttpRequest, link: CampaignLink) -> Fix | None:
    """Return the page of the link's organisation."""
    if not request.user.has_perm("connector.view_salesforceorg"):
        return None
    url = reverse("admin:connector_salesforceorg_change", args=[link.org_id])
    return Fix(gettext("Open the organisation"), url)


def mapping_fix(request: HttpRequest, link: CampaignLink) -> Fix | None:
    """Return the page with the mappings of a link."""
    return _link_fix(request, link, text=gettext("Open the field mappings"), view="mappings")


def _link_fix(request: HttpRequest, link: CampaignLink, *, text: str, view: str = "change") -> Fix | None:
    if not request.user.has_perm("connector.view_campaignlink"):
        return None
    return Fix(text, reverse(f"admin:connector_campaignlink_{view}", args=[link.pk]))
