"""The form of a link that exists: people are here whom a change of its settings may concern, and colleagues."""

from typing import Any, ClassVar

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldBooleanSwitchWidget

from connector.admin.frame.seen import SEEN, SeenInput, version_of
from connector.admin.links.forms import LinkForm


class ChangeLinkForm(LinkForm):
    """A link that exists, with people whom a change of its settings may concern."""

    people_here: ClassVar[int] = 0
    """Participants of the link; the admin sets it for each request."""
    changed_meanwhile: ClassVar[str] = ""
    """Who changed the link since the form was opened, in words; the admin sets it for each request."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    compare_again = forms.BooleanField(
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "If the change concerns what is written, each of them is read in Salesforce and what differs is written, "
            "the status too. Off: they keep what was sent until inwink changes them or somebody sends them again; "
            "whoever comes from now on follows the new settings."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say how many people are here."""
        super().__init__(*args, **kwargs)
        self.fields[SEEN].widget = SeenInput(version_of(self.instance))
        text = ngettext(
            "Compare the %(count)s participant who is here already with Salesforce again",
            "Compare the %(count)s participants who are here already with Salesforce again",
            self.people_here,
        )
        shown = number_format(self.people_here, use_l10n=True, force_grouping=True)
        self.fields["compare_again"].label = text % {"count": shown}

    def clean(self) -> dict[str, Any]:
        """Refuse to take back what somebody else changed meanwhile, once: whoever has read that may."""
        cleaned = super().clean()
        if self.changed_meanwhile:
            self.add_error(None, self.changed_meanwhile)
        return cleaned
