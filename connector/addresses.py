"""Addresses of ours that somebody enters elsewhere."""

from django.http import HttpRequest
from django.urls import reverse

from connector import conf
from connector.models import WebhookSource


def _absolute(request: HttpRequest, path: str) -> str:
    url = request.build_absolute_uri(path)
    return url.replace("http://", "https://", 1) if conf.is_https_only() else url


def callback_url(request: HttpRequest) -> str:
    """Return the one address to which Salesforce sends everybody back, invited people too; it is entered in the app."""
    return _absolute(request, reverse("admin:connector_salesforceorg_callback"))


def webhook_address(request: HttpRequest, source: WebhookSource) -> str:
    """Return the address that the sender posts to."""
    return _absolute(request, reverse("webhook-inwink", args=[source.pk]))


def invitation_link(request: HttpRequest, token: str) -> str:
    """Return the link that opens an invitation; the token stands where browsers send it to no server."""
    return f"{_absolute(request, reverse('invitation'))}#{token}"
