"""Who may do what is Django's business; here is only remembered what was refused."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from connector.admin.frame.onlooker import note_refusal


class PermissionBackend(ModelBackend):
    """Django's own, which also notes what it refused while a request is answered."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Say whether somebody holds a permission."""
        is_held = super().has_perm(user_obj, perm, obj)
        if not is_held:
            note_refusal(perm)
        return is_held
