"""Users and groups in the look of the rest."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User

from connector.admin.frame.base import UnfoldAdmin

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
    """People who may sign in here."""


@admin.register(Group)
class GroupAdmin(_GroupAdmin):
    """Roles: which pages and actions a person may use."""
