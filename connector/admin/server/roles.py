"""The page that says what each role may do, from the same list that the groups are made of."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from connector.admin.frame.base import AnyAdmin, render_page
from connector.pipeline.setup.roles import ABILITIES, Role


def roles_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; whoever signs in may read it."""

    def view(request: HttpRequest) -> HttpResponse:
        context = {
            "roles": _roles(request),
            "rows": [{"text": one.text, "may": [one.is_of(role) for role in Role]} for one in ABILITIES],
            "may_see_groups": request.user.has_perm("auth.view_group"),
            "may_see_users": request.user.has_perm("auth.view_user"),
            "is_superuser": request.user.is_superuser,
            "opts": None,  # else the page would lead up to the list of users, which few may open
        }
        template = "admin/connector/roles.html"
        return render_page(model_admin, request, template, title=gettext("Roles"), context=context)

    return view


def _roles(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the roles with whether the reader has each, and how many people do; two queries."""
    groups = Group.objects.filter(name__in=Role.values).annotate(users=Count("user"))
    found = {group.name: group for group in groups}
    own = set(Group.objects.filter(user=request.user.pk).values_list("name", flat=True))
    return [{"label": role.label, "is_own": role.value in own, "group": found.get(role.value)} for role in Role]
