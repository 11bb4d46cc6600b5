"""Who may pause, resume and close links."""

from django.http import HttpRequest

_PERMISSIONS = ("connector.pause_campaignlink", "connector.change_campaignlink")


def may_pause(request: HttpRequest) -> bool:
    """Say whether somebody may pause, resume and close links: operators, and whoever may change links."""
    return any(request.user.has_perm(permission) for permission in _PERMISSIONS)
