"""Ask Salesforce, with the file's own credentials, whether what a configuration file names exists."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from connector.core.checking.link import validate_labels
from connector.core.checking.match_fields import validate_match
from connector.core.checking.missing_labels import missing_labels
from connector.core.schema import ObjectSchema
from connector.core.state import State
from connector.models import FieldMapping, SalesforceOrg
from connector.pipeline.connection.connect import (
    CampaignChoice,
    CampaignNotFound,
    Label,
    fetch_campaign,
    fetch_labels,
    fetch_schema,
    gateway_for,
    open_gateway,
    refuse_renewal,
)
from connector.pipeline.connection.log_in import GRANT_COLUMNS, needs_log_in
from connector.pipeline.connection.sign_in import CREDENTIAL_COLUMNS, check_same_organization, sign_in
from connector.pipeline.policies import match_fields_of
from connector.pipeline.setup.configure_check import problem_errors, statuses_of
from connector.pipeline.setup.configure_plan import LinkPlan, OrgPlan, lay, lay_mappings, rests
from connector.pipeline.setup.configure_read import Reading, taken_campaign
from connector.pipeline.setup.configure_schema import end_of_day, start_of_day
from connector.pipeline.setup.configure_yaml import ConfigError, Document, Path
from connector.pipeline.setup.link_check import MappingProblem, mapping_problems, spell_fields
from connector.pipeline.setup.member_statuses import MEMBER_STATUS, create_statuses
from connector.pipeline.setup.new_people_check import look_up_people, record_type_problems
from connector.salesforce.auth import Token
from connector.salesforce.errors import SalesforceError
from connector.salesforce.gateway import Gateway


@dataclass(slots=True)
class Found:
    """What was read of one organisation; stored when the configuration is."""

    org: SalesforceOrg
    gateway: Gateway
    token: Token | None
    """A fresh token for new credentials; None where the stored one served."""
    schemas: dict[str, ObjectSchema] = field(default_factory=dict)
    labels: dict[str, list[Label]] = field(default_factory=dict)
    wanted_statuses: dict[str, dict[State, str]] = field(default_factory=dict)
    """{campaign id: {state: label}} where the file asks for the member statuses that the campaign lacks."""

    def schema_of(self, sobject: str) -> ObjectSchema:
        """Return the describe of an object, asked for once; never from the cache, which may be a day old."""
        name = str(sobject)
        if name not in self.schemas:
            self.schemas[name] = fetch_schema(self.gateway, name)
        return self.schemas[name]


def look_up(reading: Reading, stack: ExitStack) -> dict[str, Found]:
    """Sign in to each organisation concerned and check its links; errors go to `reading`.

    Organisations that are wrong by themselves are passed over. Returns {organisation's name: what was read}; `stack`
    closes the gateways.
    """
    found: dict[str, Found] = {}
    for org, path in _orgs_to_ask(reading):
        if will_need_log_in(org, _plan_of(reading, org)):
            reading.refuse(_log_in_first(reading, org))
            continue
        try:
            found[org.name] = _enter(org, _plan_of(reading, org))
        except SalesforceError as exc:
            reading.refuse([reading.document.error(path, _sign_in_failed(org, exc))])
            continue
        stack.enter_context(closing(found[org.name].gateway))
    for plan in reading.links:
        if plan.org is not None and plan.org.name in found and _is_asked(reading, plan):
            reading.refuse(_look_up_link(reading, plan, found[plan.org.name]))
    return found


def resolve_offline(reading: Reading) -> dict[str, Found]:
    """Do without Salesforce, and so without campaigns by name: only Salesforce knows whose it is now. Finds nothing."""
    for plan in reading.links:
        if plan.section.campaign is not None and plan.section.campaign.name is not None:
            message = "Offline a campaign can only be given by its id: {id: 701…}."
            reading.refuse([reading.document.error((*plan.path, "campaign", "name"), message)])
    return {}


def _is_asked(reading: Reading, plan: LinkPlan) -> bool:
    """Say whether there is something to ask about a link, whatever else is wrong with it."""
    return not rests(plan) and bool(_wanted_campaign(plan)) and reading.is_clean(f"links[{plan.path[1]}].campaign")


def _plan_of(reading: Reading, org: SalesforceOrg) -> OrgPlan | None:
    return next((plan for plan in reading.orgs if plan.row is org), None)


def _orgs_to_ask(reading: Reading) -> list[tuple[SalesforceOrg, Path]]:
    """List organisations with new credentials or with links to check, each with the place to blame."""
    asked: dict[str, tuple[SalesforceOrg, Path]] = {
        plan.row.name: (plan.row, plan.path)
        for plan in reading.orgs
        if _has_new_credentials(plan) and reading.is_clean(f"orgs[{plan.path[1]}]")
    }
    faulty = {plan.row.name for plan in reading.orgs if not reading.is_clean(f"orgs[{plan.path[1]}]")}
    for link in reading.links:
        if link.org is not None and link.org.name not in faulty and _is_asked(reading, link):
            own = _plan_of(reading, link.org)
            asked.setdefault(link.org.name, (link.org, own.path if own else (*link.path, "org")))
    return list(asked.values())


def will_need_log_in(org: SalesforceOrg, plan: OrgPlan | None) -> bool:
    """Say whether nobody can ask Salesforce until somebody has logged in: a grant is worth nothing to another app."""
    loses_grant = plan is not None and not plan.columns.isdisjoint(GRANT_COLUMNS)
    return needs_log_in(org) or (loses_grant and org.auth == SalesforceOrg.Auth.WEB_SERVER)


def _log_in_first(reading: Reading, org: SalesforceOrg) -> list[ConfigError]:
    """Refuse the links that Salesforce would have to be asked about; an organisation alone is stored unasked."""
    message = (
        f"Nobody has logged in to {org.name} yet, so Salesforce cannot be asked. Apply the organisation alone, log in "
        "on its page in the admin, then apply this file again; or use --offline."
    )
    return [
        reading.document.error((*plan.path, "campaign"), message)
        for plan in reading.links
        if plan.org is not None and plan.org.name == org.name and _is_asked(reading, plan)
    ]


def _has_new_credentials(plan: OrgPlan) -> bool:
    return plan.is_new or not plan.columns.isdisjoint(CREDENTIAL_COLUMNS)


def _enter(org: SalesforceOrg, plan: OrgPlan | None) -> Found:
    if plan is None or not _has_new_credentials(plan) or org.auth == SalesforceOrg.Auth.WEB_SERVER:
        return Found(org, gateway_for(org), token=None)  # a refresh token may work once, and nothing is stored yet
    token = sign_in(org)
    check_same_organization(org, token)
    return Found(org, open_gateway(org, token, renew=refuse_renewal), token=token)


def _sign_in_failed(org: SalesforceOrg, exc: SalesforceError) -> str:
    said = exc.message.rstrip(".")
    return f"Salesforce cannot be asked as {org.name} ({exc.code}): {said}. Mend this, or use --offline."


def _look_up_link(reading: Reading, plan: LinkPlan, found: Found) -> list[ConfigError]:
    document = reading.document
    try:
        campaign = fetch_campaign(found.gateway, _wanted_campaign(plan))
    except CampaignNotFound as exc:
        hint = " Give the id of one: campaign: {id: 701…}." if exc.matches else " Check the spelling and the rights."
        return [document.error((*plan.path, "campaign"), f"{exc}{hint}")]
    except SalesforceError as exc:
        return [
            document.error((*plan.path, "campaign"), f"Salesforce refused the question ({exc.code}): {exc.message}")
        ]
    _adopt_campaign(plan, campaign)
    errors = taken_campaign(reading, plan)
    try:
        errors += _check_labels(document, plan, found) + _check_fields(document, plan, found)
        return errors + _check_people(document, plan, found)
    except SalesforceError as exc:
        return [*errors, document.error(plan.path, f"Salesforce refused the question ({exc.code}): {exc.message}")]


def _wanted_campaign(plan: LinkPlan) -> str:
    given = plan.section.campaign
    return (given.name if given else None) or plan.row.campaign_id


def _adopt_campaign(plan: LinkPlan, campaign: CampaignChoice) -> None:
    lay(plan, "campaign", column="campaign_id", value=campaign.id)
    if plan.row.campaign_name != campaign.name:
        plan.row.campaign_name = campaign.name
        plan.columns.add("campaign_name")
    for key, day in (("starts_at", campaign.start_date), ("ends_at", campaign.end_date)):
        is_open = plan.is_new or plan.section.has(key)
        if is_open and getattr(plan.section, key) is None:
            moment = (start_of_day if key == "starts_at" else end_of_day)(day) if day else None
            lay(plan, key, column=key, value=moment)


def _check_labels(document: Document, plan: LinkPlan, found: Found) -> list[ConfigError]:
    labels = fetch_labels(found.gateway, plan.row.campaign_id)
    found.labels[plan.row.campaign_id] = labels
    names, statuses = [label.label for label in labels], statuses_of(plan)
    problems = validate_labels(statuses, names)
    wanted = missing_labels(statuses, names) if plan.row.create_statuses else {}
    if not wanted:
        return problem_errors(problems, document, plan.path)
    if not found.schema_of(MEMBER_STATUS).is_createable:
        return [document.error((*plan.path, "create_statuses"), _may_not_create(wanted))]
    found.wanted_statuses[plan.row.campaign_id] = statuses
    return problem_errors([each for each in problems if each.code != "label_unknown"], document, plan.path)


def _may_not_create(wanted: Iterable[str]) -> str:
    return (
        "The integration user may not create member statuses: it takes edit access to campaigns and Marketing User. "
        f"Have them created in Salesforce ({', '.join(wanted)}), or give the user both."
    )


def make_wanted_statuses(reading: Reading, found: Iterable[Found]) -> None:
    """Create in Salesforce the member statuses that the file asks for; errors go to `reading`.

    It stands before anything is stored: what Salesforce refuses leaves all as it was, and what it has made is found
    when the file is applied again.
    """
    for read in found:
        for campaign_id, statuses in read.wanted_statuses.items():
            try:
                made = create_statuses(read.gateway, campaign_id, statuses=statuses)
            except SalesforceError as exc:
                message = f"The member statuses of campaign {campaign_id} could not be created ({exc})."
                reading.refuse([ConfigError(0, "", message)])
                continue
            read.labels[campaign_id] = list(made.labels)
            if made.missing:
                message = (
                    f"Salesforce did not create {', '.join(made.missing)} in campaign {campaign_id}: {made.refusal}"
                )
                reading.refuse([ConfigError(0, "", message)])


def _check_fields(document: Document, plan: LinkPlan, found: Found) -> list[ConfigError]:
    mappings = plan.mappings if plan.mappings is not None else list(plan.row.mappings.all())
    spell_fields(mappings, schema_of=found.schema_of)
    if plan.mappings is not None:
        lay_mappings(plan, plan.mappings)  # once more, to tell the fields as Salesforce spells them
    problems = mapping_problems(plan.row, mappings, schema_of=found.schema_of)
    searched = validate_match(match_fields_of(plan.row), schema_of=found.schema_of)
    errors = [_mapping_error(document, plan, problem, mappings) for problem in problems]
    return errors + problem_errors(searched, document, plan.path)


def _check_people(document: Document, plan: LinkPlan, found: Found) -> list[ConfigError]:
    problems = record_type_problems(plan.row, schema_of=found.schema_of)
    problems += look_up_people(plan.row, found.gateway, schema_of=found.schema_of).problems
    return problem_errors(problems, document, plan.path)


def _mapping_error(
    document: Document, plan: LinkPlan, found: MappingProblem, mappings: Sequence[FieldMapping]
) -> ConfigError:
    path, message = (*plan.path, "mappings"), found.problem.message
    if found.mapping is None:
        return document.error(path, message)
    listed = len(plan.section.mappings or []) if plan.mappings is not None else 0
    place = next(i for i, mapping in enumerate(mappings) if mapping is found.mapping) - (len(mappings) - listed)
    if listed and place >= 0:
        return document.error((*path, place, *found.problem.key.split(".")), message)
    name = f"{found.mapping.object}.{found.mapping.field}"
    hint = f"List a mapping for it that works, or {{object: {found.mapping.object}, field: {found.mapping.field}, "
    source = found.mapping.source
    return document.error(path, f"The mapping {name}: {message} {hint}source: {source}, enabled: false}}.")
