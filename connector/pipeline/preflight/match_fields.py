"""Check the further email fields and the key by which a link recognises people."""

from django.utils.translation import gettext as _

from connector.core.checking.match_fields import WORDS, validate_match
from connector.core.match_fields import MAIN_EMAIL, MatchFields
from connector.models import CampaignLink
from connector.pipeline.policies import match_fields_of
from connector.pipeline.preflight.check import Check, found, missing, say
from connector.pipeline.setup.link_check import SchemaOf


def check_match_fields(link: CampaignLink, *, schema_of: SchemaOf) -> list[Check]:
    """Say by which fields people are recognised, or why some of them cannot serve; nothing of Email alone."""
    fields = match_fields_of(link)
    problems = validate_match(fields, schema_of=schema_of)
    if problems:
        advice = _("Choose other fields on this link, or mend these in Salesforce.")
        return [missing(problem.key, say(problem), advice=advice) for problem in problems]
    if all(fields.of(kind) == (MAIN_EMAIL,) for kind in WORDS):
        return []
    return [found("match_fields", _("People are recognised by: %(fields)s."), {"fields": _say_fields(fields)})]


def _say_fields(fields: MatchFields) -> str:
    return ", ".join(f"{kind.value}.{name}" for kind in WORDS for name in fields.of(kind))
