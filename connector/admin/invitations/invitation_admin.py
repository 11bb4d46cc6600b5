"""Invitations: who asked whom, until when the link works, when it was opened and used; and to take one back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.base import Question, ReadOnlyAdmin, ask, find_or_404, list_url, object_url
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.tags import short_time, tag
from connector.admin.invitations import asking
from connector.models import Invitation
from connector.pipeline.invitations.issue import revoke_invitation


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin[Invitation]):
    """Links that were made, the newest first."""

    empty = EmptyList(
        _(
            "Links stand here by which somebody without an account enters the credentials of Salesforce, or takes "
            "the secret of the webhook."
        ),
        _("No invitation matches."),
        _("Ask my Salesforce administrator"),
        "admin:connector_invitation_ask_salesforce",
        "connector.add_salesforceorg",
    )
    list_display = ("target_name", "kind", "state_tag", "invited_by", "made", "valid_until", "opened", "used")
    search_fields = ("target_name__istartswith", "invited_by__exact")
    actions = None

    @admin.display(description=_("state"))
    def state_tag(self, invitation: Invitation) -> str:
        """Show how a link stands as a coloured word."""
        if invitation.used_at:
            return tag(gettext("Used"), colour="good")
        if invitation.revoked_at:
            return tag(gettext("Taken back"))
        if invitation.expires_at <= timezone.now():
            return tag(gettext("Expired"), colour="warn")
        return tag(gettext("Opened") if invitation.opened_at else gettext("Not opened yet"), colour="busy")

    @admin.display(description=_("made at"), ordering="created_at")
    def made(self, invitation: Invitation) -> str:
        """Show when it was made."""
        return short_time(invitation.created_at)

    @admin.display(description=_("valid until"), ordering="expires_at")
    def valid_until(self, invitation: Invitation) -> str:
        """Show until when it works."""
        return short_time(invitation.expires_at)

    @admin.display(description=_("first opened at"), ordering="opened_at")
    def opened(self, invitation: Invitation) -> str:
        """Show when it was first opened."""
        return short_time(invitation.opened_at)

    @admin.display(description=_("used at"), ordering="used_at")
    def used(self, invitation: Invitation) -> str:
        """Show when it was used."""
        return short_time(invitation.used_at)

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that ask somebody, and the one that takes a link back."""
        return [
            list_url(self, "ask-salesforce", view=asking.ask_salesforce_view(self)),
            list_url(self, "ask-integrator", view=asking.ask_integrator_view(self)),
            object_url(self, "revoke", view=self.revoke_view),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the invitation and its letter."""
        return asking.letter_view(self)(request, object_id)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take the link back."""
        invitation = find_or_404(Invitation, object_id)
        if not asking.may_manage(request, invitation):
            raise PermissionDenied
        back_url = reverse("admin:connector_invitation_change", args=[invitation.pk])
        if request.method != "POST":
            return ask(self, request, _revocation(invitation, back_url=back_url))
        if revoke_invitation(invitation.pk, by=request.user.get_username(), now=timezone.now()):
            self.log_change(request, invitation, [{"changed": {"fields": [gettext_noop("taken back")]}}])
            messages.success(request, gettext("Taken back. The link no longer works."))
        else:
            messages.info(request, gettext("The link did not work any more."))
        return HttpResponseRedirect(back_url)


def _revocation(invitation: Invitation, *, back_url: str) -> Question:
    return Question(
        title=gettext("Take the link for %(name)s back?") % {"name": invitation},
        text=gettext("Whoever has the link sees that it cannot be used. What was stored by it stays."),
        button=gettext("Take back"),
        back_url=back_url,
        is_danger=True,
    )
