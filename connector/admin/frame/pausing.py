"""Who may pause, resume and close links."""

from django.http import HttpRequest

from connector.admin.frame.permissions import holds_any

_PERMISSIONS = ("connector.pause_campaignlink", "connector.change_campaignlink")


def may_pause(request: HttpRequest) -> bool:
    """Say whether somebody may pause, resume and close links: operators, and whoever may change links."""
    return holds_any(request, *_PERMISSIONS)
