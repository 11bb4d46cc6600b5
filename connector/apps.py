"""The Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectorConfig(AppConfig):
    """Name the application and register its system checks."""

    name = "connector"
    verbose_name = _("inwink → Salesforce")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from connector import checks  # noqa: F401 -- importing registers them; models must be loaded first
