"""Call a field of Salesforce as it is called there: its object and label first, its API name beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connector.core.schema import SObject
from connector.models import FieldMapping, SalesforceSchema

_OBJECTS: dict[str, str | Promise] = {
    SObject.CONTACT: FieldMapping.Object.CONTACT.label,
    SObject.LEAD: FieldMapping.Object.LEAD.label,
    SObject.CAMPAIGN_MEMBER: FieldMapping.Object.CAMPAIGN_MEMBER.label,
    SObject.ACCOUNT: _("Account"),
}


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field as a page names it; `field_name.html` shows it."""

    path: str
    """Object and API name: Contact.Title."""
    label: str = ""
    """Contact · Title; "" where no describe knows the field."""

    def __str__(self) -> str:
        """Return the words alone."""
        return self.label or self.path


def field_label(sobject: str, label: str) -> str:
    """Return e.g. "Contact · Title" for a field of an object."""
    return f"{_OBJECTS.get(sobject, sobject)} · {label}"


def field_names(org_id: int | None, paths: Iterable[str]) -> dict[str, FieldName]:
    """Return {path: name} for all of these, from the describes that are kept; one query, none for nothing."""
    wanted = set(paths)
    labels = _labels_of(org_id, {path.partition(".")[0] for path in wanted}) if org_id and wanted else {}
    return {path: FieldName(path, labels.get(path.lower(), "")) for path in wanted}


def _labels_of(org_id: int, sobjects: set[str]) -> Mapping[str, str]:
    kept = SalesforceSchema.objects.filter(org=org_id, sobject__in=sobjects).values_list("sobject", "body")
    return {
        f"{sobject}.{spec['name']}".lower(): field_label(sobject, spec["label"])
        for sobject, body in kept
        for spec in body.get("fields", ())
        if spec.get("label")
    }
