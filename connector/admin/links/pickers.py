"""The boxes of the link forms that search Salesforce as one types."""

from django.urls import reverse
from django.utils.translation import gettext

from connector.admin.frame.widgets import CampaignPicker, RecordInput


def campaign_picker(chosen_name: str = "") -> CampaignPicker:
    """Return the box that finds a campaign."""
    return CampaignPicker(
        search_url=reverse("admin:connector_campaignlink_campaigns"),
        labels_url=reverse("admin:connector_campaignlink_labels"),
        chosen_name=chosen_name,
    )


def owner_picker(org_id: int | None, chosen_name: str) -> RecordInput:
    """Return the field for the id of a user or queue; without `org_id` the form's own organisation is asked."""
    return RecordInput(
        search_url=reverse("admin:connector_campaignlink_owners"),
        org_id=org_id,
        chosen_name=chosen_name,
        none=gettext("Nobody found: no active user and no queue for Leads has this in its name."),
    )


def account_picker(org_id: int | None, chosen_name: str) -> RecordInput:
    """Return the field for the id of an account; without `org_id` the form's own organisation is asked."""
    return RecordInput(
        search_url=reverse("admin:connector_campaignlink_accounts"),
        org_id=org_id,
        chosen_name=chosen_name,
        none=gettext("Nothing found: no account that the connector sees has this in its name."),
    )
