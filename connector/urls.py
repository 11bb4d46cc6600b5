"""The addresses of the connector."""

from django.urls import URLPattern, path

from connector.views.health import healthz, readyz
from connector.views.invitations.landing import landing
from connector.views.invitations.salesforce import back, check, salesforce
from connector.views.invitations.webhook import webhook
from connector.views.metrics import metrics
from connector.views.webhook import receive_webhook

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("invitation/", landing, name="invitation"),
    path("invitation/salesforce/", salesforce, name="invitation-salesforce"),
    path("invitation/back/", back, name="invitation-back"),
    path("invitation/check/", check, name="invitation-check"),
    path("invitation/webhook/", webhook, name="invitation-webhook"),
    path("webhooks/inwink/<str:source_id>/", receive_webhook, name="webhook-inwink"),
    path("webhooks/inwink/<str:source_id>", receive_webhook),  # a redirect to the slash would lose the body
]
