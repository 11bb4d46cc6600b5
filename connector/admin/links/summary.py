"""The settings of a link in words, in the order in which the wizard asks for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.labels import FIELD_LABELS, STATE_LABELS, labelled
from connector.admin.links.conditions import Condition, one_list_each
from connector.admin.links.filter_forms import SCOPES
from connector.admin.links.new_people_form import ACCOUNTS, OWNERS
from connector.core.state import State
from connector.models import CampaignLink, FieldMapping
from connector.models.links import STATUS_FIELDS


@dataclass(frozen=True, slots=True)
class Part:
    """One step's settings."""

    step: str
    title: Any
    facts: Sequence[tuple[Any, str]]
    """[(what, value)]"""


def summarise(link: CampaignLink, mappings: Iterable[FieldMapping]) -> list[Part]:
    """Return the settings of a link, saved or not, step by step; no query."""
    return [
        Part("labels", _("Status in the campaign"), _labels(link)),
        Part("who", _("Who is sent"), _who(link)),
        Part("policies", _("Policies"), _policies(link)),
        Part("people", _("New people"), _people(link)),
        Part("mappings", _("Fields"), [(gettext("Filled from inwink"), _say_mappings(mappings))]),
    ]


def _labels(link: CampaignLink) -> list[tuple[Any, str]]:
    nothing = gettext("nothing is written")
    labels = [(STATE_LABELS[state], getattr(link, column) or nothing) for state, column in STATUS_FIELDS.items()]
    back = gettext("No: “attended” stays") if link.never_downgrade else gettext("Yes, as inwink says last")
    return [*labels, (gettext("May a status go back?"), back)]


def _who(link: CampaignLink) -> list[tuple[Any, str]]:
    states = [str(STATE_LABELS[State(state)]) for state in link.create_for]
    conditions = [_say_condition(condition) for condition in one_list_each(link.only)]
    facts = [
        (gettext("Searched in"), link.get_match_display()),
        (gettext("Unknown people"), link.get_create_as_display()),
        (gettext("Created when they were"), ", ".join(states) or gettext("nobody is created")),
        (gettext("Only participants of whom"), "; ".join(conditions) or gettext("everybody")),
        (gettext("Left out by email"), ", ".join(link.exclude_email_domains) or gettext("nobody")),
        (gettext("Consent"), _say_consent(link.consent)),
    ]
    return facts if link.create_as != CampaignLink.Create.NOBODY else [*facts[:2], *facts[3:]]


def _say_condition(condition: Condition) -> str:
    """Say one condition with one list, as `one_list_each` makes them."""
    kind = "in" if "in" in condition else "not_in"
    text = gettext("%(field)s is one of: %(values)s") if kind == "in" else gettext("%(field)s is none of: %(values)s")
    return text % {"field": condition["source"], "values": ", ".join(map(str, condition[kind]))}


def _say_consent(consent: dict[str, str] | None) -> str:
    if not consent:
        return gettext("not asked for")
    words = {value: str(text) for value, text in SCOPES}
    text = gettext("%(source)s; no: %(no)s; nothing clear: %(unknown)s")
    default = words["membership_only"]
    return text % {
        "source": consent["source"],
        "no": words.get(consent.get("when_no", ""), default),
        "unknown": words.get(consent.get("when_unknown", ""), default),
    }


def _policies(link: CampaignLink) -> list[tuple[Any, str]]:
    yes, no = gettext("yes"), gettext("no")
    return [
        (gettext("Several records with one email"), link.get_ambiguous_display()),
        (gettext("Different names on one email"), link.get_same_email_display()),
        (gettext("Update people who exist"), yes if link.update_existing else no),
        (gettext("Members removed by hand"), link.get_removed_members_display()),
        (gettext("Duplicate rules of Salesforce"), link.get_duplicates_display()),
        (gettext("Closes so many days after the end"), str(link.closes_after_days)),
    ]


def dates_of(link: CampaignLink) -> list[tuple[Any, str]]:
    """Return the times of the event that are known; no part of the settings that other events can begin with."""
    times = ((gettext("Starts at"), link.starts_at), (gettext("Ends at"), link.ends_at))
    return [(name, date_format(localtime(at), "SHORT_DATETIME_FORMAT")) for name, at in times if at is not None]


def _people(link: CampaignLink) -> list[tuple[Any, str]]:
    facts = [(gettext("Owner"), _word_or_id(OWNERS, link.new_owner))]
    if link.create_as == CampaignLink.Create.CONTACT:
        facts.append((gettext("Account"), _word_or_id(ACCOUNTS, link.contact_account)))
    if link.record_types:
        facts.append((gettext("Record types"), ", ".join(starmap(labelled, link.record_types.items()))))
    placeholders = [labelled(FIELD_LABELS.get(key, key), text) for key, text in link.placeholders.items() if text]
    return [*facts, (gettext("Where inwink has no value"), ", ".join(placeholders) or gettext("nothing"))]


def _word_or_id(words: Iterable[tuple[str, Any]], value: str) -> str:
    return str(dict(words).get(value, value))


def _say_mappings(mappings: Iterable[FieldMapping]) -> str:
    enabled = [mapping for mapping in mappings if mapping.enabled]
    return ", ".join(f"{mapping.get_object_display()}.{mapping.field}" for mapping in enabled)
