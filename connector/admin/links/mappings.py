"""The lines of mappings on a link's page."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from connector.admin.links.mapping_forms import MappingForm, MappingFormSet
from connector.admin.links.saving import facts_of
from connector.models import CampaignLink, FieldMapping

if TYPE_CHECKING:
    from django.contrib.admin import StackedInline

    _StackedInline = StackedInline[FieldMapping, CampaignLink]
else:
    from unfold.admin import StackedInline as _StackedInline


class FieldMappingInline(_StackedInline):
    """Which field of inwink fills which field of Salesforce."""

    model = FieldMapping
    form = MappingForm
    formset = MappingFormSet
    extra = 0
    collapsible = True
    fieldsets = (
        (None, {"fields": (("target", "source"), ("mode", "constant_text"), ("default_text", "blank"),
                           ("values", "unknown_choice"), ("truncate", "marketing", "enabled"))}),
    )  # fmt: skip

    class Media:
        js = ("connector/mappings.js",)

    def get_formset(self, request: HttpRequest, obj: CampaignLink | None = None, **kwargs: Any) -> Any:
        """Give the lines what Salesforce says."""
        formset = super().get_formset(request, obj, **kwargs)
        return type(formset.__name__, (formset,), {"facts": facts_of(request, obj)})
