"""Who may do what is Django's business; here is only remembered what was refused."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from connector.admin.frame.onlooker import note_refusal


class PermissionBackend(ModelBackend):
    """Django's own, which also notes what it refused while a request is answered."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Say whether somebody holds a permission."""
        is_held = super().has_perm(user_obj, perm, obj)
        if not is_held:
            note_refusal((frozenset({perm}),))
        return is_held


def holds_all(request: HttpRequest, *permissions: str) -> bool:
    """Say whether a person holds all of these; one by one, the first refused would hide that more is needed."""
    is_held = request.user.has_perms(permissions)
    if not is_held:
        note_refusal((frozenset(permissions),))
    return is_held


def holds_any(request: HttpRequest, *permissions: str) -> bool:
    """Say whether a person holds one of these; one by one, the last refused would seem to be the only one."""
    is_held = any(request.user.has_perm(permission) for permission in permissions)
    if not is_held:
        note_refusal(tuple(frozenset({permission}) for permission in permissions))
    return is_held
