"""Links between an event and a campaign: the sum that adds up, policies, mappings, and the buttons."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from connector.admin.frame.base import UnfoldAdmin, find_or_404, list_url, object_url
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.pausing import may_pause
from connector.admin.frame.seen import SEEN, changed_meanwhile
from connector.admin.frame.tags import link_tag
from connector.admin.links import activity, checks, day, event_page, views
from connector.admin.links.beginnings import beginning_of
from connector.admin.links.change_form import ChangeLinkForm
from connector.admin.links.filter_forms import FILTER_FIELDS
from connector.admin.links.forms import NewLinkForm
from connector.admin.links.many import change_selected
from connector.admin.links.mapping.pages import mapping_urls
from connector.admin.links.match_form import MATCH_FIELDS
from connector.admin.links.new_people_form import RECORD_TYPE_FIELDS
from connector.admin.links.no_shows import no_show_urls
from connector.admin.links.page import link_context, new_link_context
from connector.admin.links.preview import preview_view
from connector.admin.links.reconciliation import reconciliation_view
from connector.admin.links.saving import facts_of, follow_saving, hold_link_with_problems, remember_before
from connector.admin.links.templates import save_as_template_view
from connector.admin.links.watched import event_url, participants_url
from connector.admin.links.wizard.urls import wizard_urls
from connector.admin.log import put_back
from connector.models import CampaignLink, SalesforceOrg
from connector.pipeline.sums import sum_link

_FIELDSETS = (
    (_("Status in the campaign"), {
        "fields": ("status_registered", "status_attended", "status_refused", "status_not_registered",
                   "status_no_show", "never_downgrade"),
        "description": _("Which member status each state of inwink becomes; the list holds the campaign's own."),
    }),
    (_("Who is it in Salesforce"), {"fields": ("match", "ambiguous", "same_email")}),
    (_("New people"), {
        "fields": ("create_as", "create_for", "placeholder_company", "placeholder_last_name", "duplicates",
                   "owner_choice", "owner_id", "account_choice", "account_id")}),
    (_("People who are there already"), {"fields": ("update_existing", "removed_members")}),
    (_("Who is sent"), {
        "fields": FILTER_FIELDS,
        "description": _("Who is left out is written nowhere, and sent when they qualify. What is there stays."),
    }),
    (_("Dates"), {"fields": ("starts_at", "ends_at", "closes_after_days")}),
)  # fmt: skip


@admin.register(CampaignLink)
class CampaignLinkAdmin(UnfoldAdmin[CampaignLink]):
    """One event, one campaign."""

    empty = EmptyList(
        _("A link sends the participants of one event to one campaign. None is made yet."),
        _("No link matches."),
        _("Link an event…"),
        "admin:connector_campaignlink_wizard",
        "connector.add_campaignlink",
    )
    list_display_links = None
    list_display = ("event", "org", "campaign", "state_tag", "starts_at", "participants")
    list_filter = (("state", ChoicesDropdownFilter), ("org", RelatedDropdownFilter))
    list_filter_submit = True
    list_select_related = ("org",)
    search_fields = ("event_name", "campaign_name", "inwink_event_id")
    actions = ("pause_selected", "resume_selected", "close_selected")
    change_form_outer_before_template = "admin/connector/campaignlink/panel.html"

    @admin.display(description=_("event"), ordering="event_name")
    def event(self, link: CampaignLink) -> str:
        """Lead to the page of the event."""
        return format_html('<a class="cx-link" href="{}">{}</a>', event_url(link), link)

    @admin.display(description=_("campaign"), ordering="campaign_name")
    def campaign(self, link: CampaignLink) -> str:
        """Show the campaign's name."""
        return link.campaign_name or link.campaign_id

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, link: CampaignLink) -> str:
        """Show what the link does now as a coloured word."""
        return link_tag(link)

    @admin.display(description=_("participants"))
    def participants(self, link: CampaignLink) -> str:
        """Lead to the participants."""
        return format_html('<a class="cx-link" href="{}">{}</a>', participants_url(link), gettext("Show"))

    def has_pause_permission(self, request: HttpRequest) -> bool:
        """Whether the person may pause, resume and close links."""
        return may_pause(request)

    @admin.action(description=_("Pause…"), permissions=["pause"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[CampaignLink]) -> HttpResponse | None:
        """Let the selected links send nothing until they are resumed."""
        return change_selected(self, request, queryset, CampaignLink.LinkState.PAUSED)

    @admin.action(description=_("Resume…"), permissions=["pause"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[CampaignLink]) -> HttpResponse | None:
        """Let the selected links send what was kept."""
        return change_selected(self, request, queryset, CampaignLink.LinkState.ACTIVE)

    @admin.action(description=_("Close…"), permissions=["pause"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[CampaignLink]) -> HttpResponse | None:
        """Close the selected links."""
        return change_selected(self, request, queryset, CampaignLink.LinkState.CLOSED)

    def get_fieldsets(self, request: HttpRequest, obj: CampaignLink | None = None) -> Any:
        """Begin with the event and the campaign: chosen once, shown later."""
        may_change = obj is not None and self.has_change_permission(request, obj)
        names = ("event_name", "inwink_event_id", "org", "campaign", *([SEEN] if may_change else []))
        first = ("inwink_event_id", "event_name", "org", "campaign", "state") if obj is None else names
        chosen_later = (
            (_("Record types of new people"), {"fields": (*RECORD_TYPE_FIELDS,)}),
            (_("More fields that recognise people"), {"fields": MATCH_FIELDS}),
        )
        fieldsets = ((_("Event and campaign"), {"fields": first}), *_FIELDSETS, *(chosen_later if obj else ()))
        if obj is None or not may_change or not sum_link(obj.pk).rows:
            return fieldsets
        return (*fieldsets, (_("People who are here already"), {"fields": ("compare_again",)}))

    def get_readonly_fields(self, request: HttpRequest, obj: CampaignLink | None = None) -> tuple[str, ...]:
        """Keep what a link stands for; another campaign is another link."""
        return () if obj is None else ("inwink_event_id", "org", "campaign")

    def get_form(
        self, request: HttpRequest, obj: CampaignLink | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Give the form what Salesforce says, and a new link its picker."""
        kwargs["form"] = ChangeLinkForm if obj else NewLinkForm
        form = super().get_form(request, obj, change, **kwargs)
        known: dict[str, Any] = {"facts": facts_of(request, obj)}
        if obj is not None:
            known |= {"people_here": sum_link(obj.pk).rows, "changed_meanwhile": changed_meanwhile(request, obj)}
            return type(form.__name__, (form,), known)
        begun = beginning_of(request)
        chosen = views.chosen_name(request.POST.get("campaign", ""))
        known |= {"begins_with": begun.link, "first_mappings": begun.mappings, "chosen_campaign": chosen}
        return type(form.__name__, (form,), known)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """Fill in what the address says, and the organisation where there is one only."""
        orgs = list(SalesforceOrg.objects.values_list("pk", flat=True)[:2])
        only = {"org": orgs[0]} if len(orgs) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[URLPattern]:
        """Add what the picker asks, and the buttons of the page."""
        return [
            *wizard_urls(self),  # first: "<path:object_id>/event/" would take its addresses for a link's
            *mapping_urls(self),  # before: a path like 7/mappings/check/ would be taken for the check of the link
            list_url(self, "plain", view=self.plain_view),
            list_url(self, "campaigns", view=views.search_view(self)),
            list_url(self, "labels", view=views.labels_view(self)),
            list_url(self, "owners", view=views.owners_view(self)),
            list_url(self, "accounts", view=views.accounts_view(self)),
            object_url(self, "event", view=event_page.event_view(self)),
            object_url(self, "event-now", view=event_page.event_now_view(self)),
            object_url(self, "count", view=event_page.count_view(self)),
            list_url(self, "all-activity", view=activity.all_activity_view(self)),
            object_url(self, "activity", view=activity.link_activity_view(self)),
            object_url(self, "day", view=day.day_view(self)),
            object_url(self, "day-now", view=day.day_now_view(self)),
            object_url(self, "resync", view=views.resync_view(self)),
            object_url(self, "state", view=views.state_view(self)),
            *no_show_urls(self),
            object_url(self, "put-back", view=partial(put_back.link_page, self)),
            object_url(self, "reconciliation", view=reconciliation_view(self)),
            object_url(self, "check", view=checks.check_view(self)),
            object_url(self, "statuses", view=checks.statuses_view(self)),
            object_url(self, "preview", view=preview_view(self)),
            object_url(self, "save-as-template", view=save_as_template_view(self)),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the wizard from wherever the site offers to add a link, also where the theme does."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:connector_campaignlink_wizard"))

    def plain_view(self, request: HttpRequest) -> HttpResponse:
        """Show the plain form: everything that a new link is asked, on one page."""
        return super().add_view(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Ask Salesforce first: what follows runs inside a transaction, which may not wait for HTTP."""
        link = self.get_object(request, unquote(object_id)) if object_id else None
        if self.has_view_permission(request, link) or self.has_add_permission(request):
            facts_of(request, link)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(  # type: ignore[override]  # Django names every argument
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """Show the sum, the state and its buttons above the form."""
        link = kwargs.get("obj")
        facts = facts_of(request, link)
        context.update(link_context(request, link, facts) if link else new_link_context(request))
        return super().render_change_form(request, context, **kwargs)

    def save_model(self, request: HttpRequest, obj: CampaignLink, form: Any, change: bool) -> None:
        """Save, and remember what was there before."""
        remember_before(form, obj)
        if not change:
            hold_link_with_problems(request, obj, facts_of(request, None), mappings=form.first_mappings)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Start what follows from the change."""
        super().save_related(request, form, formsets, change)
        follow_saving(request, form, form.instance)

    def response_add(
        self, request: HttpRequest, obj: CampaignLink, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the page of the new link, which leads to its mappings."""
        text = gettext("The event is linked. The usual fields are mapped; look at them under Field mappings.")
        messages.success(request, text)
        return HttpResponseRedirect(reverse("admin:connector_campaignlink_change", args=[obj.pk]))

    def response_post_save_change(self, request: HttpRequest, obj: CampaignLink) -> HttpResponseRedirect:
        """Go back to the page that shows what the change does."""
        return HttpResponseRedirect(event_url(obj))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse while participants are kept, with the way out."""
        link = find_or_404(CampaignLink, object_id)
        if link.entries.exists():
            text = gettext(
                "This link has participants, and with it the record of what was sent. Close it instead: "
                "it then keeps everything and sends nothing."
            )
            messages.error(request, text)
            return HttpResponseRedirect(reverse("admin:connector_campaignlink_change", args=[link.pk]))
        return super().delete_view(request, object_id, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CampaignLink]:
        """Read the organisation along: the state depends on it."""
        return super().get_queryset(request).select_related("org")
