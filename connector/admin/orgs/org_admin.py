"""Salesforce organisations: write-only secrets, state and usage, and the test of the connection."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.widgets import TEXTAREA_CLASSES, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from connector.addresses import callback_url
from connector.admin.frame.base import UnfoldAdmin, find_or_404, object_url
from connector.admin.frame.checks_page import Back, render_checks
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.explain import explain_code
from connector.admin.frame.pausing import may_pause
from connector.admin.frame.pressing import lead_to_button
from connector.admin.frame.tags import org_tag
from connector.admin.orgs import links as org_links
from connector.admin.orgs import views as org_views
from connector.admin.orgs.spending import spending_terms
from connector.admin.orgs.ways_widget import WaysWidget
from connector.models import SalesforceOrg
from connector.models.fields import Secret
from connector.pipeline.connection.log_in import needs_log_in
from connector.pipeline.connection.org_setup import (
    follow_org_change,
    needs_my_domain,
    normalise_pem,
    refuse_login_url,
    refuse_private_key,
)
from connector.pipeline.preflight.connection import check_connection
from connector.pipeline.setup.configure_check import NEEDED_BY_FLOW
from connector.pipeline.setup.configure_secrets import environment_of
from connector.pipeline.setup.link_change import follow_confirmed_visibility

if TYPE_CHECKING:
    _SalesforceOrgForm = forms.ModelForm[SalesforceOrg]
else:
    _SalesforceOrgForm = forms.ModelForm


class WriteOnlyTextarea(forms.Textarea):
    """A text area that never shows what is stored."""

    def format_value(self, value: Any) -> str:
        """Show nothing."""
        return ""


def _secret_field(label: Any, *, is_long: bool = False) -> forms.CharField:
    attrs = {"autocomplete": "new-password"}
    widget = (
        WriteOnlyTextarea({**attrs, "class": " ".join(TEXTAREA_CLASSES), "rows": 4, "spellcheck": "false"})
        if is_long
        else UnfoldAdminPasswordWidget(attrs, render_value=False)
    )
    return forms.CharField(label=label, required=False, widget=widget, strip=True)


class OrgForm(_SalesforceOrgForm):
    """An organisation whose secrets can be replaced and never read."""

    login_url = forms.URLField(
        label=_("Login URL"),
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The My Domain address of the organisation, e.g. https://acme.my.salesforce.com"),
    )
    client_secret = _secret_field(_("Consumer secret"))
    password = _secret_field(_("Password"))
    security_token = _secret_field(_("Security token"))
    private_key = _secret_field(_("Private key (PEM)"), is_long=True)

    secret_fields = ("client_secret", "password", "security_token", "private_key")

    class Meta:
        model = SalesforceOrg
        fields = (
            "name", "login_url", "auth", "client_id", "client_secret", "username", "password",
            "security_token", "private_key", "api_version", "visibility_confirmed", "api_budget_percent",
            "api_daily_max",
        )  # fmt: skip
        widgets = {"auth": WaysWidget}
        help_texts = {
            "visibility_confirmed": _(
                "Needed only where the test of the connection cannot prove it. Until it is proved or ticked nobody is "
                "created in Salesforce: a user who cannot see an existing contact would create it a second time. "
                "People who already exist are served."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say of each secret whether one is stored; an empty field then keeps it."""
        super().__init__(*args, **kwargs)
        for name in self.secret_fields:
            if name not in self.fields:
                continue
            self.initial[name] = ""
            if getattr(self.instance, name):
                self.fields[name].help_text = gettext("Stored. Leave empty to keep it.")

    def clean_login_url(self) -> str:
        """Refuse an address that credentials may not be sent to."""
        url: str = self.cleaned_data["login_url"].rstrip("/")
        refusal = refuse_login_url(url)
        if refusal:
            raise forms.ValidationError(
                gettext("Credentials go to Salesforce only, by https. Use the organisation's My Domain address.")
            )
        return url

    def clean_private_key(self) -> str:
        """Refuse a text that cannot sign, with what to do instead."""
        pem: str = normalise_pem(self.cleaned_data["private_key"])
        refusal = refuse_private_key(pem) if pem else ""
        if refusal:
            advice = explain_code(refusal)
            raise forms.ValidationError(f"{advice.what} {advice.next_step}")
        return pem

    def clean(self) -> dict[str, Any]:
        """Keep secrets whose field is empty, and demand those that the sign-in needs."""
        cleaned = super().clean() or {}
        for name in self.secret_fields:
            text = cleaned.get(name)
            cleaned[name] = Secret.conceal(text) if text else getattr(self.instance, name) or Secret()
        for name in NEEDED_BY_FLOW.get(cleaned.get("auth", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This sign-in needs it."))
        if needs_my_domain(login_url=cleaned.get("login_url", ""), auth=cleaned.get("auth", "")):
            self.add_error("login_url", explain_code("my_domain_required").next_step)
        return cleaned


@admin.register(SalesforceOrg)
class SalesforceOrgAdmin(UnfoldAdmin[SalesforceOrg]):
    """One organisation and its integration user."""

    empty = EmptyList(
        _("The Salesforce organisations that participants are sent to stand here. None is connected yet."),
        _("No organisation matches."),
        _("Connect Salesforce"),
        "admin:connector_salesforceorg_add",
        "connector.add_salesforceorg",
    )
    form = OrgForm
    list_display = ("name", "state_tag", "environment", "auth", "creates_people", "usage")
    search_fields = ("name",)
    actions = None
    conditional_fields = {
        "client_secret": "auth != 'jwt_bearer'",
        "username": "auth == 'password' || auth == 'jwt_bearer'",
        "password": "auth == 'password'",
        "security_token": "auth == 'password'",
        "private_key": "auth == 'jwt_bearer'",
    }
    fieldsets = (
        (None, {"fields": ("name", "login_url")}),
        (_("Sign-in"), {"fields": ("auth", "client_id", "client_secret", "username", "password", "security_token",
                                   "private_key", "api_version")}),
        (_("Creating people"), {"fields": ("visibility_confirmed",)}),
        (_("API calls"), {"fields": ("api_budget_percent", "api_daily_max")}),
    )  # fmt: skip
    change_form_outer_before_template = "admin/connector/salesforceorg/panel.html"

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, org: SalesforceOrg) -> str:
        """Show the state as a coloured word."""
        return org_tag(org)

    @admin.display(description=_("creates people"), boolean=True)
    def creates_people(self, org: SalesforceOrg) -> bool:
        """Tell whether unknown people may be created."""
        return org.sees_everybody

    @admin.display(description=_("API calls in 24 hours"))
    def usage(self, org: SalesforceOrg) -> str:
        """Show what the whole organisation used, as its last answer said."""
        if org.api_used is None or org.api_limit is None:
            return "–"
        return " / ".join(number_format(count, force_grouping=True) for count in (org.api_used, org.api_limit))

    def get_urls(self) -> list[URLPattern]:
        """Add the test of the connection, the log-in at Salesforce and back, and the end of it."""
        back = path("callback/", never_cache(org_views.callback_view(self)), name="connector_salesforceorg_callback")
        return [
            back,  # not through admin_view: the way to its sign-in page would carry what Salesforce sent along
            object_url(self, "check", view=self.check_view),
            object_url(self, "log-in", view=org_views.log_in_view(self)),
            object_url(self, "disconnect", view=org_views.disconnect_view(self)),
            object_url(self, "links-state", view=org_links.links_view(self)),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: SalesforceOrg | None = None) -> Any:
        """Say above the sign-in which one to choose, and what must be entered in Salesforce.

        Who may only look gets no field that depends on the choice: there is none on the page that could decide.
        """
        fieldsets = super().get_fieldsets(request, obj)
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            shown = set(self.form.Meta.fields) - set(self.conditional_fields)
            return [(name, {"fields": [f for f in options["fields"] if f in shown]}) for name, options in fieldsets]
        text = format_html(
            '<p>{} <a class="cx-link" href="{}">{}</a></p><p>{} <code class="cx-address">{}</code></p>',
            gettext("Somebody else looks after Salesforce?"),
            reverse("admin:connector_invitation_ask_salesforce") + (f"?org={obj.pk}" if obj else ""),
            gettext("Ask my Salesforce administrator"),
            gettext("Callback URL for Log in with Salesforce, to be entered in the app:"),
            callback_url(request),
        )
        return [
            (name, {**options, "description": text} if "auth" in options["fields"] else options)
            for name, options in fieldsets
        ]

    def render_change_form(  # type: ignore[override]  # Django names every argument
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """Show above the form how the organisation stands."""
        org = kwargs.get("obj")
        if org is not None:
            context["sign_in"] = org_views.sign_in_state(request, org)
            context["state_tag"] = org_tag(org)
            context |= spending_terms(org)
            context |= {"may_pause_links": may_pause(request), **org_links.count_states(org)}
        return super().render_change_form(request, context, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: SalesforceOrg, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the page of the organisation where somebody must log in next."""
        return self._to_log_in(request, obj, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: SalesforceOrg) -> HttpResponse:
        """Stay on the page where somebody must log in next."""
        return self._to_log_in(request, obj, super().response_change(request, obj))

    def _to_log_in(self, request: HttpRequest, org: SalesforceOrg, response: HttpResponse) -> HttpResponse:
        if not needs_log_in(org):
            return response
        messages.warning(request, gettext("One step is left: log in with Salesforce, by the button below."))
        return HttpResponseRedirect(reverse("admin:connector_salesforceorg_change", args=[org.pk]))

    def save_model(self, request: HttpRequest, obj: SalesforceOrg, form: Any, change: bool) -> None:
        """Save, then let go of what belonged to old credentials, and send who waited for a confirmation."""
        obj.environment = environment_of(obj.login_url)
        super().save_model(request, obj, form, change)
        follow_org_change(obj, changed=form.changed_data)
        if "visibility_confirmed" in form.changed_data and obj.visibility_confirmed:
            count = follow_confirmed_visibility(obj, now=timezone.now())
            text = ngettext("%(count)s person who waited is sent.", "%(count)s people who waited are sent.", count)
            messages.info(request, text % {"count": count})

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Test the connection and show each check; nothing is written to Salesforce."""
        org = find_or_404(SalesforceOrg, object_id)
        if not self.has_change_permission(request, org):
            raise PermissionDenied
        back_url = reverse("admin:connector_salesforceorg_change", args=[org.pk])
        if request.method != "POST":
            return lead_to_button(request, back_url)
        title = gettext("Connection of %(name)s") % {"name": org.name}
        back = Back(back_url, gettext("Back to the organisation"))
        return render_checks(self, request, check_connection(org), title=title, back=back)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse while links use the organisation, with the way out."""
        org = find_or_404(SalesforceOrg, object_id)
        if org.links.exists():
            messages.error(request, gettext("Links send to this organisation. Close or delete them first."))
            return HttpResponseRedirect(reverse("admin:connector_salesforceorg_change", args=[org.pk]))
        return super().delete_view(request, object_id, extra_context)
