"""The addresses of the connector."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
