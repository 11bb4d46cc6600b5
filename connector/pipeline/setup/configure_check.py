"""Hold single plans of a configuration file against the rules, without asking Salesforce."""

from collections.abc import Iterable, Mapping, Sequence

from connector.core.advice.explain import advise
from connector.core.checking.filters import validate_consent, validate_domains, validate_only
from connector.core.checking.link import validate_creation, validate_statuses
from connector.core.checking.mapping import validate_mapping_alone
from connector.core.checking.match_fields import validate_match_alone
from connector.core.checking.problem import Problem
from connector.core.state import State
from connector.core.trial import TRIAL_EVENT_ID
from connector.inwink.signature import decode_secret
from connector.models.links import STATUS_FIELDS
from connector.pipeline.connection.org_setup import needs_my_domain, refuse_login_url, refuse_private_key
from connector.pipeline.policies import rule_of
from connector.pipeline.setup.configure_plan import LinkPlan, OrgPlan, SourcePlan, mapping_row
from connector.pipeline.setup.configure_schema import MappingSection
from connector.pipeline.setup.configure_yaml import ConfigError, Document, Path
from connector.pipeline.setup.new_people_check import new_people_problems

NEEDED_BY_FLOW: Mapping[str, Sequence[str]] = {
    "client_credentials": ("client_id", "client_secret"),
    "password": ("client_id", "client_secret", "username", "password"),
    "jwt_bearer": ("client_id", "username", "private_key"),
    "web_server": ("client_id", "client_secret"),
}
"""{auth: keys without which it cannot sign in}"""
SECRET_MIN_BYTES = 24
"""https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
TOKEN_MIN_CHARACTERS = 20
"""Ours; too many to be guessed."""


def problem_errors(problems: Iterable[Problem], document: Document, path: Path) -> list[ConfigError]:
    """Turn problems of a section into errors of the file; a key with dots goes down as far."""
    return [document.error((*path, *_parts(problem.key)), problem.message) for problem in problems]


def _parts(key: str) -> Iterable[str | int]:
    """Split a key; a number is a place in a list."""
    return (int(part) if part.isdecimal() else part for part in key.split("."))


def check_org(plan: OrgPlan, document: Document) -> list[ConfigError]:
    """Name what keeps an organisation from signing in, as far as can be told without trying."""
    row, errors = plan.row, _check_private_key(plan, document)
    if not row.login_url:
        return [*errors, document.error((*plan.path, "login_url"), "A new organisation needs the key login_url.")]
    if "login_url" in plan.changes:
        refusal = refuse_login_url(row.login_url)
        if not refusal and needs_my_domain(login_url=row.login_url, auth=row.auth):
            refusal = "client_credentials works on the My Domain address only, like https://acme.my.salesforce.com"
        errors += [document.error((*plan.path, "login_url"), f"{refusal}.")] if refusal else []
    for key in NEEDED_BY_FLOW[row.auth]:
        if not getattr(row, key) and (*plan.path, key) not in document.variables:
            errors.append(document.error((*plan.path, key), f"auth: {row.auth} needs the key {key}."))
    return errors


def _check_private_key(plan: OrgPlan, document: Document) -> list[ConfigError]:
    code = refuse_private_key(plan.section.private_key) if plan.section.private_key else ""
    if not code:
        return []
    advice = advise(code, language="en")
    return [document.error((*plan.path, "private_key"), f"{advice.what} {advice.next_step}")]


def check_source(plan: SourcePlan, document: Document) -> list[ConfigError]:
    """Name secrets that cannot be used, and an id that belongs to another source."""
    refusals = [("secrets", [_refuse_secret(secret) for secret in plan.section.secrets or []])]
    refusals += [("bearer_tokens", [_refuse_token(token) for token in plan.section.bearer_tokens or []])]
    errors = [
        document.error((*plan.path, key, place), message)
        for key, messages in refusals
        for place, message in enumerate(messages)
        if message
    ]
    if plan.section.id is not None and not plan.is_new and plan.row.pk != plan.section.id:
        message = f"The source {plan.section.name} has the id {plan.row.pk}, which senders use; it cannot change."
        errors.append(document.error((*plan.path, "id"), message))
    return errors


def _refuse_secret(secret: str) -> str:
    """Say what is wrong with a signing secret without repeating it, "" if nothing."""
    try:
        size = len(decode_secret(secret))
    except ValueError as exc:
        return f"A signing secret is whsec_ and base64; here {exc}."
    if size < SECRET_MIN_BYTES:
        return f"A signing secret is whsec_ and base64 of at least {SECRET_MIN_BYTES} bytes; here are {size}."
    return ""


def _refuse_token(token: str) -> str:
    return "" if len(token) >= TOKEN_MIN_CHARACTERS else f"Write at least {TOKEN_MIN_CHARACTERS} characters."


def check_link(plan: LinkPlan, document: Document) -> list[ConfigError]:
    """Name what is wrong with a link's policies, labels and mappings, as far as can be told without Salesforce."""
    problems = validate_creation(match=plan.row.match, create=plan.row.create_as)
    problems += validate_match_alone(plan.row.match_emails, plan.row.match_key)
    problems += validate_only(plan.row.only) + validate_domains(plan.row.exclude_email_domains)
    problems += validate_consent(plan.row.consent) + new_people_problems(plan.row)
    if plan.is_new or plan.section.has("statuses"):
        problems += validate_statuses(statuses_of(plan))
    errors = problem_errors(problems, document, plan.path)
    errors += _check_campaign(plan, document)
    if plan.row.inwink_event_id == TRIAL_EVENT_ID:
        errors.append(document.error((*plan.path, "event"), "This event id is reserved for test messages."))
    if plan.row.starts_at and plan.row.ends_at and plan.row.ends_at < plan.row.starts_at:
        errors.append(document.error((*plan.path, "ends_at"), "The end lies before the start."))
    return errors + _check_mappings(plan.section.mappings or [], document, (*plan.path, "mappings"))


def statuses_of(plan: LinkPlan) -> dict[State, str]:
    """Return {state: label}, "" where nothing is written."""
    return {state: getattr(plan.row, column) for state, column in STATUS_FIELDS.items()}


def _check_campaign(plan: LinkPlan, document: Document) -> list[ConfigError]:
    campaign, path = plan.section.campaign, (*plan.path, "campaign")
    if campaign is None:
        message = "A new link needs the key campaign: {id: 701…} or {name: …}."
        return [document.error(path, message)] if not plan.row.campaign_id else []
    if (campaign.id is None) == (campaign.name is None):
        return [document.error(path, "Give the campaign's id or its name, one of the two.")]
    if campaign.id is not None and not campaign.id.startswith("701"):
        return [document.error((*path, "id"), "This is not the id of a campaign: those start with 701.")]
    return []


def _check_mappings(sections: Sequence[MappingSection], document: Document, path: Path) -> list[ConfigError]:
    errors: list[ConfigError] = []
    seen: dict[tuple[str, str], int] = {}
    for place, section in enumerate(sections):
        row = mapping_row(section)
        problems = validate_mapping_alone(rule_of(row))
        errors += problem_errors(problems, document, (*path, place))
        key = (row.object, row.field.lower())
        if key in seen:
            message = f"{row.object}.{row.field} is mapped twice; it stands already in item {seen[key] + 1}."
            errors.append(document.error((*path, place, "field"), message))
        seen.setdefault(key, place)
    return errors
