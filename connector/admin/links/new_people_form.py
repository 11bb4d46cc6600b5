"""The part of a link's form that says how new people are created: owner, account, record type."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connector.admin.links.pickers import account_picker, owner_picker
from connector.core.new_people import find_record_type
from connector.core.schema import SObject
from connector.models import CampaignLink, SalesforceOrg
from connector.models.links import ACCOUNT_WORDS, OWNER_WORDS
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.link_setup import LinkFacts
from connector.pipeline.setup.new_people_check import new_people_problems
from connector.pipeline.setup.new_people_words import read_account, read_owner

if TYPE_CHECKING:
    _CampaignLinkForm = forms.ModelForm[CampaignLink]
else:
    _CampaignLinkForm = forms.ModelForm

BY_ID = "id"
"""Choice that stands for the id in the field beside it."""
RECORD_TYPE_FIELDS = {"record_type_lead": SObject.LEAD, "record_type_contact": SObject.CONTACT}
_FIELD_OF_KEY = {
    "new_owner": "owner_id",
    "contact_account": "account_id",
    "record_types.lead": "record_type_lead",
    "record_types.contact": "record_type_contact",
}
_KEY_OF_OBJECT = {SObject.LEAD: "lead", SObject.CONTACT: "contact"}

OWNERS = (
    ("integration_user", _("The integration user")),
    ("assignment_rules", _("Whoever the Lead assignment rules choose")),
    (BY_ID, _("This user or queue:")),
)
ACCOUNTS = (
    ("none", _("No account")),
    ("by_company", _("The account named like the company")),
    ("by_domain", _("The account whose website is on the email's domain")),
    (BY_ID, _("This account:")),
)


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=18, widget=UnfoldAdminTextInputWidget, help_text=help_text
    )


def _select(label: Any, choices: Any, help_text: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget, help_text=help_text
    )


class NewPeopleForm(_CampaignLinkForm):
    """How a link creates people; a field that was not sent keeps what is stored."""

    facts: ClassVar[LinkFacts] = LinkFacts()
    """What Salesforce says; the admin sets it on a subclass for each request."""
    searches_as_one_types: ClassVar[bool] = True
    """Whether owner and account are found by name beside their ids; the wizard's own step searches by a press."""

    owner_choice = _select(
        _("Owner of new people"),
        OWNERS,
        _(
            "To whom new Leads and Contacts belong, and who may be told of them. Assignment rules exist for Leads "
            "only; people who are there already keep their owner."
        ),
    )
    owner_id = _text(_("User or queue"), _("The id from Salesforce: of a user (005…), or of a queue for Leads (00G…)."))
    account_choice = _select(
        _("Account of new Contacts"),
        ACCOUNTS,
        _(
            "No account is ever created. Where none or several fit, the Contact has none: then only its owner, "
            "administrators and users with View All see it. Addresses like gmail.com or orange.fr name no company."
        ),
    )
    account_id = _text(_("Account"), _("The id from Salesforce (001…): every new Contact is put under this account."))
    record_type_lead = _select(
        _("Record type of new Leads"), (), _("Which fields and choices a new Lead has; only for Leads created here.")
    )
    record_type_contact = _select(
        _("Record type of new Contacts"),
        (),
        _("Which fields and choices a new Contact has; only for those created here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show what is stored, and the record types that the integration user may give."""
        super().__init__(*args, **kwargs)
        link = self.instance
        for kind, stored, words in (
            ("owner", link.new_owner, OWNER_WORDS),
            ("account", link.contact_account, ACCOUNT_WORDS),
        ):
            self.initial[f"{kind}_choice"] = stored if stored in words else BY_ID
            self.initial[f"{kind}_id"] = "" if stored in words else stored
        for name, sobject in RECORD_TYPE_FIELDS.items():
            self._offer_record_types(name, sobject)
        if self.searches_as_one_types:
            self.fields["owner_id"].widget = owner_picker(link.org_id, self.facts.people.owner)
            self.fields["account_id"].widget = account_picker(link.org_id, self.facts.people.account)

    def _offer_record_types(self, name: str, sobject: SObject) -> None:
        stored = self.instance.record_types.get(_KEY_OF_OBJECT[sobject], "")
        schema = self.facts.schemas.get(sobject)
        known = schema.record_types if schema else {}
        present = (find_record_type(stored, schema) if schema else None) or stored
        choices = [("", gettext("– the organisation's default –"))]
        choices += [(record_type_id, record_type.name) for record_type_id, record_type in known.items()]
        if present and present not in known:
            lost = gettext("%(name)s (not available to the integration user)") if schema else "%(name)s"
            choices.append((present, lost % {"name": stored}))
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices
        self.initial[name] = present

    def clean(self) -> dict[str, Any]:
        """Hold the choices against the rules that the configuration file obeys too."""
        cleaned = super().clean() or {}
        owner = self._read("owner", read_owner, stored=self.instance.new_owner)
        account = self._read("account", read_account, stored=self.instance.contact_account)
        record_types = self._record_types(cleaned)
        asked = CampaignLink(
            create_as=cleaned.get("create_as") or self.instance.create_as,
            new_owner=owner,
            contact_account=account,
            record_types=record_types,
        )
        for problem in (*new_people_problems(asked), *self.facts.people.problems):
            self.add_error(_FIELD_OF_KEY[problem.key], say(problem))
        self.instance.new_owner, self.instance.contact_account = owner, account
        self.instance.record_types = record_types
        return cleaned

    def _read(self, kind: str, read: Callable[[str], str], *, stored: str) -> str:
        """Return the word that was chosen, or the id beside it in its stored form; `stored` where neither is right."""
        choice = self.cleaned_data.get(f"{kind}_choice")
        if not choice:
            return stored
        try:
            return read((self.cleaned_data.get(f"{kind}_id") or "").strip() if choice == BY_ID else choice)
        except ValueError:
            self.add_error(f"{kind}_id", gettext("Enter the id that the address of its page in Salesforce shows."))
            return stored

    def _record_types(self, cleaned: dict[str, Any]) -> dict[str, str]:
        """Return the record types; one that was not changed stays as it was written, by name or by id."""
        stored = dict(self.instance.record_types)
        for name, sobject in RECORD_TYPE_FIELDS.items():
            key = _KEY_OF_OBJECT[sobject]
            if name not in self.data or cleaned.get(name) == self.initial[name]:
                continue
            stored.pop(key, None)
            if cleaned.get(name):
                stored[key] = cleaned[name]
        return stored


def asked_people(posted: Mapping[str, Any], org: SalesforceOrg) -> CampaignLink:
    """Return, as a link that is not saved, whom a posted form names as owner and account; ids only if they are ids."""
    asked = CampaignLink(org=org, create_as=posted.get("create_as") or CampaignLink.Create.LEAD)
    for kind, column, read in (("owner", "new_owner", read_owner), ("account", "contact_account", read_account)):
        if posted.get(f"{kind}_choice") == BY_ID:
            with suppress(ValueError):
                setattr(asked, column, read(posted.get(f"{kind}_id", "").strip()))
    return asked
