"""Users and groups in the look of the rest."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext

from connector.admin.frame.base import UnfoldAdmin, list_url
from connector.admin.server.audit import audit_view
from connector.admin.server.roles import roles_view
from connector.admin.server.said import old_and_new

if TYPE_CHECKING:
    _UserAdmin = DjangoUserAdmin[User]
    _GroupAdmin = DjangoGroupAdmin
    _Forms: Any = object
else:
    from unfold import forms as _Forms  # noqa: N812 - a module in a class's place, for the checker's sake only

    class _UserAdmin(DjangoUserAdmin, UnfoldAdmin):
        form = _Forms.UserChangeForm
        add_form = _Forms.UserCreationForm
        change_password_form = _Forms.AdminPasswordChangeForm

    class _GroupAdmin(DjangoGroupAdmin, UnfoldAdmin):
        pass


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(_UserAdmin):
    """People who may sign in here. Only a superuser touches, or makes, a superuser."""

    list_before_template = "admin/connector/users_before.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that say what the roles may do, and who changed what."""
        return [
            list_url(self, "roles", view=roles_view(self)),
            list_url(self, "audit", view=audit_view(self)),
            *super().get_urls(),
        ]

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say what stood there before, too."""
        return old_and_new(form) or super().construct_change_message(request, form, formsets, add)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to let anybody else take over a superuser, as by a new password."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse as for changes."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Keep whoever did something here: the history would lose what they did, and who handed out or erased whom."""
        found, counts, forbidden, kept = super().get_deleted_objects(objs, request)
        if LogEntry.objects.filter(user__in=objs).exists():
            text = gettext("What they did stands in the history. Untick “Active” instead: they can no longer sign in.")
            kept = [*kept, text]
        return found, counts, forbidden, kept

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let only a superuser make superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser")


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or request.user.is_superuser


@admin.register(Group)
class GroupAdmin(_GroupAdmin):
    """Roles: which pages and actions a person may use."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say which permissions came and went."""
        return old_and_new(form) or super().construct_change_message(request, form, formsets, add)
