"""The credentials that an invited person enters, one form for each way to sign in."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from connector.core.advice.explain import advise
from connector.models import SalesforceOrg
from connector.pipeline.connection.org_setup import (
    needs_my_domain,
    normalise_pem,
    refuse_login_url,
    refuse_private_key,
)
from connector.pipeline.invitations.accept import Offer
from connector.pipeline.setup.configure_check import NEEDED_BY_FLOW

Auth = SalesforceOrg.Auth

WAYS = (Auth.CLIENT_CREDENTIALS, Auth.JWT_BEARER, Auth.WEB_SERVER, Auth.PASSWORD)
"""The recommended one first."""
_OPTIONAL = {Auth.PASSWORD: ("security_token",)}
_QUIET: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def _text(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.TextInput(_QUIET), max_length=512, **kwargs)


def _secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=512, widget=forms.PasswordInput({**_QUIET, "autocomplete": "new-password"})
    )


class WriteOnlyTextarea(forms.Textarea):
    """A text area that never shows what was entered."""

    def format_value(self, value: Any) -> str:
        """Show nothing."""
        return ""


class OfferForm(forms.Form):
    """The fields of one way to sign in; secrets are never shown back."""

    login_url = forms.URLField(
        label=_("Login URL"),
        assume_scheme="https",
        widget=forms.TextInput({**_QUIET, "inputmode": "url", "placeholder": "https://acme.my.salesforce.com"}),
        help_text=_("The My Domain address of the organisation, e.g. https://acme.my.salesforce.com"),
    )
    client_id = _text(_("Consumer key"))
    client_secret = _secret(_("Consumer secret"))
    username = _text(_("Username of the integration user"))
    password = _secret(_("Password"))
    security_token = _secret(_("Security token"))
    private_key = forms.CharField(
        label=_("Private key (PEM)"), max_length=20_000, widget=WriteOnlyTextarea({**_QUIET, "rows": 4})
    )

    def __init__(self, auth: str, **kwargs: Any) -> None:
        """Keep the fields of this way."""
        self.auth = Auth(auth)
        super().__init__(prefix=None, auto_id=f"{auth}_%s", **kwargs)
        optional = _OPTIONAL.get(self.auth, ())
        wanted = {"login_url", *NEEDED_BY_FLOW[self.auth], *optional}
        self.fields = {name: field for name, field in self.fields.items() if name in wanted}
        for name in optional:
            self.fields[name].required = False

    def clean_login_url(self) -> str:
        """Refuse an address that credentials may not be sent to."""
        url: str = self.cleaned_data["login_url"].rstrip("/")
        refusal = refuse_login_url(url)
        if refusal:
            text = gettext("Credentials go to Salesforce only, by https. Use the organisation's My Domain address.")
            raise forms.ValidationError(text)
        if needs_my_domain(login_url=url, auth=self.auth):
            raise forms.ValidationError(advise("my_domain_required", language=get_language() or "en").next_step)
        return url

    def clean_private_key(self) -> str:
        """Refuse a text that cannot sign."""
        pem = normalise_pem(self.cleaned_data["private_key"])
        refusal = refuse_private_key(pem)
        if refusal:
            advice = advise(refusal, language=get_language() or "en")
            raise forms.ValidationError(f"{advice.what} {advice.next_step}")
        return pem

    def offer(self) -> Offer:
        """Return what was entered; the form must be valid."""
        return Offer(auth=self.auth.value, **self.cleaned_data)
