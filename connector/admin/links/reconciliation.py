"""The page of a link where it is compared with its campaign, and with inwink's export where one is given."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from connector.admin.errands.allowed import may_start
from connector.admin.errands.import_form import ExportForm
from connector.admin.frame.base import find_or_404, render_page
from connector.admin.frame.long_tasks import lead_to_task
from connector.admin.links.tabs import link_frame
from connector.models import CampaignLink, Errand
from connector.pipeline.errands.start import Order, Started, keep_export, start_once

_EARLIER = 10


class ReconciliationForm(ExportForm):
    """An export that may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the time only where there is a file."""
        super().__init__(*args, **kwargs)
        self.fields["file"].required = self.fields["as_of"].required = False
        self.fields["file"].help_text = gettext(
            "Without it the campaign is compared with what was received here; people who never arrived stay unseen."
        )

    def clean_file(self) -> Any:
        """Check a file where there is one."""
        return super().clean_file() if self.cleaned_data.get("file") else None

    def clean_as_of(self) -> Any:
        """Check the time where there is one."""
        return super().clean_as_of() if self.cleaned_data.get("as_of") else None

    def clean(self) -> dict[str, Any]:
        """Demand of when a file is."""
        cleaned = super().clean() or {}
        if cleaned.get("file") and not cleaned.get("as_of") and "as_of" not in self.errors:
            self.add_error("as_of", str(self.fields["as_of"].error_messages["required"]))
        return cleaned


def reconciliation_view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that shows earlier comparisons and starts one."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
        if not may_start(request, Errand.Kind.RECONCILE):
            raise PermissionDenied
        form = ReconciliationForm(request.POST or None, request.FILES or None, initial={"locale": "fr"})
        if request.method == "POST" and form.is_valid():
            return lead_to_task(request, _start(request, link, form))
        kinds = [Errand.Kind.RECONCILE, Errand.Kind.MEND]
        context = {
            "form": form,
            **link_frame(request, link, current="reconciliation"),
            "latest": Errand.objects.filter(link=link, kind__in=kinds).defer("result", "position")[:_EARLIER],
        }
        template = "admin/connector/campaignlink/reconciliation.html"
        title = gettext("Reconciliation: %(event)s") % {"event": link}
        return render_page(model_admin, request, template, title=title, context=context)

    return view


def _start(request: HttpRequest, link: CampaignLink, form: ReconciliationForm) -> Started:
    file, by = form.cleaned_data.get("file"), request.user.get_username()
    terms = {"has_file": file is not None, **(form.terms(link.inwink_event_id) if file is not None else {})}
    export = keep_export(str(file.name), file.read(), uploaded_by=by) if file is not None else None
    return start_once(Order(Errand.Kind.RECONCILE, requested_by=by, link=link, export=export, terms=terms))
