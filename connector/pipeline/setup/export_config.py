"""Write what is configured as the file that `apply_config` reads, without secrets."""

import re
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from connector.models import CampaignLink, SalesforceOrg, WebhookSource
from connector.pipeline.setup.configure_secrets import ORG_SECRETS
from connector.pipeline.setup.link_settings import Settings, describe_link

_HEADER = (
    "Secrets are left out: what is stored stays when this file is applied.\n"
    "On another installation give them as in the comments, with the variables set."
)
_HINT_INDENT = 4


def export_config() -> str:
    """Return the configuration of everything as YAML that changes nothing when it is applied again."""
    sections = CommentedMap()
    sections["orgs"] = [_org(org) for org in SalesforceOrg.objects.order_by("name")]
    sections["sources"] = [_source(source) for source in WebhookSource.objects.order_by("name")]
    links = CampaignLink.objects.select_related("org").prefetch_related("mappings").order_by("inwink_event_id")
    sections["links"] = [_link(link) for link in links]
    sections.yaml_set_start_comment(_HEADER)
    yaml = YAML()
    yaml.representer.add_representer(type(None), _null)
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(sections, stream)
    return stream.getvalue()


def _null(representer: RoundTripRepresenter, _: None) -> ScalarNode:
    """Write null in full; ruamel leaves an empty place, which reads like something forgotten."""
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _org(org: SalesforceOrg) -> CommentedMap:
    section = CommentedMap(
        name=org.name,
        login_url=org.login_url,
        auth=org.auth,
        client_id=org.client_id,
        api_version=DoubleQuotedScalarString(org.api_version),
        visibility_confirmed=org.visibility_confirmed,
        api_budget_percent=org.api_budget_percent,
        api_daily_max=org.api_daily_max,
    )
    if org.username:
        section.insert(4, "username", org.username)
    hints = [f"{key}: {{env: {_variable(org.name, key)}}}" for key in ORG_SECRETS if getattr(org, key)]
    if org.auth == SalesforceOrg.Auth.WEB_SERVER:
        hints.append("then log in with Salesforce on the page of the organisation in the admin")
    _hint(section, hints, before="api_version")
    return section


def _source(source: WebhookSource) -> CommentedMap:
    section = CommentedMap(
        name=source.name, id=str(source.pk), default_state=source.default_state or None, locale=source.locale
    )
    hints = []
    if source.signing_secrets:
        hints.append(f"secrets: [{{env: {_variable(source.name, 'secret')}}}]")
    if source.bearer_token_hashes:
        hints.append(f"bearer_tokens: [{{env: {_variable(source.name, 'token')}}}]")
    _hint(section, hints, before="default_state")
    return section


def _hint(section: CommentedMap, hints: list[str], *, before: str) -> None:
    if hints:
        section.yaml_set_comment_before_after_key(before, before="\n".join(hints), indent=_HINT_INDENT)


def _variable(name: str, key: str) -> str:
    return re.sub(r"\W+", "_", f"{name}_{key}").strip("_").upper()


def _link(link: CampaignLink) -> CommentedMap:
    section = CommentedMap(event=link.inwink_event_id)
    if link.event_name:
        section["name"] = link.event_name
    section["org"] = link.org.name
    section["campaign"] = CommentedMap(id=link.campaign_id)
    section["campaign"].fa.set_flow_style()
    if link.campaign_name:
        section.yaml_add_eol_comment(link.campaign_name.replace("\n", " "), "campaign")
    section.update(describe_link(link))
    section["mappings"] = [_on_one_line(mapping) for mapping in section["mappings"]]
    return section


def _on_one_line(mapping: Settings) -> CommentedMap:
    section = CommentedMap(mapping)
    section.fa.set_flow_style()
    return section
