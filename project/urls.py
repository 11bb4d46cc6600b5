"""The addresses of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from connector.admin.overview.first_run import first_steps

handler403 = "connector.admin.frame.refusals.forbidden"
handler404 = "connector.admin.frame.refusals.not_found"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/first-steps/", admin.site.admin_view(first_steps), name="first-steps"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("connector.urls")),
]
