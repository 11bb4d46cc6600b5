"""Who may read who changed what in the configuration: one permission for the page of all, and the history of each."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

MAY_READ = "admin.view_logentry"


def may_read_changes(request: HttpRequest) -> bool:
    """Say whether somebody may read who changed what."""
    return request.user.has_perm(MAY_READ)


def require_reader(request: HttpRequest) -> None:
    """Raises PermissionDenied for whoever may not."""
    if not may_read_changes(request):
        raise PermissionDenied
