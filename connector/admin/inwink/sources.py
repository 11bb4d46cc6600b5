"""Webhook sources: the address to copy, and secrets that are shown once."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from connector.addresses import webhook_address
from connector.admin.frame.base import Question, UnfoldAdmin, ask, find_or_404, object_url, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.explain import explain_code
from connector.admin.frame.pressing import lead_to_button
from connector.admin.inwink import trials
from connector.admin.inwink.refusal_words import explain_refusal
from connector.models import WebhookSource
from connector.models.fields import Secret, WrongEncryptionKey
from connector.pipeline.setup import sources

if TYPE_CHECKING:
    _WebhookSourceForm = forms.ModelForm[WebhookSource]
else:
    _WebhookSourceForm = forms.ModelForm


class SourceForm(_WebhookSourceForm):
    """A source, and how a new one proves who it is."""

    proof = forms.ChoiceField(
        label=_("Proof of the sender"),
        choices=[
            ("signature", _("Signature (recommended)")),
            ("token", _("Bearer token")),
        ],
        initial="signature",
        widget=UnfoldAdminRadioSelectWidget,
        help_text=_(
            "Signature: the sender signs each message. Bearer token: for tools that cannot sign. "
            "The secret is made when you save, and shown once."
        ),
    )

    class Meta:
        model = WebhookSource
        fields = ("name", "locale", "default_state", "is_active")


@admin.register(WebhookSource)
class WebhookSourceAdmin(UnfoldAdmin[WebhookSource]):
    """One sender of webhooks."""

    empty = EmptyList(
        _("A webhook source is an address and a secret for the sender of inwink's messages. None is made yet."),
        _("No webhook source matches."),
        _("Make a source"),
        "admin:connector_webhooksource_add",
        "connector.add_webhooksource",
    )
    list_display = ("name", "is_active", "locale", "refused_count", "made_at")
    search_fields = ("name",)
    actions = None
    form = SourceForm
    fields = ("name", "locale", "default_state", "is_active")
    change_form_outer_before_template = "admin/connector/webhooksource/panel.html"

    @admin.display(description=_("made at"), ordering="created_at")
    def made_at(self, source: WebhookSource) -> Any:
        """Return when the source was made."""
        return source.created_at

    def get_fields(self, request: HttpRequest, obj: WebhookSource | None = None) -> Any:
        """Ask for the proof on a new source only; later there are buttons for it."""
        return [*self.fields, "proof"] if obj is None else self.fields

    def get_form(
        self, request: HttpRequest, obj: WebhookSource | None = None, change: bool = False, **kwargs: Any
    ) -> "type[forms.ModelForm[WebhookSource]]":
        """Leave the proof out where the source exists."""
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            return form
        return type(form.__name__, (form,), {"proof": None})

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons of the page."""
        return [
            object_url(self, "new-secret", view=self.new_secret_view),
            object_url(self, "new-token", view=self.new_token_view),
            object_url(self, "once", view=self.once_view),
            object_url(self, "revoke", view=self.revoke_view),
            object_url(self, "replace-secrets", view=self.replace_view),
            object_url(self, "test-message", view=trials.trial_view(self)),
            object_url(self, "reading", view=trials.reading_view(self)),
            *super().get_urls(),
        ]

    def render_change_form(  # type: ignore[override]  # Django names every argument
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """Show the address and the active secrets above the form."""
        source = kwargs.get("obj")
        if source is not None:
            context["address"] = webhook_address(request, source)
            context |= _secrets_of(source)
            context["tokens"] = sources.list_tokens(source)
            context["refusal"] = explain_refusal(source)
        return super().render_change_form(request, context, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: WebhookSource, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Make the first secret, then go to the page that shows it."""
        if request.POST.get("proof") == "token":
            return self._make_token(request, obj)
        return self._make_secret(request, obj)

    def new_secret_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add a signing secret beside the active ones."""
        source = self._get_source(request, object_id)
        return (
            self._make_secret(request, source)
            if request.method == "POST"
            else lead_to_button(request, _page_of(source))
        )

    def new_token_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Add a bearer token beside the active ones."""
        source = self._get_source(request, object_id)
        return (
            self._make_token(request, source) if request.method == "POST" else lead_to_button(request, _page_of(source))
        )

    def once_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what this session has just made, and forget it; no other page ever shows it."""
        source = find_or_404(WebhookSource, object_id)
        if request.method != "GET" or not self._may_make(request, source):
            raise PermissionDenied
        made = request.session.pop(_session_key(source), None)
        if made is None:
            messages.warning(request, gettext("A secret is shown once. If it was not copied, make a new one."))
            return HttpResponseRedirect(_page_of(source))
        context = {
            "source": source,
            "address": webhook_address(request, source),
            made["kind"]: Secret(made["ciphertext"]).reveal(),
        }
        title = gettext("Set up the sender")
        return render_page(self, request, "admin/connector/webhooksource/once.html", title=title, context=context)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then revoke the secret or token named by `?secret=` or `?token=`."""
        source = find_or_404(WebhookSource, object_id)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        secret, token = request.GET.get("secret", ""), request.GET.get("token", "")
        back_url = _page_of(source)
        if not (secret or token):
            return HttpResponseRedirect(back_url)
        if request.method != "POST":
            return ask(self, request, _revocation_of(secret or token, source, back_url=back_url))
        try:
            was_there = sources.revoke_secret(source, secret) if secret else sources.revoke_token(source, token)
        except WrongEncryptionKey:
            return _no_key(request, source)
        if was_there:
            self.log_change(request, source, [{"changed": {"fields": [gettext_noop("revoked"), secret or token]}}])
            messages.success(request, gettext("Revoked. Messages that use it are refused from now on."))
        return HttpResponseRedirect(back_url)

    def replace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make a new secret in the place of those whose key is lost."""
        source = find_or_404(WebhookSource, object_id)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        if request.method != "POST" and "key_advice" in _secrets_of(source):
            return ask(self, request, _replacement_of(source))
        with transaction.atomic():
            secret = sources.replace_unreadable(source) if request.method == "POST" else None
            if secret is not None:
                lost = gettext_noop("secrets that could not be read")
                self.log_change(request, source, [{"changed": {"fields": [gettext_noop("revoked"), lost]}}])
                self._log_made(request, source, name="Signing secret", fingerprint=sources.fingerprint_secret(secret))
        if secret is not None:
            return _go_to_once(request, source, kind="secret", text=secret)
        messages.info(request, gettext("The secrets can be read: nothing was replaced."))
        return HttpResponseRedirect(_page_of(source))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse while messages are kept, with the way out."""
        source = find_or_404(WebhookSource, object_id)
        if source.messages.exists():
            text = gettext("Messages of this source are kept. Switch it off instead: it then accepts nothing.")
            messages.error(request, text)
            return HttpResponseRedirect(_page_of(source))
        return super().delete_view(request, object_id, extra_context)

    def _get_source(self, request: HttpRequest, object_id: str) -> WebhookSource:
        source = find_or_404(WebhookSource, object_id)
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        return source

    def _may_make(self, request: HttpRequest, source: WebhookSource) -> bool:
        return self.has_change_permission(request, source) or self.has_add_permission(request)

    def _make_secret(self, request: HttpRequest, source: WebhookSource) -> HttpResponse:
        try:
            with transaction.atomic():
                secret = sources.create_secret(source)
                self._log_made(request, source, name="Signing secret", fingerprint=sources.fingerprint_secret(secret))
        except WrongEncryptionKey:
            return _no_key(request, source)
        return _go_to_once(request, source, kind="secret", text=secret)

    def _make_token(self, request: HttpRequest, source: WebhookSource) -> HttpResponse:
        with transaction.atomic():
            token = sources.create_token(source)
            self._log_made(request, source, name="Bearer token", fingerprint=sources.fingerprint_token(token))
        return _go_to_once(request, source, kind="token", text=token)

    def _log_made(self, request: HttpRequest, source: WebhookSource, *, name: str, fingerprint: str) -> None:
        self.log_change(request, source, [{"added": {"name": name, "object": fingerprint}}])


def _secrets_of(source: WebhookSource) -> dict[str, Any]:
    """Return the fingerprints of the secrets, or what to do where another key encrypted them."""
    try:
        return {"secrets": sources.list_secrets(source)}
    except WrongEncryptionKey:
        return {"secrets": [], "key_advice": explain_code("wrong_encryption_key")}


def _no_key(request: HttpRequest, source: WebhookSource) -> HttpResponse:
    advice = explain_code("wrong_encryption_key")
    messages.error(request, f"{advice.what} {advice.next_step}")
    return HttpResponseRedirect(_page_of(source))


def _page_of(source: WebhookSource) -> str:
    return reverse("admin:connector_webhooksource_change", args=[source.pk])


def _session_key(source: WebhookSource) -> str:
    return f"webhook_source_once_{source.pk}"


def _go_to_once(request: HttpRequest, source: WebhookSource, *, kind: str, text: str) -> HttpResponse:
    # sessions are stored in the database, where no secret may be readable
    request.session[_session_key(source)] = {"kind": kind, "ciphertext": Secret.conceal(text).ciphertext}
    return HttpResponseRedirect(reverse("admin:connector_webhooksource_once", args=[source.pk]))


def _replacement_of(source: WebhookSource) -> Question:
    return Question(
        title=gettext("Replace the signing secrets of %(source)s?") % {"source": source},
        text=gettext(
            "They were encrypted with a key that this server does not have, so that no signature can be checked. They "
            "are thrown away and a new one is made, which you give to the sender; until then its messages are refused, "
            "as they are now."
        ),
        facts=[
            gettext("If the key is not lost, add it to FIELD_ENCRYPTION_KEYS instead: nothing changes for the sender.")
        ],
        button=gettext("Replace"),
        back_url=_page_of(source),
        is_danger=True,
    )


def _revocation_of(fingerprint: str, source: WebhookSource, *, back_url: str) -> Question:
    return Question(
        title=gettext("Revoke %(name)s of %(source)s?") % {"name": fingerprint, "source": source},
        text=gettext(
            "Messages that use it are refused at once, and the sender will see errors. "
            "Make a new one first and give it to the sender."
        ),
        button=gettext("Revoke"),
        back_url=back_url,
        is_danger=True,
    )
