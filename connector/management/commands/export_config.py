"""Write the configuration as the YAML that apply_config reads."""

from typing import Any

from connector.management.base import ConnectorCommand, Report
from connector.pipeline.setup.export_config import export_config


class Command(ConnectorCommand):
    """Print the configuration without secrets."""

    help = (
        "Print organisations, webhook sources and links as the YAML that apply_config reads. Secrets are left out: "
        "comments name the variables to set where the file is applied elsewhere."
    )
    example = "python manage.py export_config > config.yaml"

    def report(self, **options: Any) -> Report:
        """Print the file; with --json it is the text under `config`."""
        text = export_config()
        return Report(text.rstrip("\n"), {"ok": True, "config": text})
