"""The page that says who changed what in the configuration, and when."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.base import AnyAdmin, render_page
from connector.admin.frame.filters import DayField
from connector.admin.frame.tags import tag
from connector.admin.frame.who_changed import require_reader
from connector.pipeline.audit import Wanted, read_changes
from connector.pipeline.audit_lines import Change
from connector.pipeline.sentences import say_stored

CHANGES_A_PAGE = 50

THINGS = {
    "campaignlink": pgettext_lazy("thing", "Link"), "fieldmapping": _("Field mapping"),
    "linktemplate": _("Event template"),
    "salesforceorg": _("Organisation"), "webhooksource": _("Webhook source"), "invitation": _("Invitation"),
    "unlinkedevent": _("Event not linked yet"), "erasedperson": _("One person's data"), "user": _("User"),
    "group": _("Group"),
}  # fmt: skip
_KINDS = {
    "added": (pgettext_lazy("what somebody did", "added"), "good"),
    "changed": (pgettext_lazy("what somebody did", "changed"), "busy"),
    "deleted": (pgettext_lazy("what somebody did", "deleted"), "bad"),
}
_ADDRESSES = {
    "campaignlink": "admin:connector_campaignlink_change", "linktemplate": "admin:connector_linktemplate_change",
    "salesforceorg": "admin:connector_salesforceorg_change", "webhooksource": "admin:connector_webhooksource_change",
    "invitation": "admin:connector_invitation_change", "user": "admin:auth_user_change",
    "group": "admin:auth_group_change",
}  # fmt: skip


class FilterForm(forms.Form):
    """Whose changes, of what, and when."""

    who = forms.ModelChoiceField(User.objects.order_by("username"), required=False, label=_("Person"))
    thing = forms.ChoiceField(choices=[("", _("Everything")), *THINGS.items()], required=False, label=_("Thing"))
    start = DayField(required=False, label=_("From"))
    end = DayField(required=False, label=_("To"))

    def wanted(self, before: datetime | None) -> Wanted:
        """Return what is asked for; what cannot be read asks for nothing."""
        said: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        who, end = said.get("who"), said.get("end")
        return Wanted(
            user_id=who.pk if who else None,
            thing=said.get("thing") or "",
            start=_midnight(said.get("start")),
            end=_midnight(end + timedelta(days=1)) if end else None,
            before=before,
        )


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def audit_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; it reads only."""

    def view(request: HttpRequest) -> HttpResponse:
        require_reader(request)
        form = FilterForm(request.GET)
        page = read_changes(form.wanted(_before(request)), count=CHANGES_A_PAGE)
        context = {
            "form": form,
            "rows": [_row(change) for change in page.changes],
            "older_url": _older_url(request, page.older) if page.older else "",
            "is_first": "before" not in request.GET,
            "opts": None,
        }
        template = "admin/connector/audit.html"
        return render_page(model_admin, request, template, title=gettext("Who changed what"), context=context)

    return view


def _before(request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.GET.get("before", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _older_url(request: HttpRequest, before: datetime) -> str:
    kept = {name: request.GET[name] for name in ("who", "thing", "start", "end") if request.GET.get(name)}
    return "?" + urlencode({**kept, "before": before.isoformat()})


def _row(change: Change) -> dict[str, Any]:
    word, colour = _KINDS[change.kind]
    return {
        "change": change,
        "who": say_stored(change.who) or gettext("a command"),
        "thing": THINGS.get(change.thing, change.thing),
        "kind": tag(str(word), colour=colour),
        "url": _url_of(change),
    }


def _url_of(change: Change) -> str:
    if change.event:
        return reverse("admin:connector_campaignlink_mappings", args=[change.link_id])
    address = _ADDRESSES.get(change.thing)
    if address is None or change.kind == "deleted":
        return ""
    try:
        return reverse(address, args=[change.key])
    except NoReverseMatch:
        return ""
