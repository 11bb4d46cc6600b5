"""Create a campaign after the model of another one, on the way through the wizard."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connector.admin.frame.base import render_page
from connector.admin.frame.explain import explain_code
from connector.admin.frame.keys import id_in
from connector.admin.links.campaigns import describe_choice, seal, unseal
from connector.admin.links.pickers import campaign_picker
from connector.admin.links.wizard.drafts import creating, find_draft, mark_step, store_draft
from connector.core.schema import FieldSpec
from connector.models import LinkDraft, SalesforceOrg
from connector.pipeline.audit_lines import deed
from connector.pipeline.connection.connect import CampaignChoice
from connector.pipeline.setup.new_campaign import (
    NAME_LENGTH,
    OWN_STATUSES,
    CampaignModel,
    MadeCampaign,
    create_campaign,
    look_at_model,
)

View = Callable[..., HttpResponse]
_TEMPLATE = "admin/connector/campaignlink/wizard/new_campaign.html"
_PICKLISTS = ("picklist", "combobox")


class NewCampaignForm(forms.Form):
    """What a new campaign needs from a person."""

    Name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, widget=UnfoldAdminTextInputWidget,
        help_text=_("How your colleagues find it in Salesforce."),
    )  # fmt: skip
    StartDate = forms.DateField(
        label=_("Start date"), widget=forms.DateInput({"type": "date", "class": "cx-winput"}, format="%Y-%m-%d"),
        help_text=_("Check-ins more than 12 hours earlier are held as badge tests."),
    )  # fmt: skip
    EndDate = forms.DateField(
        label=_("End date"), widget=forms.DateInput({"type": "date", "class": "cx-winput"}, format="%Y-%m-%d"),
        help_text=_("From here the link's end is counted."),
    )  # fmt: skip

    def __init__(self, model: CampaignModel, data: Any = None, **kwargs: Any) -> None:
        """Ask also for what this organisation demands of every campaign."""
        super().__init__(data, **kwargs)
        if model.statuses:
            self.fields["Status"] = _choice(_("Status of the campaign"), model.statuses)
        for spec in model.asked:
            self.fields[spec.name] = _field_of(spec)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        cleaned = super().clean() or {}
        start, end = cleaned.get("StartDate"), cleaned.get("EndDate")
        if start and end and end < start:
            self.add_error("EndDate", gettext("The end lies before the start."))
        return cleaned


def _choice(label: Any, values: Any) -> forms.ChoiceField:
    choices = [(value, value) for value in values]
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget)


def _field_of(spec: FieldSpec) -> forms.Field:
    if spec.type in _PICKLISTS:
        return _choice(spec.label, [choice.value for choice in spec.choices if choice.is_active])
    widget = {"date": forms.DateInput({"type": "date", "class": "cx-winput"})}.get(
        spec.type, UnfoldAdminTextInputWidget()
    )
    kind = forms.DateField if spec.type == "date" else forms.CharField
    return kind(label=spec.label, widget=widget, help_text=gettext("Required in this organisation."))


def new_campaign_view(model_admin: Any) -> View:
    """Return the view that asks for the model, then for what is new, and creates on a press.

    The model is posted, too: it is read in Salesforce, which opening or reloading an address never does.
    """

    def view(request: HttpRequest, draft_id: int) -> HttpResponse:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        draft = find_draft(request, draft_id)
        picked = unseal(request.POST.get("model", ""))
        org = _org_of(draft, picked.org_id if picked else None)
        if picked is None or org is None:
            return _ask_model(model_admin, request, draft, org)
        model = look_at_model(org, picked.id)
        form = NewCampaignForm(model, _sent(request), initial={"Name": draft.event_name})
        if model.may_create and form.is_valid():
            made = _create_once(draft, org, picked.id, form.cleaned_data)
            if made is None:
                messages.info(request, gettext("An earlier press is creating it: look again in a moment."))
                return HttpResponseRedirect(_campaign_step(draft))
            if made.campaign is not None:
                _log_created(model_admin, request, org, made.campaign)
                return _adopt(request, draft, org, made)
            _complain(request, form, made)
        return _page(model_admin, request, draft, {"org": org, "form": form, **_show_model(request, model)})

    return view


def _create_once(draft: LinkDraft, org: SalesforceOrg, model_id: str, values: dict[str, Any]) -> MadeCampaign | None:
    """Create the campaign; None where another press for the same draft is just doing it."""
    with creating(draft) as is_mine:
        return create_campaign(org, model_id, values) if is_mine else None


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what is new, None where the model alone was posted."""
    return request.POST if "Name" in request.POST else None


def _log_created(model_admin: Any, request: HttpRequest, org: SalesforceOrg, campaign: CampaignChoice) -> None:
    words = gettext_noop("campaign created in Salesforce: %(name)s (%(id)s)")
    model_admin.log_change(request, org, deed(words, name=campaign.name, id=campaign.id))


def _show_model(request: HttpRequest, model: CampaignModel) -> dict[str, Any]:
    """Return what the page says about the model and posts of it, and what Salesforce adds by itself."""
    return {
        "sealed": request.POST["model"],
        "model": model,
        "model_detail": describe_choice(model.campaign) if model.campaign else "",
        "own_statuses": ", ".join(OWN_STATUSES),
        "problem": explain_code(model.problem_code) if model.problem_code else None,
    }


def _page(model_admin: Any, request: HttpRequest, draft: LinkDraft, context: dict[str, Any]) -> HttpResponse:
    title = gettext("Create a campaign")
    page_title = f"{title} | {draft.event_name or draft.event_id}"
    context = {**context, "draft": draft, "back_url": _campaign_step(draft), "page_title": page_title}
    return render_page(model_admin, request, _TEMPLATE, title=title, context=context)


def _ask_model(model_admin: Any, request: HttpRequest, draft: LinkDraft, org: SalesforceOrg | None) -> HttpResponse:
    picker = campaign_picker()
    context = {
        "orgs": list(SalesforceOrg.objects.order_by("name")),
        "org": org,
        "picker": picker.render("model", "", {"id": "id_campaign"}),
        "picker_media": picker.media,
    }
    return _page(model_admin, request, draft, context)


def _org_of(draft: LinkDraft, number: int | None) -> SalesforceOrg | None:
    """Return the organisation of the model, else the one chosen so far, else the only one there is."""
    answered = (draft.answers.get("org") or [""])[-1]
    wanted = number or id_in(answered)
    orgs = list(SalesforceOrg.objects.filter(pk=wanted) if wanted else SalesforceOrg.objects.all()[:2])
    return orgs[0] if len(orgs) == 1 else None


def _campaign_step(draft: LinkDraft) -> str:
    return reverse("admin:connector_campaignlink_wizard_step", args=[draft.pk, "campaign"])


def _adopt(request: HttpRequest, draft: LinkDraft, org: SalesforceOrg, made: MadeCampaign) -> HttpResponse:
    """Choose the new campaign for the link and go on to its statuses."""
    assert made.campaign is not None  # noqa: S101 - the caller looked
    draft.answers |= {"org": [str(org.pk)], "campaign": [seal(org.pk, made.campaign)]}
    mark_step(draft, "campaign", is_done=True)
    store_draft(draft)
    messages.success(request, gettext("Created in Salesforce: %(name)s.") % {"name": made.campaign.name})
    if made.refusal:
        messages.warning(request, gettext("Salesforce did not create all statuses: %(why)s") % {"why": made.refusal})
    return HttpResponseRedirect(reverse("admin:connector_campaignlink_wizard_step", args=[draft.pk, "labels"]))


def _complain(request: HttpRequest, form: NewCampaignForm, made: MadeCampaign) -> None:
    if made.same_name is not None:
        form.add_error("Name", gettext("There is a campaign of this name already (%(detail)s). Choose it, or take "
                                       "another name.") % {"detail": describe_choice(made.same_name)})  # fmt: skip
    elif made.is_unclear:
        text = gettext(
            "The answer of Salesforce was lost: the campaign may exist now. Go back and search for it before you "
            "try again."
        )
        form.add_error(None, text)
    elif made.refusal:
        form.add_error(None, gettext("Salesforce did not create it: %(why)s") % {"why": made.refusal})
    else:
        advice = explain_code(made.problem_code)
        form.add_error(None, f"{advice.what} {advice.next_step}")
