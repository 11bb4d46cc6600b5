"""How the admin looks: settings of django-unfold (https://unfoldadmin.com/docs/configuration/settings/)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("inwink → Salesforce"),
    "SITE_HEADER": _("inwink → Salesforce"),
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
}
