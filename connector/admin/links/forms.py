"""The forms of a link: every option says what it does to real people."""

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from connector.admin.frame.explain import explain_code
from connector.admin.frame.labels import STATE_LABELS, labelled
from connector.admin.frame.widgets import SuggestingInput
from connector.admin.links.campaigns import PickedCampaign, unseal
from connector.admin.links.filter_forms import FilterForm, filter_field_of
from connector.admin.links.mapping_effects import effects_of
from connector.admin.links.match_form import MatchForm
from connector.admin.links.pickers import campaign_picker
from connector.core.checking.link import REQUIRED_STATES, validate_creation, validate_labels, validate_statuses
from connector.core.checking.problem import Problem
from connector.core.participant import normalise_id
from connector.core.state import State
from connector.core.years import FIRST_YEAR, LAST_YEAR, is_far
from connector.models import CampaignLink, FieldMapping
from connector.models.links import STATUS_FIELDS, default_create_for
from connector.pipeline.preflight.check import say
from connector.pipeline.setup.configure_schema import end_of_day, start_of_day
from connector.pipeline.setup.link_check import MappingProblem

_CREATING_STATES = (State.REGISTERED, State.ATTENDED, State.REFUSED, State.NOT_REGISTERED)

HELP_TEXTS = {
    "event_name": _("How the event is called here; inwink's name if you leave it empty."),
    "never_downgrade": _("Someone who attended stays “attended”, whatever inwink says later."),
    "match": _("Where each participant's email is searched, so that nobody is created twice."),
    "create_as": _("What happens to participants whose email nobody in Salesforce has."),
    "update_existing": _(
        "On: people who are in Salesforce already get the mapped fields from inwink. "
        "Off: they are only added to the campaign."
    ),
    "ambiguous": _("Several Contacts or Leads have the participant's email: ask you, or take the one last used."),
    "same_email": _("Two participants share one email under different names: ask you, or make them one member."),
    "removed_members": _("Someone whom a colleague took out of the campaign stays out, or is added again."),
    "duplicates": _("What happens when a duplicate rule of Salesforce warns about a new person."),
    "starts_at": _("Check-ins more than 12 hours earlier are held as badge tests. Empty: none is."),
    "ends_at": _("From here the link's end is counted. Empty: the link never closes by itself."),
    "closes_after_days": _("So many days after the end the link closes: later messages are kept and not sent."),
}


_STATUS_SENTENCES = {
    State.REFUSED: _("If nothing is written, whoever registered and then cancels stays registered in the campaign."),
    State.NOT_REGISTERED: _("If nothing is written, whoever was only invited is not added to the campaign."),
    State.NO_SHOW: _("Written only after the event, when somebody presses Mark no-shows."),
}
"""What leaving a status out does to people, where it may be left out."""


class LinkForm(MatchForm, FilterForm):
    """A link whose statuses are chosen among the campaign's own."""

    begins_with: ClassVar[CampaignLink | None] = None
    """Settings of a new link, where it does not begin with the usual ones; the admin sets it for each request."""

    create_for = forms.MultipleChoiceField(
        label=_("Create new people for"),
        choices=[(state.value, STATE_LABELS[state]) for state in _CREATING_STATES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        initial=default_create_for,
        help_text=_("Only people who were ever in one of these states are created; an invitation list creates nobody."),
    )
    placeholder_company = forms.CharField(
        label=_("Company, when unknown"),
        required=False,
        max_length=255,
        initial="[not provided]",
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "A new Lead needs a company. Where inwink has none, this text is written into Salesforce as it stands "
            "here, whatever your language: choose words that your colleagues there understand. "
            "It counts as empty: the real company replaces it. Empty: such people are not sent. "
            "Not used where the organisation has Person Accounts."
        ),
    )
    placeholder_last_name = forms.CharField(
        label=_("Last name, when unknown"),
        required=False,
        max_length=80,
        initial="[not provided]",
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "A new person needs a last name. Where inwink has none, this text is written into Salesforce as it stands "
            "here, whatever your language: choose words that your colleagues there understand. It counts as empty: the "
            "real name replaces it. Empty: such people are not sent."
        ),
    )

    class Meta:
        model = CampaignLink
        fields = (
            "event_name", *STATUS_FIELDS.values(), "never_downgrade", "match", "create_as", "update_existing",
            "ambiguous", "same_email", "removed_members", "duplicates", "starts_at", "ends_at", "closes_after_days",
        )  # fmt: skip
        help_texts = HELP_TEXTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the campaign's statuses, and the stored ones where they are gone."""
        if kwargs.get("instance") is None and self.begins_with is not None:
            kwargs["instance"] = copy(self.begins_with)
        self.has_settings = kwargs.get("instance") is not None
        super().__init__(*args, **kwargs)
        for state, column in STATUS_FIELDS.items():
            if column in self.fields:
                self.fields[column] = self._status_field(state, column)
        if self.has_settings:
            self.initial["create_for"] = self.instance.create_for
            for key in ("company", "last_name"):
                self.initial[f"placeholder_{key}"] = self.instance.placeholders.get(key, "")

    def _status_field(self, state: State, column: str) -> forms.ChoiceField:
        is_required = state in REQUIRED_STATES
        stored = getattr(self.instance, column) if self.has_settings else ""
        labels = [(label, label) for label in self.facts.labels]
        if stored and stored not in self.facts.labels:
            lost = gettext("%(label)s (not in the campaign)") if self.facts.is_known else "%(label)s"
            labels.insert(0, (stored, lost % {"label": stored}))
        empty = gettext("Choose…") if is_required else gettext("– nothing is written –")
        return forms.ChoiceField(
            label=str(STATE_LABELS[state]),
            choices=[("", empty), *labels],
            required=is_required,
            initial=stored or self.facts.suggested.get(state, ""),
            widget=UnfoldAdminSelectWidget({"data-status": state.value}),
            help_text=_STATUS_SENTENCES.get(state, ""),
        )

    def clean(self) -> dict[str, Any]:
        """Hold the statuses and policies against the rules that the configuration file obeys too."""
        cleaned = super().clean()
        statuses = {state: cleaned.get(column) or "" for state, column in STATUS_FIELDS.items()}
        problems = [
            *(problem for problem in validate_statuses(statuses) if problem.code != "label_required"),
            *validate_creation(match=cleaned.get("match", ""), create=cleaned.get("create_as", "")),
            *(validate_labels(statuses, self.facts.labels) if self.facts.is_known else ()),
            *self.lay_filter(cleaned),
        ]
        for problem in problems:
            self.add_error(filter_field_of(problem) or _field_of(problem), say(problem))
        for name in ("starts_at", "ends_at"):
            if (moment := cleaned.get(name)) and is_far(moment.year):
                years = {"first": FIRST_YEAR, "last": LAST_YEAR}
                self.add_error(name, gettext("The year is not between %(first)s and %(last)s.") % years)
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at < starts_at:
            self.add_error("ends_at", gettext("The end lies before the start."))
        self._lay_json(cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """Hold the stored mappings against the settings, which stand in the instance by now."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, unknown to its stubs
        self.problems_left: Sequence[str] = ()
        if self.errors or self.instance.pk is None:
            return
        effects = effects_of(self.instance, self.facts)
        for found in effects.brought:
            self.add_error(None, mapping_problem_text(found))
        self.problems_left = [mapping_problem_text(found) for found in effects.left]

    def _lay_json(self, cleaned: dict[str, Any]) -> None:
        self.instance.create_for = cleaned.get("create_for", [])
        for key in ("company", "last_name"):
            name = self.add_prefix(f"placeholder_{key}")
            if name in self.data:
                self.instance.placeholders = {**self.instance.placeholders, key: cleaned.get(name, "")}


class NewLinkForm(LinkForm):
    """A new link: also the event, the organisation and the campaign, which stay."""

    first_mappings: ClassVar[Sequence[FieldMapping]] = ()
    """What the link begins with, not saved; the admin sets it for each request."""
    chosen_campaign: ClassVar[str] = ""
    """The name of the campaign in a form that comes back; the admin sets it for each request."""

    campaign = forms.CharField(label=_("Campaign"), error_messages={"required": _("Search and choose a campaign.")})

    class Meta(LinkForm.Meta):
        fields = ("inwink_event_id", "org", "state", *LinkForm.Meta.fields)
        labels: ClassVar[dict[str, Any]] = {
            "inwink_event_id": _("Event in inwink"),
            "event_name": _("Name of the event"),
        }
        help_texts = {
            **HELP_TEXTS,
            "starts_at": _(
                "Check-ins more than 12 hours earlier are held as badge tests. Empty: the campaign's start."
            ),
            "ends_at": _("From here the link's end is counted. Empty: the campaign's end."),
            "inwink_event_id": _("Events that messages came for are offered; or paste the event's id from inwink."),
            "state": _(
                "Active: waiting participants are sent as soon as you save. Paused: they wait until you resume."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave to the person to whom new people belong: there is no answer that is right for everybody."""
        super().__init__(*args, **kwargs)
        self.fields["campaign"].widget = campaign_picker(self.chosen_campaign)
        self.fields["inwink_event_id"].widget = SuggestingInput("inwink-events")
        for kind in ("owner", "account"):
            field = self.fields[f"{kind}_choice"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared by NewPeopleForm
            field.choices = [("", gettext("Choose…")), *(field.choices)]  # type: ignore[misc]
            if not self.has_settings:
                self.initial[f"{kind}_choice"] = ""

    def clean_inwink_event_id(self) -> str:
        """Store the id in the form in which messages are compared with it."""
        return normalise_id(self.cleaned_data["inwink_event_id"])

    def clean(self) -> dict[str, Any]:
        """Adopt the chosen campaign, once, and ask to whom new people belong."""
        picked = unseal(self.cleaned_data.get("campaign", ""))
        if picked is not None:
            self._adopt(picked)
        elif self.cleaned_data.get("campaign"):
            self.add_error("campaign", gettext("Search and choose a campaign."))
        if not self.facts.is_known:
            advice = explain_code(self.facts.problem_code)
            self.add_error(None, gettext("Salesforce cannot be asked for the statuses of the campaign.")
                           + f" {advice.what} {advice.next_step}")  # fmt: skip
        cleaned = super().clean()
        create = cleaned.get("create_as")
        if create in (CampaignLink.Create.LEAD, CampaignLink.Create.CONTACT) and not cleaned.get("owner_choice"):
            self.add_error("owner_choice", gettext("Choose to whom new people belong."))
        if create == CampaignLink.Create.CONTACT and not cleaned.get("account_choice"):
            self.add_error("account_choice", gettext("Choose under which account new Contacts are put."))
        return cleaned

    def _adopt(self, picked: PickedCampaign) -> None:
        org = self.cleaned_data.get("org")
        if org is not None and org.pk != picked.org_id:
            self.add_error("campaign", gettext("Choose the campaign again: it is of another organisation."))
            return
        other = CampaignLink.objects.filter(org_id=picked.org_id, campaign_id=picked.id).first()
        if other is not None:
            self.add_error(
                "campaign", gettext("The event “%(event)s” is linked to this campaign already.") % {"event": other}
            )
            return
        self.instance.campaign_id, self.instance.campaign_name = picked.id, picked.name
        if not self.cleaned_data.get("starts_at") and picked.start_date:
            self.cleaned_data["starts_at"] = start_of_day(picked.start_date)
        if not self.cleaned_data.get("ends_at") and picked.end_date:
            self.cleaned_data["ends_at"] = end_of_day(picked.end_date)


def mapping_problem_text(found: MappingProblem) -> str:
    """Say what is wrong with which mapping."""
    text = say(found.problem)
    return text if found.mapping is None else labelled(found.mapping, text)


def _field_of(problem: Problem) -> str:
    section, _dot, state = problem.key.partition(".")
    return STATUS_FIELDS[State(state)] if section == "statuses" else "create_as"
