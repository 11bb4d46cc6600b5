"""People who were erased: who did it, when, and how many messages were dropped since; never who they were."""

from django.contrib import admin
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.base import ReadOnlyAdmin, list_url
from connector.admin.frame.empty import EmptyList
from connector.admin.frame.tags import short_time
from connector.admin.people.one_person import person_view
from connector.models import ErasedPerson


@admin.register(ErasedPerson)
class ErasedPersonAdmin(ReadOnlyAdmin[ErasedPerson]):
    """One row an email address or an id, as a hash."""

    empty = EmptyList(
        _("Whoever was erased here stands in this list, as a hash that names nobody. So far that is nobody."),
        _("Nobody matches."),
        _("One person's data"),
        "admin:connector_erasedperson_person",
        "connector.erase_person",
    )
    list_display = ("__str__", "erased", "erased_by", "dropped_count", "last_dropped")
    list_display_links = None
    actions = None
    list_before_template = "admin/connector/erased_before.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that shows, hands out and erases one person's data."""
        return [list_url(self, "person", view=person_view(self)), *super().get_urls()]

    @admin.display(description=_("erased at"), ordering="erased_at")
    def erased(self, person: ErasedPerson) -> str:
        """Show when the person was erased."""
        return short_time(person.erased_at)

    @admin.display(description=_("last dropped at"), ordering="last_dropped_at")
    def last_dropped(self, person: ErasedPerson) -> str:
        """Show when a message of the person came last."""
        return short_time(person.last_dropped_at) if person.last_dropped_at else "–"
