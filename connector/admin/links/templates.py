"""Event templates: the settings of a link under a name, for the next events of the same kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from connector.admin.frame.base import UnfoldAdmin, find_or_404, render_page
from connector.admin.frame.empty import EmptyList
from connector.admin.links.summary import summarise
from connector.models import CampaignLink, LinkTemplate
from connector.pipeline.setup.link_settings import begin_with, settings_for_others

if TYPE_CHECKING:
    _TemplateModelForm = forms.ModelForm[LinkTemplate]
else:
    _TemplateModelForm = forms.ModelForm

View = Callable[..., HttpResponse]


@admin.register(LinkTemplate)
class LinkTemplateAdmin(UnfoldAdmin[LinkTemplate]):
    """Templates are made from a link that works, renamed and deleted here."""

    empty = EmptyList(
        _(
            "A template keeps the settings of a link for the next event. It is made in the settings of a link that "
            "works, by “Save as template…”."
        ),
        _("No template matches."),
        _("Open the links"),
        "admin:connector_campaignlink_changelist",
        "connector.view_campaignlink",
    )
    list_display = ("name", "description", "created_at", "use_it")
    search_fields = ("name", "description")
    fields = ("name", "description", "says")
    readonly_fields = ("says",)
    actions = None

    @admin.display(description=_("next step"))
    def use_it(self, template: LinkTemplate) -> str:
        """Lead to the wizard, the template chosen."""
        url = f"{reverse('admin:connector_campaignlink_wizard')}?begin=template:{template.pk}"
        return format_html('<a class="cx-link" href="{}">{}</a>', url, gettext("Link an event with it…"))

    @admin.display(description=_("settings"))
    def says(self, template: LinkTemplate) -> str:
        """Show every setting in words."""
        return render_to_string("admin/connector/linktemplate/says.html", {"parts": template_summary(template)})

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Offer the wizard to who may link events."""
        return self.list_display if request.user.has_perm("connector.add_campaignlink") else self.list_display[:-1]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a template is saved from a link, whose settings are known to work."""
        return False


def template_summary(template: LinkTemplate) -> Any:
    """Return the settings in words; [] where they cannot be read any more."""
    try:
        begun = begin_with(template.settings)
    except ValidationError:
        return []
    return summarise(begun.link or CampaignLink(), begun.mappings)


class TemplateForm(_TemplateModelForm):
    """The name of a template; one that exists is replaced only on request."""

    replace = forms.BooleanField(
        label=_("Replace the template of that name"), required=False, widget=UnfoldBooleanWidget,
        help_text=_("New events then begin with the settings of this link. Links that exist keep theirs."),
    )  # fmt: skip

    class Meta:
        model = LinkTemplate
        fields = ("name", "description")
        widgets: ClassVar[dict[str, Any]] = {
            "name": UnfoldAdminTextInputWidget,
            "description": UnfoldAdminTextInputWidget,
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("What kind of event it is for, e.g. “Webinar” or “Trade show”."),
            "description": _("Anything that helps your colleagues to choose."),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "name": {"unique": _("A template has this name already: tick “Replace”, or choose another name.")}
        }

    def clean(self) -> dict[str, Any]:
        """Take the place of a template of the same name where that was asked for."""
        cleaned = super().clean() or {}
        same = LinkTemplate.objects.filter(name=cleaned.get("name", "")).first()
        if same is not None and cleaned.get("replace"):
            same.description = cleaned.get("description", "")
            self.instance = same
        return cleaned


def save_as_template_view(model_admin: Any) -> View:
    """Return the view that saves the settings of a link under a name."""

    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        link = find_or_404(CampaignLink.objects.select_related("org"), object_id)
        if not (model_admin.has_view_permission(request, link) and request.user.has_perm("connector.add_linktemplate")):
            raise PermissionDenied
        form = TemplateForm(request.POST or None)
        back_url = reverse("admin:connector_campaignlink_change", args=[link.pk])
        if request.method == "POST" and form.is_valid():
            form.instance.settings = settings_for_others(link)
            template = form.save()
            messages.success(request, gettext("Saved. The template “%(name)s” can be chosen for new events.")
                             % {"name": template.name})  # fmt: skip
            return HttpResponseRedirect(back_url)
        context = {"form": form, "back_url": back_url, "parts": summarise(link, list(link.mappings.all()))}
        title = gettext("Save the settings of %(event)s as a template") % {"event": link}
        return render_page(
            model_admin, request, "admin/connector/campaignlink/save_as_template.html", title=title, context=context
        )

    return view
