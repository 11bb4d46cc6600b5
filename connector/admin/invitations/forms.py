"""Whom or what an invitation is for."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from connector.models import SalesforceOrg, WebhookSource


class NewOrgForm(forms.Form):
    """The name of an organisation that an administrator of it will connect."""

    name = forms.CharField(
        label=_("Name of the organisation"), max_length=100, widget=UnfoldAdminTextInputWidget,
        help_text=_("As you want to see it here, e.g. Acme production."),
    )  # fmt: skip

    def clean_name(self) -> str:
        """Refuse a name that is taken: its credentials are asked for on the page of that organisation."""
        return _free(self.cleaned_data["name"], rows=SalesforceOrg.objects.all())


class NewSourceForm(forms.Form):
    """The name of a source that an integrator will set up."""

    name = forms.CharField(
        label=_("Name of the source"), max_length=100, widget=UnfoldAdminTextInputWidget,
        help_text=_("As you want to see it here, e.g. inwink production."),
    )  # fmt: skip

    def clean_name(self) -> str:
        """Refuse a name that is taken: a secret for it is handed over from the page of that source."""
        return _free(self.cleaned_data["name"], rows=WebhookSource.objects.all())


def _free(name: str, *, rows: Any) -> str:
    if rows.filter(name=name).exists():
        raise forms.ValidationError(gettext("There is one of this name already: ask from its page."))
    return name
