"""Words that the theme and django-q2 show and do not translate, or not well; listed so that our catalogues hold them.

Nothing imports this module: `makemessages` reads it.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Add row"), _("After you've created a user, you’ll be able to edit more user options."), _("All applications"),
    _("Apply Filters"), _("Cancel"), _("Change history: %s"), _("Click to cancel"), _("Dark"), _("Date"),
    _("Date from"), _("Date to"), _("Expand row"), _("Failed task"), _("Filters"), _("From"), _("General"),
    _("Go back"), _("Light"), _("More actions"), _("Next"), _("No data"), _("No results found"),
    _("No results matching your query"), _("Previous"), _("Reset filters"), _("Return to site"), _("Run"),
    _("Select action"), _("Select action to run"), _("Select all rows"), _("Select record"), _("Select value"),
    _("Submit"), _("System"), _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."), _("To"),
    _("Toggle password visibility"), _("Type to search"), _("Value"), _("Welcome back to"),
    _("You have been successfully logged out from the administration"), _(" By %(filter_title)s "),
)  # fmt: skip
