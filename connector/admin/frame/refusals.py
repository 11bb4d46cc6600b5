"""What is shown for a page that is not there, or that the person may not see: inside the admin, in their language."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views import defaults


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a page is not there, and lead on."""
    if not _is_in_admin(request):
        return defaults.page_not_found(request, exception)
    told = {
        "title": gettext("This page is not there"),
        "why": gettext(
            "What it showed may have been finished, removed or erased meanwhile, or the address is not complete. "
            "Nothing was changed."
        ),
    }
    return _refusal(request, told, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the person's role does not include a page, and where it is said what it does."""
    if not _is_in_admin(request):
        return defaults.permission_denied(request, exception)
    told = {
        "title": gettext("Your role does not include this page"),
        "why": gettext(
            "Nothing was changed. Who needs it for their work asks an administrator for another role: it is chosen on "
            "the page of the user."
        ),
        "roles_url": reverse("admin:auth_user_roles"),
    }
    return _refusal(request, told, status=403)


def _is_in_admin(request: HttpRequest) -> bool:
    """Say whether the admin's frame can be shown: to its own people, within its addresses."""
    user = getattr(request, "user", None)
    return request.path.startswith(reverse("admin:index")) and user is not None and admin.site.has_permission(request)


def _refusal(request: HttpRequest, told: dict[str, str], *, status: int) -> HttpResponse:
    request.current_app = admin.site.name
    context = {**admin.site.each_context(request), **told}
    return TemplateResponse(request, "admin/connector/refusal.html", context, status=status).render()
