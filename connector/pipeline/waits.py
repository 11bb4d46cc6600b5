"""What waits until a person does something: the one place that says so, for the admin, the mails and the lists."""

from django.db.models import Q

from connector.models import CampaignLink, SalesforceOrg

WAITS_FOR_SET_UP = Q(org__state=SalesforceOrg.State.RECONNECT_NEEDED) | Q(
    pause_kind=CampaignLink.PauseKind.CONFIGURATION
)
"""Of active links: `waits_for_set_up`, for the database."""


def must_reconnect(org: SalesforceOrg) -> bool:
    """Say whether nothing is sent to an organisation until somebody signs in to it."""
    return org.state == SalesforceOrg.State.RECONNECT_NEEDED


def is_stopped(link: CampaignLink) -> bool:
    """Say whether an active link sends nothing until somebody mends its settings."""
    is_active = link.state == CampaignLink.LinkState.ACTIVE
    return is_active and link.pause_kind == CampaignLink.PauseKind.CONFIGURATION


def waits_for_set_up(link: CampaignLink) -> bool:
    """Say whether an active link sends nothing until somebody mends it, or its organisation's sign-in."""
    return link.state == CampaignLink.LinkState.ACTIVE and (must_reconnect(link.org) or is_stopped(link))
