"""The Content-Security-Policy of each part of the site."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


class SiteCSPMiddleware(CSPMiddleware):
    """Send the strict CONTENT_SECURITY_POLICY, and inside the admin what Unfold needs (ADMIN_CSP_DIRECTIVES)."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy of the requested path; a view's own csp decorator wins."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and request.path_info.startswith(reverse("admin:index")):
            parts.config = settings.ADMIN_CSP_DIRECTIVES
        return parts
