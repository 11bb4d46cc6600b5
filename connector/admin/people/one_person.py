"""Find one person by email, show how much is held, hand it out, erase it. The email travels in request bodies only."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from connector.admin.frame.base import AnyAdmin, render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.permissions import holds_any
from connector.core.participant import is_valid_email, normalise_email
from connector.models import ErasedPerson
from connector.models.fields import WrongEncryptionKey
from connector.pipeline.audit_lines import deed
from connector.pipeline.privacy.erased import mark_of
from connector.pipeline.privacy.export import export_participant
from connector.pipeline.privacy.forget import Forgotten, PersonInHandError, forget_participant
from connector.pipeline.privacy.held import Sought

MAY_EXPORT, MAY_ERASE = "connector.export_person", "connector.erase_person"
MARK_LENGTH = 12
"""Hex digits of the keyed hash that the history shows; enough to tell people apart, too few to be a key to anything."""

_KINDS = {
    "participants": _("Participants of linked events"),
    "not_linked_yet": _("Participants of events not linked yet"),
    "messages": _("Messages of inwink that say something about the person"),
    "message_readings": _("What became of the person in those messages"),
    "attempts": _("Entries of the sync log, with values before and after"),
    "choices": _("Records that somebody chose for the email"),
}


class EmailForm(forms.Form):
    """Whom somebody asks about."""

    email = forms.CharField(label=_("Email"), max_length=254)

    def clean_email(self) -> str:
        """Return it as it is compared."""
        email = normalise_email(self.cleaned_data["email"])
        if not is_valid_email(email):
            raise forms.ValidationError(gettext("This is no email address."))
        return email


def person_view(model_admin: AnyAdmin) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page; every step is a POST, and none of them but the last changes anything."""

    @sensitive_post_parameters()
    def view(request: HttpRequest) -> HttpResponse:
        if not holds_any(request, MAY_EXPORT, MAY_ERASE):
            raise PermissionDenied
        form = EmailForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return _page(model_admin, request, {"form": form})
        email, step = form.cleaned_data["email"], request.POST.get("step", "show")
        if step == "download":
            return _download(request, email)
        if step == "erase":
            return _erase(model_admin, request, form, email)
        return _page(model_admin, request, _found(request, form, email))

    return view


def _page(model_admin: AnyAdmin, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    title = gettext("One person's data")
    return render_page(model_admin, request, "admin/connector/person.html", title=title, context=context)


def _found(request: HttpRequest, form: EmailForm, email: str) -> dict[str, Any]:
    held = export_participant(Sought(email=email))
    rows = [(label, len(held[kind])) for kind, label in _KINDS.items()]
    return {
        "form": form,
        "email": email,
        "rows": rows,
        "is_held": any(count for _label, count in rows),
        "may_export": request.user.has_perm(MAY_EXPORT),
        "may_erase": request.user.has_perm(MAY_ERASE),
    }


def _download(request: HttpRequest, email: str) -> HttpResponse:
    if not request.user.has_perm(MAY_EXPORT):
        raise PermissionDenied
    held = export_participant(Sought(email=email))
    try:
        _note(request, mark_of(email), CHANGE, deed(gettext_noop("handed out what is held about this person")))
    except WrongEncryptionKey:
        return _no_key(request)
    content = json.dumps(held, ensure_ascii=False, indent=2)
    name = f"person-{timezone.localdate().isoformat()}.json"
    return HttpResponse(
        content, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _erase(model_admin: AnyAdmin, request: HttpRequest, form: EmailForm, email: str) -> HttpResponse:
    if not request.user.has_perm(MAY_ERASE):
        raise PermissionDenied
    if normalise_email(request.POST.get("typed", "")) != email:
        messages.error(request, gettext("Nothing was erased: type the email exactly as it is shown."))
        return _page(model_admin, request, _found(request, form, email))
    try:
        done = forget_participant(Sought(email=email), by=request.user.get_username())
        mark = mark_of(email)
    except WrongEncryptionKey:
        return _no_key(request)
    except PersonInHandError:
        text = gettext(
            "A worker is sending this person right now. New messages are dropped already; repeat this in a minute."
        )
        messages.warning(request, text)
        return _page(model_admin, request, _found(request, form, email))
    _note(request, mark, DELETION, _counts(done))
    text = gettext(
        "Erased. Messages: %(messages)s, participants: %(entries)s, attempts: %(attempts)s. Later messages of this "
        "person are counted and dropped. Salesforce and inwink are as they were."
    )
    messages.success(request, text % {"messages": done.messages, "entries": done.entries, "attempts": done.attempts})
    return HttpResponseRedirect(request.path)


def _counts(done: Forgotten) -> str:
    text = gettext_noop("erased; messages: %(messages)s, participants: %(entries)s, attempts: %(attempts)s")
    return deed(text, messages=done.messages, entries=done.entries, attempts=done.attempts)


def _no_key(request: HttpRequest) -> HttpResponse:
    advice = explain_code("wrong_encryption_key")
    messages.error(request, f"{advice.what} {advice.next_step}")
    return HttpResponseRedirect(request.path)


def _note(request: HttpRequest, mark: str, flag: int, message: str) -> None:
    """Leave a line in the history that names the person by the keyed hash only."""
    LogEntry.objects.create(
        user_id=str(request.user.pk), content_type=ContentType.objects.get_for_model(ErasedPerson), object_id=mark,
        object_repr=mark[:MARK_LENGTH], action_flag=flag,
        change_message=message,
    )  # fmt: skip
