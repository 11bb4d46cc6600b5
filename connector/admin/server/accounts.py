"""Users and groups in the look of the rest."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from connector.admin.frame.base import UnfoldAdmin, list_url
from connector.admin.frame.keys import id_in
from connector.admin.server.audit import audit_view
from connector.admin.server.roles import roles_view
from connector.admin.server.said import old_and_new
from connector.pipeline.setup.permission_words import say_permission
from connector.pipeline.setup.roles import SUMMARIES, Role

if TYPE_CHECKING:
    _UserAdmin = DjangoUserAdmin[User]
    _GroupAdmin = DjangoGroupAdmin
    _Forms: Any = object
    _GroupsField = ModelMultipleChoiceField[Group]
    _PermissionsField = ModelMultipleChoiceField[Permission]
else:
    from unfold import forms as _Forms  # noqa: N812 - a module in a class's place, for the checker's sake only

    class _UserAdmin(DjangoUserAdmin, UnfoldAdmin):
        form = _Forms.UserChangeForm
        add_form = _Forms.UserCreationForm
        change_password_form = _Forms.AdminPasswordChangeForm

    class _GroupAdmin(DjangoGroupAdmin, UnfoldAdmin):
        pass

    _GroupsField = _PermissionsField = ModelMultipleChoiceField


class _KeysMixin:
    """Chosen rows, of which a forged form may name one that no database has room for."""

    def clean(self, value: Any) -> Any:
        """Refuse such a number like any other that is no row's."""
        odd = [one for one in value or () if id_in(str(one)) is None]
        if odd:
            field: Any = self
            raise ValidationError(field.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": odd[0]})
        return super().clean(value)  # type: ignore[misc]  # the field's own


class RolesField(_KeysMixin, _GroupsField):
    """The groups, those of the roles with what they may do."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a group; a role in the reader's language."""
        if obj.name not in Role.values:
            return str(obj)
        role = Role(obj.name)
        return f"{role.label} – {SUMMARIES[role]}"


class PermissionsField(_KeysMixin, _PermissionsField):
    """Permissions, named in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Name what a permission is about, and what it allows."""
        about = obj.content_type
        return f"{about} | {say_permission(f'{about.app_label}.{obj.codename}')}"


def _permission_fields(db_field: "ManyToManyField[Any, Any]") -> dict[str, Any]:
    """Return how the form offers a field: permissions by names of ours, everything else as Django does."""
    return {"form_class": PermissionsField} if db_field.related_model is Permission else {}


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(_UserAdmin):
    """People who may sign in here. Only a superuser touches, or makes, a superuser."""

    list_before_template = "admin/connector/users_before.html"
    list_display = ("username", "roles", "email", "first_name", "last_name", "is_active", "is_staff")
    filter_horizontal = ("user_permissions",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        """Read the groups of all users of a page at once."""
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("role"))
    def roles(self, user: User) -> str:
        """Name the groups of a user; a role in the reader's language."""
        if user.is_superuser:
            return gettext("superuser")
        names = sorted(group.name for group in user.groups.all())
        return ", ".join(str(Role(name).label) if name in Role.values else name for name in names) or "–"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Let a new user sign in: without staff status the sign-in page refuses whatever the password is."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Offer groups instead of some hundred single permissions; who was given such before keeps them in sight."""
        if obj is None:
            role = {"fields": ("is_staff", "groups"), "description": _how_roles_work()}
            return (*super().get_fieldsets(request, obj), (_("What this person may do"), role))
        has_own = obj.user_permissions.exists()
        may = ("is_active", "is_staff", "is_superuser", "groups", *(("user_permissions",) if has_own else ()))
        return (
            (None, {"fields": ("username", "password")}),
            (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
            (_("What this person may do"), {"fields": may, "description": _how_roles_work()}),
            (_("Important dates"), {"fields": ("last_login", "date_joined")}),
        )

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Say beside each group what it is for, and name permissions in the reader's language."""
        kwargs |= _permission_fields(db_field)
        if db_field.name == "groups":
            kwargs |= {
                "form_class": RolesField,
                "widget": UnfoldAdminCheckboxSelectMultipleWidget(),
                "queryset": Group.objects.order_by("pk"),  # the roles are made first, the least of them before all
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

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


def _how_roles_work() -> str:
    return format_html(
        '{} <a class="cx-link" href="{}">{}</a>',
        gettext("One group is enough; who belongs to none sees nothing. “Staff status” lets a person sign in here."),
        reverse("admin:auth_user_roles"),
        gettext("What may each role do?"),
    )


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or request.user.is_superuser


@admin.register(Group)
class GroupAdmin(_GroupAdmin):
    """Roles: which pages and actions a person may use."""

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Name permissions in the reader's language."""
        return super().formfield_for_manytomany(db_field, request, **kwargs, **_permission_fields(db_field))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say which permissions came and went."""
        return old_and_new(form) or super().construct_change_message(request, form, formsets, add)
