"""The steps of the wizard: which fields of the form each one asks for, and in which order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from connector.admin.links.match_form import MATCH_FIELDS
from connector.admin.links.new_people_form import RECORD_TYPE_FIELDS
from connector.models.links import STATUS_FIELDS


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: Any
    fields: tuple[str, ...]
    is_folded: bool = False
    """Shown only when somebody opens it: most people need none of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard."""

    slug: str
    title: Any
    intro: Any
    groups: tuple[Group, ...] = ()
    own: tuple[str, ...] = ()
    """Names that the page sends beside those of its fields."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the form that the page asks for."""
        return tuple(name for group in self.groups for name in group.fields)


STEPS = (
    Step("event", _("Event"), _("Which event of inwink is it about?"),
         (Group("", ("inwink_event_id", "event_name")),)),
    Step("campaign", _("Campaign"), _("Into which campaign of Salesforce do its participants go? One event, one "
                                      "campaign."),
         (Group("", ("org", "campaign")),)),
    Step("labels", _("Statuses"), _("Which member status does each state of inwink become?"),
         (Group(_("Status in the campaign"), (*STATUS_FIELDS.values(), "never_downgrade")),)),
    Step("who", _("Who"), _("Who is sent, and who is created when nobody in Salesforce has the email?"),
         (Group(_("Who is it in Salesforce"), ("match",)),
          Group(_("Unknown people"), ("create_as", "create_for")),
          Group(_("Who is left out"), ("only", "excluded_domains")),
          Group(_("Consent"), ("consent_source", "consent_when_no", "consent_when_unknown")))),
    Step("policies", _("Policies"), _("What happens in the cases that are not clear-cut?"),
         (Group("", ("update_existing", "ambiguous", "same_email", "removed_members", "duplicates")),
          Group(_("Dates"), ("starts_at", "ends_at", "closes_after_days")),
          Group(_("More fields that recognise people"), MATCH_FIELDS, is_folded=True))),
    Step("people", _("New people"), _("To whom do the new people belong, and who will see them?"),
         (Group(_("Owner"), ("owner_choice", "owner_id")),
          Group(_("Account of new Contacts"), ("account_choice", "account_id")),
          Group(_("Where inwink has no value"), ("placeholder_company", "placeholder_last_name")),
          Group(_("Record types of new people"), (*RECORD_TYPE_FIELDS,), is_folded=True))),
    Step("mappings", _("Fields"), _("Which fields of Salesforce are filled? These are the usual ones."),
         own=("mapping",)),
    Step("preview", _("Preview"), _("What would happen to the people who wait? Salesforce is read; nothing is written, "
                                    "there or here.")),
    Step("activate", _("Activate"), _("Look at everything once more."), (Group("", ("state",)),)),
)  # fmt: skip

SLUGS = tuple(step.slug for step in STEPS)
BY_SLUG = {step.slug: step for step in STEPS}


def step_after(slug: str) -> str:
    """Return the step after this one; the last one stays."""
    return SLUGS[min(SLUGS.index(slug) + 1, len(SLUGS) - 1)]


def step_before(slug: str) -> str:
    """Return the step before this one; the first one stays."""
    return SLUGS[max(SLUGS.index(slug) - 1, 0)]


def belongs(key: str, names: Iterable[str]) -> bool:
    """Say whether a name that a browser sent is one of these fields, or a part of one (a time, a condition)."""
    return any(re.fullmatch(rf"{re.escape(name)}(_[01]|-\d+-\w+)?", key) for name in names)
