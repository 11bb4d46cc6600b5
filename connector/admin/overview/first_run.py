"""The checklist of the first steps: what is done, what is next, and for whom one waits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.admin.inwink.refusal_words import explain_refusal
from connector.admin.inwink.unlinked_events import new_link_url
from connector.pipeline.first_run import Step, StepKey, StepState, dismiss, first_run, is_dismissed

_TITLES = {
    StepKey.SALESFORCE: _("Connect Salesforce"),
    StepKey.WEBHOOK: _("Let inwink's messages in"),
    StepKey.LINK: _("Link an event to its campaign"),
    StepKey.PARTICIPANT: _("The first participant is in the campaign"),
}
_WORDS = {
    StepState.DONE: _("done"), StepState.WAITING: _("waiting"), StepState.NEXT: _("next"), StepState.LATER: _("later"),
}  # fmt: skip
_SEEN_BY = {
    StepKey.SALESFORCE: ("view_salesforceorg",),
    StepKey.WEBHOOK: ("view_webhooksource",),
    StepKey.LINK: ("view_campaignlink", "view_unlinkedevent"),
    StepKey.PARTICIPANT: ("view_outboxentry",),
}
_KINDS = {StepState.DONE: "good", StepState.WAITING: "warn", StepState.NEXT: "busy", StepState.LATER: ""}
_SIGNS = {StepState.DONE: "✓", StepState.WAITING: "…", StepState.NEXT: "→", StepState.LATER: ""}


@dataclass(frozen=True, slots=True)
class Button:
    """One thing to press; only what the reader may do is offered."""

    text: str
    url: str
    is_main: bool = False


def first_steps(request: HttpRequest) -> HttpResponse:
    """Show the checklist; by POST hide it once all is done."""
    if not request.user.has_perm("connector.view_campaignlink"):
        raise PermissionDenied
    if request.method == "POST":
        return _dismiss(request)
    context = {
        **admin.site.each_context(request),
        "title": gettext("First steps"),
        **checklist(request),
        "is_page": True,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "admin/connector/first_steps.html", context)


def _dismiss(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("connector.change_campaignlink"):
        raise PermissionDenied
    if dismiss(by=request.user.get_username(), now=timezone.now()):
        messages.success(request, gettext("The first steps are no longer shown on the overview."))
    else:
        messages.warning(request, gettext("Not everything is done yet."))
    return HttpResponseRedirect(reverse("admin:index"))


def checklist(request: HttpRequest) -> dict[str, Any]:
    """Return what the checklist shows, on its page and on the overview."""
    steps = first_run(now=timezone.now())
    done = sum(step.state == StepState.DONE for step in steps)
    return {
        "steps": [_row(request, step) for step in steps],
        "done_count": done,
        "is_all_done": done == len(steps),
        "is_dismissed": is_dismissed(),
        "may_dismiss": request.user.has_perm("connector.change_campaignlink"),
    }


def _row(request: HttpRequest, step: Step) -> dict[str, Any]:
    return {
        "step": step,
        "is_done": step.state == StepState.DONE,
        "title": _TITLES[step.key],
        "word": _WORDS[step.state],
        "kind": _KINDS[step.state],
        "sign": _SIGNS[step.state],
        "detail": _detail(step if _may_name(request, step) else replace(step, row=None, invitation=None, event=None)),
        "buttons": _buttons(request, step),
    }


def _may_name(request: HttpRequest, step: Step) -> bool:
    """Say whether the reader may see what a step is about by name; the lists show it to nobody else."""
    return all(request.user.has_perm(f"connector.{codename}") for codename in _SEEN_BY[step.key])


def _detail(step: Step) -> str:
    if step.invitation is not None:
        until = date_format(localtime(step.invitation.expires_at), "SHORT_DATETIME_FORMAT")
        facts = {"at": until, "name": step.invitation.target_name}
        if step.invitation.opened_at:
            return gettext("The link for %(name)s was opened and is not used yet. It works until %(at)s.") % facts
        return gettext("The link for %(name)s was made and not opened yet. It works until %(at)s.") % facts
    done = step.state == StepState.DONE
    row = {"name": str(step.row or "")}
    if step.key == StepKey.SALESFORCE:
        return row["name"] if done else gettext("The connector signs in as one user, and tests what it may do.")
    if step.key == StepKey.WEBHOOK:
        return row["name"] if done else gettext("A webhook source has an address and a secret for the sender.")
    if step.key == StepKey.LINK:
        return _link_detail(step, done=done)
    return _participant_detail(step, done=done)


def _link_detail(step: Step, *, done: bool) -> str:
    if done:
        return str(step.row or "")
    if step.event is not None:
        return gettext("Participants of %(event)s have arrived and wait for it.") % {"event": step.event}
    return gettext("One event of inwink, one campaign of Salesforce; the event can be linked before its first message.")


def _participant_detail(step: Step, *, done: bool) -> str:
    if done:
        return gettext("It works. From now on every change follows within seconds.")
    if step.row is not None:
        return gettext("The first participants arrived, and somebody has to look at them.")
    if step.refused is not None:
        advice = explain_refusal(step.refused)
        why = (advice.what, advice.next_step) if advice else ()
        return " ".join((gettext("Requests have arrived, and were refused."), *why))
    if step.has_received:
        return gettext("Messages have arrived; participants of linked events are sent within seconds.")
    return gettext("Nothing has arrived from inwink yet: change a participant there, or ask whoever sets it up.")


def _buttons(request: HttpRequest, step: Step) -> Sequence[Button]:
    if step.state not in {StepState.NEXT, StepState.WAITING}:
        return []
    if step.invitation is not None:
        url = reverse("admin:connector_invitation_change", args=[step.invitation.pk])
        return [Button(gettext("Open the invitation"), url)]
    offered = {
        StepKey.SALESFORCE: _salesforce_buttons, StepKey.WEBHOOK: _webhook_buttons,
        StepKey.LINK: _link_buttons, StepKey.PARTICIPANT: _participant_buttons,
    }[step.key](step)  # fmt: skip
    return [button for permission, button in offered if request.user.has_perm(f"connector.{permission}")]


Offered = list[tuple[str, Button]]
"""[(permission it takes, button)]"""


def _salesforce_buttons(step: Step) -> Offered:
    ask_url = reverse("admin:connector_invitation_ask_salesforce")
    if step.row is not None:
        url = reverse("admin:connector_salesforceorg_change", args=[step.row.pk])
        return [("view_salesforceorg", Button(gettext("Test the connection"), url, is_main=True))]
    return [
        (
            "add_salesforceorg",
            Button(gettext("Connect Salesforce"), reverse("admin:connector_salesforceorg_add"), True),
        ),
        ("add_salesforceorg", Button(gettext("Ask my Salesforce administrator"), ask_url)),
    ]


def _webhook_buttons(step: Step) -> Offered:
    if step.row is not None:
        url = reverse("admin:connector_webhooksource_change", args=[step.row.pk])
        return [("view_webhooksource", Button(gettext("Make a secret"), url, is_main=True))]
    ask_url = reverse("admin:connector_invitation_ask_integrator")
    return [
        ("add_webhooksource", Button(gettext("Make a source"), reverse("admin:connector_webhooksource_add"), True)),
        ("add_webhooksource", Button(gettext("Ask my integrator"), ask_url)),
    ]


def _link_buttons(step: Step) -> Offered:
    url = new_link_url(step.event) if step.event else reverse("admin:connector_campaignlink_wizard")
    return [("add_campaignlink", Button(gettext("Link an event"), url, is_main=True))]


def _participant_buttons(step: Step) -> Offered:
    if step.row is not None:
        url = reverse("admin:connector_outboxentry_change", args=[step.row.pk])
        return [("view_outboxentry", Button(gettext("Look at the participant"), url, is_main=True))]
    refused: Offered = []
    if step.refused is not None:
        url = reverse("admin:connector_webhooksource_change", args=[step.refused.pk])
        refused = [("view_webhooksource", Button(gettext("Open the source"), url, is_main=True))]
    return [
        *refused,
        ("view_webhookmessage", Button(gettext("Inbox"), reverse("admin:connector_webhookmessage_changelist"))),
        ("view_outboxentry", Button(gettext("Participants"), reverse("admin:connector_outboxentry_changelist"))),
    ]
