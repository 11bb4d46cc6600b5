"""The page where an export is uploaded; what follows stands on the page of its check."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from connector.admin.errands.allowed import may_start
from connector.admin.errands.import_form import ImportForm
from connector.admin.frame.base import render_page
from connector.admin.frame.long_tasks import lead_to_task
from connector.models import CampaignLink, Errand, UnlinkedEvent
from connector.pipeline.errands.start import Order, Started, keep_export, start_once


def import_view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that takes a file and lets it be checked."""

    def view(request: HttpRequest) -> HttpResponse:
        if not may_start(request, Errand.Kind.IMPORT):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, initial=_initial(request))
        if request.method == "POST" and form.is_valid():
            return lead_to_task(request, _start_check(request, form))
        context = {"form": form, "latest": Errand.objects.filter(kind=Errand.Kind.IMPORT).defer("result")[:5]}
        title = gettext("Import a file")
        return render_page(
            model_admin, request, "admin/connector/errand/import_form.html", title=title, context=context
        )

    return view


def _initial(request: HttpRequest) -> dict[str, str]:
    return {"event": request.GET.get("event", ""), "locale": "en" if request.GET.get("locale") == "en" else "fr"}


def _start_check(request: HttpRequest, form: ImportForm) -> Started:
    event_id = form.cleaned_data["chosen_event"]
    file = form.cleaned_data["file"]
    by = request.user.get_username()
    link = CampaignLink.objects.filter(inwink_event_id=event_id).first()
    waiting = UnlinkedEvent.objects.filter(event_id=event_id).first() if link is None else None
    return start_once(
        Order(
            kind=Errand.Kind.CHECK_IMPORT,
            requested_by=by,
            link=link,
            event_label=str(link or waiting or event_id),
            export=keep_export(str(file.name), file.read(), uploaded_by=by),
            terms=form.terms(event_id),
        )
    )
