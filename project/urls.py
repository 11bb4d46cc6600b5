"""The addresses of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from connector.admin.frame.menu_search import search_view
from connector.admin.overview.first_run import first_steps
from connector.admin.server.error_pages import bad_request, forbidden, not_found, server_error

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/first-steps/", admin.site.admin_view(first_steps), name="first-steps"),
    path("admin/search/", admin.site.admin_view(search_view)),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("connector.urls")),
]

handler400, handler403, handler404, handler500 = bad_request, forbidden, not_found, server_error
