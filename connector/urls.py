"""The addresses of the connector."""

from django.urls import URLPattern, path

from connector.views.health import healthz, readyz
from connector.views.metrics import metrics
from connector.views.webhook import receive_webhook

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("webhooks/inwink/<str:source_id>/", receive_webhook, name="webhook-inwink"),
    path("webhooks/inwink/<str:source_id>", receive_webhook),  # a redirect to the slash would lose the body
]
