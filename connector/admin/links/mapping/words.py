"""What the mapping editor says: each option in one sentence about real people, and what values do in a field."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from connector.admin.frame.explain import explain_code
from connector.admin.frame.onlooker import may_see_people
from connector.core.checking.try_mapping import SEVERAL_CHOICES, TOO_LONG, UNKNOWN_CHOICE, Misfit
from connector.models import FieldMapping

Option = tuple[str, Any, str | Promise]
"""(value, name, what it does to real people)"""

MODES: tuple[Option, ...] = (
    ("overwrite", FieldMapping.Mode.OVERWRITE.label,
     _("inwink’s value takes the place of what stands there, and follows every change in inwink.")),
    ("if_empty", FieldMapping.Mode.IF_EMPTY.label,
     _("Only people whose field is empty get a value; what a colleague entered stays.")),
    ("if_new", FieldMapping.Mode.IF_NEW.label,
     _("Only people whom the connector creates get a value; nobody who was there before is touched.")),
    ("append", FieldMapping.Mode.APPEND.label,
     _("inwink’s value is added behind what stands there, never twice; for multi-selects and long texts.")),
)  # fmt: skip
BLANKS: tuple[Option, ...] = (
    ("keep", FieldMapping.Blank.KEEP.label,
     _("Someone who empties the field in inwink keeps their value in Salesforce.")),
    ("clear", FieldMapping.Blank.CLEAR.label,
     _("Someone who empties the field in inwink loses their value in Salesforce too. Goes with “Replace” only.")),
)  # fmt: skip
UNKNOWN: tuple[Option, ...] = (
    ("fail", FieldMapping.UnknownChoice.FAIL.label,
     _("Nothing at all is sent of people with an unknown choice until it is mapped; nothing is lost.")),
    ("skip", FieldMapping.UnknownChoice.SKIP.label,
     _("They are sent without this field, and the attempt says so.")),
    ("default", FieldMapping.UnknownChoice.DEFAULT.label,
     _("They get the default below instead of their own choice.")),
)  # fmt: skip
OBJECT_HELP: dict[str, str | Promise] = {
    "contact": _("Fields of the Contact: of people who are customers or partners already."),
    "lead": _("Fields of the Lead: of people who are not Contacts yet."),
    "campaign_member": _(
        "Fields of the campaign member: what belongs to this event alone, on Contacts and Leads alike."
    ),
}

TYPE_NAMES: dict[str, str | Promise] = {
    "string": _("text"), "textarea": _("long text"), "picklist": _("list of choices"),
    "multipicklist": _("several choices"), "combobox": _("list of choices, or text"), "email": _("email"),
    "phone": _("phone"), "url": _("web address"), "boolean": _("checkbox"), "date": _("date"),
    "datetime": _("date and time"), "int": _("whole number"), "double": _("number"), "currency": _("amount"),
    "percent": _("percent"), "reference": _("lookup"), "id": _("id"), "address": _("address"),
    "location": _("location"), "time": _("time"), "base64": _("file"), "encryptedstring": _("encrypted text"),
}  # fmt: skip

SOURCE_NAMES: dict[str, str | Promise] = {
    "email": _("Email"), "first_name": _("First name"), "last_name": _("Last name"), "position": _("Position"),
    "company": _("Company"), "inwink.id": _("inwink id"), "inwink.state": _("State in inwink"),
    "inwink.first_registered_at": _("First registered at"), "inwink.attended_at": _("Checked in at"),
    "event.id": _("Id of the event"), "event.name": _("Name of the event"), "event.start": _("Start of the event"),
}  # fmt: skip


def source_name(path: str) -> str:
    """Name a source: standard ones by name, custom ones by their path."""
    return str(SOURCE_NAMES.get(path, path))


def misfit_words(misfit: Misfit, *, mapping: FieldMapping, length: int, is_certain: bool) -> tuple[str, str]:
    """Return (kind, sentence) of values that do not fit as they are: what happens to the people who have them.

    It is certain where Salesforce need not be asked what it holds of them.
    """
    fail = _fail(misfit.count) if is_certain else _could_fail(misfit.count)
    if misfit.code == TOO_LONG:
        return _too_long(misfit, fail, mapping=mapping, length=length)
    if misfit.code == UNKNOWN_CHOICE:
        return _unknown(misfit, fail, mapping=mapping)
    if misfit.code == SEVERAL_CHOICES:
        what = gettext("The field takes one choice, and they have several.")
    else:
        what = explain_code(misfit.code).what
    return "bad", f"{fail} {what} {_samples(misfit)}"


def _too_long(misfit: Misfit, fail: str, *, mapping: FieldMapping, length: int) -> tuple[str, str]:
    values: Mapping[str, Any] = {"count": misfit.count, "length": length, "longest": misfit.longest}
    if mapping.truncate:
        text = ngettext(
            "%(count)s value is cut to %(length)s characters; the longest has %(longest)s.",
            "%(count)s values are cut to %(length)s characters; the longest has %(longest)s.",
            misfit.count,
        )
        return "warn", text % values
    why = gettext("%(longest)s characters, and the field holds %(length)s. Or tick “cut texts that are too long”.")
    return "bad", f"{fail} {why % values}"


def _unknown(misfit: Misfit, fail: str, *, mapping: FieldMapping) -> tuple[str, str]:
    values = {"count": misfit.count}
    if mapping.unknown_choice == FieldMapping.UnknownChoice.SKIP:
        text = ngettext(
            "%(count)s participant is sent without this field: Salesforce does not know the choice.",
            "%(count)s participants are sent without this field: Salesforce does not know the choice.",
            misfit.count,
        )
        return "warn", text % values
    if mapping.unknown_choice == FieldMapping.UnknownChoice.DEFAULT:
        text = ngettext(
            "%(count)s participant gets the default: Salesforce does not know the choice.",
            "%(count)s participants get the default: Salesforce does not know the choice.",
            misfit.count,
        )
        return "warn", text % values
    why = gettext("Salesforce does not know the choice: give it one under “Choices”.")
    return "bad", f"{fail} {why}"


def _fail(count: int) -> str:
    text = ngettext("%(count)s participant would fail.", "%(count)s participants would fail.", count)
    return text % {"count": count}


def _could_fail(count: int) -> str:
    text = ngettext(
        "%(count)s participant could fail; it depends on what Salesforce holds of them.",
        "Up to %(count)s participants could fail; it depends on what Salesforce holds of them.",
        count,
    )
    return text % {"count": count}


def _samples(misfit: Misfit) -> str:
    if not may_see_people():
        return ""
    return gettext("For example: %(values)s") % {"values": " · ".join(f"“{text}”" for text in misfit.samples)}
