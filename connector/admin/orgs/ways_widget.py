"""The choice of how to sign in: the recommended way on top, the others under “Other ways”; no script of its own."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connector.models import SalesforceOrg

Auth = SalesforceOrg.Auth

_RECOMMENDED = Auth.CLIENT_CREDENTIALS
_ABOUT = {
    Auth.CLIENT_CREDENTIALS: _(
        "The app in Salesforce signs in as the user that it names under “Run As”. Nobody has to log in again."
    ),
    Auth.JWT_BEARER: _("Where client credentials are not allowed: a certificate instead of a secret that travels."),
    Auth.WEB_SERVER: _("A person logs in on Salesforce's page, and must do so again when Salesforce ends it."),
    Auth.PASSWORD: _("Only where an old organisation allows nothing else; it stops when the password changes."),
}


class WaysWidget(forms.RadioSelect):
    """Radio buttons as cards, each with one sentence on what it means."""

    template_name = "admin/connector/salesforceorg/ways.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Divide the options."""
        context = super().get_context(name, value, attrs)
        options = [{**option, "about": _ABOUT[Auth(option["value"])]} for option in _options(context)]
        context["recommended"] = [option for option in options if option["value"] == _RECOMMENDED]
        context["others"] = [option for option in options if option["value"] != _RECOMMENDED]
        context["is_other_chosen"] = any(option["selected"] for option in context["others"])
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Render from the project's templates; those of widgets would have to lie inside an app."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


def _options(context: dict[str, Any]) -> list[dict[str, Any]]:
    return [option for _group, options, _index in context["widget"]["optgroups"] for option in options]
