"""Turn a configuration file into plans, and name everything that is wrong with it as far as we can tell ourselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from connector.models import CampaignLink, SalesforceOrg, UnlinkedEvent, WebhookSource
from connector.pipeline.setup.configure_check import check_link, check_org, check_source
from connector.pipeline.setup.configure_messages import config_errors, meant_paths, unknown_key
from connector.pipeline.setup.configure_plan import LinkPlan, OrgPlan, SourcePlan, lay, lay_link
from connector.pipeline.setup.configure_schema import ConfigFile, LinkSection, OrgSection, Section, SourceSection
from connector.pipeline.setup.configure_secrets import lay_org, lay_source
from connector.pipeline.setup.configure_yaml import ConfigError, Document, Path, parse_document

_SectionT = TypeVar("_SectionT", bound=Section)
_ABSENT = object()
_MOST_ROUNDS = 4
"""Each round takes out what is malformed; a value can be nested three levels deep."""


@dataclass(slots=True)
class Reading:
    """What a file asks for; filled section by section."""

    document: Document
    orgs: list[OrgPlan] = field(default_factory=list)
    sources: list[SourcePlan] = field(default_factory=list)
    links: list[LinkPlan] = field(default_factory=list)
    errors: list[ConfigError] = field(default_factory=list)
    silenced: set[str] = field(default_factory=set)
    """Paths of keys that were meant by unknown ones: that they are missing need not be said."""

    def refuse(self, errors: list[ConfigError]) -> None:
        """Add errors, at most one for each place and none that only follows from another."""
        known = {error.path for error in self.errors} | self.silenced
        self.errors += [error for error in errors if error.path not in known]

    def is_clean(self, path: str) -> bool:
        """Say whether nothing is wrong at or below a place of the file."""
        return not any(error.path == path or error.path.startswith((f"{path}.", f"{path}[")) for error in self.errors)


def read_config(text: str, *, environ: Mapping[str, str]) -> Reading:
    """Read a file and lay it over what is stored, in memory; nothing is written and Salesforce is not asked."""
    reading = Reading(parse_document(text, environ=environ))
    reading.refuse(reading.document.errors)
    data = reading.document.data
    for key in data:
        if key not in ConfigFile.model_fields:
            reading.refuse([unknown_key(reading.document, (key,))])
    for place, org in _sections(reading, "orgs", OrgSection):
        _read_org(reading, place, org)
    for place, source in _sections(reading, "sources", SourceSection):
        _read_source(reading, place, source)
    for place, link in _sections(reading, "links", LinkSection):
        _read_link(reading, place, link)
    reading.errors.sort(key=lambda error: error.line)
    return reading


def _sections(reading: Reading, key: str, kind: type[_SectionT]) -> list[tuple[int, _SectionT]]:
    """Return the well-formed sections under a key with their places; note what is wrong with the others."""
    raw = reading.document.data.get(key)
    if raw is None:
        return []
    if not isinstance(raw, list):
        reading.refuse([reading.document.error((key,), "Write a list: one item a line with a dash.")])
        return []
    sections = []
    for place, item in enumerate(raw):
        section = _section(reading, (key, place), item, kind)
        if section is not None:
            sections.append((place, section))
    return sections


def _section(reading: Reading, path: Path, item: object, kind: type[_SectionT]) -> _SectionT | None:
    """Return a section without what is malformed in it, so that the rest is checked as well; None: nothing is left."""
    for _ in range(_MOST_ROUNDS):
        try:
            return kind.model_validate(item)
        except ValidationError as exc:
            found = config_errors(exc, reading.document, path)
            reading.refuse(found)
            reading.silenced |= meant_paths(exc, path)
            if not isinstance(item, dict) or not all(_prune(item, details["loc"]) for details in exc.errors()):
                return None
    return None


def _prune(item: dict[str, Any], loc: tuple[int | str, ...]) -> bool:
    """Take the nearest key around a malformed value out of a section; False where that is the section itself.

    Items of lists are not taken out one by one: the places of the others would no longer be those of the file.
    """
    around: list[Any] = [item]
    for part in loc[:-1]:
        held = around[-1]
        is_there = part in held if isinstance(held, dict) else isinstance(held, list)
        around.append(held[part] if is_there else None)
    for held, part in reversed(list(zip(around, loc, strict=True))):
        if isinstance(held, dict) and held.pop(part, _ABSENT) is not _ABSENT:
            return True
    return False


def _read_org(reading: Reading, place: int, section: OrgSection) -> None:
    path = ("orgs", place)
    if any(plan.section.name == section.name for plan in reading.orgs):
        reading.refuse([reading.document.error((*path, "name"), f"The organisation {section.name} stands here twice.")])
        return
    row = SalesforceOrg.objects.filter(name=section.name).first()
    plan = OrgPlan(path, section, row or SalesforceOrg(name=section.name), is_new=row is None)
    lay_org(plan)
    reading.refuse(check_org(plan, reading.document))
    reading.orgs.append(plan)


def _read_source(reading: Reading, place: int, section: SourceSection) -> None:
    path = ("sources", place)
    if any(plan.section.name == section.name for plan in reading.sources):
        reading.refuse([reading.document.error((*path, "name"), f"The source {section.name} stands here twice.")])
        return
    named = WebhookSource.objects.filter(name=section.name).first()
    row = named or (WebhookSource.objects.filter(pk=section.id).first() if section.id else None)
    plan = SourcePlan(path, section, row or WebhookSource(name=section.name), is_new=row is None)
    errors = check_source(plan, reading.document)
    reading.refuse(errors)
    if not errors:
        lay_source(plan)
    reading.sources.append(plan)


def _read_link(reading: Reading, place: int, section: LinkSection) -> None:
    path = ("links", place)
    if any(plan.section.event == section.event for plan in reading.links):
        reading.refuse([reading.document.error((*path, "event"), f"The event {section.event} stands here twice.")])
        return
    row = CampaignLink.objects.select_related("org").filter(inwink_event_id=section.event).first()
    plan = LinkPlan(path, section, row or CampaignLink(inwink_event_id=section.event), is_new=row is None)
    _find_org(reading, plan)
    lay_link(plan)
    if plan.is_new and section.name is None:
        heard = UnlinkedEvent.objects.filter(pk=section.event).values_list("event_name", flat=True).first()
        plan.row.event_name = heard or ""
    if section.campaign is not None and section.campaign.id is not None:
        lay(plan, "campaign", column="campaign_id", value=section.campaign.id)
    reading.refuse(check_link(plan, reading.document))
    _refuse_taken_campaign(reading, plan)
    reading.links.append(plan)


def _find_org(reading: Reading, plan: LinkPlan) -> None:
    """Set the organisation of a link: one of the file, else a stored one."""
    name = plan.section.org
    held = None if plan.is_new else plan.row.org
    if name is None:
        name = held.name if held else None
    if name is None:
        message = "A new link needs the key org: the name of an organisation."
        reading.refuse([reading.document.error((*plan.path, "org"), message)])
        return
    plan.org = next((org.row for org in reading.orgs if org.section.name == name), None)
    plan.org = plan.org or SalesforceOrg.objects.filter(name=name).first()
    if plan.org is None:
        if name not in _raw_names(reading):
            reading.refuse([reading.document.error((*plan.path, "org"), _no_such_org(reading, name))])
        return
    if held is None or held.name != name:
        plan.changes["org"] = (held.name if held else None, name)
        plan.columns.add("org")


def _raw_names(reading: Reading) -> list[Any]:
    """List the organisations that the file names, the malformed ones too: they have their own errors."""
    raw = reading.document.data.get("orgs")
    return [item.get("name") for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def _no_such_org(reading: Reading, name: str) -> str:
    known = sorted(
        {plan.section.name for plan in reading.orgs} | set(SalesforceOrg.objects.values_list("name", flat=True))
    )
    return f"There is no organisation {name}. Known: {', '.join(known) or 'none'}. Add it under orgs."


def _refuse_taken_campaign(reading: Reading, plan: LinkPlan) -> None:
    reading.refuse(taken_campaign(reading, plan))


def taken_campaign(reading: Reading, plan: LinkPlan) -> list[ConfigError]:
    """Say so where another link, of the file or stored, has the same campaign."""
    if plan.org is None or not plan.row.campaign_id:
        return []
    events = [other.section.event for other in reading.links if other is not plan and _has_same_campaign(other, plan)]
    if plan.org.pk is not None:
        in_file = {other.section.event for other in reading.links} | {plan.section.event}
        stored = CampaignLink.objects.filter(org=plan.org, campaign_id=plan.row.campaign_id)
        events += stored.exclude(inwink_event_id__in=in_file).values_list("inwink_event_id", flat=True)
    if not events:
        return []
    message = f"The event {events[0]} is already linked to this campaign; each campaign serves one event."
    return [reading.document.error((*plan.path, "campaign"), message)]


def _has_same_campaign(one: LinkPlan, other: LinkPlan) -> bool:
    same_org = one.org is not None and other.org is not None and one.org.name == other.org.name
    return same_org and one.row.campaign_id == other.row.campaign_id
