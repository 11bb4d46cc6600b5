"""The form of a new link over the answers of a draft: the rules and the saving are the form's own."""

from copy import copy
from dataclasses import asdict, replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, QueryDict

from connector.admin.frame.kept_answers import keep_answer, kept_answer
from connector.admin.links.beginnings import read_beginning
from connector.admin.links.campaigns import PickedCampaign, unseal
from connector.admin.links.conditions import Row
from connector.admin.links.filter_forms import received_values
from connector.admin.links.new_people_form import asked_people
from connector.admin.links.wizard.drafts import data_of
from connector.admin.links.wizard.labels import offer_new_labels
from connector.admin.links.wizard.leaving_out import FIELD, write_rows
from connector.admin.links.wizard.steps import STEPS, Step
from connector.models import FieldMapping, LinkDraft, SalesforceOrg, UnlinkedParticipant
from connector.models.links import STATUS_FIELDS
from connector.pipeline.setup.link_settings import Beginning
from connector.pipeline.setup.link_setup import LinkFacts, load_facts, load_people
from connector.pipeline.setup.new_people_check import Found, read_found

_PEOPLE_SECONDS = 600
"""How long the owner and the account that were looked up are believed while one walks through the wizard."""

_PROBLEM_SECONDS = 15
"""How long pages are shown without asking again after Salesforce did not answer; each would wait for it once more."""


class DraftForm:
    """The link that a draft describes so far."""

    def __init__(self, model_admin: Any, request: HttpRequest, draft: LinkDraft) -> None:
        """Ask Salesforce where a campaign is chosen: call outside a transaction."""
        self.draft = draft
        self.data = data_of(draft)
        self.picked = picked_campaign(draft)
        self.org = SalesforceOrg.objects.filter(pk=self.picked.org_id).first() if self.picked else None
        self.facts = self._load_facts(request)
        begun = read_beginning(request, draft.settings)
        self.mappings = chosen_mappings(draft, begun)
        self.form_class = _class_of(model_admin, request, self.facts, Beginning(begun.link, self.mappings))
        self.bound = self.bind(self.data)
        self.bound.is_valid()

    def _load_facts(self, request: HttpRequest) -> LinkFacts:
        """Return what Salesforce says, or why it does not; a reload right after that does not ask again."""
        if self.org is None or self.picked is None:
            return LinkFacts()
        is_pressed, about = request.method == "POST", f"{self.org.pk} {self.picked.id}"
        problem = kept_answer(request, "link-problem", about=about, seconds=_PROBLEM_SECONDS)
        if problem and not is_pressed:
            return LinkFacts(problem_code=problem)
        facts = load_facts(self.org, self.picked.id, refresh=is_pressed)
        facts = self._with_people(request, self.org, facts)
        if facts.problem_code or problem:
            keep_answer(request, "link-problem", about=about, answer=facts.problem_code)
        return facts

    def _with_people(self, request: HttpRequest, org: SalesforceOrg, facts: LinkFacts) -> LinkFacts:
        """Add the owner and the account: they are looked up by a press, not by each reload."""
        is_pressed = request.method == "POST"
        link = asked_people(self.data, org)
        about = f"{org.pk} {link.new_owner} {link.contact_account}"
        kept = None if is_pressed else kept_answer(request, "people", about=about, seconds=_PEOPLE_SECONDS)
        if kept is not None:
            return replace(facts, people=read_found(kept))
        facts = load_people(link, facts)
        if facts.people != Found() and not facts.problem_code:
            keep_answer(request, "people", about=about, answer=asdict(facts.people))
        return facts

    def bind(self, data: QueryDict | None) -> Any:
        """Return the form over these answers, or the one that nothing was answered in."""
        form = self.form_class(data) if data is not None else self.form_class()
        offer_new_labels(form, labels=self.facts.labels)
        return form

    @property
    def link(self) -> Any:
        """The link as far as it can be told, not saved."""
        link = copy(self.bound.instance)
        if self.org is not None:
            link.org = self.org
        return link

    @property
    def link_with_chosen_statuses(self) -> Any:
        """The link with every status as chosen: one that the campaign lacks is an error, and `link` is without it."""
        link = self.link
        for column in STATUS_FIELDS.values():
            setattr(link, column, self.data.get(column, self.bound[column].initial or ""))
        return link

    def errors_of(self, step: Step) -> dict[str, Any]:
        """Return {field: complaints} of one step; complaints about everything belong to the campaign."""
        names = [*step.fields, *([NON_FIELD_ERRORS] if step.slug == "campaign" else [])]
        found = {name: self.bound.errors[name] for name in names if name in self.bound.errors}
        return found if self.picked or step.slug in ("event", "campaign") else {}

    def steps_to_mend(self) -> list[Step]:
        """Return the completed steps that do not fit the others any more."""
        return [step for step in STEPS if step.slug in self.draft.done and self.errors_of(step)]


def picked_campaign(draft: LinkDraft) -> PickedCampaign | None:
    """Return the campaign that was chosen so far."""
    return unseal((draft.answers.get("campaign") or [""])[-1])


def chosen_mappings(draft: LinkDraft, begun: Beginning) -> tuple[FieldMapping, ...]:
    """Return the mappings that the link begins with, switched on and off as the draft says; none is saved."""
    mappings = [copy(mapping) for mapping in begun.mappings]
    if "mapping" in draft.answers:
        for mapping in mappings:
            mapping.enabled = mapping_key(mapping) in draft.answers["mapping"]
    return tuple(mappings)


def mapping_key(mapping: FieldMapping) -> str:
    """Return what stands for a mapping in the wizard's page."""
    return f"{mapping.object}.{mapping.field}"


def _class_of(model_admin: Any, request: HttpRequest, facts: LinkFacts, beginning: Beginning) -> Any:
    """Return the form class that the plain form uses, with what this draft knows in the place of the request's."""
    vars(request)["link_facts"] = facts
    vars(request)["link_beginning"] = beginning
    form_class = model_admin.get_form(request, None)
    return type(form_class.__name__, (form_class,), {"searches_as_one_types": False})


def received_of(draft: LinkDraft) -> dict[str, dict[str, int]]:
    """Return {inwink field: {value: participants}} of those who wait; one query."""
    return received_values(UnlinkedParticipant.objects.filter(event_id=draft.event_id))


def show_rows(form: DraftForm, rows: list[Row], *, is_sent: bool) -> Any:
    """Return the form whose filter shows these conditions only: the others stand beside it as ticks."""
    if not is_sent:
        unbound = form.bind(None)
        unbound.initial["only"] = rows
        return unbound
    data = form.data.copy()
    for key in [key for key in data if key.startswith(f"{FIELD}-")]:
        del data[key]
    for key, values in write_rows(rows).items():
        data.setlist(key, values)
    bound = form.bind(data)
    bound._errors = form.bound.errors  # the same answers in another place: they are not asked twice
    return bound
