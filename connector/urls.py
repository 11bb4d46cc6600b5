"""The addresses of the connector."""

from django.urls import URLPattern, path

from connector.views.health import healthz, readyz
from connector.views.metrics import metrics

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
